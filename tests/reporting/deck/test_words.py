"""The words that decks put together from parts: none is missing, none is left over."""

from __future__ import annotations

import pytest

from simulator.accounting.movements import KINDS
from simulator.reporting.deck import slides
from simulator.reporting.deck.slides import economics, rescue
from simulator.reporting.words import table

FAMILIES = {
    "deck.column_": ("opening", *KINDS, "closing"),
    "deck.half_": ("1", "2"),
    "deck.offer_": ("name", "made", "accepted", "rate", "mrr"),
    "deck.price_": ("item", "today", "new", "change", "from"),
    "deck.hit_": (
        *("plan", "segment", "existing", "customers", "mrr", "step", "customer", "paid"),
        *("intro", "no_names", "title", "title_none"),
    ),
    "deck.existing_": ("keep", "at_renewal", "now", "after", "none"),
    "deck.decide_": (
        *("option", "price", "new", "offer", "schedule", "add", "drop", "change"),
        *("keep", "at_renewal", "now", "after"),
    ),
    "deck.decision_": ("what", "by", "who"),
    "deck.target_": ("month", "target", "forecast", "variance", "share", "band", "inside"),
    "deck.funnel_": rescue.FUNNEL,
    "deck.recommended_": ("up", "down", "unsure"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_part_has_its_word_and_no_word_is_left_over(family: str) -> None:
    assert {key for key in table() if key.startswith(family)} == {family + part for part in FAMILIES[family]}


def test_every_definition_is_told_somewhere() -> None:
    from pathlib import Path

    code = "".join(path.read_text(encoding="utf-8") for path in Path(slides.__file__).parent.glob("*.py"))
    names = [key.removeprefix("deck_definition.") for key in table() if key.startswith("deck_definition.")]
    assert [name for name in names if f'"{name}"' not in code] == []


def test_benchmarks_have_words() -> None:
    assert all(key in table() for key in economics.BENCHMARKS.values())
