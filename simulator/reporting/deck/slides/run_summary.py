"""The summary of a run: its headline figures and findings on one slide."""

from __future__ import annotations

from typing import Any

from simulator.reporting import findings
from simulator.reporting.deck import tables, writing
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import notes
from simulator.reporting.headline import headline
from simulator.reporting.words import word


def add(deck: Deck, result: Any) -> None:
    """Headline figures as a table, the findings below."""
    lang = deck.lang
    closing = findings.closing_mrr(result, lang)
    title = word("deck.summary_title", lang, finding=closing)
    definitions = ("closing_mrr", "net_mrr_churn_rate", "nrr_12m", "negative_churn")
    page = deck.page(title, notes(deck, closing, *definitions, file="summary.json, metrics.csv"))
    rows = [[writing.clean(line.label), writing.clean(line.value)] for line in headline(result, lang)]
    grid = Grid([word("deck.figure", lang), word("deck.value", lang)], rows, "ll")
    top, rest = page.body.below(tables.plan(grid, page.body, lang, (16.0, 14.0, 13.0)).height, 14.0)
    size = tables.plan(grid, top, lang, (16.0, 14.0, 13.0)).size
    tables.add(page, top, grid, size)
    page.fitted(rest, [findings.finding(result, name, lang) for name in ("net_churn", "movements", "bridge")])
