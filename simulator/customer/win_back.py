"""Win-back: a customer who had left comes back; its phase and tenure start again, its frailty stays."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.cancel_intent import next_tenure_step
from simulator.customer.clocks import next_anniversary
from simulator.customer.record import ACTIVE
from simulator.customer.settling import settle
from simulator.customer.usage import keep_to_limit
from simulator.jit import jit, number
from simulator.model.layout import TENURE_STEP, TICK
from simulator.model.tables import MONTHLY, NEVER

WIN_BACK_CAUSE = number(Cause.WIN_BACK)


@jit
def come_back(m, c, out, t, plan):
    """Come back on a monthly term of the plan, at today's price."""
    s = c.state
    s.here = ACTIVE
    s.plan = plan
    s.term = MONTHLY
    s.sign_up = s.anchor = s.term_start = t
    s.price_moves = 1.0
    s.units = 1
    s.lives += 1
    s.bills = s.usage_bills = 0
    keep_to_limit(m, s)
    c.items[0].epoch = s.epoch
    c.items[0].move_at = NEVER
    c.clocks[TENURE_STEP].due = next_tenure_step(m, s, t)
    if m.scalars[0].has_ticks:
        c.clocks[TICK].due = next_anniversary(s, t)
    out.tallies.moves[int(t), s.segment, m.scalars[0].n_plans, plan] += 1
    settle(m, c, out, t, WIN_BACK_CAUSE)
