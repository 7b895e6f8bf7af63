"""Which cells say nothing: empty ones, dashes and the words that programs write for a missing value."""

from __future__ import annotations

import polars as pl

BLANKS = ("", "-", "--", "—", "–", "―", "ー", "－", "null", "none", "n/a", "#n/a", "na", "nil", "\\n", "なし", "未設定")
"""Lower case. A dash is not 0, and "nan" is not blank: a calculation has failed there."""
LONGEST = max(map(len, BLANKS))


def blank(cells: pl.Series) -> pl.Series:
    """Return which cells say nothing: Boolean, without nulls."""
    bare = cells.str.strip_chars()
    short = (bare.str.len_chars() <= LONGEST).fill_null(False)
    if not short.any():
        return cells.is_null()
    return cells.is_null() | short & bare.set(~short, None).str.to_lowercase().is_in(BLANKS).fill_null(False)


def text(cells: pl.Series) -> pl.Series:
    """Return cells without the space around them; null where they say nothing."""
    return cells.str.strip_chars().set(blank(cells), None)
