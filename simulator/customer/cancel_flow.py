"""The cancellation flow: who opens it may be won by an offer; who is not leaves, unless it was a bluff."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import give_notice, leave
from simulator.customer.offers import make_offer
from simulator.customer.record import GONE
from simulator.customer.tally import BLUFFS, DEPARTURES, INTENTS, LURED, RESCUED, STAYED, count
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.tables import CANCEL_INTENT, NOW

VOLUNTARY = number(Cause.VOLUNTARY)
EFFECT_IN_FLOW = number(NOW)
BLUFF = purpose("cancel_intent/bluff")


@jit
def cancel_intent(m, c, out, t):
    """Open the cancellation flow at t; who is not won cancels, and leaves when the cancellation takes effect."""
    if insists(m, c, out, t):
        count(out, c.state, t, DEPARTURES)
        give_notice(m, c, out, t, VOLUNTARY)


@jit
def refused_renewal(m, c, out, t):
    """Open the flow of a customer who does not renew; who is not won leaves at once."""
    if insists(m, c, out, t):
        count(out, c.state, t, DEPARTURES)
        leave(m, c, out, t, VOLUNTARY)


@jit
def insists(m, c, out, t):
    """Go through the flow and tell whether the customer insists on leaving.

    Whether it bluffs (would stay anyway) is drawn first, and the offers never see it.
    """
    s = c.state
    bluffs = uniform(s, BLUFF, s.flows) < m.epochs[s.epoch].bluff
    s.flows += 1
    count(out, s, t, INTENTS)
    if bluffs:
        count(out, s, t, BLUFFS)
    if rescue(m, c, out, t):
        if s.here != GONE:
            count(out, s, t, RESCUED)
        return False
    if bluffs:
        count(out, s, t, STAYED)
    return not bluffs


@jit
def lured_flow(m, c, out, t):
    """Go through the flow only to get the cheap offer; unserved the customer stays."""
    count(out, c.state, t, LURED)
    rescue(m, c, out, t)


@jit
def rescue(m, c, out, t):
    """Make the flow's offers in file order until one is accepted; tell whether one was, or the customer is gone."""
    s = c.state
    for o in range(m.scalars[0].n_offers):
        if m.offers[s.epoch, o].trigger == CANCEL_INTENT:
            if make_offer(m, c, out, t, o, EFFECT_IN_FLOW):
                return True
            if s.here == GONE:  # the offer itself drove it away
                return True
    return False
