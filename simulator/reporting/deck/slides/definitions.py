"""What the terms of the deck mean."""

from __future__ import annotations

from simulator.reporting.deck import flow
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import definition, notes
from simulator.reporting.words import word

TERMS = (
    *("closing_mrr", "arr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr"),
    *("net_mrr_churn_rate", "negative_churn", "nrr_12m", "grr_12m", "arpa", "band"),
)


def add(deck: Deck) -> None:
    """One slide."""
    lang = deck.lang
    title = word("deck.definitions_title", lang)
    lines = [(definition(term, lang), False) for term in TERMS]
    flow.add(deck, lambda *_: title, lines, notes(deck, title, file="docs/results.md"))
