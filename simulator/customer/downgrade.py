"""Downgrades that nobody offered: one step down the ladder, at the customer's own wish."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.plan_change import request_plan
from simulator.customer.record import NO_TRIAL
from simulator.jit import jit, number
from simulator.model.tables import NOBODY

DOWNGRADE_CAUSE = number(Cause.DOWNGRADE)


@jit
def downgrade_hazard(m, c):
    """Return the hazard of an unasked downgrade; none at the foot of the ladder or during a trial."""
    s = c.state
    if m.plans[s.epoch, s.plan].down == NOBODY or s.trial != NO_TRIAL:
        return 0.0
    return m.segments[s.epoch, s.segment].downgrade


@jit
def downgrade(m, c, out, t):
    """Ask for the next lower plan; it comes at the time that the policy on plan changes says."""
    s = c.state
    request_plan(m, c, out, t, m.plans[s.epoch, s.plan].down, DOWNGRADE_CAUSE, NOBODY, NOBODY)
