"""The first slide: what was asked, for which months, from how many replications."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.words import word


def add(deck: Deck, shown: Any) -> None:
    """Title, horizon, replications and seed."""
    lang = deck.lang
    first, last = (numbers.month(shown.months[i], lang) for i in (0, -1))
    lines = [
        word("deck.horizon", lang, first=first, last=last, months=len(shown.months)),
        word("deck.replicated", lang, replications=shown.replications, seed=shown.seed),
        word("deck.tax", lang, currency=shown.currency),
    ]
    title = named(shown.title, 90)
    deck.cover(title, lines, notes(deck, title, file="summary.json"))
