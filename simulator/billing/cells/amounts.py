"""Amounts of money: `1,234円`, `¥１，２３４`, `(12.50)`, `▲500`, and `1.234,56` where it is declared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from simulator.billing.cells.blanks import blank
from simulator.billing.errors import BillingError, shown
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table

UNIT = 10_000  # ten-thousandths of a currency unit
LARGEST = 10**11 * UNIT  # a row of 100 billion units a month is a mistake; 9,000 such rows still add up in 64 bits

# Signs that stand for one currency. "$" stands for many and "¥" for two, so they say nothing.
_SIGNS = {"円": "JPY", "€": "EUR", "£": "GBP", "₩": "KRW", "₹": "INR", "元": "CNY", "฿": "THB", "₫": "VND"}
_SILENT = ("$", "¥", "US$", "A$", "C$")
_PREFIXES = "|".join(re.escape(s) for s in sorted((*_SIGNS, *_SILENT), key=len, reverse=True))
_CELL = re.compile(
    rf"(?P<minus>[-▲△−–]|\+)?\s*(?P<before>{_PREFIXES}|[A-Z]{{3}})?\s*(?P<minus2>[-▲△−–])?\s*"
    rf"(?P<number>[\d.,' ]*\d[\d.,]*)\s*(?P<times>[千万億])?\s*(?P<after>{_PREFIXES}|[A-Z]{{3}})?\s*(?P<minus3>-)?"
)
_TIMES = {"千": 1_000, "万": 10_000, "億": 100_000_000}
_POINT = re.compile(r"(\d+|\d{1,3}([,' ])\d{3}(\2\d{3})*|\d{1,2}(,\d{2})+,\d{3})(\.\d*)?|\.\d+")
_COMMA = re.compile(r"(\d+|\d{1,3}([.' ])\d{3}(\2\d{3})*)(,\d*)?|,\d+")
_PLAIN = r"^[+-]?([0-9]{1,14}(\.[0-9]{0,9})?|\.[0-9]{1,9})$"
_STORED = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"  # as databases write floating-point numbers
_THREE_AFTER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True)
class Amounts:
    """A column of amounts, one entry a row."""

    value: pl.Series  # Int64 ten-thousandths; null where blank, unreadable or too large
    blank: pl.Series  # the cell says nothing
    unreadable: pl.Series  # it says something that is no amount
    too_large: pl.Series
    currency: pl.Series  # String: the currency that the cell itself states; null: none


def read_amounts(table: Table, column: str, options: ReadOptions) -> Amounts:
    """Return a column as amounts.

    Without declaration the point is the decimal mark. What could be read the other way is an error and not a guess:
    `12,50`, and a column in which every point is followed by exactly three digits.

    Raises
    ------
    BillingError
        where the decimal mark is not clear.
    """
    cells = table.frame[column].str.strip_chars()
    empty = blank(cells)
    stored = column in table.numeric
    plain = cells.str.contains(_STORED if stored else _PLAIN).fill_null(False)
    if options.decimal == "comma" and not stored:
        plain &= ~cells.str.contains(".", literal=True).fill_null(False)
    numbers = cells.set(~plain, None).cast(pl.Float64, strict=False)
    currency = pl.Series("currency", [None], dtype=pl.String).new_from_index(0, len(cells))
    odd = ~plain & ~empty
    scaled = numbers * UNIT
    if odd.any():
        parsed = _parse_unique(cells.filter(odd).unique(), table, column, options, plain)
        joined = pl.DataFrame({"cell": cells}).join(parsed, on="cell", how="left", maintain_order="left")
        scaled = scaled.fill_null(joined["value"].cast(pl.Float64))
        exact, currency = joined["value"], joined["currency"]
    else:
        exact = None
    too_large = (scaled.abs() > LARGEST).fill_null(False)
    value = scaled.set(too_large, None).round().cast(pl.Int64)
    if exact is not None:
        value = exact.set(too_large, None).fill_null(value)
    if options.decimal is None and not stored:
        _check_points(table, column, cells, plain)
    return Amounts(value, empty, ~empty & ~too_large & value.is_null(), too_large, currency)


def parse_amount(cell: str, decimal: str | None = None) -> tuple[int | None, str | None, bool]:
    """Return one cell's ten-thousandths (None: unreadable), the currency it states, and whether the decimal mark is
    what stands in the way."""
    text = unicodedata.normalize("NFKC", cell).strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    found = _CELL.fullmatch(text)
    if found is None:
        return None, None, False
    marks = [found[name] for name in ("minus", "minus2", "minus3") if found[name] and found[name] != "+"]
    stated = {_SIGNS.get(s, s) for s in (found["before"], found["after"]) if s and s not in _SILENT}
    if len(marks) + negative > 1 or len(stated) > 1:
        return None, None, False
    number = found["number"].strip()
    grammar, other = (_COMMA, _POINT) if decimal == "comma" else (_POINT, _COMMA)
    if grammar.fullmatch(number) is None:
        return None, None, decimal is None and other.fullmatch(number) is not None
    digits = re.sub(r"[.' ]" if decimal == "comma" else r"[,' ]", "", number).replace(",", ".")
    exact = Decimal(digits) * UNIT * _TIMES.get(found["times"] or "", 1)
    if exact > LARGEST * 10:
        exact = Decimal(LARGEST * 10)  # too large in any case; keeps 64 bits
    value = int(exact.to_integral_value())
    return -value if negative or marks else value, next(iter(stated), None), False


def _parse_unique(cells: pl.Series, table: Table, column: str, options: ReadOptions, plain: pl.Series) -> pl.DataFrame:
    """Return cell, value, currency for cells that are no plain numbers."""
    parsed = [(cell, *parse_amount(cell, options.decimal)) for cell in cells]
    unclear = [cell for cell, _, _, is_unclear in parsed if is_unclear]
    if unclear:
        raise BillingError(_unclear(table, column, unclear[0]))
    return pl.DataFrame(
        {"cell": [p[0] for p in parsed], "value": [p[1] for p in parsed], "currency": [p[2] for p in parsed]},
        schema={"cell": pl.String, "value": pl.Int64, "currency": pl.String},
    )


def _check_points(table: Table, column: str, cells: pl.Series, plain: pl.Series) -> None:
    """Refuse a column whose points could all separate thousands: 1.234 is 1234 in half of Europe."""
    three = cells.str.contains(_THREE_AFTER_POINT).fill_null(False) & plain
    if not three.any():
        return
    pointed = cells.str.contains(".", literal=True).fill_null(False)
    if (pointed & ~three).any() or cells.str.contains(r"[0-9],[0-9]{3}").any():
        return  # 29.5, 0.125 or 1,234 show what the point is here
    raise BillingError(_unclear(table, column, cells.filter(three)[0]))


def _unclear(table: Table, column: str, cell: str) -> str:
    row = int((table.frame[column].str.strip_chars() == cell).arg_max() or 0) + 1
    return (
        f"{table.where(row, column)}: {shown(cell)} could be read with a decimal comma or a decimal point; "
        f"declare it: --decimal comma or --decimal point"
    )
