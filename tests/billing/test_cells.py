"""Cells: what a text means, one by one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.cells.amounts import LARGEST, parse_amount, read_amounts
from simulator.billing.cells.currencies import read_currencies
from simulator.billing.cells.dates import parse_month, read_dates
from simulator.billing.cells.intervals import MONTHS, monthly, parse_interval
from simulator.billing.cells.minor_units import from_minor
from simulator.billing.cells.quantities import read_flags, read_quantities
from simulator.billing.reading import ReadOptions
from simulator.billing.table import column_name, table_of

UNIT = 10_000


def amounts(*cells: str, **options: str) -> list[int | None]:
    table = table_of(pl.DataFrame({"a": list(cells)}))
    return read_amounts(table, "a", ReadOptions(**options)).value.to_list()  # type: ignore[arg-type]


def dates(*cells: str, header: str = "d", **options: object) -> list[datetime | None]:
    table = table_of(pl.DataFrame({header: list(cells)}))
    return read_dates(table, column_name(header), ReadOptions(**options)).value.to_list()  # type: ignore[arg-type]


@given(st.integers(-(10**14), 10**14))
def test_every_amount_of_four_decimals_is_exact(value: int) -> None:
    text = f"{Decimal(value) / UNIT:.4f}"
    other = f"{Decimal(value) / UNIT:.4f}".replace(".", ",")
    assert amounts(text, "0.5") == [value, 5_000]
    assert amounts(other, decimal="comma") == [value]
    assert parse_amount(f"{Decimal(value) / UNIT:,.4f}")[0] == value


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_is_not(text: str) -> None:
    value, _, _ = parse_amount(text)
    assert value is None or abs(value) <= LARGEST * 10
    assert value is None or any(character.isdigit() for character in text)


@given(st.datetimes(datetime(1980, 1, 2), datetime(2100, 12, 30)))
def test_every_time_is_read_in_every_spelling(when: datetime) -> None:
    when = when.replace(microsecond=0)
    day = when.replace(hour=0, minute=0, second=0)
    seconds = int((when - datetime(1970, 1, 1)).total_seconds())
    reiwa = [f"令和{when.year - 2018}年{when.month}月{when.day}日"] if when.year > 2018 else []
    serial = (day - datetime(1899, 12, 30)).days
    spellings = [f"{when:%Y-%m-%d %H:%M:%S}", f"{when:%Y-%m-%dT%H:%M:%SZ}", f"{when:%Y/%m/%d %H:%M:%S}", str(seconds)]
    spellings += [f"{seconds}000", f"{when:%Y年%m月%d日 %H:%M:%S}", f"{when:%Y-%m-%dT%H:%M:%S.000+00:00}"]
    assert [dates(text)[0] for text in spellings] == [when] * len(spellings)
    days = [f"{when:%Y-%m-%d}", f"{when:%Y/%m/%d}", f"{when.year}/{when.month}/{when.day}", f"{when:%Y%m%d}", *reiwa]
    days += [f"{when:%d.%m.%Y}", f"{when.day} {when:%B} {when.year}", f"{when:%b} {when.day}, {when.year}"]
    days += [str(serial)] if serial > 32_000 else []
    assert dates(*days) == [day] * len(days)


@given(st.text(alphabet="0123456789-/.:TZ 年月日令和", max_size=20))
def test_whatever_is_read_as_a_date_is_plausible(text: str) -> None:
    for value in dates(text, day_first=True):
        assert value is None or datetime(1980, 1, 1) <= value < datetime(2101, 1, 1)


@pytest.mark.parametrize("text", ["0", "1", "1.5", "99999999", "12", "123", "1234567", "0000000001"])
def test_no_number_lands_in_1970(text: str) -> None:
    assert dates(text) == [None]


def test_a_header_may_state_utc() -> None:
    at = "2026-04-01 20:00"
    assert dates(at, header="Created (UTC)", timezone="Asia/Tokyo") == [datetime(2026, 4, 1, 20)]
    assert dates(at, header="Created", timezone="Asia/Tokyo") == [datetime(2026, 4, 1, 11)]


def test_of_an_hour_that_comes_twice_the_first_and_of_a_skipped_one_nothing() -> None:
    berlin = {"timezone": "Europe/Berlin"}
    assert dates("2026-10-25 02:30", "2026-03-29 02:30", **berlin) == [datetime(2026, 10, 25, 0, 30), None]


@pytest.mark.parametrize(
    "text",
    [
        "2026-04",
        "2026/4",
        "202604",
        "2026年4月",
        "令和8年4月",
        "R8.4",
        "Apr 2026",
        "April-2026",
        "2026-04-30",
        "２０２６年４月",
    ],
)
def test_months(text: str) -> None:
    assert parse_month(text) == datetime(2026, 4, 1)


@pytest.mark.parametrize("text", ["20264", "2026-13", "Apr-26", "4/2026", "0020-04", "x", "2026"])
def test_no_months(text: str) -> None:
    assert parse_month(text) is None


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        *((text, ("month", 1)) for text in ("month", "Monthly", "月額", "1ヶ月", "every month", "P1M", "per month")),
        *((text, ("year", 1)) for text in ("annual", "yearly", "年払い", "１年", "P1Y", "/year")),
        ("quarterly", ("month", 3)),
        ("6 months", ("month", 6)),
        ("every-2-weeks", ("week", 2)),
        ("半年", ("month", 6)),
        ("often", None),
        ("12", None),
        ("0 months", None),
        ("", None),
    ],
)
def test_intervals(text: str, interval: tuple[str, int] | None) -> None:
    assert parse_interval(text) == interval


@given(st.integers(-LARGEST, LARGEST), st.sampled_from(sorted(MONTHS)), st.integers(1, 1000))
def test_an_amount_a_month_is_exact_to_half_a_ten_thousandth(amount: int, unit: str, count: int) -> None:
    per_year = {"day": Decimal("365.25"), "week": Decimal(52), "month": Decimal(12), "year": Decimal(1)}
    got = pl.select(monthly(pl.lit(amount, pl.Int64), pl.lit(unit), pl.lit(count))).item()
    exact = Decimal(amount) * per_year[unit] / 12 / count
    assert abs(Decimal(got) - exact) <= Decimal("0.5000000001")


def test_minor_units_follow_the_currency() -> None:
    frame = pl.DataFrame({"a": [123_400] * 4, "c": ["USD", "JPY", "KWD", None]})
    assert frame.select(from_minor(pl.col("a") * UNIT, pl.col("c"))).to_series().to_list() == [
        1_234 * UNIT,
        123_400 * UNIT,
        1_234_000,
        None,
    ]


def test_quantities_flags_and_currencies() -> None:
    quantity, odd = read_quantities(pl.Series(["1,200", "3.0", "５", "", "2.5", "-1", "x", "99999999999"]))
    assert quantity.to_list() == [1200, 3, 5, None, None, None, None, None]
    assert odd.to_list() == [False] * 4 + [True] * 4
    flag, odd = read_flags(pl.Series(["True", "no", "1", "", "maybe"]))
    assert flag.to_list() == [True, False, True, None, None]
    assert odd.to_list() == [False] * 4 + [True]
    code, odd = read_currencies(pl.Series(["usd", "円", "€", "", "$", "ZZZ"]))
    assert code.to_list() == ["USD", "JPY", "EUR", None, None, None]
    assert odd.to_list() == [False, False, False, False, True, True]


def test_points_that_may_separate_thousands_are_told_apart_by_the_column() -> None:
    assert amounts("1.234", "0.5") == [12_340, 5_000]
    assert amounts("1.234", "1,234.5") == [12_340, 12_345_000]
    assert amounts("0.125") == [1_250]
    assert amounts("1.234", decimal="point") == [12_340]
    assert amounts("1.234", decimal="comma") == [12_340_000]
