"""Cohorts of a run: the mean over replications, by month of sign-up, with the opening base as a cohort of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.accounting.account import MRR, PAYING
from simulator.accounting.books import Books
from simulator.results.cohorts import cohorts_frame
from simulator.results.tables import month_labels

OPENING = "opening"


def cohort_table(books: Books) -> np.ndarray:
    """Return (S, M + 1, M + 1, 2): paying customers and MRR by month of sign-up and month-end.

    Place 0 of both is the opening: the base, and the month-end before the run.
    """
    segments, joined, months, _ = books.cohort.shape
    table = np.zeros((segments, joined, months + 1, 2), np.int64)
    table[:, :, 1:] = books.cohort
    table[:, 0, 0] = books.stock[0].sum(axis=1)[:, [PAYING, MRR]]
    return table


def run_cohorts_frame(
    total: np.ndarray, replications: int, segments: Sequence[str], start: tuple[int, int]
) -> pl.DataFrame:
    """Return the cohorts (see cohorts.py) of the mean of `replications` tables whose sum is `total`.

    Retention is the mean MRR (or customers) at an age over the mean at age 0. The opening base is the cohort
    `opening`; its age 0 is the month-end before the run.
    """
    year, month = start
    before = (year, month - 1) if month > 1 else (year - 1, 12)
    labels = month_labels(before, total.shape[2])
    frame = cohorts_frame(total / replications, segments, labels, labels)
    opening = pl.when(pl.col("cohort") == labels[0]).then(pl.lit(OPENING)).otherwise(pl.col("cohort"))
    return frame.with_columns(opening.alias("cohort"))
