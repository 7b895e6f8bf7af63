"""A table that is ready to be shown: everything written out, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """A caption, column titles, rows of as many texts, and notes below."""

    caption: str
    titles: list[str]
    rows: list[list[str]]
    notes: Sequence[str] = ()
