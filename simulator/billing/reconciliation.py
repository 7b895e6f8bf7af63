"""What became of every row: read, used, set aside and why; nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from simulator.billing.errors import BillingError, shown
from simulator.billing.harmless import harmless
from simulator.billing.reading import Reading
from simulator.billing.reasons import REASONS
from simulator.billing.table import Table

UNIT = 10_000  # ten-thousandths of a currency unit
AT_MOST = 20  # problems that an error lists


@dataclass(frozen=True)
class Reconciliation:
    """The account of the rows. `read` = `used` + `aside`, table by table; tables that are looked up are not counted."""

    read: dict[str, int]  # by table
    used: dict[str, int]
    aside: dict[str, int]
    reasons: (
        pl.DataFrame
    )  # reason, rows, customers, currency, mrr (Int64, of the rows where it is known), mrr_unknown (rows)
    rows: pl.DataFrame  # schema ASIDE plus `line`
    looked_up: dict[str, int]  # rows of tables that are only looked up

    def table(self) -> pl.DataFrame:
        """Return the rows that were set aside, harmless to spreadsheets; amounts in currency units."""
        from simulator.billing.textual import as_units

        table = self.rows.with_columns(
            as_units("mrr"), pl.col("reason").replace_strict(REASONS, default=None).alias("why")
        )
        return harmless(
            table.select("file", "line", "row", "reason", "why", "column", "value", "customer", "currency", "mrr")
        )


def reconcile(tables: Sequence[Table], reading: Reading) -> Reconciliation:
    """Return what became of every row.

    Raises
    ------
    AssertionError
        if a row is neither used nor set aside, or both: a fault of the reader, never of the input.
    """
    counted = [table for table in tables if table.name not in reading.reference]
    read = {table.name: table.frame.height for table in counted}
    used = _by_file(reading.used, read)
    aside = _by_file(reading.aside, read)
    both = reading.used.join(reading.aside, on=["file", "row"], how="semi") if reading.aside.height else None
    if both is not None and both.height:
        raise AssertionError(f"{reading.format}: rows both used and set aside: {both.head(5).rows()}")
    for name in ("used", "aside"):
        rows = getattr(reading, name)
        if rows.height > 0 and not _each_once(rows):
            raise AssertionError(f"{reading.format}: a row is twice among the rows {name}")
    lost = {name: n - used[name] - aside[name] for name, n in read.items() if n != used[name] + aside[name]}
    if lost:
        raise AssertionError(f"{reading.format}: rows neither used nor set aside: {lost}")
    rows = reading.aside.sort("file", "row", maintain_order=True)
    return Reconciliation(
        read,
        used,
        aside,
        _reasons(rows),
        rows.with_columns(_lines(rows, counted)),
        {table.name: table.frame.height for table in tables if table.name in reading.reference},
    )


def check_strict(reconciliation: Reconciliation, reading: Reading, tables: Sequence[Table]) -> None:
    """Refuse a source with rows set aside or contradictions.

    Raises
    ------
    BillingError
        naming the first rows and every contradiction.
    """
    problems = [_told(row, tables) for row in reconciliation.rows.head(AT_MOST).iter_rows(named=True)]
    if reconciliation.rows.height > AT_MOST:
        problems.append(f"and {reconciliation.rows.height - AT_MOST:,} rows more that cannot be used")
    for note in reading.notes:
        examples = ", ".join(f"{file} row {row}" for file, row in note.rows)
        problems.append(f"{note.count:,} times: {note.text}" + (f" ({examples})" if examples else ""))
    if problems:
        raise BillingError(["--strict: the source is not clean", *problems])


def check_something_left(reconciliation: Reconciliation, tables: Sequence[Table]) -> None:
    """Refuse a source of which no row can be used.

    Raises
    ------
    BillingError
        with the first row of each reason.
    """
    if sum(reconciliation.used.values()):
        return
    if not sum(reconciliation.read.values()):
        names = ", ".join(reconciliation.read)
        raise BillingError(f"{names}: there is a header and no row; is the export empty?")
    first = reconciliation.rows.group_by("reason", maintain_order=True).first()
    read = sum(reconciliation.read.values())
    raise BillingError(
        [
            f"none of the {read:,} rows can be used; the first of each kind:",
            *(_told(row, tables) for row in first.select(reconciliation.rows.columns).iter_rows(named=True)),
        ]
    )


def _told(row: dict[str, object], tables: Sequence[Table]) -> str:
    table = next(table for table in tables if table.name == row["file"])
    column = f', column "{row["column"]}"' if row["column"] else ""
    value = f" ({shown(str(row['value']))})" if row["value"] is not None else ""
    return f"{table.where(int(str(row['row'])))}{column}: {REASONS[str(row['reason'])]}{value}"


def _each_once(rows: pl.DataFrame) -> bool:
    if rows["file"].n_unique() == 1:
        return rows["row"].n_unique() == rows.height
    return rows.select("file", "row").n_unique() == rows.height


def _by_file(rows: pl.DataFrame, files: dict[str, int]) -> dict[str, int]:
    counts = dict(rows.group_by("file").len().rows()) if rows.height else {}
    return {name: counts.get(name, 0) for name in files}


def _reasons(rows: pl.DataFrame) -> pl.DataFrame:
    counts = rows.group_by("reason", "currency").agg(
        rows=pl.len(),
        customers=pl.col("customer").drop_nulls().n_unique(),
        mrr=pl.col("mrr").sum(),
        mrr_unknown=pl.col("mrr").null_count(),
    )
    return counts.sort(["rows", "reason", "currency"], descending=[True, False, False], nulls_last=True)


def _lines(rows: pl.DataFrame, tables: Sequence[Table]) -> pl.Series:
    """Return the line of each row in its file; null where the source has no lines."""
    by_name = {table.name: table for table in tables}
    lines: list[int | None] = []
    for file, row in rows.select("file", "row").iter_rows():
        table = by_name[file]
        if table.lines is not None:
            lines.append(int(table.lines[row - 1]))
        else:
            lines.append(None if table.line_of_first is None else table.line_of_first + row - 1)
    return pl.Series("line", lines, dtype=pl.Int64)
