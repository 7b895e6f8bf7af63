"""Pauses: the customer stays and pays nothing; its clocks stand still until it resumes or does not."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.clocks import next_anniversary, next_move
from simulator.customer.leaving import leave
from simulator.customer.record import ACTIVE, ON_PAUSE
from simulator.customer.settling import settle
from simulator.customer.tally import AFTER_ENDED, AFTER_STAYED, PAUSE_LOST, count_amount, count_stage
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.layout import (
    ADOPTION_END,
    CHANGE,
    DECISION,
    DISCOUNT_END,
    ONBOARDING_END,
    PAUSE_END,
    PRICE_MOVE,
    RENEWAL,
    TICK,
    UNPAID_END,
)
from simulator.model.tables import MONTHLY, NEVER

PAUSE = number(Cause.PAUSE)
RESUME = number(Cause.RESUME)
VOLUNTARY = number(Cause.VOLUNTARY)
RESUMES = purpose("pause/resumes")


@jit
def start_pause(m, c, out, t, offer):
    """Start a pause now."""
    s = c.state
    length = m.offers[s.epoch, offer].lasts
    s.here = ON_PAUSE
    s.pause_offer = offer
    s.paused_mrr = s.billed
    c.clocks[PAUSE_END].due = t + length
    shift_dates(m, c, t, length)
    settle(m, c, out, t, PAUSE)


@jit
def shift_dates(m, c, t, length):
    """Shift what stands still in a pause: anniversaries, ticks, the renewal, what waits for them, what runs.

    Dates that belong to a grid are computed anew from its shifted anchor, in one addition, so that the tick after a
    pause cannot fall beside the grid by a rounding error. A discount runs on, and so does tenure.
    """
    s = c.state
    renewal = c.clocks[RENEWAL].due
    s.anchor += length
    s.term_start += length
    anniversary = next_anniversary(s, t + length)
    if c.clocks[TICK].due != NEVER:
        c.clocks[TICK].due = anniversary
    if renewal != NEVER:
        c.clocks[RENEWAL].due = s.term_start + (s.terms_done + 1) * m.term_months[s.term]
    if c.clocks[CHANGE].due != NEVER:
        c.clocks[CHANGE].due = c.clocks[RENEWAL].due if c.clocks[CHANGE].due == renewal else anniversary
    for i in range(len(c.items)):
        item = c.items[i]
        if item.at_renewal and item.move_at != NEVER:
            item.move_at = anniversary if s.term == MONTHLY else c.clocks[RENEWAL].due
    c.clocks[PRICE_MOVE].due = next_move(c)
    for clock in (UNPAID_END, ONBOARDING_END, ADOPTION_END, DECISION):
        c.clocks[clock].due += length
    s.unpaid_until += length


@jit
def end_pause(m, c, out, t):
    """End the pause: the stated share resumes, the others leave; what they paid before is reported as lost."""
    s = c.state
    offer = s.pause_offer
    s.here = ACTIVE
    occurrence = s.pauses
    s.pauses += 1
    count_stage(out, s, t, offer, AFTER_ENDED)
    if uniform(s, RESUMES, occurrence) < m.offers[s.epoch, offer].stays:
        count_stage(out, s, t, offer, AFTER_STAYED)
        if c.clocks[DISCOUNT_END].due < t:  # a discount that ended meanwhile asks nobody whether to stay
            c.clocks[DISCOUNT_END].due = NEVER
        settle(m, c, out, t, RESUME)
    else:
        count_amount(out, s, t, PAUSE_LOST, s.paused_mrr)
        leave(m, c, out, t, VOLUNTARY)
