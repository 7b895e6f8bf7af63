"""Temporary discounts: a share off for a while; at the end a share of customers goes on at full price."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.record import LEAVING, ON_PAUSE
from simulator.customer.settling import settle
from simulator.customer.tally import AFTER_ENDED, AFTER_STAYED, count_stage
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.layout import DISCOUNT_END
from simulator.model.tables import NOBODY

DISCOUNT = number(Cause.DISCOUNT)
DISCOUNT_ENDS = number(Cause.DISCOUNT_END)
VOLUNTARY = number(Cause.VOLUNTARY)
STAYS = purpose("discount/stays")


@jit
def start_discount(m, c, out, t, offer):
    """Start the offered discount; a newer one replaces an older."""
    s = c.state
    row = m.offers[s.epoch, offer]
    s.discount = row.share
    s.discount_offer = offer
    c.clocks[DISCOUNT_END].due = t + row.lasts
    settle(m, c, out, t, DISCOUNT)


@jit
def end_discount(m, c, out, t):
    """End the discount: the stated share goes on at full price, the others leave at once, without the flow.

    A discount that ends inside a pause ends silently: the pause asks for itself. Who has cancelled already is not
    asked either, and pays the full price to the end.
    """
    s = c.state
    offer = s.discount_offer
    s.discount = 0.0
    s.discount_offer = NOBODY
    if s.here == ON_PAUSE:
        return
    if s.here == LEAVING:
        settle(m, c, out, t, DISCOUNT_ENDS)
        return
    occurrence = s.discounts
    s.discounts += 1
    count_stage(out, s, t, offer, AFTER_ENDED)
    if uniform(s, STAYS, occurrence) < m.offers[s.epoch, offer].stays:
        count_stage(out, s, t, offer, AFTER_STAYED)
        settle(m, c, out, t, DISCOUNT_ENDS)
    else:
        leave(m, c, out, t, VOLUNTARY)
