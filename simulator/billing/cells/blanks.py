"""Which cells say nothing: empty ones, dashes and the words that programs write for a missing value."""

from __future__ import annotations

import polars as pl

BLANKS = ("", "-", "--", "—", "–", "―", "ー", "－", "null", "none", "n/a", "#n/a", "na", "nil", "\\n", "なし", "未設定")
"""Lower case. A dash is not 0, and "nan" is not blank: a calculation has failed there."""


def blank(cells: pl.Series) -> pl.Series:
    """Return which cells say nothing: Boolean, without nulls."""
    bare = cells.str.strip_chars()
    return cells.is_null() | (bare.str.len_chars() <= 4) & bare.str.to_lowercase().is_in(BLANKS)


def text(cells: pl.Series) -> pl.Series:
    """Return cells without the space around them; null where they say nothing."""
    return cells.str.strip_chars().set(blank(cells), None)
