"""Net MRR churn by month: a line with its band; below zero is negative churn."""

from __future__ import annotations

from typing import Any

from simulator.reporting import findings, style
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.closing_mrr import band_of
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.result_view import Cell, series
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart; months without a rate leave a gap."""
    lang = deck.lang
    finding = findings.net_churn(result, lang)
    cells = series(result, "net_mrr_churn_rate")
    told = notes(deck, finding, "net_mrr_churn_rate", "negative_churn", "band", file="metrics.csv")
    page = deck.page(titled(finding, label, lang), told, word("note.negative_churn", lang))
    if all(cell.mean is None for cell in cells):
        page.fitted(page.body, [word("figure.no_data", lang)], bullet=False)
        return
    line = Series(word("figure.mean", lang), [cell.mean for cell in cells], style.LINE, width=2.75)
    areas = band_of(cells, list, lang)
    axis = word("deck.net_churn_axis", lang)
    months = Months(result.months)
    chart = Chart(
        "area" if areas else "line",
        months,
        areas or [line],
        axis,
        charts.percent_format(lang),
        lines=[line] if areas else [],
        limits=_limits(cells),
    )
    charts.add(page, page.body, chart, finding)


def _limits(cells: list[Cell]) -> tuple[float, float]:
    """What the axis spans: every mean, every band, and zero."""
    values = [x for cell in cells for x in (cell.mean, cell.p05, cell.p95) if x is not None]
    return min([0.0, *values]), max([0.0, *values])
