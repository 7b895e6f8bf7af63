"""Every kind of value: what it reads, in which unit, and what it says of a text it cannot read."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import units
from simulator.scenario.units import DAYS_PER_MONTH, MONEY_LIMIT, MONEY_SCALE, NUMBER_LIMIT, Growth, Within

PERIODS = {"day": 1 / DAYS_PER_MONTH, "week": 7 / DAYS_PER_MONTH, "month": 1.0, "quarter": 3.0, "year": 12.0}
PARSERS = (units.number, units.whole, units.money, units.share, units.ratio, units.rate, units.growth, units.duration,
           units.factor, units.month, units.within, units.yes_no)  # fmt: skip

periods = st.sampled_from(sorted(PERIODS))
percents = st.decimals(0, 100, places=4)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as people write them: exponents have two digits at most."""
    return st.floats(low, high).filter(lambda value: value == 0 or abs(value) > 1e-90)


def says(parse, text: str) -> str:
    """The message for a text that is not of the kind."""
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    return str(refused.value)


@given(st.text(max_size=60), st.sampled_from(PARSERS))
def test_no_text_does_worse_than_a_message(text, parse):
    told = "read without a message"
    try:
        parse(text)
    except ValueError as error:
        told = str(error)
    assert 10 < len(told) < 400


@given(st.text(max_size=60), st.sampled_from(PARSERS))
def test_what_is_read_is_finite(text, parse):
    try:
        value = parse(text)
    except ValueError:
        return
    if isinstance(value, int | float):
        assert math.isfinite(value)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "text", ["", " ", "nan", "inf", "-inf", "1e999", "0x10", "１２", "1__0", "_1", "1 2", "=1+1", "null"]
)
def test_what_no_kind_reads(parse, text):
    assert says(parse, text)


def test_a_long_text_is_shortened_in_the_message():
    assert says(units.number, "x" * 400).startswith("`" + "x" * 37 + "…`")


# numbers and money


@given(reals(-NUMBER_LIMIT, NUMBER_LIMIT))
def test_a_number_reads_as_it_is_written(value):
    assert units.number(repr(value)) == value


@pytest.mark.parametrize(("text", "value"), [("0.6", 0.6), ("+0.5", 0.5), ("-1.2", -1.2), ("1_000", 1000), (".5", 0.5)])
def test_numbers(text, value):
    assert units.number(text) == value


@given(st.integers(0, 10**12))
def test_a_whole_number_reads_with_and_without_underscores(value):
    assert units.whole(str(value)) == units.whole(f"{value:_}") == value


@pytest.mark.parametrize("text", ["1.5", "-1", "+1", "1e3", "1" * 19])
def test_what_is_no_whole_number(text):
    assert "is not a whole number; write e.g. 600 or 2_000" in says(units.whole, text)


@given(st.integers(-MONEY_LIMIT * MONEY_SCALE, MONEY_LIMIT * MONEY_SCALE))
def test_money_is_exact(amount):
    assert units.money(str(Decimal(amount) / MONEY_SCALE)) == amount
    assert units.money(f"{Decimal(amount) / MONEY_SCALE:.4f}") == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("10_000", 100_000_000), ("29.95", 299_500), ("0", 0), ("0.0001", 1), ("1e3", 10_000_000)]
)
def test_money(text, amount):
    assert units.money(text) == amount


def test_money_out_of_bounds():
    assert units.money(str(MONEY_LIMIT)) == MONEY_LIMIT * MONEY_SCALE
    assert f"beyond the largest amount, {MONEY_LIMIT:_}" in says(units.money, str(MONEY_LIMIT + 1))
    assert f"beyond the largest amount, {MONEY_LIMIT:_}" in says(units.money, f"{MONEY_LIMIT}.0001")
    assert "more than four decimals" in says(units.money, "0.00001")
    assert "more than four decimals" in says(units.money, "0." + "0" * 40 + "1")
    assert "did you mean 10_000?" in says(units.money, "10,000")
    assert "did you mean" not in says(units.money, "¥100")


# shares and rates


@given(percents)
def test_a_share_is_the_same_in_percent_and_as_a_number(percent):
    value = float(percent) / 100
    assert units.share(f"{percent}%") == units.share(f"{percent} %") == value
    assert units.share(str(percent / 100)) == pytest.approx(value, abs=1e-15)


def test_shares_out_of_bounds():
    assert "did you mean 15%?" in says(units.share, "15")
    assert "did you mean" not in says(units.share, "150")
    assert "between 0% and 100%" in says(units.share, "101%")
    assert "between 0% and 100%" in says(units.share, "-0.1")
    assert "write e.g. 15% or 0.15" in says(units.share, "half")
    assert units.share("0") == units.share("0%") == 0.0
    assert units.share("1") == units.share("100%") == 1.0


def test_a_ratio_may_exceed_one():
    assert units.ratio("120%") == units.ratio("1.2") == 1.2


@given(st.decimals(0, "99.99", places=2), periods)
def test_a_rate_in_percent_is_the_probability_over_its_period(percent, period):
    hazard = units.rate(f"{percent}% per {period}")
    assert -math.expm1(-hazard * PERIODS[period]) == pytest.approx(float(percent) / 100, rel=1e-12, abs=1e-15)


@given(reals(0, 1000), periods)
def test_a_rate_as_a_number_is_the_hazard_itself(value, period):
    assert units.rate(f"{value!r} per {period}") == pytest.approx(value / PERIODS[period], rel=1e-12)


