"""What a scenario says and what it takes for granted, in sentences."""

from __future__ import annotations

import re
from typing import Any

from simulator.reporting.deck import flow
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import named, notes, scenario_of
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """As many slides as the sentences take; where the scenario cannot be read, one that says so."""
    lang = deck.lang
    items = sentences(result, lang)
    count = sum(not head for _, head in items)

    def title(part: int, parts: int) -> str:
        key = "deck.assumptions_title" if parts == 1 else "deck.assumptions_title_part"
        told = word(key, lang, count=count, part=part, parts=parts)
        return word("deck.of_option", lang, option=label, title=told) if label else told

    first = word("deck.assumptions_note", lang)
    flow.add(deck, title, items, notes(deck, first, file="scenario.yaml"))


def sentences(result: Any, lang: str) -> list[tuple[str, bool]]:
    """The sentences of `explain`, with the headings of their sections."""
    scenario = scenario_of(result)
    if scenario is None:
        return [(word("deck.no_scenario", lang), False)]
    from simulator.scenario.explain import explain

    text = explain(scenario, lang)
    for name in _long_names(scenario):
        text = text.replace(name, named(name))
    items = []
    for line in text.splitlines()[1:]:
        if line.startswith("## "):
            items.append((line[3:], True))
        elif line.strip():
            items.append((with_minus(line.removeprefix("- "), lang), False))
    return items


def with_minus(sentence: str, lang: str) -> str:
    """The sentence with the language's sign before negative numbers."""
    return re.sub(r"(?<![A-Za-z0-9_-])-(?=\d)", word("format.minus", lang), sentence)


def _long_names(scenario: Any) -> list[str]:
    """Names that would fill a slide by themselves."""
    of = ("plan_names", "addon_names", "bundle_names", "offer_names", "segment_names")
    return [name for block in of for name in getattr(scenario, block) if len(name) > 40]
