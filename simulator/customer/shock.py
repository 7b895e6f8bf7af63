"""Business shocks: a department or a budget is cut; the customer downgrades or leaves, and may recover later."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.plan_change import change_plan
from simulator.customer.record import NO_TRIAL
from simulator.customer.tally import SHOCKS, count
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.tables import NOBODY

SHOCK = number(Cause.SHOCK)
SHOCK_LEAVE = number(Cause.SHOCK_LEAVE)
RECOVERY = number(Cause.RECOVERY)
EFFECT = purpose("shock/effect")


@jit
def suffer_shock(m, c, out, t):
    """Suffer a shock: leave at once without the flow, move one step down at once, or get over it."""
    s = c.state
    segment = m.segments[s.epoch, s.segment]
    count(out, s, t, SHOCKS)
    u = uniform(s, EFFECT, s.shocks)
    s.shocks += 1
    if u < segment.shock_cancel:
        leave(m, c, out, t, SHOCK_LEAVE)
        return
    down = m.plans[s.epoch, s.plan].down
    if u < segment.shock_cancel + segment.shock_downgrade and down != NOBODY and s.trial == NO_TRIAL:
        plan = s.plan
        change_plan(m, c, out, t, down, SHOCK, NOBODY)
        s.return_hazard = segment.recovery_hazard
        s.return_to = plan if segment.recovery_hazard > 0.0 else NOBODY
        s.return_cause = RECOVERY
