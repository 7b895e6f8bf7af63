"""The cancellation flow: who opens it may be won by an offer; who is not leaves, unless it was a bluff."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import give_notice, leave
from simulator.customer.offers import make_offer
from simulator.customer.record import GONE
from simulator.customer.tally import BLUFFS, DEPARTURES, INTENTS, LURED, RESCUED, STAYED, count
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit
from simulator.model.tables import CANCEL_INTENT

VOLUNTARY = int(Cause.VOLUNTARY)
BLUFF = purpose("cancel_intent/bluff")


@jit
def cancel_flow(m, c, out, t, at_once):
    """Go through the cancellation flow at t; leaving is `at_once` at a refused renewal.

    Whether the customer bluffs (would stay anyway) is drawn first, and the offers never see it.
    """
    s = c.state
    bluffs = uniform(s, BLUFF, s.flows) < m.epochs[s.epoch].bluff
    s.flows += 1
    count(out, s, t, INTENTS)
    if bluffs:
        count(out, s, t, BLUFFS)
    if rescue(m, c, out, t):
        return
    if bluffs:
        count(out, s, t, STAYED)
    elif at_once:
        count(out, s, t, DEPARTURES)
        leave(m, c, out, t, VOLUNTARY)
    else:
        give_notice(m, c, out, t)


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
            if make_offer(m, c, out, t, o, True):
                count(out, s, t, RESCUED)
                return True
            if s.here == GONE:  # the offer itself drove it away
                return True
    return False
