"""Any table as it stands in its file, for what has no table of its own."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.page.content import Cell, Table
from simulator.reporting.words import name, word

MOST_ROWS = 200
"""Rows of a file that a page shows; the file has them all."""
DIGITS = 6
"""Significant digits of a number whose unit is not known."""


def frame_table(frame: pl.DataFrame, file: str, lang: str) -> Table:
    """The first rows of a frame; months written as the language does."""
    words = frozenset(i for i, column in enumerate(frame.columns) if frame.schema[column] == pl.String)
    rows = [
        [_cell(value, column, lang) for column, value in zip(frame.columns, row, strict=True)]
        for row in frame.head(MOST_ROWS).iter_rows()
    ]
    notes = []
    if frame.height > MOST_ROWS:
        more = f"{frame.height - MOST_ROWS:,}"
        notes.append(word("page.more_rows", lang, count=more, file=f"{file}.csv"))
    titles = [name("page_column", column, lang) for column in frame.columns]
    return Table(name("page_table", file, lang), titles, rows, notes, words=words)


def _cell(value: Any, column: str, lang: str) -> Cell:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return Cell(word("format.none", lang))
    if isinstance(value, str):
        return Cell(numbers.month(value, lang) if column == "month" else value)
    number = float(value)
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(number)))) if number else 0
    text = numbers.plain(number, lang, digits=min(decimals, DIGITS))
    return Cell(text.rstrip("0").rstrip(".") if "." in text else text, number)
