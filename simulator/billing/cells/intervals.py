"""Billing intervals, and amounts per interval as amounts a month."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from simulator.billing.cells.blanks import blank

MONTHS: dict[str, tuple[int, int]] = {
    "day": (48, 1461),  # 365.25 days a year
    "week": (12, 52),
    "month": (1, 1),
    "year": (12, 1),
}
"""Months in one unit of time, as a fraction: numerator, denominator."""

_WORDS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("d", "day", "days", "daily", "日", "日次", "毎日"), ("day", 1)),
    **dict.fromkeys(("w", "week", "weeks", "weekly", "週", "週次", "毎週"), ("week", 1)),
    **dict.fromkeys(("biweekly", "fortnight", "fortnightly", "隔週"), ("week", 2)),
    **dict.fromkeys(
        (
            "m",
            "mo",
            "month",
            "months",
            "monthly",
            "mon",
            "月",
            "ヶ月",
            "か月",
            "カ月",
            "ケ月",
            "月次",
            "月額",
            "毎月",
            "月払い",
            "月払",
        ),
        ("month", 1),
    ),
    **dict.fromkeys(("bimonthly", "隔月"), ("month", 2)),
    **dict.fromkeys(("q", "quarter", "quarters", "quarterly", "四半期"), ("month", 3)),
    **dict.fromkeys(
        ("half_year", "half_yearly", "semiannual", "semi_annual", "semiannually", "biannual", "半年", "半期"),
        ("month", 6),
    ),
    **dict.fromkeys(
        (
            "y",
            "yr",
            "year",
            "years",
            "yearly",
            "annual",
            "annually",
            "annum",
            "年",
            "年次",
            "年額",
            "毎年",
            "年払い",
            "年払",
        ),
        ("year", 1),
    ),
    **dict.fromkeys(("biennial", "biennially"), ("year", 2)),
}
_COUNTED = re.compile(r"(?:every_|per_|/)?(\d{1,3})?_?([^\d]+)")
_ISO = re.compile(r"p(\d{1,3})([dwmy])")


def parse_interval(cell: str) -> tuple[str, int] | None:
    """Return an interval's unit of MONTHS and how many of it; None: unreadable.

    `monthly`, `year`, `3 months`, `every 6 months`, `P1Y`, `年払い`, `6ヶ月`.
    """
    text = re.sub(r"[\s\-_]+", "_", unicodedata.normalize("NFKC", cell).strip().lower())
    iso = _ISO.fullmatch(text)
    found = iso or _COUNTED.fullmatch(text)
    if found is None:
        return None
    known = _WORDS.get(found[2].strip("_"))
    count = int(found[1] or 1)
    return None if known is None or count < 1 else (known[0], known[1] * count)


def read_intervals(cells: pl.Series) -> pl.DataFrame:
    """Return `unit` (of MONTHS) and `count` for each cell, and `blank` and `unreadable`."""
    empty = blank(cells)
    found = {cell: parse_interval(cell) for cell in cells.filter(~empty).unique()}
    units = {cell: interval[0] for cell, interval in found.items() if interval}
    counts = {cell: interval[1] for cell, interval in found.items() if interval}
    unit = cells.replace_strict(units, default=None, return_dtype=pl.String)
    count = cells.replace_strict(counts, default=None, return_dtype=pl.Int64)
    return pl.DataFrame({"unit": unit, "count": count, "blank": empty, "unreadable": ~empty & unit.is_null()})


def monthly(amount: str | pl.Expr, unit: str | pl.Expr, count: str | pl.Expr | int = 1) -> pl.Expr:
    """Return an amount per interval as an amount a month, in integers, half a ten-thousandth rounded away from 0.

    Parameters
    ----------
    amount
        Int64 ten-thousandths, at most LARGEST of amounts.
    unit
        of MONTHS, as text.
    count
        how many units an interval has, positive and at most 1,000.
    """
    value = pl.col(amount) if isinstance(amount, str) else amount
    units = pl.col(unit) if isinstance(unit, str) else unit
    many = pl.col(count) if isinstance(count, str) else pl.lit(count) if isinstance(count, int) else count
    top = units.replace_strict({u: d for u, (_, d) in MONTHS.items()}, default=None, return_dtype=pl.Int64)
    bottom = many.cast(pl.Int64) * units.replace_strict(
        {u: n for u, (n, _) in MONTHS.items()}, default=None, return_dtype=pl.Int64
    )
    halves = (2 * value.abs() * top + bottom) // (2 * bottom)
    return value.sign() * halves
