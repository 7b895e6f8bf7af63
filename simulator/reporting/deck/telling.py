"""What slides have in common: their notes, titles of options, the scenario behind a result."""

from __future__ import annotations

from functools import cache
from typing import Any

from simulator.reporting import fonts
from simulator.reporting.deck.page import Deck
from simulator.reporting.words import table, word

LONGEST_NAME = 40
"""Characters that a name given by a user takes in a sentence."""


def named(text: str, longest: int = LONGEST_NAME) -> str:
    """A user's name made fit for a slide."""
    return fonts.showable(str(text), longest)


def titled(title: str, label: str, lang: str) -> str:
    """The title of a slide about one option of several."""
    return word("deck.of_option", lang, option=label, title=title) if label else title


def notes(deck: Deck, finding: str, *definitions: str, file: str) -> list[str]:
    """Speaker notes: the finding, the definitions of what is shown, and where the numbers come from."""
    lang = deck.lang
    told = [definition(name, lang) for name in definitions]
    return [finding, *told, word("deck.from_file", lang, file=file, source=deck.source)]


def definition(name: str, lang: str) -> str:
    """What a term means: 'Term: definition'."""
    key = f"deck_definition.{name}"
    if key in table():
        return word(key, lang)
    term, meaning = word(f"metric.{name}", lang), word(f"definition.{name}", lang)
    return word("deck.definition", lang, term=term, meaning=meaning)


def scenario_of(result: Any) -> Any:
    """The scenario of a result, read from its folder; None where it cannot be read (a customer file is gone)."""
    return _scenario(result.scenario_yaml) if getattr(result, "scenario_yaml", "") else None


@cache
def _scenario(text: str) -> Any:
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import load

    try:
        return load(text if "\n" in text else text + "\n")
    except ScenarioError:
        return None


def month_after(start: tuple[int, int], index: int) -> str:
    """The month 'YYYY-MM' that lies `index` months after the start."""
    count = start[0] * 12 + start[1] - 1 + index
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
