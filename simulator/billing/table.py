"""One table as it was read: every cell is text, every row has its number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from simulator.billing.errors import BillingError, listed

ROW = "#"  # column of row numbers, Int64, 1 = first after the header; no name of a source can be this
FILE = "@"  # column of the table's name, which `with_file` adds


@dataclass(frozen=True)
class Table:
    """One table of a source.

    `frame` has a String column for each column of the source, named as `column_name` writes it, and `ROW`. Cells are
    as they were read; empty ones are null. `headers` gives the source's own spelling for messages.
    """

    name: str
    frame: pl.DataFrame
    headers: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    lines: pl.Series | None = None  # line of each row in the file, where rows are not simply one line each
    line_of_first: int | None = None  # line of the first row, where rows are one line each; None: no text file
    numeric: frozenset[str] = frozenset()  # columns that the source stores as numbers, so that 1.234 has a point
    said: tuple[str, ...] = ()  # what had to be found out to read it: encoding, delimiter

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns, as `column_name` writes them."""
        return frozenset(self.frame.columns) - {ROW, FILE}

    def with_file(self) -> pl.DataFrame:
        """Return the frame with the table's name in `FILE`."""
        return self.frame.with_columns(pl.lit(self.name).alias(FILE))

    def header(self, column: str) -> str:
        """Return a column's name in the source's own spelling."""
        return self.headers.get(column, column)

    def where(self, row: int, column: str | None = None) -> str:
        """Return where a cell is, for a message: `subs.csv, line 7, column "Start date"`."""
        if self.lines is not None:
            place = f"line {self.lines[row - 1]}"
        elif self.line_of_first is not None:
            place = f"line {self.line_of_first + row - 1}"
        else:
            place = f"row {row}"
        return f"{self.name}, {place}" + (f', column "{self.header(column)}"' if column else "")


def column_name(header: str) -> str:
    """Return a header as readers name it: lower case, full-width forms narrowed, `_` for everything but letters
    and digits (`Start Date (UTC)` is `start_date_utc`, `顧客ＩＤ` is `顧客id`)."""
    return re.sub(r"[\W_]+", "_", unicodedata.normalize("NFKC", header).strip().lower()).strip("_")


def table_of(frame: pl.DataFrame, name: str = "table.csv", path: Path | None = None) -> Table:
    """Return a Table of a frame with types: columns are renamed and become text, times in ISO form.

    Columns of bytes, lists and the like are left out and said.

    Raises
    ------
    BillingError
        if two columns have the same name to a reader.
    """
    texts: list[pl.Expr] = []
    headers: dict[str, str] = {}
    left_out: list[str] = []
    for i, (header, kind) in enumerate(frame.schema.items()):
        column = column_name(header) or f"column_{i + 1}"
        if kind.is_nested() or kind in (pl.Binary, pl.Object, pl.Duration):
            left_out.append(header)
            continue
        if column in headers:
            raise BillingError(f"{name}: columns {headers[column]!r} and {header!r} have the same name; rename one")
        headers[column] = header
        texts.append(_as_text(pl.col(header), kind).alias(column))
    rows = pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW)
    said = (f"{name}: columns of lists or bytes are left out: {listed(left_out)}",) if left_out else ()
    numeric = frozenset(column for column, header in headers.items() if frame.schema[header].is_numeric())
    return Table(name, frame.select(*texts, rows), headers, path, numeric=numeric, said=said)


def _as_text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        if kind.time_zone is None:
            return column.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
        return column.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%d %H:%M:%S%.6f+00:00")
    if kind.is_float():
        column = column.fill_nan(None)
    return column.cast(pl.String)
