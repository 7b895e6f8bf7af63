"""Leaving: MRR falls, items end, clocks stop; only an offer to come back can still reach the customer."""

from __future__ import annotations

import math

import numpy as np

from simulator.customer.clocks import next_anniversary
from simulator.customer.plan_change import drop_pending
from simulator.customer.record import GONE, LEAVING, NO_TRIAL, UPGRADE_TRIAL
from simulator.customer.settling import count_anew, settle
from simulator.customer.tally import close_all_followed
from simulator.jit import jit
from simulator.model.layout import FIRST_OFFER, LEAVE, PRICE_MOVE, RENEWAL, TRIAL_END
from simulator.model.tables import MONTHLY, NEVER, NOBODY


@jit
def leave(m, c, out, t, cause):
    """Leave at t."""
    s = c.state
    s.here = GONE
    s.addons = np.uint64(0)
    s.own_price = 0
    s.return_to = NOBODY
    s.return_hazard = 0.0
    s.trial = NO_TRIAL
    s.discount = 0.0
    s.considered = s.requested = NOBODY
    s.covered = 0
    s.rescued = s.shocked = s.uncollected = 0
    s.gone_since = t
    s.left_at = min(s.left_at, t)
    drop_pending(c)
    for clock in range(PRICE_MOVE, FIRST_OFFER):
        c.clocks[clock].due = NEVER
    for i in range(len(c.items)):
        c.items[i].move_at = NEVER
    close_all_followed(m, c, out, t)
    out.tallies.moves[int(t), s.segment, s.plan, m.scalars[0].n_plans] += 1
    settle(m, c, out, t, cause)


@jit
def give_notice(m, c, out, t, cause):
    """Cancel at t: at once, or at the end of the term; until then the bill stays, and a pending change falls away.

    A monthly term ends at the next anniversary, but not before the notice; a longer one at its renewal.
    """
    s = c.state
    epoch = m.epochs[s.epoch]
    s.here = LEAVING
    drop_pending(c)
    c.clocks[TRIAL_END].due = NEVER  # who leaves from a trial never pays for it
    if s.trial == UPGRADE_TRIAL:
        s.trial = NO_TRIAL
    noticed = t + epoch.notice
    if epoch.immediate:
        c.clocks[LEAVE].due = noticed
    elif s.term == MONTHLY:
        # without notice an anniversary later than t; with notice one not earlier than its end
        c.clocks[LEAVE].due = next_anniversary(s, math.nextafter(noticed, -math.inf) if epoch.notice > 0.0 else t)
    else:
        c.clocks[LEAVE].due = c.clocks[RENEWAL].due
    if m.policy[0].at_request:
        count_anew(m, c, out, t, cause)
