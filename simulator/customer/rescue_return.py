"""Re-expansion: a customer kept by a cheaper plan goes back to a higher one of its own accord."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.plan_change import change_plan
from simulator.jit import jit, number
from simulator.model.tables import NOBODY, NOT_SOLD

RESCUE_RETURN = number(Cause.RESCUE_RETURN)


@jit
def return_from_rescue(m, c, out, t):
    """Go back to the plan of before the rescue, at today's price; one that is sold no more ends the wish."""
    s = c.state
    plan = s.return_to
    if m.plans[s.epoch, plan].sold == NOT_SOLD:
        s.return_to = NOBODY
        s.return_hazard = 0.0
        return
    change_plan(m, c, out, t, plan, RESCUE_RETURN, NOBODY)
