"""MRR movements by month: stacked columns, net new MRR as a line."""

from __future__ import annotations

from typing import Any

from simulator.accounting.movements import KINDS
from simulator.reporting import findings, style
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.result_view import LOSSES, series
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart; the kinds that nothing moved in are left out."""
    lang = deck.lang
    finding = findings.movements(result, lang)
    cells = {kind: [cell.mean for cell in series(result, f"{kind}_mrr")] for kind in KINDS}
    shown = [kind for kind in KINDS if any(cells[kind])]
    definitions = ("net_new_mrr", *(f"{kind}_mrr" for kind in shown))
    page = deck.page(titled(finding, label, lang), notes(deck, finding, *definitions, file="metrics.csv"))
    if not shown:
        page.fitted(page.body, [word("figure.no_movement", lang)], bullet=False)
        return
    net = [cell.mean for cell in series(result, "net_new_mrr")]
    gains = [sum(cells[kind][i] or 0.0 for kind in shown if kind not in LOSSES) for i in range(len(result.months))]
    losses = [sum(cells[kind][i] or 0.0 for kind in shown if kind in LOSSES) for i in range(len(result.months))]
    unit = charts.money_unit([*gains, *losses], result.currency, lang)
    stacked = [
        Series(
            word(f"kind.{kind}", lang),
            [None if x is None else -x if kind in LOSSES else x for x in unit.of(cells[kind])],
            style.KIND_COLOURS[kind],
        )
        for kind in shown
    ]
    line = Series(word("metric.net_new_mrr", lang), unit.of(net), style.INK, width=2.25)
    axis = word("format.with_unit", lang, text=word("figure.movements_axis", lang), unit=unit.name)
    months = Months(result.months)
    chart = Chart("column", months, stacked, axis, unit.number_format, lines=[line])
    charts.add(page, page.body, chart, finding)
