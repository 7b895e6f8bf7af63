"""The integer totals of every replication, rebuilt from the rows of runs.parquet, for everybody together."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.accounting.account import MRR
from simulator.accounting.books import RETAINED
from simulator.accounting.movements import LINES
from simulator.accounting.totals import Totals
from simulator.results.result import Result
from simulator.results.tables import STOCK


def rebuilt(result: Result) -> Totals:
    """Return the totals of a result with one group, everybody; `moved_by_event` is left empty."""
    replications, months = result.replications, len(result.months)
    runs = result.runs
    first = int(runs["replication"].min()) if len(runs) else 0  # type: ignore[arg-type]
    lines = {line: i for i, line in enumerate(LINES)}
    moved = np.zeros((replications, months, 1, len(LINES)), np.int64)
    movers = np.zeros_like(moved)
    stock = np.zeros((replications, months + 1, 1, len(STOCK)), np.int64)
    retained = np.zeros((replications, months, 1, len(RETAINED)), np.int64)

    def add(target: np.ndarray, rows: pl.DataFrame, column: np.ndarray, values: str, month_before: int = 0) -> None:
        r, m = rows["replication"].to_numpy() - first, rows["month"].to_numpy() + month_before
        np.add.at(target[:, :, 0], (r, m, column), rows[values].to_numpy())

    rows = runs.filter(pl.col("table") == "movement")
    kinds = [lines[line] for line in rows.select("kind", "motion", "reason").iter_rows()]  # type: ignore[index]
    add(moved, rows, np.array(kinds, np.int64), "amount")
    add(movers, rows, np.array(kinds, np.int64), "count")
    rows = _of(runs, "stock", STOCK)
    column = _positions(rows, STOCK)
    add(stock, rows.with_columns(value=pl.col("amount") + pl.col("count")), column, "value", month_before=1)
    rows = _of(runs, "retention", RETAINED)
    add(retained, rows, _positions(rows, RETAINED), "amount")
    assert STOCK[MRR] == "mrr"
    return Totals(moved=moved, movers=movers, moved_by_event=np.zeros_like(moved), stock=stock, retained=retained)


def _of(runs: pl.DataFrame, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
    return runs.filter((pl.col("table") == table) & pl.col("reason").is_in(columns))


def _positions(rows: pl.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    return np.array([columns.index(name) for name in rows["reason"]], np.int64)
