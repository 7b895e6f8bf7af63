"""Opening what the user names: delimited text, Parquet, a database file or a database's URL, one or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from simulator.billing.databases import POSTGRES, read_duckdb, read_postgres, read_sqlite
from simulator.billing.delimited import read_delimited
from simulator.billing.errors import BillingError
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table, table_of

_PARQUET, _SQLITE, _DUCKDB = b"PAR1", b"SQLite format 3\0", b"DUCK"


def open_tables(
    sources: Sequence[Path | str], *, query: str | None = None, options: ReadOptions | None = None
) -> tuple[Table, ...]:
    """Return a table for each source, in their order; what a file is shows in its first bytes, not in its name.

    Parameters
    ----------
    sources
        paths of files, or URLs that begin with `postgresql://`.
    query
        for the databases among them.
    options
        encoding and delimiter of delimited text.

    Raises
    ------
    BillingError
        with the problems of every source that cannot be read.
    """
    options = options or ReadOptions()
    if not sources:
        raise BillingError("no file is given")
    tables: list[Table] = []
    problems: list[str] = []
    for source in sources:
        try:
            tables.append(_open(source, query, options))
        except BillingError as error:
            problems += error.problems
    if problems:
        raise BillingError(problems)
    if query is not None and not any(_is_database(source) for source in sources):
        raise BillingError(f"--query is for databases, and none is given: {', '.join(map(str, sources))}")
    return tuple(_named_apart(tables, sources))


def _open(source: Path | str, query: str | None, options: ReadOptions) -> Table:
    if str(source).startswith(POSTGRES):
        return read_postgres(str(source), query, options)
    path = Path(source)
    kind = _kind(path)
    if kind == _SQLITE:
        return read_sqlite(path, query)
    if kind == _DUCKDB:
        return read_duckdb(path, query)
    if kind == _PARQUET:
        try:
            return table_of(pl.read_parquet(path), path.name, path)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise BillingError(f"{path.name}: a damaged Parquet file: {str(error).splitlines()[0]}") from None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BillingError(f"{path}: cannot be read: {error.strerror}") from None
    return read_delimited(data, path.name, options, path)


def _kind(path: Path) -> bytes | None:
    if not path.exists():
        raise BillingError(f"{path}: there is no such file")
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in (".csv", ".parquet"))[:3]
        hint = f", for instance {path / inside[0]}" if inside else ""
        raise BillingError(f"{path}: this is a folder; name the files in it{hint}")
    try:
        with path.open("rb") as file:
            first = file.read(16)
    except OSError as error:
        raise BillingError(f"{path}: cannot be read: {error.strerror}") from None
    if first.startswith(_PARQUET):
        return _PARQUET
    if first.startswith(_SQLITE):
        return _SQLITE
    return _DUCKDB if first[8:12] == _DUCKDB else None


def _is_database(source: Path | str) -> bool:
    return str(source).startswith(POSTGRES) or _kind(Path(source)) in (_SQLITE, _DUCKDB)


def _named_apart(tables: Sequence[Table], sources: Sequence[Path | str]) -> list[Table]:
    """Give tables of the same file name their paths as names; the same file twice is an error."""
    names = [table.name for table in tables]
    if len(set(names)) == len(names):
        return list(tables)
    places = [
        str(source) if table.path is None else str(table.path.resolve())
        for table, source in zip(tables, sources, strict=True)
    ]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise BillingError([f"{place}: given twice; its rows would count twice" for place in twice])
    return [
        replace(table, name=str(source)) if names.count(table.name) > 1 else table
        for table, source in zip(tables, sources, strict=True)
    ]
