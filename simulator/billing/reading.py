"""What a reader is, what it is told and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import polars as pl

from simulator.billing.items import ITEMS
from simulator.billing.reasons import REASONS
from simulator.billing.table import FILE, ROW, Table

ASIDE: dict[str, pl.DataType | type[pl.DataType]] = {
    "file": pl.String,
    "row": pl.Int64,
    "reason": pl.String,  # of reasons.REASONS
    "column": pl.String,  # which cell is to blame, where one is
    "value": pl.String,  # what it says
    "customer": pl.String,
    "currency": pl.String,
    "mrr": pl.Int64,  # what the row would have counted for, ten-thousandths a month; null: not known
}
"""Columns of the rows that were set aside, one reason a row."""

USED: dict[str, pl.DataType | type[pl.DataType]] = {"file": pl.String, "row": pl.Int64}
"""Columns of the rows that the items were made of."""


@dataclass(frozen=True)
class ReadOptions:
    """What the source does not say and its owner declares."""

    mapping: Mapping[str, str] = field(default_factory=dict)  # theirs = ours
    segment_by: str | None = None  # column, as theirs is called, whose values are segments, whatever else it is
    format: str | None = None  # name of a reader; None: recognised
    as_of: datetime | None = None  # UTC; None: the latest date in the source
    timezone: str = "UTC"  # of times without a zone
    day_first: bool | None = None  # 03/04/2026 is the 3rd of April; None: an error where it matters
    decimal: str | None = None  # "point" or "comma"; None: point, and an error where it could be the other
    minor_units: bool = False  # amounts of files that do not state their unit are in cents
    currency: str | None = None  # of rows that state none
    interval: str | None = None  # of rows that state none: "month", "year", "3 months", ...
    end_inclusive: bool = False  # a period without times lasts until the end of its last day
    encoding: str | None = None  # None: found out and said
    delimiter: str | None = None  # None: found out
    strict: bool = False  # contradictions and rows set aside are errors


@dataclass(frozen=True)
class Note:
    """A contradiction inside the source: how often, how much MRR it touches, and rows that show it."""

    code: str  # a short name, as `plan_of_two_prices`
    text: str  # one sentence
    count: int
    mrr: int | None = None  # ten-thousandths a month
    rows: tuple[tuple[str, int], ...] = ()  # (file, row) of a few examples


@dataclass(frozen=True)
class Reading:
    """What a reader made of its tables. Every row of every table is in `used` or in `aside`, and in one of them,
    but for tables in `reference`, whose rows are looked up."""

    items: pl.DataFrame  # schema ITEMS
    aside: pl.DataFrame  # schema ASIDE
    used: pl.DataFrame  # schema USED: rows that shaped the items; a row may shape several, or end one
    format: str  # name of the reader
    as_of: datetime  # UTC without zone: up to when the source knows
    notes: tuple[Note, ...] = ()
    said: tuple[str, ...] = ()  # how the source was understood: encoding, date serials, units taken
    cannot: tuple[str, ...] = ()  # what this format cannot carry
    reference: tuple[str, ...] = ()  # names of the tables that are only looked up

    def with_said(self, said: Sequence[str]) -> Reading:
        """Return the reading with sentences put before its own."""
        return replace(self, said=(*said, *self.said))


class Reader(Protocol):
    """One export format. Readers are objects in `readers.READERS`; recognised by the set of their columns."""

    name: str  # for --format and messages: "periods", "stripe-subscriptions"
    title: str  # "generic subscription periods", "Stripe subscriptions (dashboard CSV)"
    needs: str  # the columns that it needs, for the message that nothing was recognised
    fields: frozenset[str]  # every column name it reads: what --map may map to
    generic: bool  # a generic format gives way to a vendor's

    def recognises(self, columns: frozenset[str]) -> str | None:
        """Return which part of the format a table with these columns is; None: it is none."""
        ...

    def complete(self, parts: frozenset[str]) -> bool:
        """Tell whether these parts are enough to read."""
        ...

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        """Read the tables, all of which `recognises` knows.

        Raises
        ------
        BillingError
            where the tables cannot be read, or only by guessing.
        """
        ...


def as_items(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in the schema ITEMS: missing columns are filled, others dropped, types cast.

    `row` and `file` may be given as `ROW` and `FILE`. What is missing becomes null, but for `item` (""), `status`
    (active), the two discounts (0) and `metered` (no).
    """
    defaults: dict[str, object] = {
        "item": "",
        "status": "active",
        "lasting_discount": 0,
        "temporary_discount": 0,
        "metered": False,
    }
    given = {"row": ROW, "file": FILE} if ROW in frame.columns else {}
    given |= {name: name for name in frame.columns if name in ITEMS}

    def column(name: str) -> pl.Expr:
        if name not in given:
            return pl.lit(defaults.get(name))
        return pl.col(given[name]).fill_null(defaults[name]) if name in defaults else pl.col(given[name])

    return frame.select(column(name).cast(kind).alias(name) for name, kind in ITEMS.items())


def used_rows(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (schema USED) of frames that have `FILE` and `ROW`, each once."""
    parts = [frame.select(pl.col(FILE).alias("file"), pl.col(ROW).alias("row")) for frame in frames]
    return pl.concat(parts).unique() if parts else pl.DataFrame(schema=USED)


def set_aside(
    frame: pl.DataFrame,
    condition: pl.Expr,
    reason: str,
    *,
    column: str | None = None,
    value: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame into the rows that stay and, in the schema ASIDE, those that are set aside.

    Parameters
    ----------
    frame
        has `FILE` and `ROW`, and, as far as known, `customer`, `currency` and `mrr` (ten-thousandths).
    condition
        of the rows that go; null counts as false.
    reason
        of `reasons.REASONS`.
    column
        that is to blame, and, if it is in the frame, what is shown as the value.
    value
        another column of the frame to show as the value: the text as it was read.
    headers
        the source's spelling of `column`.
    """
    if reason not in REASONS:
        raise KeyError(reason)
    goes = condition.fill_null(False)
    gone = frame.filter(goes)
    if not gone.height:
        return frame, pl.DataFrame(schema=ASIDE)
    cell = value or column
    known = {
        "file": pl.col(FILE),
        "row": pl.col(ROW),
        "reason": pl.lit(reason),
        "column": pl.lit(None if column is None else (headers or {}).get(column, column)),
        "value": pl.col(cell) if cell is not None and cell in frame.columns else pl.lit(None),
    } | {name: pl.col(name) for name in ("customer", "currency", "mrr") if name in frame.columns}
    aside = gone.select(known.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in ASIDE.items())
    return frame.filter(~goes), aside
