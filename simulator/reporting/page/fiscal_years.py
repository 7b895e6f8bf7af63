"""Fiscal years side by side: where each ended, and its change over the year before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from simulator.reporting import numbers
from simulator.reporting.page import values
from simulator.reporting.page.content import Cell, Table
from simulator.reporting.result_view import last_known, series
from simulator.reporting.words import word

AT_END = ("nrr_12m", "paying_customers")


def fiscal_years(result: Any, lang: str) -> Table:
    """One row a fiscal year, or the part of it that is in the horizon; means over the replications."""
    closing = series(result, "closing_mrr")
    opening = series(result, "opening_mrr")[0].mean
    net = series(result, "net_new_mrr")
    at_end = {metric: series(result, metric) for metric in AT_END}
    at_end = {metric: cells for metric, cells in at_end.items() if last_known(cells)}
    code = result.currency
    rows = []
    for places in spans(result.months, result.fiscal_year_start):
        last = places[-1]
        mean = closing[last].mean
        before = closing[last - 12].mean if last >= 12 else opening if last == 11 else None
        change = mean / before - 1.0 if mean is not None and before else None
        arr = None if mean is None else 12 * mean
        cells = [
            Cell(label(result.months, places, lang), float(last)),
            Cell(numbers.money(mean, code, lang), mean),
            Cell(numbers.percent(change, lang, signed=True), change),
            Cell(numbers.money(arr, code, lang), arr),
        ]
        total = _sum([net[i].mean for i in places])
        cells.append(Cell(numbers.money(total, code, lang, signed=True), total))
        cells += [values.cell(column[last], metric, code, lang) for metric, column in at_end.items()]
        rows.append(cells)
    named = (values.label(metric, lang) for metric in ("closing_mrr", "arr", "net_new_mrr", *at_end))
    closing_title, *others = named
    titles = [word("page.fiscal_year", lang), closing_title, word("page.over_year", lang), *others]
    return Table(word("page.years_caption", lang), titles, rows, [word("page.years_note", lang)], words=frozenset())


def spans(months: Sequence[str], fiscal_year_start: int) -> list[list[int]]:
    """Positions of the months, cut where a fiscal year begins."""
    years: list[list[int]] = []
    for i, month in enumerate(months):
        if not years or numbers.split_month(month)[1] == fiscal_year_start:
            years.append([])
        years[-1].append(i)
    return years


def label(months: Sequence[str], places: Sequence[int], lang: str) -> str:
    """The name of a whole fiscal year; the months of a part of one."""
    first, last = months[places[0]], months[places[-1]]
    (year, begins), (last_year, ends) = numbers.split_month(first), numbers.split_month(last)
    if len(places) == 12:
        return word("format.fiscal_year", lang, year=last_year, month=ends)
    if first == last:
        return numbers.month(first, lang)
    if year == last_year:
        return word("format.months_same_year", lang, year=year, first=begins, last=ends)
    return word("format.months_two_years", lang, year=year, first=begins, last_year=last_year, last=ends)


def _sum(amounts: Sequence[float | None]) -> float | None:
    some = [amount for amount in amounts if amount is not None]
    return math.fsum(some) if len(some) == len(amounts) else None
