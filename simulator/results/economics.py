"""Costs and margins: lifetime value in its three forms, cost of acquisition, payback, contribution.

Only for scenarios that state their economics; a margin of 100 % that nobody has stated would pass for a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.accounting.metrics import ratio
from simulator.accounting.totals import UNIT
from simulator.customer.tally import COUNTERS, OFFER_STAGES, Tallies
from simulator.scenario.scenario import Scenario

Metrics = Mapping[str, np.ndarray]


def has_economics(scenario: Scenario) -> bool:
    """Tell whether the scenario states costs or margins."""
    return "economics" in scenario.tree.entries


def economics_metrics(metrics: Metrics, tallies: Sequence[Tallies], scenario: Scenario) -> dict[str, np.ndarray]:
    """Return the metrics of economics by name, (R, M, G) each: replications, months, everybody and the segments.

    ltv_revenue is ARPA x lifetime; ltv_profit that times the gross margin; ltv_net less the cost of acquiring the
    payer and of keeping it for its lifetime. The cost of acquiring a payer is all cost of acquisition since the
    start, that of people who never paid included, over all new payers.
    """
    sign_ups = _with_everybody(_counter(tallies, "sign_ups"))
    margin = _monthly(scenario, lambda economics: economics.gross_margin)[:, None]
    keeping = _monthly(scenario, lambda economics: economics.retention_cost / UNIT)[:, None]
    free = _monthly(scenario, lambda economics: economics.free_cost / UNIT)[:, None]
    acquisition = _acquisition(scenario, sign_ups)
    free_cost = free * metrics["free_customers"]
    result = {"ltv_profit": metrics["ltv_revenue"] * margin}
    if acquisition is not None:
        spent = np.cumsum(acquisition + free_cost, axis=1)
        cac = ratio(spent, np.cumsum(metrics["new_customers"], axis=1))
        lifetime = ratio(metrics["ltv_revenue"], metrics["arpa"])
        result["cac"] = cac
        result["ltv_net"] = result["ltv_profit"] - (cac + keeping * lifetime)
        result["ltv_to_cac"] = ratio(result["ltv_profit"], np.where(cac > 0, cac, 0.0))
        result["cac_payback_months"] = ratio(cac, metrics["arpa"] * margin)
    revenue = (metrics["opening_mrr"] + metrics["closing_mrr"]) / 2.0
    costs = keeping * metrics["paying_customers"] + free_cost + _offer_costs(scenario, tallies)
    costs = costs + (0.0 if acquisition is None else acquisition)
    costs[:, :, 0] += _team_cost(scenario)  # of everybody; people are not shared out over segments
    result["contribution"] = revenue * margin - costs
    return {name: np.asarray(values, np.float64) for name, values in result.items()}


def _monthly(scenario: Scenario, read: Callable[[Any], float]) -> np.ndarray:
    """Return what `read` finds in the economics of each month's epoch: (M,)."""
    starts = [epoch.month_index for epoch in scenario.epochs]
    epochs = np.searchsorted(starts, np.arange(scenario.months), side="right") - 1
    return np.array([float(read(scenario.epochs[e].keys.economics)) for e in epochs])


def _acquisition(scenario: Scenario, sign_ups: np.ndarray) -> np.ndarray | None:
    """Return the cost of acquisition of each month, (R, M, G); None where no cost of acquisition is stated."""
    if all(epoch.keys.economics.cac is None for epoch in scenario.epochs):
        return None
    costs = np.zeros(sign_ups.shape)
    for s, name in enumerate(scenario.segment_names):

        def per_sign_up(economics: Any, name: str = name) -> float:
            cac = economics.cac
            return (cac.get(name, 0) if isinstance(cac, Mapping) else cac or 0) / UNIT

        costs[:, :, 1 + s] = sign_ups[:, :, 1 + s] * _monthly(scenario, per_sign_up) * _growth(scenario)
    costs[:, :, 0] = costs[:, :, 1:].sum(axis=2)
    return costs


def _growth(scenario: Scenario) -> np.ndarray:
    """Return what growth has made of the cost of acquisition by each month: (M,)."""
    growth = scenario.epochs[0].keys.economics.cac_growth
    return np.ones(scenario.months) if growth is None else np.array(growth.factors(scenario.months))


def _offer_costs(scenario: Scenario, tallies: Sequence[Tallies]) -> np.ndarray:
    """Return the cost of the offers made: (R, M, G)."""
    made = np.stack([t.offers[..., OFFER_STAGES.index("made")] for t in tallies]).astype(np.float64)
    for o, name in enumerate(scenario.offer_names):
        cost = _monthly(scenario, lambda economics, name=name: economics.offer_cost.get(name, 0) / UNIT)  # type: ignore[misc]
        made[..., o] *= cost[:, None]
    return _with_everybody(made.sum(axis=-1))


def _team_cost(scenario: Scenario) -> np.ndarray:
    """Return what the teams cost a month: (M,)."""
    starts = [epoch.month_index for epoch in scenario.epochs]
    epochs = np.searchsorted(starts, np.arange(scenario.months), side="right") - 1
    costs = [sum(t.people * t.monthly_cost for t in epoch.keys.teams.values()) / UNIT for epoch in scenario.epochs]
    return np.array(costs)[epochs]


def _counter(tallies: Sequence[Tallies], name: str) -> np.ndarray:
    return np.stack([t.counters[..., COUNTERS.index(name)] for t in tallies]).astype(np.float64)


def _with_everybody(by_segment: np.ndarray) -> np.ndarray:
    """Put the sum over segments (axis 2) before the segments."""
    return np.concatenate([by_segment.sum(axis=2, keepdims=True), by_segment], axis=2)
