"""Journeys: on which plan customers began, where they are at the horizon; and the changes of plan on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from simulator.accounting.metrics import ratio
from simulator.accounting.spread import spread
from simulator.customer.tally import Tallies
from simulator.model.names import Names
from simulator.results.behaviour import told

GONE, OUTSIDE = "(gone)", "(outside)"
ENTERED = ("opening", "later")
RESCUED = ("no", "yes")
FIELDS = ("mean", "p05", "p50", "p95")


def journeys_frame(tallies: Sequence[Tallies], names: Names) -> pl.DataFrame:
    """Return segment, entered, plan_from, plan_to, rescued, mean, p05, p50, p95: customers, over replications.

    `entered` is `opening` (the opening base, with the plan held there) or `later` (with the plan of the sign-up);
    `plan_to` the plan at the horizon, or `(gone)`; `rescued` whether the customer is on it because of an accepted
    rescue. Every customer is in one cell; cells that are empty in every replication are left out.
    """
    cells = np.stack([t.journeys for t in tallies])  # (R, S, 2, P, P + 1, 2)
    axes = {
        "segment": names.segments,
        "entered": ENTERED,
        "plan_from": names.plans,
        "plan_to": (*names.plans, GONE),
        "rescued": RESCUED,
    }
    return customers_frame(cells, axes)


def plan_moves_frame(tallies: Sequence[Tallies], names: Names, labels: Sequence[str]) -> pl.DataFrame:
    """Return month, segment, plan_from, plan_to, mean, p05, p50, p95: changes of plan in the month.

    Every change counts, several of one customer too; `(outside)` is where customers come from and leave to.
    """
    cells = np.stack([t.moves for t in tallies])  # (R, M, S, P + 1, P + 1)
    plans = (*names.plans, OUTSIDE)
    return customers_frame(cells, {"month": labels, "segment": names.segments, "plan_from": plans, "plan_to": plans})


def journeys_summary(tallies: Sequence[Tallies]) -> dict[str, Any]:
    """Return, of the opening base and of later sign-ups, how many there were and what share is where at the horizon.

    Shares: `gone`, `rescued` (on what they took in place of leaving), `moved` (another plan, not by a rescue),
    `stayed` (the plan they began on); mean, p05 and p95 over replications. They add up to 1 in the mean.
    """
    cells = np.stack([t.journeys for t in tallies]).sum(axis=1)  # (R, 2, P, P + 1, 2)
    plans = cells.shape[2]
    same = np.eye(plans, plans + 1, dtype=bool)
    found: dict[str, Any] = {}
    for e, entered in enumerate(ENTERED):
        of = cells[:, e]
        everybody = of.sum(axis=(1, 2, 3))
        parts = {
            "gone": of[:, :, plans].sum(axis=(1, 2)),
            "rescued": of[:, :, :plans, 1].sum(axis=(1, 2)),
            "moved": of[..., 0][:, ~same & (np.arange(plans + 1) < plans)].sum(axis=1),
            "stayed": of[..., 0][:, same].sum(axis=1),
        }
        found[entered] = {"customers": told(everybody.astype(np.float64))}
        found[entered] |= {name: told(ratio(part, everybody)) for name, part in parts.items()}
    return found


def customers_frame(cells: np.ndarray, axes: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the cells that are not empty in every replication: one column an axis, and mean and quantiles."""
    some = np.nonzero(cells.any(axis=0))
    columns = {
        name: pl.Series(list(texts), dtype=pl.String)[place]
        for (name, texts), place in zip(axes.items(), some, strict=True)
    }
    summary = spread(cells.reshape(len(cells), -1)[:, cells.any(axis=0).reshape(-1)].astype(np.float64))
    values = {field: pl.Series(np.round(getattr(summary, field), 4)) for field in FIELDS}
    return pl.DataFrame(columns | values)
