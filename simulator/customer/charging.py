"""What a used amount costs: per unit, per package, graduated, volume or stairstep."""

from __future__ import annotations

import math

from simulator.jit import jit
from simulator.model.tables import GRADUATED, NOT_METERED, PACKAGE, PER_UNIT


@jit
def usage_charge(plan, tiers, used):
    """Return the charge for the used amount in ten-thousandths of a currency unit (float), without its bounds.

    A quantity at a bound belongs to the lower tier. Of graduated tiers each is charged for its own part, flat fee
    included, once the quantity has passed the bound below it; the first counts at zero usage too. Of volume and
    stairstep tiers the one that holds the quantity is charged, for all of it.
    """
    if plan.mode == NOT_METERED:
        return 0.0
    if plan.mode == PER_UNIT:
        return used * plan.unit
    if plan.mode == PACKAGE:
        return math.ceil(used / plan.package) * plan.unit
    total = 0.0
    below = 0.0
    for i in range(plan.first_tier, plan.first_tier + plan.n_tiers):
        tier = tiers[i]
        if plan.mode == GRADUATED:
            total += tier.fee + (min(used, tier.up_to) - below) * tier.unit
        else:
            total = tier.fee + used * tier.unit
        if used <= tier.up_to:
            return total
        below = tier.up_to
    return total
