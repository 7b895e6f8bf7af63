"""Closing MRR by month: the mean as a line, the 5-95 % band as an area."""

from __future__ import annotations

from typing import Any

from simulator.reporting import findings, style
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.result_view import series
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart, from zero."""
    lang = deck.lang
    finding = findings.closing_mrr(result, lang)
    cells = series(result, "closing_mrr")
    page = deck.page(titled(finding, label, lang), notes(deck, finding, "closing_mrr", "band", file="metrics.csv"))
    if all(cell.mean is None for cell in cells):
        page.fitted(page.body, [word("figure.no_data", lang)], bullet=False)
        return
    unit = charts.money_unit([x for cell in cells for x in (cell.mean, cell.p95)], result.currency, lang)
    line = Series(word("figure.mean", lang), unit.of([cell.mean for cell in cells]), style.LINE, width=2.75)
    areas = band_of(cells, unit.of, lang)
    axis = word("format.with_unit", lang, text=word("figure.closing_axis", lang), unit=unit.name)
    months = Months(result.months)
    if areas:
        chart = Chart("area", months, areas, axis, unit.number_format, lines=[line])
    else:
        chart = Chart("line", months, [line], axis, unit.number_format)
    charts.add(page, page.body, chart, finding)


def band_of(cells: Any, scaled: Any, lang: str) -> list[Series]:
    """The areas of the 5-95 % band; none where no cell has one."""
    if not any(cell.has_band and cell.p05 != cell.p95 for cell in cells):
        return []
    low, high = scaled([cell.p05 for cell in cells]), scaled([cell.p95 for cell in cells])
    return charts.band(low, high, word("deck.band", lang), style.BAND)
