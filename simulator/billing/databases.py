"""Tables out of databases: an SQLite or DuckDB file, or PostgreSQL by its URL, each asked by one query."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from simulator.billing.delimited import read_delimited
from simulator.billing.errors import BillingError, listed
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table, column_name, table_of

POSTGRES = ("postgresql://", "postgres://")
_AT_ONCE = 50_000  # rows taken from SQLite at a time
_NUMERIC_OIDS = frozenset({20, 21, 23, 700, 701, 1700})  # int8, int2, int4, float4, float8, numeric


def read_sqlite(path: Path, query: str | None) -> Table:
    """Return what a query gives in an SQLite file, which is opened for reading only.

    Raises
    ------
    BillingError
        if the query fails, or is not given and the file has more than one table.
    """
    name = path.name
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables = [
                row[0]
                for row in connection.execute(
                    "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' "
                    "order by name"
                )
            ]
            query = _query(query, tables, name)
            with closing(connection.execute(query)) as asked:  # inside a subquery SQLite renames what comes twice
                _distinct([column[0] for column in asked.description])
            few = connection.execute(f"select * from ({query}) limit 100")
            headers = [column[0] for column in few.description]
            kinds = list(zip(*few.fetchall(), strict=True)) or [()] * len(headers)
            # the database writes the text: exact, and much faster than Python would
            casts = ", ".join(f'cast("{header.replace(chr(34), chr(34) * 2)}" as text)' for header in headers)
            cursor = connection.execute(f"select {casts} from ({query})")
            parts = []
            while rows := cursor.fetchmany(_AT_ONCE):
                parts.append(pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String), orient="row"))
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise BillingError(f"{name}: the query failed: {error}; {_example(query)}") from None
    frame = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(headers, pl.String))
    numeric = frozenset(
        column_name(header)
        for header, values in zip(headers, kinds, strict=True)
        if any(v is not None for v in values) and all(v is None or isinstance(v, (int, float)) for v in values)
    )
    return replace(table_of(frame, name, path), numeric=numeric)


def read_duckdb(path: Path, query: str | None) -> Table:
    """Return what a query gives in a DuckDB file, which is opened for reading only.

    Raises
    ------
    BillingError
        if the library is not there, the query fails, or is not given and the file has more than one table.
    """
    try:
        import duckdb
    except ImportError:
        raise BillingError(f'{path.name}: reading DuckDB files needs an extra: pip install "plansim[duckdb]"') from None
    name = path.name
    try:
        with closing(duckdb.connect(str(path), read_only=True)) as connection, tempfile.TemporaryDirectory() as folder:
            tables = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
            tables += [
                row[0]
                for row in connection.execute("select view_name from duckdb_views() where not internal").fetchall()
            ]
            query = _query(query, sorted(tables), name)
            place = Path(folder) / "rows.parquet"  # needs no further library, and little memory
            connection.execute(f"copy ({query}) to '{str(place).replace(chr(39), chr(39) * 2)}' (format parquet)")
            frame = pl.read_parquet(place)
    except duckdb.Error as error:
        raise BillingError(f"{name}: the query failed: {str(error).splitlines()[0]}; {_example(query)}") from None
    return table_of(frame, name, path)


def read_postgres(url: str, query: str | None, options: ReadOptions) -> Table:
    """Return what a query gives in a PostgreSQL database, in a transaction that may only read.

    Raises
    ------
    BillingError
        if the library is not there, the server does not answer, the query fails, or none is given.
    """
    name = _without_password(url)
    if query is None:
        raise BillingError(f"{name}: a database needs a query; {_example(None)}")
    try:
        import psycopg
    except ImportError:
        raise BillingError(f'{name}: reading PostgreSQL needs an extra: pip install "plansim[postgres]"') from None
    query = _statement(query)
    try:
        with psycopg.connect(url) as connection:
            connection.read_only = True
            cursor: Any = connection.cursor()
            cursor.execute(f"select * from ({query}) as rows limit 0")  # type: ignore[arg-type, unused-ignore]
            numeric = frozenset(column_name(c.name) for c in cursor.description if c.type_code in _NUMERIC_OIDS)
            with cursor.copy(f"copy ({query}) to stdout with (format csv, header, encoding 'UTF8')") as copy:
                data = b"".join(bytes(part) for part in copy)
    except psycopg.Error as error:
        reason = " ".join(str(error).replace(url, name).split()) or type(error).__name__
        raise BillingError(f"{name}: the query failed: {reason}; {_example(query)}") from None
    table = read_delimited(data, name, replace(options, encoding="utf-8", delimiter=","))
    return replace(table, numeric=numeric, line_of_first=None, lines=None)


def _query(query: str | None, tables: list[str], name: str) -> str:
    if query is not None:
        return _statement(query)
    if len(tables) == 1:
        return f'select * from "{tables[0]}"'
    if not tables:
        raise BillingError(f"{name}: the database has no tables")
    raise BillingError(f"{name}: the database has {len(tables)} tables: {listed(tables)}; {_example(None)}")


def _statement(query: str) -> str:
    query = query.strip().rstrip(";").strip()
    if not re.match(r"(?is)(select|with|from|values|table)\b", query):
        raise BillingError(f"--query: {query[:60]!r} is not a query that reads; {_example(None)}")
    return query


def _example(query: str | None) -> str:
    return 'for instance --query "select customer_id, start_date, end_date, mrr from subscriptions"'


def _distinct(headers: list[str]) -> None:
    """Refuse names that come twice, as they do from a join."""
    twice = sorted({header for header in headers if headers.count(header) > 1})
    if twice:
        raise BillingError(f"--query: the result has two columns named {listed(twice)}; name them apart with `as`")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
