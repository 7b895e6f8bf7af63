"""Win-back: a customer who had left comes back; its phase and tenure start again, its frailty stays."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.cancel_intent import next_tenure_step
from simulator.customer.record import ACTIVE
from simulator.customer.settling import settle
from simulator.jit import jit, number
from simulator.model.layout import TENURE_STEP
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
    c.items[0].epoch = s.epoch
    c.items[0].move_at = NEVER
    c.clocks[TENURE_STEP].due = next_tenure_step(m, s, t)
    out.tallies.moves[int(t), s.segment, m.scalars[0].n_plans, plan] += 1
    settle(m, c, out, t, WIN_BACK_CAUSE)
