"""NRR and GRR over twelve months, with the usual benchmarks and where they come from."""

from __future__ import annotations

from typing import Any

from simulator.reporting import style
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.palette import line_colours
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.figures import retention
from simulator.reporting.result_view import series
from simulator.reporting.words import word

METRICS = ("nrr_12m", "nrr_12m_without_price", "grr_12m")
BENCHMARKS = ((1.10, "deck.nrr_110"), (1.00, "deck.nrr_100"), (0.90, "deck.grr_90"))


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart, where the horizon is long enough for twelve months."""
    lang = deck.lang
    found = {metric: series(result, metric) for metric in METRICS}
    if not retention.applies(result):
        return
    finding = retention.finding(result, lang)
    told = notes(deck, finding, *METRICS, "benchmarks", file="metrics.csv")
    page = deck.page(titled(finding, label, lang), told, word("deck.benchmark_source", lang))
    first = next(i for i, cell in enumerate(found["nrr_12m"]) if cell.mean is not None)
    months = Months(result.months[first:])
    lines = [
        Series(word(f"metric.{metric}", lang), [cell.mean for cell in found[metric][first:]], colour)
        for metric, colour in zip(METRICS, line_colours(deck.look.accents), strict=False)
        if any(cell.mean is not None for cell in found[metric])
    ]
    if len(lines) > 1 and found["nrr_12m"] == found["nrr_12m_without_price"]:
        del lines[1]  # no price moved: the two are one line
    lines += [
        Series(word(key, lang), [value] * len(months), style.SOFT_INK, dash=True, width=1.0)
        for value, key in BENCHMARKS
    ]
    known = [x for line in lines for x in line.values if x is not None]
    limits = (min(known) - 0.02, max(known) + 0.02)
    form = charts.percent_format(lang, 0)
    chart = Chart("line", months, lines, word("deck.retention_axis", lang), form, limits=limits)
    charts.add(page, page.body, chart, finding)
