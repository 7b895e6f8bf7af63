"""Post a history to books part by part, so that memory does not grow with segments times plans.

Books are dense tables, which is right for a scenario's few plans; a company's export may name thousands. Each part
holds whole segments, or some customers of one, and only the plans that these had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from simulator.accounting.books import Books
from simulator.accounting.movements import LINES
from simulator.accounting.policy import Policy
from simulator.accounting.replay import replay
from simulator.accounting.totals import Totals
from simulator.billing.history import History
from simulator.results.tables import RUNS_SCHEMA, books_rows

ROOM = 200_000_000  # bytes of one part's movements
TABLES = 4  # of movements in books


@dataclass(frozen=True)
class Posted:
    """What the books say of the months that are shown."""

    totals: Totals  # R = 1
    runs: pl.DataFrame  # rows of runs.parquet
    cohorts: np.ndarray  # (S, joined + 1, M, 2) as Books.cohort: all months of joining, the months that are shown


def post(history: History, policy: Policy, first: int = 0) -> Posted:
    """Return the books of all customers, from month `first` on: what came before it is the opening.

    Raises
    ------
    BooksDoNotAddUp
        if the identity fails.
    """
    groups = 1 + len(history.segments)
    tables: dict[str, np.ndarray] = {}
    cohorts = np.zeros((len(history.segments), history.months + 1, history.months - first, 2), np.int64)
    rows = [pl.DataFrame(schema=RUNS_SCHEMA)]
    for changes, segments, plans in _parts(history):
        whole = replay(changes, history.months, len(segments), len(plans), policy)
        books = since(whole, first)
        part = Totals.of(books, policy)
        for field in fields(Totals):
            values = getattr(part, field.name)
            if not isinstance(values, np.ndarray):
                continue
            size = (*values.shape[:2], groups, *values.shape[3:])
            table = tables.setdefault(field.name, np.zeros(size, values.dtype))
            table[:, :, 0] += values[:, :, 0]
            table[:, :, 1 + segments] += values[:, :, 1:]
        cohorts[segments] += books.cohort
        names = [history.segments[s] for s in segments]
        rows.append(books_rows(books, names, [history.plans[p] for p in plans]))
    keys = [name for name in RUNS_SCHEMA if name not in ("amount", "count")]
    runs = pl.concat(rows)
    if len(rows) > 2:  # a segment may lie in several parts
        runs = runs.group_by(keys, maintain_order=True).agg(pl.col("amount").sum(), pl.col("count").sum())
        runs = runs.filter((pl.col("amount") != 0) | (pl.col("count") != 0))
    return Posted(Totals(**tables, policy=policy), runs, cohorts)


def since(books: Books, first: int) -> Books:
    """Return the books of the months from `first` on."""
    return Books(
        movements=books.movements[first:],
        stock=books.stock[first:],
        retention=books.retention[..., first:],
        cohort=books.cohort[:, :, first:],
    )


def _parts(history: History) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield changes with segments and plans numbered within the part, and what the numbers were before."""
    changes = history.changes
    cells = max(1, ROOM // (history.months * len(LINES) * TABLES * 8))
    if len(history.segments) * len(history.plans) <= cells:
        yield changes, np.arange(len(history.segments)), np.arange(len(history.plans))
        return
    changes = changes[np.argsort(changes["segment"], kind="stable")]  # the rows of a customer stay together
    begins = np.flatnonzero(np.diff(changes["customer"], prepend=-1))
    rest = changes
    while len(rest):
        size = _fitting(rest, begins, cells)
        part, rest = rest[:size].copy(), rest[size:]
        begins = begins[np.searchsorted(begins, size) :] - size
        segments, part["segment"] = np.unique(part["segment"], return_inverse=True)
        plans, part["plan"] = np.unique(part["plan"], return_inverse=True)
        yield part, segments, plans


def _fitting(rows: np.ndarray, begins: np.ndarray, cells: int) -> int:
    """Return how many rows, of whole customers, have no more than `cells` pairs of a segment and a plan."""

    def seen(values: np.ndarray) -> np.ndarray:
        """How many different values there are up to each row."""
        _, first = np.unique(values, return_index=True)
        steps = np.zeros(len(values), np.int64)
        steps[first] = 1
        return np.cumsum(steps)

    fits = seen(rows["segment"]) * seen(rows["plan"]) <= cells
    if fits.all():
        return len(rows)
    whole = begins[begins <= int(np.argmin(fits))]  # customers before the one that does not fit
    return int(whole[-1]) if whole[-1] else int(begins[1]) if len(begins) > 1 else len(rows)