def test_known_rates():
    assert units.rate("4% per month") == -math.log1p(-0.04)
    assert units.rate("0.05 per month") == 0.05
    assert units.rate("50% per year") == pytest.approx(math.log(2) / 12, rel=1e-15)
    assert units.rate("2 per month") == 2.0
    assert units.rate("0% per day") == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4%", "does not say in which time; write 4% per month"),
        ("0.04", "does not say in which time; write 0.04 per month"),
        ("100% per month", "(100% would be an infinite hazard); write e.g. 4% per month"),
        ("-1% per year", "a probability per year is at least 0% and below 100%"),
        ("-0.1 per month", "-0.1 per month is negative; a rate is at least 0 per month"),
        ("4% per fortnight", "`4% per fortnight` is not a rate; write e.g. 4% per month or 0.04 per month"),
        ("4% a month", "is not a rate"),
        ("4%per month", "is not a rate"),
    ],
)
def test_what_is_no_rate(text, message):
    assert message in says(units.rate, text)


# growth


@given(st.decimals(-20, 300, places=2), periods)
def test_growth_compounds_to_its_rate_over_its_period(percent, period):
    growth = units.growth(f"{percent}% per {period}")
    assert (1 + growth.rate) ** PERIODS[period] == pytest.approx(1 + float(percent) / 100, rel=1e-9)


def test_growth_in_steps():
    assert Growth(0.03).factors(3) == [1.0, 1.03, 1.03**2]
    assert Growth(0.5).factors(5000)[-1] == math.inf
    assert Growth(0.1, fades=1.0).factors(4) == pytest.approx([1, 1.1, 1.1 * 1.05, 1.1 * 1.05 * 1.025])
    assert Growth(0.1, fades=1e12).factors(24) == pytest.approx(Growth(0.1).factors(24))
    assert Growth(0.1).factors(0) == []


@pytest.mark.parametrize("text", ["3%", "0.03 per month", "3 per month", "x1.03"])
def test_what_is_no_growth(text):
    assert "is not a growth; write e.g. 3% per month, or {rate: 3% per month, fades: 24 months}" in says(
        units.growth, text
    )


def test_growth_leaves_something():
    assert "would leave nothing; a growth is above -100% per year" in says(units.growth, "-100% per year")


# durations, factors, months


@given(st.decimals(0, 1000, places=3), periods, st.sampled_from(["", "s"]))
def test_durations(value, period, plural):
    assert units.duration(f"{value} {period}{plural}") == pytest.approx(float(value) * PERIODS[period], rel=1e-12)


def test_known_durations():
    assert units.duration("30.4375 days") == 1.0
    assert units.duration("14 days") == 14 / DAYS_PER_MONTH
    assert units.duration("1 year") == 12.0
    assert units.duration("0 days") == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3", "did you mean 3 months?"),
        ("3 moons", "write e.g. 14 days, 2 months or 1 year"),
        ("-3 months", "is negative; a duration is at least 0 days"),
        ("months", "is not a duration"),
        ("3% per month", "is not a duration"),
    ],
)
def test_what_is_no_duration(text, message):
    assert message in says(units.duration, text)


@given(reals(0, 1000))
def test_factors(value):
    assert units.factor(f"x{value!r}") == units.factor(f"×{value!r}") == units.factor(f"x {value!r}") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.85", "did you mean x0.85?"),
        ("85%", "write e.g. x0.85 or x1.5"),
        ("x-1", "is negative; a factor is at least x0"),
    ],
)
def test_what_is_no_factor(text, message):
    assert message in says(units.factor, text)


@given(st.dates())
def test_months(date):
    text = f"{date.year:04}-{date.month:02}"
    if 1900 <= date.year <= 2999:
        assert units.month(text) == (date.year, date.month)
    else:
        assert "write a year from 1900 and a month from 01 to 12" in says(units.month, text)


@pytest.mark.parametrize("text", ["2026-10-01", "2026/10", "26-10", "2026-1", "October"])
def test_what_is_no_month(text):
    assert "is not a month; write year and month, e.g. 2026-10" in says(units.month, text)


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "1899-01", "3000-01"])
def test_months_out_of_bounds(text):
    assert "write a year from 1900 and a month from 01 to 12" in says(units.month, text)


# shares within a time, yes and no


@given(st.decimals(0, "99.9", places=1), st.integers(1, 120))
def test_a_share_within_a_time_is_reached_in_it(percent, months):
    read = units.within(f"{percent}% within {months} months")
    assert read == Within(float(percent) / 100, float(months))
    assert -math.expm1(-read.hazard * months) == pytest.approx(read.share, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20%", "does not say within which time; write e.g. 20% within 12 months"),
        ("100% within 12 months", "would be an infinite hazard; write a share below 100%"),
        ("20% within 0 months", "needs some time to be reached"),
        ("20 within 12 months", "did you mean 20%?"),
        ("20% within 12", "did you mean 12 months?"),
    ],
)
def test_what_is_no_share_within_a_time(text, message):
    assert message in says(units.within, text)


def test_yes_and_no():
    assert units.yes_no("yes") is units.yes_no("true") is True
    assert units.yes_no("no") is units.yes_no("false") is False
    assert "`maybe` is neither yes nor no; write yes or no" in says(units.yes_no, "maybe")
    assert "neither yes nor no" in says(units.yes_no, "on")
