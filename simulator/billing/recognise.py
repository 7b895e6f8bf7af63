"""Which format the tables are in: found by the set of their columns and said; two that fit are an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.billing.errors import BillingError, listed, shown
from simulator.billing.readers import readers
from simulator.billing.reading import Reader
from simulator.billing.table import FILE, ROW, Table, column_name

SEGMENT = "segment"


@dataclass(frozen=True)
class Recognised:
    """A reader, the tables that it reads, and those that it has no use for."""

    reader: Reader
    tables: tuple[Table, ...]
    unused: tuple[Table, ...]


def recognise(tables: Sequence[Table], wanted: str | None = None, every: Sequence[Reader] | None = None) -> Recognised:
    """Return the reader for these tables.

    A reader fits if the tables that it recognises are all that it needs. Of those that fit, one that recognises more
    tables goes before one that recognises fewer, and a vendor's format before a generic one.

    Parameters
    ----------
    wanted
        name of the reader; None: found by the columns.
    every
        readers to choose from; by default all.

    Raises
    ------
    BillingError
        if no format fits, or several do, or `wanted` does not exist or does not fit.
    """
    choice = tuple(readers() if every is None else every)
    if wanted is not None:
        choice = tuple(reader for reader in choice if reader.name == wanted)
        if not choice:
            names = ", ".join(reader.name for reader in (readers() if every is None else every))
            raise BillingError(f"--format: there is no format {wanted!r}; there are {names}")
    known = {reader.name: [t for t in tables if reader.recognises(t.columns) is not None] for reader in choice}
    fitting = [
        reader
        for reader in choice
        if reader.complete(frozenset(reader.recognises(t.columns) or "" for t in known[reader.name]))
    ]
    if not fitting:
        raise BillingError(_nothing_fits(tables, choice, known))
    most = max(len(known[reader.name]) for reader in fitting)
    best = [reader for reader in fitting if len(known[reader.name]) == most]
    best = [reader for reader in best if not reader.generic] or best
    if len(best) > 1:
        names = " or ".join(f"{reader.name} ({reader.title})" for reader in best)
        raise BillingError(
            f"{listed(t.name for t in tables)}: the columns fit more than one format: {names}; say which: "
            f"--format {best[0].name}"
        )
    used = known[best[0].name]
    return Recognised(best[0], tuple(used), tuple(t for t in tables if not any(t is u for u in used)))


def mapped(tables: Sequence[Table], mapping: Mapping[str, str], every: Sequence[Reader] | None = None) -> list[Table]:
    """Return the tables with columns renamed, `theirs` to `ours`; a column that has the name of ours already gives way.

    Raises
    ------
    BillingError
        for every `theirs` that no table has, every `ours` that no reader knows, and two of `theirs` for one of ours.
    """
    if not mapping:
        return list(tables)
    problems = []
    known = frozenset().union(*(reader.fields for reader in (readers() if every is None else every)))
    names: dict[str, str] = {}
    for theirs, ours in mapping.items():
        column, field = column_name(theirs), column_name(ours)
        if not any(column in table.columns for table in tables):
            there = listed([table.header(c) for table in tables for c in table.frame.columns if c != ROW], 30)
            problems.append(f"--map {theirs}={ours}: there is no column {theirs!r}; there are {there}")
        if field not in known:
            problems.append(f"--map {theirs}={ours}: {ours!r} is no column that is read; for instance {_examples()}")
        if field in names.values():
            problems.append(f"--map {theirs}={ours}: {ours!r} is given twice; one column can be it")
        names[column] = field
    if problems:
        raise BillingError(problems)
    return [_renamed(table, names) for table in tables]


def with_segments(tables: Sequence[Table], column: str) -> list[Table]:
    """Return the tables with a copy of a column as `segment`; the column stays what it is, be it the plan.

    Raises
    ------
    BillingError
        if no table has it.
    """
    name = column_name(column)
    if not any(name in table.columns for table in tables):
        there = listed([table.header(c) for table in tables for c in table.frame.columns if c != ROW], 30)
        raise BillingError(f"--segment-by {column}: there is no column {column!r}; there are {there}")
    return [_copied(table, name) if name in table.columns and name != SEGMENT else table for table in tables]


def _copied(table: Table, column: str) -> Table:
    headers = {**table.headers, SEGMENT: table.header(column)}
    numeric = table.numeric - {SEGMENT} | ({SEGMENT} if column in table.numeric else frozenset())
    return replace(
        table, frame=table.frame.with_columns(table.frame[column].alias(SEGMENT)), headers=headers, numeric=numeric
    )


def check_segments(reader: Reader, column: str) -> None:
    """Refuse segments of a column where the format has none.

    Raises
    ------
    BillingError
        naming the format.
    """
    if SEGMENT not in reader.fields:
        raise BillingError(
            f"--segment-by {column}: {reader.title} is read without segments; give the rows as subscription periods "
            f"(--format periods)"
        )


def _renamed(table: Table, names: Mapping[str, str]) -> Table:
    ours = {theirs: field for theirs, field in names.items() if theirs in table.columns and theirs != field}
    if not ours:
        return table
    taken = {field: f"other_{field}" for field in ours.values() if field in table.columns and field not in ours}
    moved = {**ours, **taken}
    headers = {moved.get(column, column): header for column, header in table.headers.items()}
    numeric = frozenset(moved.get(column, column) for column in table.numeric)
    return replace(table, frame=table.frame.rename(moved), headers=headers, numeric=numeric)


def _nothing_fits(tables: Sequence[Table], choice: Sequence[Reader], known: Mapping[str, Sequence[Table]]) -> list[str]:
    problems = []
    for table in tables:
        spelt = [table.header(column) for column in table.frame.columns if column not in (ROW, FILE)]
        problems.append(f"{table.name}: no format is recognised; its columns are {listed(map(shown, spelt), 40)}")
        if any(_looks_like_data(header) for header in spelt):
            problems.append(
                f"{table.name}, line 1: this looks like a row of data: a line of column names is needed above"
            )
    problems.append("formats, and the columns they need:")
    problems += [f"  {reader.name}: {reader.needs}" for reader in choice]
    first = next((c for c in tables[0].frame.columns if c != ROW), "Kunde") if tables else "Kunde"
    problems.append(f"say what the columns are: --map {shown(tables[0].header(first))}=customer_id, one --map a column")
    return problems


def _looks_like_data(header: str) -> bool:
    text = header.strip().replace("-", "").replace("/", "").replace(".", "").replace(",", "")
    return len(text) >= 3 and text.isdigit() and len(text) != 6  # 202604 may well be a column


def _examples() -> str:
    return "customer_id, subscription_id, start_date, end_date, mrr, amount, interval, plan, quantity, currency, month"
