"""Cohorts: what the customers who signed up in one month pay later, and how many of them still do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.accounting.metrics import ratio
from simulator.accounting.totals import UNIT

COHORTS = {
    "segment": pl.String,
    "cohort": pl.String,
    "age": pl.Int64,
    "month": pl.String,
    "customers": pl.Float64,
    "mrr": pl.Float64,
    "logo_retention": pl.Float64,
    "mrr_retention": pl.Float64,
}


def cohorts_frame(
    cohorts: np.ndarray, segments: Sequence[str], joined: Sequence[str], labels: Sequence[str]
) -> pl.DataFrame:
    """Return segment (`all` and each), cohort, age, month, customers, mrr, logo_retention, mrr_retention.

    Parameters
    ----------
    cohorts
        (S, J, M, 2): paying customers and MRR (ten-thousandths) by month of sign-up and month.
    segments, joined, labels
        names of the S segments, the J months of sign-up (YYYY-MM) and the M months that are shown.

    Notes
    -----
    Age is in months, 0 at the end of the month of sign-up. Retention is what is there at that age over what was there
    at age 0; null where that was nothing (all signed up for a free plan), or lies before the months that are shown.
    """
    every = np.concatenate([cohorts.sum(axis=0, keepdims=True), cohorts])
    months = [_number(label) for label in labels]
    age = np.array(months)[None, :] - np.array([_number(label) for label in joined])[:, None]
    seen = (age >= 0) & (every[0, :, :, 0].any(axis=1, keepdims=True))
    j, m = np.nonzero(seen)
    parts = []
    for name, table in zip(["all", *segments], every, strict=True):
        base = np.full((len(joined), 2), np.nan)
        at_zero = np.argwhere(age == 0)
        base[at_zero[:, 0]] = table[at_zero[:, 0], at_zero[:, 1]]
        kept = ratio(table[j, m], np.nan_to_num(base[j]))
        parts.append(
            pl.DataFrame(
                {
                    "segment": pl.Series([name] * len(j), dtype=pl.String),
                    "cohort": pl.Series(list(joined), dtype=pl.String)[j],
                    "age": age[j, m].astype(np.int64),
                    "month": pl.Series(list(labels), dtype=pl.String)[m],
                    "customers": table[j, m, 0].astype(np.float64),
                    "mrr": np.round(table[j, m, 1] / UNIT, 4),
                    "logo_retention": pl.Series(kept[:, 0], nan_to_null=True),
                    "mrr_retention": pl.Series(kept[:, 1], nan_to_null=True),
                }
            )
        )
    return pl.concat(parts).select(*COHORTS)


def _number(label: str) -> int:
    year, month = label.split("-")
    return int(year) * 12 + int(month) - 1
