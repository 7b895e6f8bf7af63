"""Quantities, flags and percentages."""

from __future__ import annotations

import polars as pl

from simulator.billing.cells.blanks import blank

LARGEST = 10**9
_PLAIN = r"^[0-9]{1,9}$"
_YES = ("true", "t", "yes", "y", "1", "1.0", "はい", "有", "○")
_NO = ("false", "f", "no", "n", "0", "0.0", "いいえ", "無", "×")


def read_quantities(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return whole numbers from 0 (Int64, null where blank or unreadable) and which cells are unreadable."""
    empty = blank(cells)
    bare = cells.str.strip_chars()
    plain = bare.str.contains(_PLAIN).fill_null(False)
    if (plain | empty).all():
        return bare.set(~plain, None).cast(pl.Int64), plain & False
    bare = bare.str.normalize("NFKC").str.replace_all(r"^([0-9]{1,3}(,[0-9]{3})+)$", "${1}")
    bare = bare.str.replace_all(",", "", literal=True).str.replace(r"\.0+$", "")
    whole = bare.set(~bare.str.contains(r"^[0-9]{1,10}$").fill_null(False), None).cast(pl.Int64, strict=False)
    whole = whole.set((whole > LARGEST).fill_null(False), None)
    return whole, ~empty & whole.is_null()


def read_flags(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return yes and no as Boolean (null where blank or unreadable) and which cells are unreadable."""
    bare = cells.str.strip_chars().str.to_lowercase()
    yes, no = bare.is_in(_YES).fill_null(False), bare.is_in(_NO).fill_null(False)
    return yes.set(~yes & ~no, None), ~blank(cells) & ~yes & ~no
