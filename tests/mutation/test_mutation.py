"""A part of the mutation check: single numbers, 2 % off, are noticed; `python -m tests.mutation.mutate` tries all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from simulator.model import tables as T
from simulator.model.compile import compile_model
from tests.analytic.families import FAMILIES, load, simulated
from tests.mutation.mutate import Outcome, Subject, falsify, left_out_of, main, report
from tests.mutation.numbers import (
    NOT_NUMBERS,
    SOMETIMES_A_PLACE,
    UNREAD,
    Number,
    falsified,
    left_out,
    numbers,
    tables_of,
    value,
    with_number,
)

PART = [
    ("cancel at once", "segment_plans", (0, 0, 0), "cancel"),
    ("cancel at once", "plans", (0, 1), "price"),
    ("cancel at once", "blocks", (0,), "count"),
    ("upsell now and downgrade now", "offers", (0, 0), "acceptance"),
    ("upsell now and downgrade now", "segments", (0, 1), "downgrade"),
    ("arrivals and choice", "segment_plans", (0, 0, 1), "weight"),
    ("arrivals and choice", "blocks", (3,), "rate"),
    ("rescue", "epochs", (0,), "bluff"),
    ("rescue", "offers", (0, 0), "return_hazard"),
    ("tenure", "tenure", (0, 1), "factor"),
    ("annual terms", "segment_terms", (0, 0, 1), "not_renewed"),
    ("annual terms", "plan_terms", (0, 0, 1), "discount"),
    ("failed payments", "segments", (0, 0), "failed_recovered"),
    ("beta-mixed renewals", "term_months", (1,), None),
    ("dated offers", "offers", (0, 2), "when"),  # made every so many months
    ("seats and usage that stay", "plans", (0, 4), "package"),
    ("seats and usage that stay", "segments", (0, 0), "seats.centre"),
    ("seats and usage that stay", "tiers", (3,), "up_to"),
    ("pauses", "offers", (0, 0), "lasts"),
    ("pauses", "offers", (0, 1), "stays"),
]


@cache
def subject(name: str) -> Subject:
    return Subject.of(name)


@pytest.mark.parametrize(("family", "table", "row", "field"), PART, ids=lambda x: str(x).replace(" ", "-"))
def test_two_per_cent_of_a_number_are_noticed(family, table, row, field):
    number = Number(table, row, tuple(field.split(".")) if field else ())
    outcome = falsify(subject(family), [number])
    assert not outcome.missed
    assert [caught for caught, _ in outcome.caught] == [number]


def test_a_number_that_nobody_reads_is_left_out_and_one_that_is_not_noticed_is_missed(monkeypatch):
    """Negative control: falsified by nothing, a number that is read goes unnoticed and is reported as missed."""
    unread = falsify(subject("cancel at once"), [Number("usage_season", (0, 0, 3), ())])
    assert [reason for _, reason in unread.left_out] == [UNREAD]
    monkeypatch.setattr("tests.mutation.mutate.SHIFT", 1.0)
    outcome = falsify(subject("cancel at once"), [Number("segment_plans", (0, 0, 0), ("cancel",))])
    assert len(outcome.missed) == 1
    told = report({"x": outcome}, {"x": subject("cancel at once").model})
    assert "MISSED segment_plans[0, 0, 0].cancel = 0.25" in told
    assert told.splitlines()[-1] == "0 of 1 numbers noticed (0.0%)"


def test_more_replications_are_tried_only_where_one_notices_nothing(monkeypatch):
    tried = []

    def spied(model, seed, replications=1):
        tried.append(replications)
        return simulated(model, seed, replications)

    monkeypatch.setattr("tests.mutation.mutate.simulated", spied)
    number = Number("segment_plans", (0, 0, 0), ("cancel",))
    both = replace(subject("cancel at once"), replications=(1, 2))
    z, threshold = both.largest(number)
    assert z > threshold
    assert tried == [1]
    tried.clear()
    monkeypatch.setattr("tests.mutation.mutate.SHIFT", 1.0)
    z, threshold = both.largest(number)
    assert z <= threshold
    assert tried == [1, 2]


@pytest.mark.parametrize(("missed", "code", "last"), [(0, 0, "1 of 1"), (1, 1, "1 of 2")])
def test_the_script_fails_if_any_number_is_missed(monkeypatch, capsys, missed, code, last):
    number = Number("segment_plans", (0, 0, 0), ("cancel",))
    found = Outcome(caught=[(number, 9.0)], missed=[(number, 1.0)] * missed)
    monkeypatch.setattr("tests.mutation.mutate.Subject.of", lambda name, _: subject(name))
    monkeypatch.setattr("tests.mutation.mutate.falsify", lambda _: found)
    assert main(["cancel at once"]) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{last} numbers noticed")


def test_a_word_that_no_family_has_is_refused(capsys):
    assert main(["dragons"]) == 2
    assert "no family has dragons in its name; there are: cancel at once, " in capsys.readouterr().err


def test_every_field_of_every_table_is_a_number_or_left_out_for_a_reason():
    """Every row's every field comes up exactly once, and every entry of the list of reasons is of a field there is."""
    seen = set()
    for family in FAMILIES.values():
        model = compile_model(load(family.text))
        all_of_them = list(numbers(model))
        assert len(all_of_them) == len(set(all_of_them)) == sum(map(fields_in, tables_of(model).values()))
        seen |= {number.column for number in all_of_them} | {number.table for number in all_of_them}
    model = compile_model(load(next(iter(FAMILIES.values())).text))
    columns = {f"{name}.{field}" for name, rows in tables_of(model).items() for field in rows.dtype.names or ()}
    assert set(NOT_NUMBERS) | set(SOMETIMES_A_PLACE) <= columns | set(tables_of(model))


