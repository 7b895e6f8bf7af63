"""Mean, standard deviation and quantiles over replications, where some may have no value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Spread(NamedTuple):
    """Summaries over the first axis; NaN where no replication has a value (sd: fewer than two)."""

    mean: np.ndarray
    sd: np.ndarray
    p05: np.ndarray
    p50: np.ndarray
    p95: np.ndarray
    replications: np.ndarray  # with a value


def spread(values: np.ndarray) -> Spread:
    """Summarise `values` over its first axis, leaving NaN out.

    Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan 1996); the standard deviation
    is the sample's (n - 1).
    """
    values = np.sort(values, axis=0)  # NaN go last
    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)
        squares = np.nansum((values - mean) ** 2, axis=0)
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
    p05, p50, p95 = (_quantile(values, n, q) for q in (0.05, 0.5, 0.95))
    return Spread(mean, sd, p05, p50, p95, n)


def _quantile(ordered: np.ndarray, n: np.ndarray, q: float) -> np.ndarray:
    position = q * np.maximum(n - 1, 0)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(n - 1, 0))
    below = np.take_along_axis(ordered, low[None], axis=0)[0]
    above = np.take_along_axis(ordered, high[None], axis=0)[0]
    return np.where(n > 0, below + (above - below) * (position - low), np.nan)
