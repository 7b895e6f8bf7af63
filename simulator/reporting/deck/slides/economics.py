"""LTV, CAC and payback, beside the usual benchmarks and where they come from."""

from __future__ import annotations

from typing import Any

from simulator.reporting import findings, numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.result_view import Cell, last_known, series
from simulator.reporting.words import word

METRICS = ("ltv_profit", "cac", "ltv_to_cac", "cac_payback_months")
BENCHMARKS = {"ltv_to_cac": "deck.benchmark_ltv", "cac_payback_months": "deck.benchmark_payback"}


def add(deck: Deck, result: Any, label: str = "") -> None:
    """A table of the horizon's figures; nothing where the scenario has no economics."""
    lang = deck.lang
    found = {metric: last_known(series(result, metric)) for metric in METRICS}
    ratio = found["ltv_to_cac"]
    if ratio is None:
        return
    rows = []
    for metric, cell in found.items():
        if cell is not None:
            value, interval = _written(result, metric, cell, lang)
            benchmark = word(BENCHMARKS[metric], lang) if metric in BENCHMARKS else word("format.none", lang)
            rows.append([word(f"metric.{metric}", lang), value, interval.strip(" （）()"), benchmark])
    value, interval = _written(result, "ltv_to_cac", ratio, lang)
    month = numbers.month(ratio.month, lang)
    finding = word("deck.economics_title", lang, month=month, ratio=value, interval=interval)
    titles = [word(key, lang) for key in ("deck.figure", "deck.value", "deck.interval", "deck.benchmark")]
    told = notes(deck, finding, *METRICS, "benchmarks", file="metrics.csv")
    source = word("deck.benchmark_source", lang)
    tables.add_pages(deck, titled(finding, label, lang), Grid(titles, rows, "lrll"), told, source=source)


def _written(result: Any, metric: str, cell: Cell, lang: str) -> tuple[str, str]:
    if metric in ("ltv_profit", "cac"):
        return findings.money_interval(result, cell, lang)
    low, high = (numbers.plain(x, lang, digits=1) for x in (cell.p05, cell.p95))
    return numbers.plain(cell.mean, lang, digits=1), findings.interval(result, cell, low, high, lang)
