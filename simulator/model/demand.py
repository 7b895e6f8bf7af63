"""How many sign up, and for which plan: arrivals, choice and anchoring under today's prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Prices = Mapping[str, float]


def choice_weights(keys: Any, segment: Any, first_prices: Prices, first_epoch_plans: set[str]) -> dict[str, float]:
    """Return the weight of each plan among sign-ups, by name, not normalised.

    choose * (p / p0)^choice for paid plans, choose for free ones; the plan just below the dearest also times
    ((p_top / p) / (p_top0 / p0))^anchoring. p0 is a plan's first list price; for a dearest plan that came later
    p_top0 is the p0 of the plan below, so that the whole of its appearance acts as the anchor.
    """
    sold = {name: plan.price for name, plan in keys.plans.items() if plan.sold == "everyone"}
    weights = {}
    for name, share in segment.choose.items():
        if name in sold:
            ratio = sold[name] / first_prices[name] if first_prices[name] > 0 and sold[name] > 0 else 1.0
            weights[name] = share * ratio**segment.price_response.choice
    paid = sorted((price, name) for name, price in sold.items() if price > 0)
    if len(paid) >= 2 and segment.anchoring:
        (p, below), (p_top, top) = paid[-2], paid[-1]
        p0 = first_prices[below]
        p_top0 = first_prices[top] if top in first_epoch_plans else p0
        if below in weights:
            weights[below] *= ((p_top / p) / (p_top0 / p0)) ** segment.anchoring
    return weights


def arrival_factor(keys: Any, segment: Any, first_prices: Prices, relative_list: float) -> float:
    """Return the factor of today's prices on sign-ups: (sum choose p / sum choose p0)^arrivals, free-only left out.

    `relative_list` is the segment's price factor against that of the first epoch. Where a plan that attracts people
    by being free is sold no more, that share of its sign-ups does not come.
    """
    sold = {name for name, plan in keys.plans.items() if plan.sold == "everyone"}
    stated = sum(segment.choose.values())
    now = sum(share * keys.plans[name].price for name, share in segment.choose.items() if name in sold)
    first = sum(share * first_prices[name] for name, share in segment.choose.items() if name in sold)
    elasticity = segment.price_response.arrivals
    factor = (relative_list * now / first) ** elasticity if elasticity and now > 0 and first > 0 else 1.0
    lost = sum(
        share * keys.plans[name].attracts
        for name, share in segment.choose.items()
        if name not in sold and name in keys.plans
    )
    return factor * (1.0 - lost / stated if stated else 1.0)


def arrivals_in_month(keys: Any, segment: Any, month: int, calendar_month: int) -> float:
    """Return the expected sign-ups of month `month` (0 = first) at first prices: per_month, growth, season."""
    arrivals = segment.arrivals
    if arrivals is None:
        return 0.0
    rate = arrivals.per_month
    if arrivals.growth is not None:
        steps = np.full(month, arrivals.growth.rate)
        if arrivals.growth.fades is not None:
            steps = steps * 2.0 ** (-np.arange(month) / arrivals.growth.fades)
        rate *= float(np.prod(1.0 + steps))
    return rate * arrivals.season.get(calendar_month, 1.0)
