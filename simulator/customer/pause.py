"""Pauses: the customer stays and pays nothing; its clocks stand still until it resumes or does not."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.clocks import next_move
from simulator.customer.leaving import leave
from simulator.customer.record import ACTIVE, ON_PAUSE
from simulator.customer.settling import settle
from simulator.customer.tally import AFTER_ENDED, AFTER_STAYED, PAUSE_LOST, count_amount, count_stage
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.layout import DISCOUNT_END, PAUSE_END, PRICE_MOVE, RENEWAL, TICK
from simulator.model.tables import NEVER

PAUSE = number(Cause.PAUSE)
RESUME = number(Cause.RESUME)
VOLUNTARY = number(Cause.VOLUNTARY)
RESUMES = purpose("pause/resumes")


@jit
def start_pause(m, c, out, t, offer):
    """Start a pause now. Anniversaries, month ticks and the renewal shift by its length; tenure goes on."""
    s = c.state
    length = m.offers[s.epoch, offer].lasts
    s.here = ON_PAUSE
    s.pause_offer = offer
    s.paused_mrr = c.account.mrr
    s.anchor += length
    s.term_start += length
    c.clocks[RENEWAL].due += length
    c.clocks[TICK].due += length
    c.clocks[PAUSE_END].due = t + length
    for i in range(len(c.items)):  # moves that wait for a renewal wait for the shifted one
        if c.items[i].move_at > t and c.items[i].at_renewal:
            c.items[i].move_at += length
    c.clocks[PRICE_MOVE].due = next_move(c)
    settle(m, c, out, t, PAUSE)


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
