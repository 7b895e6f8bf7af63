"""The policy as data: its presets, its values, what it refuses, what it says of itself."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import get_args

import numpy as np
import polars as pl
import pytest

from simulator.accounting.policy import (
    ANY_GAP,
    DEFAULT,
    KNOBS,
    PRESETS,
    Gap,
    Policy,
    PolicyError,
    accounted_amount,
    knobs_that_differ,
)
from simulator.scenario.keys.accounting import Accounting

COLUMNS = ("default", "chartmogul", "stripe", "baremetrics", "profitwell", "chargebee")
TABLE = {
    "grain": ("month", "event", "event", "event", "month", "month"),
    "entity": ("customer",) * 6,
    "free_to_paid": ("new", "new", "new", "new", "new", "expansion"),
    "reactivation_gap": ("any",) * 6,
    "reactivation_is": ("own kind", "own kind", "own kind", "own kind", "own kind", "expansion"),
    "to_free": ("churn", "contraction", "churn", "churn", "churn", "contraction"),
    "cancel_recognised": ("effective", "effective", "requested", "effective", "effective", "effective"),
    "new_and_churned": ("neither", "both", "both", "both", "neither", "neither"),
    "discounts": ("all", "all", "lasting", "all", "all", "all"),
    "metered": ("billed", "billed", "excluded", "excluded", "billed", "billed"),
    "pause": ("contraction", "keeps MRR", "keeps MRR", "churn", "contraction", "contraction"),
    "unpaid_counts": ("until ended", "until ended", "until ended", "30 days", "until ended", "until ended"),
    "net_churn_counts_reactivation": ("no", "yes", "no", "no", "no", "yes"),
}


@pytest.mark.parametrize("preset", COLUMNS)
def test_a_preset_is_its_column_of_the_table(preset):
    column = COLUMNS.index(preset)
    assert Policy.preset(preset).in_words() == {knob: values[column] for knob, values in TABLE.items()}
    assert Policy.preset(preset).name == preset


def test_there_are_no_other_presets_and_knobs():
    assert tuple(PRESETS) == COLUMNS
    assert tuple(KNOBS) == tuple(TABLE) == tuple(DEFAULT.knobs())
    assert Policy() == DEFAULT


def test_presets_agree_on_two_knobs_alone():
    assert set(KNOBS) - set(knobs_that_differ()) == {"entity", "reactivation_gap"}


def test_the_keys_of_a_scenario_are_the_knobs_with_their_values():
    fields = Accounting.model_fields
    assert tuple(fields) == ("preset", *KNOBS)
    assert get_args(fields["preset"].annotation) == tuple(PRESETS)
    for knob, (values, _, _) in KNOBS.items():
        if values and knob != "net_churn_counts_reactivation":
            literal, _none = get_args(fields[knob].annotation)
            assert get_args(literal) == values, knob


def test_a_policy_does_not_change():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.grain = "event"  # type: ignore[misc]
    assert hash(DEFAULT.with_knobs(grain="event")) == hash(Policy(grain="event"))


def test_knobs_are_set_beside_a_preset():
    policy = Policy.of({"preset": "stripe", "pause": "churn", "unpaid_counts": "10 days"})
    assert policy == Policy.preset("stripe").with_knobs(pause="churn", unpaid_counts=10)
    assert policy.summary()["preset"] == "stripe"
    assert policy.summary()["set"] == {"pause": "churn", "unpaid_counts": "10 days"}
    assert policy.summary()["knobs"] == policy.in_words()
    assert policy.differences() == {
        "grain": "event",
        "cancel_recognised": "requested",
        "new_and_churned": "both",
        "discounts": "lasting",
        "metered": "excluded",
        "pause": "churn",
        "unpaid_counts": "10 days",
    }
    assert Policy.of({}) == DEFAULT


@pytest.mark.parametrize(
    ("written", "read", "in_words"),
    [
        ("any", ANY_GAP, "any"),
        ({"shortest": "1 month"}, Gap(1, math.inf), "1 month or more"),
        ({"longest": "3 months"}, Gap(0, 3), "0 to 3 months"),
        ({"shortest": 2, "longest": 3}, Gap(2, 3), "2 to 3 months"),
        ((None, 4), Gap(0, 4), "0 to 4 months"),
    ],
)
def test_an_absence_is_read_as_it_is_written(written, read, in_words):
    policy = DEFAULT.with_knobs(reactivation_gap=written)
    assert policy.reactivation_gap == read
    assert policy.in_words()["reactivation_gap"] == in_words


@pytest.mark.parametrize(
    ("written", "read"), [("until ended", math.inf), ("30 days", 30), ("1 day", 1), (7, 7), ("0", 0)]
)
def test_unpaid_days_are_read_as_they_are_written(written, read):
    assert DEFAULT.with_knobs(unpaid_counts=written).unpaid_counts == read


@pytest.mark.parametrize(("written", "read"), [("yes", True), ("no", False), (True, True), (False, False)])
def test_yes_and_no(written, read):
    assert DEFAULT.with_knobs(net_churn_counts_reactivation=written).net_churn_counts_reactivation is read


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        (
            {"preset": "chartmogol"},
            "no accounting policy `chartmogol`; did you mean `chartmogul`?; write one of default, ",
        ),
        (
            {"preset": "x"},
            "no accounting policy `x`; write one of default, chartmogul, stripe, baremetrics, profitwell, ",
        ),
        ({"grian": 1}, "no knob of an accounting policy `grian`; did you mean `grain`?; write one of grain, entity, "),
        ({"name": "mine"}, "no knob of an accounting policy `name`"),
        (
            {"pause": "churns"},
            "no value of pause `churns`; did you mean `churn`?; write one of contraction, churn, keeps",
        ),
        ({"net_churn_counts_reactivation": "x"}, "no value of net_churn_counts_reactivation `x`; write one of no, yes"),
        ({"unpaid_counts": "soon"}, "unpaid_counts: `soon` is not allowed; write `until ended`, or days, e.g. 30 days"),
        ({"unpaid_counts": -1}, "unpaid_counts: `-1` is not allowed"),
        ({"unpaid_counts": True}, "unpaid_counts: `True` is not allowed"),
        ({"reactivation_gap": "x"}, "reactivation_gap is `any`, or shortest and longest in months, not `x`"),
        (
            {"reactivation_gap": {"least": 1}},
            "no part of reactivation_gap `least`; did you mean `longest`?; write one of",
        ),
        ({"reactivation_gap": {"longest": "x"}}, "reactivation_gap: `x` is not allowed; write months, e.g. 3 months"),
        ({"reactivation_gap": {"longest": 1.5}}, "an absence is counted in calendar months; 1.5 is not whole"),
        ({"reactivation_gap": (3, 1)}, "reactivation_gap: shortest (3) is above longest (1)"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(knobs, message):
    with pytest.raises(PolicyError) as refused:
        Policy.of(knobs)
    assert message in str(refused.value)


@pytest.mark.parametrize(("discounts", "counted"), [("all", 60), ("lasting", 90), ("none", 100)])
def test_the_amount_that_counts_of_numbers_arrays_and_columns(discounts, counted):
    policy = DEFAULT.with_knobs(discounts=discounts)
    assert accounted_amount(policy, 100, 10, 30) == counted
    assert accounted_amount(policy, np.array([100]), np.array([10]), np.array([30])).tolist() == [counted]
    frame = pl.DataFrame({"mrr": [100], "lasting": [10], "temporary": [30]})
    assert frame.select(accounted_amount(policy, *map(pl.col, frame.columns))).item() == counted
