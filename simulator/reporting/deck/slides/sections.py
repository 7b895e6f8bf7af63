"""Tables of a study for which there is no slide of its own: those of the terminal, else the study's files."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck import flow, tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import notes
from simulator.reporting.words import word

MOST_ROWS, MOST_COLUMNS = 40, 9
"""What slides show of a file's rows and columns; the rest stays in the file, and the slide says so."""


def add(deck: Deck, study: Any) -> None:
    """One table after the other."""
    from simulator.reporting.study_terminal import TABLES

    if study.kind in TABLES:
        for section in TABLES[study.kind](study, deck.lang):
            _section(deck, study, section)
        return
    for name in study.tables:
        _file(deck, study, name)


def _section(deck: Deck, study: Any, section: Any) -> None:
    lang = deck.lang
    title = section.caption or study.title
    told = notes(deck, title, file="summary.json")
    if not section.rows:
        if section.notes:
            flow.add(deck, lambda *_: title, [(note, False) for note in section.notes], told)
        return
    titles = [x.replace("-\n", "").replace("\n", " ") for x in section.titles]
    glue = " " if lang == "en" else ""
    grid = Grid(titles, section.rows, "l" + "r" * (len(titles) - 1))
    tables.add_pages(deck, title, grid, told, intro=glue.join(section.notes))


def _file(deck: Deck, study: Any, name: str) -> None:
    lang = deck.lang
    frame = study.tables[name]
    shown = frame.head(MOST_ROWS).select(frame.columns[:MOST_COLUMNS])
    rows = [[_written(x, lang) for x in row] for row in shown.iter_rows()]
    if not rows:
        return
    align = "".join("r" if dtype.is_numeric() else "l" for dtype in shown.dtypes)
    title = word("deck.file_title", lang, file=f"{name}.csv", rows=len(rows), of=frame.height)
    tables.add_pages(deck, title, Grid(shown.columns, rows, align), notes(deck, title, file=f"{name}.csv"))


def _written(value: Any, lang: str) -> str:
    if value is None:
        return word("format.none", lang)
    return numbers.plain(value, lang, digits=0 if abs(value) >= 1000 else 4) if isinstance(value, float) else str(value)
