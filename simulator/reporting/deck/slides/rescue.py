"""The rescue funnel: intents to cancel, offers made, accepted, and who is still there."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.figures import rescue_funnel
from simulator.reporting.words import word

FUNNEL = ("cancel_intents", "rescue_offered", "rescue_accepted")
LATER = (3, 6, 12)


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart of counts over the horizon, means a replication; nothing where no rescue was offered."""
    lang = deck.lang
    counts = {name: _sum(result, name) for name in FUNNEL}
    if not counts["rescue_offered"] or not result.summary.get("rescue_total"):
        return
    names = [word(f"deck.funnel_{name}", lang) for name in FUNNEL]
    values: list[float | None] = [counts[name] for name in FUNNEL]
    still = _still(result)
    for months, (observed, stayed) in still.items():
        names += [word("deck.observed_for", lang, months=months), word("deck.still_after", lang, months=months)]
        values += [observed, stayed]
    finding = rescue_funnel.finding(result, lang)
    definitions = ("cancel_intents", "rescue_offered", "rescue_accepted", "rescue_still_12m")
    told_notes = notes(deck, finding, *definitions, file="metrics.csv, offers.csv")
    page = deck.page(titled(finding, label, lang), told_notes)
    colour = deck.look.accents[0]
    labels = [numbers.plain(x, lang) for x in values]
    one = Series(word("deck.customers", lang), values, colour, labels=labels)
    axis = word("deck.rescue_axis", lang)
    form = charts.number_format(lang)
    charts.add(page, page.body, Chart("bar", names, [one], axis, form, legend=False, gap=50), finding)


def _sum(result: Any, metric: str) -> float:
    rows = result.metrics.filter((pl.col("metric") == metric) & (pl.col("segment") == "all"))
    return float(rows["mean"].fill_null(0.0).sum())


def _still(result: Any) -> dict[int, tuple[float, float]]:
    """By months after acceptance: accepted rescues that the horizon shows that long, and those still customers."""
    sums = result.offers.group_by("stage").agg(pl.col("mean").fill_null(0.0).sum())
    found = dict(sums.iter_rows())
    every = {n: (found.get(f"observed_{n}", 0.0), found.get(f"still_{n}", 0.0)) for n in LATER}
    return {n: pair for n, pair in every.items() if pair[0]}
