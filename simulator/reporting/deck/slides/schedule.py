"""What changes when, and what holds for existing customers: the sentences of the scenario's timeline."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.assumptions import with_minus
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import month_after, notes, titled
from simulator.reporting.words import word


def add(deck: Deck, scenario: Any, label: str = "") -> None:
    """A row a date; nothing where nothing changes."""
    lang = deck.lang
    dates = [month_after(scenario.start, epoch.month_index) for epoch in scenario.epochs[1:]]
    if not dates:
        return
    rows = [[numbers.month(month, lang), text] for month, text in zip(dates, told(scenario, lang), strict=True)]
    first, last = numbers.month(dates[0], lang), numbers.month(dates[-1], lang)
    key = "deck.schedule_title_one" if len(dates) == 1 else "deck.schedule_title"
    finding = word(key, lang, count=len(dates), first=first, last=last)
    titles = [word("deck.when", lang), word("deck.what_changes", lang)]
    tables.add_pages(
        deck, titled(finding, label, lang), Grid(titles, rows, "ll"), notes(deck, finding, file="scenario.yaml")
    )


def told(scenario: Any, lang: str) -> list[str]:
    """One paragraph a date."""
    from simulator.scenario.explain import LANGUAGES
    from simulator.scenario.explain.changes import changes

    return [with_minus(text, lang) for text in changes(scenario, LANGUAGES[lang]())]
