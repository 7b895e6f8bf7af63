"""Small exports written in a test, read by the reader of a format."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl

from simulator.billing.readers import readers
from simulator.billing.reading import Reader, Reading, ReadOptions
from simulator.billing.table import Table, table_of

DATA = Path(__file__).parents[2] / "data" / "billing"
READERS: dict[str, Reader] = {reader.name: reader for reader in readers()}


def table(text: str, name: str = "export.csv") -> Table:
    """Return a table of CSV text, indented as it may be."""
    lines = "\n".join(line.strip() for line in dedent(text).strip().splitlines())
    return table_of(pl.read_csv(StringIO(lines), infer_schema=False), name)


def read(name: str, *texts: str, **options: Any) -> Reading:
    """Return what a reader makes of CSV texts."""
    tables = [table(text, f"{number}.csv") for number, text in enumerate(texts)]
    return READERS[name].read(tables, ReadOptions(**options))


def seeds(folder: str) -> list[Table]:
    """Return the tables of a folder of test data."""
    return [
        table_of(pl.read_csv(path, infer_schema=False), path.name) for path in sorted((DATA / folder).glob("*.csv"))
    ]


def rows(reading: Reading, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the items, MRR in units and moments as short text."""
    items = reading.items.sort("customer", "subscription", "item", "start")
    return [tuple(_short(column, value) for column, value in row.items()) for row in items.select(columns).to_dicts()]


def _short(column: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M}"
    return value / 10_000 if column in ("mrr", "lasting_discount", "temporary_discount") else value


def reasons(reading: Reading) -> list[tuple[int, str]]:
    """Return row and reason of what was set aside."""
    return sorted(reading.aside.select("row", "reason").rows())


def codes(reading: Reading) -> dict[str, int]:
    """Return the notes by code, with their counts."""
    return {note.code: note.count for note in reading.notes}
