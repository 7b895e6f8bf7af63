"""Writes a deck: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulator.reporting import fonts, numbers
from simulator.reporting.deck import contents
from simulator.reporting.deck.design import design
from simulator.reporting.deck.page import Deck
from simulator.reporting.targets import Target
from simulator.reporting.words import word


def write_deck(
    shown: Any, path: Path | str, lang: str = "en", *, template: Path | None = None, targets: Sequence[Target] = ()
) -> Path:
    """Write the deck of a run (`Result`) or of a study (`Study`) to `path`, over an older one; return it.

    Raises
    ------
    WrongTemplate
        if the template cannot be used.
    """
    path = Path(path)
    with numbers.for_boards():
        deck = Deck(design(template), lang, _source(shown, lang))
        deck.presentation.core_properties.title = fonts.showable(shown.title, 200)
        deck.presentation.core_properties.author = "plansim"
        if hasattr(shown, "kind"):
            contents.fill_study(deck, shown, targets)
        else:
            contents.fill_run(deck, shown, targets)
    _save(deck.presentation, path)
    return path


def _source(shown: Any, lang: str) -> str:
    """What stands in every footer: where the figures come from, net of tax."""
    key = "note.source" if shown.replications > 1 else "note.source_one"
    title = fonts.showable(shown.title, 60)
    source = word(key, lang, title=title, replications=shown.replications, seed=shown.seed)
    return word("deck.source", lang, source=source)


def _save(presentation: Any, path: Path) -> None:
    place = path.resolve()
    number, name = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
    os.close(number)
    fresh = Path(name)
    try:
        presentation.save(str(fresh))
        fresh.chmod(0o644)
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
