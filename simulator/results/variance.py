"""Where a band comes from: uncertain parameters, or the luck of customers.

Replications that share a draw of the ranges differ by luck alone, so that one-way analysis of variance separates
Var(E[Y | draw]) from E[Var(Y | draw)]: Searle, Casella and McCulloch (1992), Variance Components, chapter 3. Which
range matters most is read off the same replications, by rank correlation with the uniform numbers behind its draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

PER_DRAW = 2
"""Replications that live with the same draw of the ranges: what differs between them is luck alone."""

LEAST_DRAWS = 10
"""With fewer draws, the share of variance has no interval worth telling."""

LEVEL = 0.95


@dataclass(frozen=True)
class Influence:
    """One range: which share of the variance its draws explain (as ranks, by themselves), and the 95 % interval.

    Correlated ranges explain the same variance together, so shares may add up to more than their whole.
    """

    path: str
    share: float
    low95: float
    high95: float


@dataclass(frozen=True)
class Decomposition:
    """The variance of one figure over replications.

    Attributes
    ----------
    parameters, luck
        unbiased estimates of Var(E[Y | draw]) and E[Var(Y | draw)]; the first may come out below 0
    share
        parameters / (parameters + luck), kept in [0, 1]; `low95` and `high95` its 95 % interval
    draws
        draws of the ranges that it rests on
    influences
        the ranges, from the most to the least influential
    """

    parameters: float
    luck: float
    share: float
    low95: float
    high95: float
    draws: int
    influences: tuple[Influence, ...]

    def summary(self) -> dict[str, Any]:
        """Return it as `summary.json` holds it."""
        parts = ("parameters", "luck", "share", "low95", "high95", "draws")
        ranges = [
            {"range": one.path, "share": one.share, "low95": one.low95, "high95": one.high95} for one in self.influences
        ]
        return {**{part: getattr(self, part) for part in parts}, "ranges": ranges}


def grouped(values: np.ndarray, per_draw: int) -> np.ndarray:
    """Return values of replications (R,) by draw and luck, (D, per_draw), without a last draw that is not complete."""
    draws = len(values) // per_draw
    return np.asarray(values[: draws * per_draw], np.float64).reshape(draws, per_draw)


def decompose(values: np.ndarray, uniforms: Mapping[str, np.ndarray]) -> Decomposition | None:
    """Decompose the variance of `values` (D, m): D draws of the ranges, m >= 2 replications of each.

    Parameters
    ----------
    values
        one figure, such as closing MRR of the last month; draws with a NaN are left out
    uniforms
        the uniform numbers behind each range's draws (D,), by key

    Returns
    -------
    Decomposition or None
        None with fewer than LEAST_DRAWS draws, or where nothing varies.

    Raises
    ------
    ValueError
        if fewer than two replications share a draw.
    """
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError("luck can be told from parameters only where at least two replications share a draw")
    known = ~np.isnan(values).any(axis=1)
    values = values[known]
    draws, m = values.shape
    if draws < LEAST_DRAWS or np.ptp(values) == 0.0:
        return None
    between, within = _mean_squares(values)
    parameters = (between - within) / m
    low, high = _share_interval(values)
    influences = [_influence(path, np.asarray(u, np.float64)[known], values) for path, u in uniforms.items()]
    return Decomposition(
        parameters=float(parameters),
        luck=float(within),
        share=_share(between, within, m),
        low95=low,
        high95=high,
        draws=draws,
        influences=tuple(sorted(influences, key=lambda one: (-one.share, one.path))),
    )


def _mean_squares(values: np.ndarray) -> tuple[float, float]:
    draws, m = values.shape
    means = values.mean(axis=1)
    between = m * ((means - means.mean()) ** 2).sum() / (draws - 1)
    within = ((values - means[:, None]) ** 2).sum() / (draws * (m - 1))
    return float(between), float(within)


def _share(between: float, within: float, m: int) -> float:
    """The share of parameters, (F - 1) / (F + m - 1) with F = between / within, kept in [0, 1]."""
    total = between + (m - 1) * within
    return float(np.clip((between - within) / total, 0.0, 1.0))


def _share_interval(values: np.ndarray) -> tuple[float, float]:
    """The jackknife interval over draws, on the scale of ln F, where the variance hardly depends on F."""
    draws, m = values.shape
    means = values.mean(axis=1)
    scatter = ((values - means[:, None]) ** 2).sum(axis=1)
    left = draws - 1
    squares = ((means - means.mean()) ** 2).sum()
    between = m * (squares - (means - means.mean()) ** 2 * draws / left) / (left - 1)
    within = (scatter.sum() - scatter) / (left * (m - 1))
    if within.min() <= 0.0 or between.min() <= 0.0:
        whole, none = scatter.sum() == 0.0, squares == 0.0
        return (1.0, 1.0) if whole else (0.0, 0.0) if none else (0.0, 1.0)
    all_between, all_within = _mean_squares(values)
    centre = np.log(all_between / all_within)
    half = _half_width(np.log(between / within))
    low, high = (float(np.exp(centre + sign * half)) for sign in (-1.0, 1.0))
    return _share(low, 1.0, m), _share(high, 1.0, m)


def _influence(path: str, u: np.ndarray, values: np.ndarray) -> Influence:
    """The squared rank correlation of a range's draws with the figure, less what chance alone gives."""
    from scipy.stats import rankdata  # slow to import

    draws = len(u)
    x = rankdata(u)
    if np.ptp(x) == 0.0:
        return Influence(path, 0.0, 0.0, 0.0)
    ranks = rankdata(values).reshape(values.shape)
    together = float(np.mean([_correlation(x, y) for y in ranks.T]))
    each = np.mean([_left_one_out(x, y) for y in ranks.T], axis=0)
    bounded = np.clip(each, -1.0 + 1e-9, 1.0 - 1e-9)
    centre = float(np.arctanh(np.clip(together, -1.0 + 1e-9, 1.0 - 1e-9)))
    half = _half_width(np.arctanh(bounded))
    ends = np.tanh([centre - half, centre + half])
    low = 0.0 if ends[0] * ends[1] <= 0.0 else float((ends**2).min())
    share = max(0.0, 1.0 - (1.0 - together**2) * (draws - 1) / (draws - 2))
    return Influence(path, share, min(low, share), max(float((ends**2).max()), share))


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size else 0.0


def _left_one_out(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The correlations without each of the draws in turn."""
    n = len(x)
    x, y = x - x.mean(), y - y.mean()
    shrink = n / (n - 1)
    xy, xx, yy = (total - part * shrink for total, part in ((x @ y, x * y), (x @ x, x * x), (y @ y, y * y)))
    size = np.sqrt(np.maximum(xx * yy, 0.0))
    return np.divide(xy, size, out=np.zeros_like(xy), where=size > 0.0)


def _half_width(left_out: np.ndarray) -> float:
    """Half the 95 % interval of a statistic, from its values without each draw in turn: Tukey's jackknife."""
    from scipy.special import stdtrit

    n = len(left_out)
    error = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    return float(stdtrit(n - 1, 0.5 + LEVEL / 2) * error)
