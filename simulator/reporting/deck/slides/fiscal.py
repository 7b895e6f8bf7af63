"""Fiscal years, halves and quarters: movements and closing MRR, and the change over a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.accounting.movements import KINDS
from simulator.reporting import findings, numbers
from simulator.reporting.apportion import apportion
from simulator.reporting.deck import charts, tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.result_view import LOSSES, Cell, series
from simulator.reporting.words import word

FIGURES = 4
"""Figures written of the largest balance."""


@dataclass(frozen=True)
class Period:
    """Months `first` to `last` (places in the horizon) of a fiscal year; not `whole` where the horizon cuts it.

    `level` is quarter, half or year; `quarters` are the numbers of its quarters, counted from the first on.
    """

    level: str
    label: str
    first: int
    last: int
    whole: bool
    quarters: tuple[int, ...]


def add(deck: Deck, result: Any, label: str = "") -> None:
    """A table of all periods, where there are three months or more and every balance is known."""
    lang = deck.lang
    opening, closing = series(result, "opening_mrr"), series(result, "closing_mrr")
    if len(result.months) < 3 or any(cell.mean is None for cell in (*opening, *closing)):
        return
    rows, strong, cut = _rows(result, opening, closing, lang)
    unit = charts.money_unit([cell.mean for cell in closing], result.currency, lang)
    names = ("opening", *KINDS, "closing")
    period = word("format.with_unit", lang, text=word("deck.period", lang), unit=unit.name)
    titles = [period, *(word(f"deck.column_{name}", lang) for name in names), word("deck.yoy", lang)]
    source = word("deck.fiscal_note", lang) + (word("deck.fiscal_cut", lang) if cut else "")
    finding = _finding(result, closing, opening, lang)
    grid = Grid(titles, rows, "l" + "r" * 8, frozenset(strong))
    told = notes(deck, finding, "closing_mrr", "yoy", file="metrics.csv")
    tables.add_pages(deck, titled(finding, label, lang), grid, told, source=source)


def periods(months: tuple[str, ...], start: int, lang: str) -> list[Period]:
    """Quarters, each half after its second quarter, each fiscal year after its last."""
    places: dict[tuple[int, int], list[int]] = {}
    for i, text in enumerate(months):
        year, month = numbers.split_month(text)
        ends = year + (1 if start > 1 and month >= start else 0)
        places.setdefault((ends, (month - start) % 12 // 3), []).append(i)
    found: list[Period] = []
    keys = list(places)
    for at, (ends, quarter) in enumerate(keys):
        year_name = word("format.fiscal_year", lang, year=ends, month=(start + 10) % 12 + 1)
        label = word("deck.quarter", lang, year=year_name, number=quarter + 1)
        found.append(_period("quarter", label, [at], places, keys))
        last = at + 1 == len(keys) or keys[at + 1][0] != ends
        if last or quarter == 1:
            some = [k for k, key in enumerate(keys) if key[0] == ends and key[1] // 2 == quarter // 2]
            label = word(f"deck.half_{quarter // 2 + 1}", lang, year=year_name)
            found.append(_period("half", label, some, places, keys))
        if last:
            some = [k for k, key in enumerate(keys) if key[0] == ends]
            found.append(_period("year", year_name, some, places, keys))
    return found


WHOLE = {"quarter": 3, "half": 6, "year": 12}


def _period(level: str, label: str, quarters: list[int], places: Any, keys: Any) -> Period:
    months = [i for quarter in quarters for i in places[keys[quarter]]]
    return Period(level, label, months[0], months[-1], len(months) == WHOLE[level], tuple(quarters))


def _rows(result: Any, opening: list[Cell], closing: list[Cell], lang: str) -> tuple[list[list[str]], list[int], bool]:
    """Rows of text, which of them are years, and whether the horizon cuts a period.

    Quarters are rounded so that they add up; halves and years are sums of what their quarters show.
    """
    moved = {kind: [cell.mean or 0.0 for cell in series(result, f"{kind}_mrr")] for kind in KINDS}
    unit = charts.money_unit([cell.mean for cell in closing], result.currency, lang)
    largest = max(abs(cell.mean or 0.0) for cell in (*opening, *closing)) / unit.scale.factor
    digits = max(0, min(numbers.MOST_DIGITS, FIGURES - len(str(int(largest)))))
    step = unit.scale.factor / 10**digits
    every = periods(result.months, result.fiscal_year_start, lang)
    quarters: list[list[int]] = []
    rows: list[list[str]] = []
    strong: list[int] = []
    cut = False
    for one in every:
        start, end = round((opening[one.first].mean or 0.0) / step), round((closing[one.last].mean or 0.0) / step)
        if one.level == "quarter":
            sums = [(-1 if kind in LOSSES else 1) * sum(moved[kind][one.first : one.last + 1]) / step for kind in KINDS]
            quarters.append(apportion(sums, end - start))
        parts = [sum(quarters[q][k] for q in one.quarters) for k in range(len(KINDS))]
        before = _year_before(opening, closing, one.last)
        change = None if not before else (closing[one.last].mean or 0.0) / before - 1
        written = [numbers.plain(x / 10**digits, lang, digits=digits) for x in (start, *parts, end)]
        mark = "" if one.whole else "*"
        cut = cut or not one.whole
        if one.level == "year":
            strong.append(len(rows))
        rows.append([one.label + mark, *written, numbers.percent(change, lang, signed=True)])
    return rows, strong, cut


def _year_before(opening: list[Cell], closing: list[Cell], last: int) -> float | None:
    """Closing MRR twelve months earlier; the opening of the first month counts as the month before it."""
    if last >= 12:
        return closing[last - 12].mean
    return opening[0].mean if last == 11 else None


def _finding(result: Any, closing: list[Cell], opening: list[Cell], lang: str) -> str:
    """Closing MRR of the last month and its change over a year, of the means."""
    last = len(closing) - 1
    amount, interval = findings.money_interval(result, closing[last], lang)
    before = _year_before(opening, closing, last)
    month = numbers.month(result.months[-1], lang)
    if not before:
        return word("deck.fiscal_title", lang, month=month, amount=amount, interval=interval)
    change = numbers.percent((closing[last].mean or 0.0) / before - 1, lang, signed=True)
    return word("deck.fiscal_title_yoy", lang, month=month, amount=amount, interval=interval, change=change)
