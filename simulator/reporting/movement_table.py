"""The table of MRR movements, rounded so that in every row opening and movements add up to closing.

Each closing is the next opening. Rows are months; a longer horizon gets quarters, and fiscal years as totals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.reporting import numbers
from simulator.reporting.apportion import apportion
from simulator.reporting.result_view import LOSSES, ResultView, kinds_of, series
from simulator.reporting.words import word

MONTHLY_UP_TO = 36
"""Horizons up to this many months get a row a month; longer ones a row a quarter."""

FIGURES = 6
"""Most figures written of the largest amount."""

YEARS_FROM = 13
"""From this many months on, fiscal years are totalled."""


@dataclass(frozen=True)
class Row:
    """One row in whole written units; losses are negative. None where a value is not known."""

    label: str
    opening: int | None
    moved: tuple[int | None, ...]
    closing: int | None
    net_churn: float | None
    total: bool = False


@dataclass(frozen=True)
class Resolution:
    """What one written unit is worth: `scale` with `digits` decimals."""

    scale: numbers.Scale
    digits: int

    @property
    def unit(self) -> float:
        """One written unit in currency units."""
        return self.scale.factor / 10**self.digits

    def written(self, units: int | None, lang: str) -> str:
        """An amount of whole written units."""
        return numbers.plain(None if units is None else units / 10**self.digits, lang, digits=self.digits)


@dataclass(frozen=True)
class _Month:
    """One month's means in currency units, losses negative."""

    text: str
    opening: float | None
    moved: tuple[float | None, ...]
    closing: float | None
    net_churn: float | None


def movement_rows(result: ResultView, resolution: Resolution, lang: str) -> list[Row]:
    """The rows of the table in the given resolution."""
    months = _months(result)
    quarterly = len(months) > MONTHLY_UP_TO
    years = len(months) >= YEARS_FROM
    rows: list[Row] = []
    for year in _runs(months, result.fiscal_year_start, 12):
        parts = _runs(year, result.fiscal_year_start, 3) if quarterly else [[month] for month in year]
        of_year = [_row(part, resolution, lang) for part in parts]
        rows += of_year
        if years:
            rows.append(_total(year, of_year, lang))
    return rows


def resolutions(result: ResultView, lang: str) -> list[Resolution]:
    """Ways to write the table's amounts, the most exact first."""
    amounts = [abs(a) for m in _months(result) for a in (m.opening, m.closing, *m.moved) if a is not None]
    largest = max(amounts, default=0.0)
    coins = numbers.usual_digits(min(largest, 1.0), result.currency, numbers.UNIT)
    ways = [Resolution(numbers.UNIT, digits) for digits in dict.fromkeys((coins, 0))]
    for scale in numbers.SCALES[lang][1:]:
        if largest >= 100 * scale.factor:
            ways += [Resolution(scale, digits) for digits in (2, 1, 0)]
    return [way for way in ways if largest / way.unit < 10**FIGURES] or ways[-1:]


def _months(result: ResultView) -> list[_Month]:
    kinds = kinds_of(result)
    columns = {kind: series(result, f"{kind}_mrr") for kind in kinds}
    opening, closing = series(result, "opening_mrr"), series(result, "closing_mrr")
    rates = series(result, "net_mrr_churn_rate")
    return [
        _Month(
            month,
            opening[i].mean,
            tuple(_signed(kind, columns[kind][i].mean) for kind in kinds),
            closing[i].mean,
            rates[i].mean,
        )
        for i, month in enumerate(result.months)
    ]


def _signed(kind: str, amount: float | None) -> float | None:
    return -amount if amount is not None and kind in LOSSES else amount


def _runs(months: Sequence[_Month], fiscal_year_start: int, length: int) -> list[list[_Month]]:
    """The months cut where a fiscal period of `length` months begins."""
    runs: list[list[_Month]] = []
    for month in months:
        begins = (numbers.split_month(month.text)[1] - fiscal_year_start) % length == 0
        if begins or not runs:
            runs.append([])
        runs[-1].append(month)
    return runs


def _row(part: Sequence[_Month], resolution: Resolution, lang: str) -> Row:
    label, rate = _label(part, lang), _mean_rate(part)
    opening, closing = part[0].opening, part[-1].closing
    moved = [_sum([month.moved[k] for month in part]) for k in range(len(part[0].moved))]
    unit = resolution.unit
    first = None if opening is None else round(opening / unit)
    last = None if closing is None else round(closing / unit)
    if first is None or last is None or any(amount is None for amount in moved):
        return Row(label, first, tuple(None if a is None else round(a / unit) for a in moved), last, rate)
    amounts = [amount / unit for amount in moved if amount is not None]
    return Row(label, first, tuple(apportion(amounts, last - first)), last, rate)


def _total(months: Sequence[_Month], rows: Sequence[Row], lang: str) -> Row:
    """The row of a fiscal year, or of the part of it that is in the horizon: sums of what its rows show."""
    moved = []
    for k in range(len(rows[0].moved)):
        column = [row.moved[k] for row in rows]
        moved.append(None if None in column else sum(value for value in column if value is not None))
    year, month = numbers.split_month(months[-1].text)
    whole = len(months) == 12
    label = word("format.fiscal_year", lang, year=year, month=month) if whole else _label(months, lang)
    return Row(label, rows[0].opening, tuple(moved), rows[-1].closing, _mean_rate(months), total=True)


def _sum(values: list[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return math.fsum(present) if len(present) == len(values) else None


def _mean_rate(part: Sequence[_Month]) -> float | None:
    """The mean of the monthly rates that are known."""
    rates = [month.net_churn for month in part if month.net_churn is not None]
    return math.fsum(rates) / len(rates) if rates else None


def _label(part: Sequence[_Month], lang: str) -> str:
    if len(part) == 1:
        return numbers.month(part[0].text, lang)
    (year, first), (last_year, last) = numbers.split_month(part[0].text), numbers.split_month(part[-1].text)
    key = "format.months_same_year" if year == last_year else "format.months_two_years"
    values = {"year": year, "first": first, "last": last}
    return word(key, lang, **values) if year == last_year else word(key, lang, last_year=last_year, **values)
