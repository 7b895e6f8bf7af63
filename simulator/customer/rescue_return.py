"""Re-expansion: a customer kept by a cheaper plan, or cut down by a shock, goes back up of its own accord."""

from __future__ import annotations

from simulator.customer.plan_change import change_plan
from simulator.jit import jit
from simulator.model.tables import NOBODY, NOT_SOLD


@jit
def return_from_rescue(m, c, out, t):
    """Go back to the plan of before, at today's price; one that is sold no more ends the wish."""
    s = c.state
    plan = s.return_to
    if m.plans[s.epoch, plan].sold == NOT_SOLD:
        s.return_to = NOBODY
        s.return_hazard = 0.0
        return
    change_plan(m, c, out, t, plan, s.return_cause, NOBODY)
