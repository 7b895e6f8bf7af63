"""Plans compiled: seats, allowances, trials and usage prices as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.model import tables as T
from simulator.model.names import Names

MODES = {
    "per_unit": T.PER_UNIT,
    "package": T.PACKAGE,
    "graduated": T.GRADUATED,
    "volume": T.VOLUME,
    "stairstep": T.STAIRSTEP,
}
# extra seat, included seats, included usage, blocks, trial (3), usage price (5), minimum, maximum
NOTHING_CHARGED = (0, np.inf, np.nan, False, 0.0, 0.0, T.NOBODY, T.NOT_METERED, 0.0, 1.0, 0, 0, 0.0, np.inf)


def plan_charges(plan: Any, names: Names, tiers: list[tuple]) -> tuple:
    """Return what follows the price in a row of PLAN; the tiers of its usage price are added to `tiers`."""
    included = plan.included
    seats = np.inf if included is None or included.seats is None else float(included.seats)
    usage = np.nan if included is None or included.usage is None else float(included.usage)
    blocks = included is not None and included.at_limit == "block"
    trial = plan.trial
    if trial is None:
        trials: tuple = (0.0, 0.0, T.NOBODY)
    else:
        otherwise = T.NOBODY if trial.otherwise == "leaves" else names.plans.index(trial.otherwise)
        trials = (trial.length, trial.converts, otherwise)
    extra = plan.extra_seat or 0
    if extra and seats == np.inf:
        seats = 0.0  # a price for extra seats without seats in the plan: every seat is extra
    return (
        extra,
        seats,
        usage,
        blocks,
        *trials,
        *usage_price_row(plan.usage_price, tiers),
        float(plan.minimum or 0),
        np.inf if plan.maximum is None else float(plan.maximum),
    )


def usage_price_row(price: Any, tiers: list[tuple]) -> tuple:
    """Return mode, unit, size, first tier and number of tiers of a usage price; its tiers are added to `tiers`."""
    if price is None:
        return (T.NOT_METERED, 0.0, 1.0, 0, 0)
    first = len(tiers)
    for tier in price.tiers:
        bound = np.inf if tier.up_to is None else float(tier.up_to)
        tiers.append((bound, float(tier.unit or 0), float(tier.flat or 0)))
    return (MODES[price.mode], float(price.unit or 0), float(price.size or 1), first, len(price.tiers))
