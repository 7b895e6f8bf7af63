"""What tests of shipped scenarios read off a run: one number a replication, and what their scatter allows to claim.

All functions return float arrays (R,), one value a replication. Two runs with the same seed share their draws, so the
difference of their arrays is a paired one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

UNIT = 10_000  # amounts of `runs` are in ten-thousandths of a currency unit
MARGIN = 3.0  # standard errors: a claim that is only just true fails one run in 700


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its standard error."""

    mean: float
    error: float

    def __str__(self) -> str:
        return f"{self.mean:.4g} ± {self.error:.2g}"

    def lies_in(self, low: float, high: float) -> bool:
        """Tell whether the mean lies between the bounds, by MARGIN standard errors on each side."""
        return low + MARGIN * self.error <= self.mean <= high - MARGIN * self.error

    def is_above(self, bound: float) -> bool:
        """Tell whether the mean is above the bound by MARGIN standard errors."""
        return self.mean - MARGIN * self.error > bound

    def is_below(self, bound: float) -> bool:
        """Tell whether the mean is below the bound by MARGIN standard errors."""
        return self.mean + MARGIN * self.error < bound

    def agrees_with(self, value: float) -> bool:
        """Tell whether the value lies within 4 standard errors of the mean (one run in 16,000 does not)."""
        return abs(self.mean - value) <= 4.0 * self.error


def estimate(values: np.ndarray) -> Estimate:
    """Return mean and standard error over replications; at least two, all with a value."""
    assert len(values) > 1
    assert np.isfinite(values).all()
    return Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))


def total(result, table: str, column: str = "count", **where) -> np.ndarray:
    """Return the sum of a column of `runs` over the rows of a table.

    `where`: a value, or a collection of values, of month, segment, plan, kind, motion or reason.
    """
    rows = result.runs.filter(pl.col("table") == table)
    for name, wanted in where.items():
        known = [wanted] if isinstance(wanted, str | int) else list(wanted)
        rows = rows.filter(pl.col(name).is_in(known))
    summed = np.zeros(result.replications)
    for replication, value in rows.group_by("replication").agg(pl.col(column).sum()).iter_rows():
        summed[replication] = value
    return summed / UNIT if column == "amount" else summed


def moved(result, **where) -> np.ndarray:
    """Return MRR moved, month grain."""
    return total(result, "movement", "amount", **where)


def movements(result, **where) -> np.ndarray:
    """Return the number of movements, month grain."""
    return total(result, "movement", **where)


def counted(result, counter: str, **where) -> np.ndarray:
    """Return a counter of behaviour."""
    return total(result, "counter", reason=counter, **where)


def staged(result, offer: str | tuple[str, ...], stage: str, **where) -> np.ndarray:
    """Return how often offers reached a stage, by month of the offer."""
    return total(result, "offer", plan=offer, reason=stage, **where)


def mrr(result, month: int = -2, **where) -> np.ndarray:
    """Return MRR at the end of a month (-1: the opening; left out: the horizon)."""
    return total(result, "stock", "amount", reason="mrr", month=_last(result, month), **where)


def payers(result, month: int = -2, **where) -> np.ndarray:
    """Return paying customers at the end of a month (-1: the opening; left out: the horizon)."""
    return total(result, "stock", reason="paying", month=_last(result, month), **where)


def nrr_12m(result, month: int = -2) -> np.ndarray:
    """Return MRR of those who paid 12 months before, over their MRR then."""
    month = _last(result, month)
    now = total(result, "retention", "amount", reason="now", month=month)
    return now / total(result, "retention", "amount", reason="base", month=month)


def yearly_logo_churn(result, end: int) -> np.ndarray:
    """Return 1 - the product of (1 - monthly logo churn rate) over the 12 months before month `end`."""
    staying = np.ones(result.replications)
    for month in range(end - 12, end):
        staying *= 1.0 - movements(result, kind="churn", month=month) / payers(result, month - 1)
    return 1.0 - staying


def _last(result, month: int) -> int:
    return len(result.months) - 1 if month == -2 else month
