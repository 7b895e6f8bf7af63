"""The month tick, at sign-up plus whole months: usage and satisfaction move, the bill is made, thresholds are read."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.bill_shock import watch_bill
from simulator.customer.clocks import next_anniversary
from simulator.customer.counting import remember_usage
from simulator.customer.invoicing import invoice_usage
from simulator.customer.offers import make_offer
from simulator.customer.record import ACTIVE
from simulator.customer.satisfaction import step_satisfaction
from simulator.customer.settling import settle
from simulator.customer.tally import count_satisfaction
from simulator.customer.usage import seats_ratio, step_usage, usage_ratio
from simulator.jit import jit, number
from simulator.model.layout import TICK
from simulator.model.tables import (
    NOBODY,
    ON_SIGNAL,
    SATISFACTION_ABOVE,
    SATISFACTION_BELOW,
    SEATS_ABOVE,
    USAGE_ABOVE,
    USAGE_BELOW,
)

USAGE = number(Cause.USAGE)


@jit
def tick(m, c, out, t):
    """Carry out a month tick; a customer who has cancelled only goes on using."""
    s = c.state
    s.ticks += 1
    remember_usage(m, c)
    invoice_usage(out, s, t)
    step_usage(m, s, t)
    step_satisfaction(m, s)
    settle(m, c, out, t, USAGE)
    watch_bill(m, c, t)
    count_satisfaction(m, out, s, t)
    c.clocks[TICK].due = next_anniversary(s, t)
    for o in range(m.scalars[0].n_offers):
        if s.here == ACTIVE and is_reached(m, c, m.offers[s.epoch, o], t):
            make_offer(m, c, out, t, o, NOBODY)


@jit
def is_reached(m, c, offer, t):
    """Tell whether the offer waits for a threshold that the customer is past, or a signal that is up, at a tick."""
    s = c.state
    if offer.trigger == USAGE_ABOVE:
        return usage_ratio(m, s) >= offer.when
    if offer.trigger == USAGE_BELOW:
        return usage_ratio(m, s) < offer.when
    if offer.trigger == SEATS_ABOVE:
        return seats_ratio(m, s) >= offer.when
    if offer.trigger == SATISFACTION_ABOVE:
        return m.segments[s.epoch, s.segment].satisfaction.there and s.satisfaction >= offer.when
    if offer.trigger == SATISFACTION_BELOW:
        return m.segments[s.epoch, s.segment].satisfaction.there and s.satisfaction < offer.when
    return offer.trigger == ON_SIGNAL and t < c.signals[int(offer.when)].until
