"""Exact amounts as text: ten-thousandths of a currency unit with their four decimals."""

from __future__ import annotations

import polars as pl


def as_units(column: str) -> pl.Expr:
    """Return Int64 ten-thousandths as text, `-12.5000`; null stays null."""
    amount = pl.col(column)
    size = amount.abs()
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}.{}", sign, size // 10_000, (size % 10_000).cast(pl.String).str.zfill(4)).alias(column)
