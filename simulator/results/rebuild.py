"""Rebuild the totals of every replication from the `runs` table of a result."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.accounting.account import RETAINED
from simulator.accounting.movements import LINES
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.totals import Totals
from simulator.results.result import Result
from simulator.results.tables import STOCK

_LINE = pl.concat_str("kind", "motion", "reason", separator="/")
_LINES = {"/".join(line): i for i, line in enumerate(LINES)}


def totals_of(result: Result) -> Totals:
    """Return the totals of the result's replications, as metrics are computed from: groups are `all`, then segments."""
    size = (result.replications, len(result.months), len(result.summary["segments"]))
    rows = result.runs.with_columns(
        replication=pl.col("replication") - pl.col("replication").min(),
        segment=pl.col("segment").replace_strict(
            {name: s for s, name in enumerate(result.summary["segments"])}, return_dtype=pl.Int32
        ),
    )
    policy = Policy.of(result.summary["policy"]["knobs"]) if "policy" in result.summary else DEFAULT
    amounts, counts = _moved(rows, "movement" if policy.grain == "month" else "movement_event", size)
    stock = _columns(rows.with_columns(month=pl.col("month") + 1), "stock", STOCK, (size[0], size[1] + 1, size[2]))
    return Totals(
        moved=_with_all(amounts),
        movers=_with_all(counts),
        stock=_with_all(stock),
        retained=_with_all(_columns(rows, "retention", RETAINED, size)),
        policy=policy,
    )


def _with_all(table: np.ndarray) -> np.ndarray:
    """Put everybody before the segments."""
    return np.concatenate([table.sum(axis=2, keepdims=True), table], axis=2)


def _moved(rows: pl.DataFrame, name: str, size: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return amounts and counts (R, M, S, L) of a table of movements, summed over plans."""
    rows = rows.filter(pl.col("table") == name).with_columns(line=_LINE.replace_strict(_LINES, return_dtype=pl.Int32))
    amounts, counts = (np.zeros((*size, len(LINES)), np.int64) for _ in range(2))
    place = tuple(rows[key].to_numpy() for key in ("replication", "month", "segment", "line"))
    np.add.at(amounts, place, rows["amount"].to_numpy())
    np.add.at(counts, place, rows["count"].to_numpy())
    return amounts, counts


def _columns(rows: pl.DataFrame, name: str, columns: tuple[str, ...], size: tuple[int, int, int]) -> np.ndarray:
    """Return (R, M, S, columns) of a table whose `reason` names the column."""
    place_of = {column: i for i, column in enumerate(columns)}
    rows = rows.filter(pl.col("table") == name)
    rows = rows.with_columns(column=pl.col("reason").replace_strict(place_of, return_dtype=pl.Int32))
    table = np.zeros((*size, len(columns)), np.int64)
    place = tuple(rows[key].to_numpy() for key in ("replication", "month", "segment", "column"))
    # amounts of money and of retention stand in one column, counts in the other; one of the two is 0
    np.add.at(table, place, (rows["amount"] + rows["count"]).to_numpy())
    return table
