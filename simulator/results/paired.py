"""Means of replications against those of a base that lived with the same draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from simulator.results.comparison import DIGITS
from simulator.results.intervals import interval, probability_of_better

COLUMNS = ("mean", "low95", "high95", "difference", "difference_low95", "difference_high95", "p_better")


def paired(base: np.ndarray, values: np.ndarray, metric: str, per_draw: int) -> dict[str, np.ndarray]:
    """Return COLUMNS by name: the mean of `values` (R, ...), its difference to `base`, and their 95 % intervals.

    The mean is over replications that have a value; the difference over those that have one on both sides.
    """
    alone, difference = interval(values, per_draw), interval(values - base, per_draw)
    better = probability_of_better(values - base, metric)
    return dict(zip(COLUMNS, (*alone, *difference, better), strict=True))


def rounded(columns: Mapping[str, np.ndarray]) -> dict[str, pl.Series]:
    """Return columns of a table, flat, rounded and with nulls in place of NaN."""
    return {
        name: pl.Series(np.round(np.ravel(values), DIGITS) + 0.0, dtype=pl.Float64, nan_to_null=True)
        for name, values in columns.items()
    }