def fields_in(rows: np.ndarray) -> int:
    def leaves(dtype: np.dtype) -> int:
        return 1 if dtype.names is None else sum(leaves(dtype[name]) for name in dtype.names)

    return rows.size * leaves(rows.dtype)


def test_one_number_is_changed_and_no_other():
    model = compile_model(load(FAMILIES["ladder"].text))
    number = Number("segments", (0, 1), ("downgrade",))
    wrong = with_number(model, number, 1.02)
    assert value(wrong, number) == pytest.approx(1.02 * value(model, number))
    changed = [
        other
        for other in numbers(model)
        if not np.array_equal(value(model, other), value(wrong, other), equal_nan=True)
    ]
    assert changed == [number]
    assert falsified(np.int64(1_000), 1.02) == 1_020
    assert falsified(np.int64(2), 1.02) == 2


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (("scalars", ("months",)), "how many rows"),
        (("offers", ("accepts",)), "the name of a draw"),
        (("offers", ("plans",)), "a set of names"),
        (("offers", ("made",)), "yes or no"),
        (("plans", ("maximum",)), "0, infinite or absent"),
        (("plans", ("trial_length",)), "0, infinite or absent"),
    ],
)
def test_reasons_are_told(column, reason):
    model = compile_model(load(FAMILIES["ladder"].text))
    number = next(n for n in numbers(model) if (n.table, n.field) == column)
    assert reason in left_out(model, number)


def test_a_trigger_of_calendar_months_is_no_quantity():
    model = compile_model(load(FAMILIES["dated offers"].text))
    offers = model.tables.offers
    o = int(np.argmax(offers[0].trigger == T.CALENDAR_MONTH))
    assert "a set of names" in left_out(model, Number("offers", (0, o), ("when",)))
    assert left_out(model, Number("offers", (0, 1), ("when",))) is None


def test_the_report_lists_reasons_and_counts():
    outcome = Outcome(left_out=[(Number("plans", (0, 0), ("mode",)), "a reason")] * 3)
    told = left_out_of({"x": outcome})
    assert "- a reason: 3 numbers" in told
    assert "plans.mode (3)" in told


def test_the_report_names_quantities_that_no_family_shows():
    """One that is unread in a family and noticed in another is shown; one that is 0 everywhere is not."""
    price, covered = Number("plans", (0, 0), ("price",)), Number("epochs", (0,), ("covered",))
    unread = Outcome(left_out=[(price, UNREAD), (covered, UNREAD), (Number("plans", (0, 0), ("mode",)), "a place")])
    told = left_out_of({"x": unread, "y": Outcome(caught=[(price, 9.0)])})
    assert told.endswith("in all of these scenarios: epochs.covered")
