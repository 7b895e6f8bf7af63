"""From plan to plan: where each plan's customers and MRR were at one month-end, and where at the next."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT, PAUSED, TRIAL
from simulator.accounting.totals import UNIT
from simulator.billing.history import History
from simulator.results.tables import month_labels

NEW, GONE, FREE, ON_TRIAL, ON_PAUSE = "(new)", "(gone)", "(free)", "(trial)", "(paused)"
PLAN_MATRIX = {
    "month": pl.String,
    "plan_from": pl.String,
    "plan_to": pl.String,
    "customers": pl.Int64,
    "mrr_from": pl.Float64,
    "mrr_to": pl.Float64,
}


def plan_matrix(history: History, first: int = 0) -> pl.DataFrame:
    """Return month, plan_from, plan_to, customers, mrr_from, mrr_to for the months from `first` on.

    Month-end against month-end: every customer who is there at one of the two is in one cell of the month, those who
    stay as they are too. Beside plans that are paid for there are `(new)` (never there before), `(gone)`, `(free)`,
    `(trial)` and `(paused)`.
    """
    states = [*history.plans, NEW, GONE, ON_TRIAL, ON_PAUSE, FREE]
    new, gone = len(history.plans), len(history.plans) + 1
    ends = history.month_ends()
    rows = ends.rows
    state = np.where(rows["mrr"] > 0, rows["plan"], gone + 3)
    for offset, standing in enumerate((ABSENT, TRIAL, PAUSED)):
        state[rows["standing"] == standing] = gone + offset
    moves = pl.DataFrame(
        {
            "month": rows["month"].copy(),
            "from": ends.before(state, new),
            "to": state,
            "customers": np.ones(len(rows), np.int64),
            "mrr_from": ends.before(rows["mrr"], 0),
            "mrr_to": rows["mrr"].copy(),
        }
    )
    until = ends.after(rows["month"], history.months)
    cells = (
        pl.concat([_sums(moves), _staying(rows, state, until, len(states), history.months)])
        .pipe(_sums)
        .filter((pl.col("month") >= first) & (pl.col("customers") > 0))
        .filter((pl.col("from") != gone) | (pl.col("to") != gone))
    )
    names = pl.Series(states, dtype=pl.String)
    cells = cells.with_columns(
        pl.Series("from", names[cells["from"].to_numpy()]), pl.Series("to", names[cells["to"].to_numpy()])
    ).sort("month", "from", "to")
    labels = pl.Series(month_labels(history.first, history.months), dtype=pl.String)
    return cells.select(
        month=labels[cells["month"].to_numpy()] if cells.height else pl.lit("").head(0),
        plan_from="from",
        plan_to="to",
        customers="customers",
        mrr_from=pl.col("mrr_from") / UNIT,
        mrr_to=pl.col("mrr_to") / UNIT,
    ).cast(PLAN_MATRIX)  # type: ignore[arg-type]


def _sums(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.group_by("month", "from", "to").agg(pl.col("customers", "mrr_from", "mrr_to").sum())


def _staying(rows: np.ndarray, state: np.ndarray, until: np.ndarray, states: int, months: int) -> pl.DataFrame:
    """Return the cells of those who change nothing in a month: from the month after a change to the next change."""
    customers = np.zeros((states, months + 1), np.int64)
    mrr = np.zeros((states, months + 1), np.int64)
    np.add.at(customers, (state, rows["month"] + 1), 1)
    np.subtract.at(customers, (state, until), 1)
    np.add.at(mrr, (state, rows["month"] + 1), rows["mrr"])
    np.subtract.at(mrr, (state, until), rows["mrr"])
    customers, mrr = customers.cumsum(axis=1)[:, :-1], mrr.cumsum(axis=1)[:, :-1]
    s, m = np.nonzero(customers)
    return pl.DataFrame(
        {
            "month": m,
            "from": s,
            "to": s,
            "customers": customers[s, m],
            "mrr_from": mrr[s, m],
            "mrr_to": mrr[s, m],
        }
    )
