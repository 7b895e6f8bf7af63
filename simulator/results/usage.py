"""Usage at the horizon, and what it costs: how many customers use how much, and the bill for a used amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from simulator.customer.tally import STEPS_PER_OCTAVE, USAGE_STEPS, Tallies
from simulator.engines.charge import list_bill
from simulator.model.compile import Model
from simulator.model.tables import NOT_METERED
from simulator.results.journeys import customers_frame

POINTS = 240
SEEN = 0.995
"""Share of the customers whose used amounts the bills reach."""
BOUNDS = 2.0 ** (np.arange(USAGE_STEPS + 1) / STEPS_PER_OCTAVE) - 1.0
"""Used amounts at which the steps of the count begin; the last step is open."""


def usage_frame(tallies: Sequence[Tallies], model: Model) -> pl.DataFrame:
    """Return segment, plan, used_from, used_to, mean, p05, p50, p95: customers at the horizon by the amount used.

    Steps are a quarter of an octave of 1 + amount. Empty where nobody's usage is simulated.
    """
    cells = np.stack([t.usage for t in tallies])
    steps = [str(i) for i in range(USAGE_STEPS)]
    frame = customers_frame(cells, {"segment": model.names.segments, "plan": model.names.plans, "step": steps})
    step = frame["step"].cast(pl.Int64).to_numpy()
    return frame.select(
        "segment",
        "plan",
        pl.Series("used_from", np.round(BOUNDS[step], 4)),
        pl.Series("used_to", np.round(BOUNDS[step + 1], 4)),
        *("mean", "p05", "p50", "p95"),
    )


def bills_frame(tallies: Sequence[Tallies], model: Model) -> pl.DataFrame:
    """Return plan, used, bill: what each metered plan costs a month for a used amount, at the last month's prices.

    List price with the plan's seats, paid by the month, without add-ons, in currency units.
    """
    parts = []
    for plan in metered_plans(model):
        used = _amounts(_customers(tallies, plan), model, plan)
        parts.append(
            pl.DataFrame(
                {
                    "plan": pl.Series([model.names.plans[plan]] * len(used), dtype=pl.String),
                    "used": used,
                    "bill": [list_bill(model, plan, float(amount)) for amount in used],
                }
            )
        )
    return pl.concat(parts) if parts else NO_BILLS


def usage_summary(tallies: Sequence[Tallies], model: Model) -> dict[str, Any]:
    """Return, for each metered plan, the amounts that half and nine in ten of its customers stay below, and the bills.

    Amounts are read within the steps of the count, so they are approximate (a step is 19 % wide).
    """
    found: dict[str, Any] = {}
    for plan in metered_plans(model):
        customers = _customers(tallies, plan)
        if not customers.sum():
            continue
        row: dict[str, Any] = {"customers": float(customers.sum())}
        for name, share in (("median", 0.5), ("p90", 0.9)):
            used = _quantile(customers, share)
            row[name] = {"used": used, "bill": list_bill(model, plan, used)}
        found[model.names.plans[plan]] = row
    return found


NO_BILLS = pl.DataFrame(schema={"plan": pl.String, "used": pl.Float64, "bill": pl.Float64})


def metered_plans(model: Model) -> list[int]:
    """Return the positions of the plans that charge for usage in the last month."""
    return [int(p) for p in np.flatnonzero(model.tables.plans[-1].mode != NOT_METERED)]


def _customers(tallies: Sequence[Tallies], plan: int) -> np.ndarray:
    """Return the mean number of customers of a plan by step of usage."""
    return np.mean([t.usage[:, plan].sum(axis=0) for t in tallies], axis=0)


def _quantile(customers: np.ndarray, share: float) -> float:
    """Return the amount that this share of the customers stays below, evenly spread within a step."""
    below = np.concatenate([[0.0], np.cumsum(customers)])
    step = min(int(np.searchsorted(below, share * below[-1], side="left")), USAGE_STEPS) - 1
    step = max(step, 0)
    part = (share * below[-1] - below[step]) / customers[step] if customers[step] else 0.0
    return float(BOUNDS[step] + part * (BOUNDS[step + 1] - BOUNDS[step]))


def _amounts(customers: np.ndarray, model: Model, plan: int) -> np.ndarray:
    """Return amounts from 0 to beyond what nearly all customers use, with both sides of every bound of a tier."""
    row = model.tables.plans[-1, plan]
    tiers = model.tables.tiers[row.first_tier : row.first_tier + row.n_tiers]
    bounds = [float(tier.up_to) for tier in tiers if np.isfinite(tier.up_to)]
    most = _quantile(customers, SEEN) if customers.sum() else 0.0
    most = max(most, 1.5 * bounds[-1] if bounds and not most else 0.0, 10.0 * float(row.package))
    grid = np.expm1(np.linspace(0.0, np.log1p(most), POINTS))
    sides = [side for bound in bounds if bound < most for side in (bound, np.nextafter(bound, np.inf))]
    return np.unique(np.concatenate([grid, sides]))
