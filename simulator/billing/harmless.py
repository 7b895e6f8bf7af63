"""Text that a spreadsheet would run as a formula, written so that it stays text."""

from __future__ import annotations

import polars as pl

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula can begin with, full-width forms included (OWASP, CSV injection)."""


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose text columns begin with no formula: such cells get an apostrophe in front.

    Numbers are left alone, those in columns of text too: -12.5 is no formula.
    """
    return frame.with_columns(
        pl.when(runs(name)).then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String or isinstance(kind, (pl.Categorical, pl.Enum))
    )


def runs(name: str) -> pl.Expr:
    """Tell of each cell of a column whether a spreadsheet would run it. Space before it does not help."""
    text = pl.col(name).cast(pl.String)
    first = text.str.strip_chars(" \u00a0\u3000").str.slice(0, 1).is_in(list(STARTS))
    number = text.str.contains(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$")
    return (first & ~number).fill_null(False)


def harmless_text(text: str) -> str:
    """Return one cell so that a spreadsheet does not run it."""
    return str(harmless(pl.DataFrame({"text": [text]}))["text"][0])
