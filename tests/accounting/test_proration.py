"""Proration: the sixteen cases of another billing system, and what must hold for any change."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from simulator.accounting.proration import Lines, anniversary, prorate, switch_interval

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "pricing" / "proration_polar.json").read_text(encoding="utf-8")
)["cases"]
CHANGES = [case for case in CASES if "expected_credit" in case]
SWITCHES = [case for case in CASES if "prices" in case]
SEATS = [case for case in CASES if "old_seats" in case]


def day(text: str) -> date:
    return date.fromisoformat(text)


def named(case: dict) -> str:
    return case["id"]


def test_there_are_sixteen_cases_and_each_is_tested():
    assert len(CHANGES) + len(SWITCHES) + len(SEATS) == len(CASES) == 16


@pytest.mark.parametrize("case", CHANGES, ids=named)
def test_a_change_within_a_cycle(case):
    same = case["old"]["interval"] == case["new"]["interval"]
    lines = (prorate if same else switch_interval)(
        case["old"]["amount"],
        case["new"]["amount"],
        day(case["cycle_start"]),
        day(case["change_at"]),
        day(case["cycle_end"]),
    )
    assert lines == (case["expected_credit"], case["expected_debit"])


@pytest.mark.parametrize("case", SWITCHES, ids=named)
def test_several_changes_within_a_cycle(case):
    begin, end = day(case["cycle_start"]), day(case["cycle_end"])
    prices = zip(case["prices"], case["prices"][1:], strict=False)
    for (old, new), lines in zip(prices, case["expected_lines"], strict=True):
        assert prorate(old, new, begin, day(lines["change_at"]), end) == (lines["credit"], lines["debit"])


@pytest.mark.parametrize("case", SEATS, ids=named)
def test_seats_now_and_another_plan_at_the_end_of_the_cycle(case):
    """Until the plan changes, seats come and go at its old price."""
    begin, price = day(case["cycle_start"]), case["old_price_per_seat"]
    lines = prorate(
        price * case["old_seats"], price * case["new_seats"], begin, day(case["change_at"]), anniversary(begin, 1)
    )
    sign = 1 if case["direction"] == "debit" else -1
    assert lines.due == sign * case["expected_proration"]
    assert case["new_price_per_seat"] * case["new_seats"] == case["expected_next_cycle_amount"]


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
AMOUNTS = st.integers(0, 10**12)


@given(AMOUNTS, AMOUNTS, st.lists(MOMENTS, min_size=3, max_size=3, unique=True), st.sampled_from([1, 100, 10_000]))
def test_lines_are_whole_units_and_never_more_than_the_cycle(old, new, moments, unit):
    begin, change, end = sorted(moments)
    lines = prorate(old, new, begin, change, end, unit=unit)
    for line, whole in zip(lines, (old, new), strict=True):
        assert line % unit == 0
        exact = whole * ((end - change) / (end - begin))
        assert abs(line - exact) <= unit / 2 + 1e-6 * whole
    assert prorate(old, new, begin, begin, end) == (old, new)  # at the start all of it
    assert prorate(old, new, begin, end, end) == (0, 0)  # at the end nothing


def test_half_is_rounded_up():
    begin = datetime(2026, 1, 1)
    assert prorate(1, 3, begin, begin + timedelta(days=1), begin + timedelta(days=2)) == (1, 2)
    assert prorate(150, 0, begin, begin + timedelta(days=1), begin + timedelta(days=1, seconds=86400), unit=100) == (
        100,
        0,
    )


def test_the_moment_of_the_change_counts_to_the_microsecond():
    begin, end = datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 1)
    assert prorate(10**6, 0, begin, datetime(2026, 1, 1, 0, 0, 0, 1), end).credit == 10**6 - 1


def test_a_month_after_the_last_day_of_january_is_the_last_of_february():
    assert anniversary(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert anniversary(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert anniversary(date(2026, 1, 31), 2) == date(2026, 3, 31)
    assert anniversary(datetime(2026, 11, 30, 5), 3) == datetime(2027, 2, 28, 5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, 1, date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 1)), "has no length"),
        ((1, 1, date(2026, 2, 1), date(2026, 3, 2), date(2026, 3, 1)), "the change at 2026-03-02 is not within"),
        ((1, 1, date(2026, 2, 1), date(2026, 1, 31), date(2026, 3, 1)), "the change at 2026-01-31 is not within"),
        ((-1, 1, date(2026, 2, 1), date(2026, 2, 2), date(2026, 3, 1)), "amounts are not negative, as -1 is"),
    ],
)
def test_what_cannot_be_prorated_is_refused(values, message):
    for change in (prorate, switch_interval):
        with pytest.raises(ValueError, match=message):
            change(*values)


def test_what_is_due_is_the_charge_less_the_credit():
    assert Lines(credit=300, charge=200).due == -100
