"""Intervals of means from paired replications, and how sure one scenario is better than another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LEVEL = 0.95

# Metrics that are better when lower; all others, when higher. What is a loss, a cost or a risk.
LOWER_IS_BETTER = frozenset(
    {
        "contraction_mrr",
        "churn_mrr",
        "churned_customers",
        "gross_mrr_churn_rate",
        "net_mrr_churn_rate",
        "logo_churn_rate",
        "logo_churn_rate_12m_mean",
        "cancel_intents",
        "lured_intents",
        "refused_renewals",
        "onboarding_failed",
        "adoption_failed",
        "shocks",
        "payments_failed",
        "payments_lost",
        "pause_lost_mrr",
        "credited_revenue",
        "cac",
        "cac_payback_months",
    }
)


class Interval(NamedTuple):
    """A mean over replications and its 95 % interval; NaN where fewer than two (for the mean: none) have a value."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def interval(values: np.ndarray, per_draw: int = 1, level: float = LEVEL) -> Interval:
    """Return the mean of `values` over its first axis (replications, NaN left out) and Student's t interval of it.

    `per_draw` replications that follow each other share a draw of the parameters and are not independent: their
    mean counts as one observation.
    """
    from scipy.special import stdtrit  # slow to import

    values = by_draw(values, per_draw)
    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)
        sd = np.sqrt(np.nansum((values - mean) ** 2, axis=0) / (n - 1))
        half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * sd / np.sqrt(n), np.nan)
    return Interval(mean, mean - half, mean + half)


def by_draw(values: np.ndarray, per_draw: int) -> np.ndarray:
    """Return the means of the replications of each draw; the last draw may have fewer."""
    if per_draw == 1:
        return values
    parts = [values[i : i + per_draw] for i in range(0, len(values), per_draw)]
    return np.stack([_nanmean(part) for part in parts])


def _nanmean(values: np.ndarray) -> np.ndarray:
    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)


def sign_of_better(metric: str) -> int:
    """Return 1 where more of a metric is better, -1 where less is."""
    return -1 if metric in LOWER_IS_BETTER else 1


def probability_of_better(differences: np.ndarray, metric: str) -> np.ndarray:
    """Return the share of replications (first axis) in which a difference is for the better; ties count half."""
    signed = differences * sign_of_better(metric)
    known = ~np.isnan(signed)
    n = known.sum(axis=0)
    wins = (signed > 0).sum(axis=0) + 0.5 * (known & (signed == 0)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, wins / n, np.nan)


class Choice(NamedTuple):
    """How good a choice each option is, (K, ...): share of replications in which it is best, and its expected regret.

    The regret of a replication is what the best option would have brought more (or cost less): the cost of having
    chosen wrong.
    """

    best: np.ndarray
    regret: np.ndarray


def choice(options: np.ndarray, metric: str) -> Choice:
    """Return how good a choice each of K options is; `options` is (K, R, ...), replications paired."""
    signed = options * sign_of_better(metric)
    known = ~np.isnan(signed).any(axis=0)  # a replication counts where every option has a value
    n = known.sum(axis=0)
    top = np.where(known, signed.max(axis=0), 0.0)
    is_top = (signed == top) & known
    shared = is_top / np.maximum(is_top.sum(axis=0), 1)
    loss = np.where(known, top - signed, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Choice(np.where(n > 0, shared.sum(axis=1) / n, np.nan), np.where(n > 0, loss.sum(axis=1) / n, np.nan))
