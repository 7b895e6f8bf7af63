"""Offers that need somebody's time: the customer's side of asking for a person, being served, or giving up."""

from __future__ import annotations

from simulator.customer.offers import MOMENT, fits_audience, put_offer
from simulator.customer.targets import is_available
from simulator.draws.distributions import exponential
from simulator.jit import jit
from simulator.model.tables import NOBODY


@jit
def work_time(m, s, o):
    """Return how long a person works on offer o, in months: fixed, or exponential."""
    offer = m.offers[s.epoch, o]
    occurrence = s.services
    s.services += 1
    return offer.work * exponential(s, offer.works, occurrence) if offer.work_varies else offer.work


@jit
def be_served(m, c, out, t, o):
    """Get the offer now that the work is done, if the customer still fits and could still take it.

    Who passes from one team to another is a little harder to win: the receiving team's factor for the hand-over.
    """
    s = c.state
    if s.considered != o:
        return
    s.considered = NOBODY
    offer = m.offers[s.epoch, o]
    handed_over = s.last_team != NOBODY and s.last_team != offer.team
    s.last_team = offer.team
    may_ask = offer.made and t >= c.offers[o].quiet_until - MOMENT
    if may_ask and fits_audience(m, s, offer, t) and is_available(m, c, offer):
        put_offer(m, c, out, t, o, NOBODY, m.teams[s.epoch, offer.team].handoff if handed_over else 1.0)


@jit
def give_up(c, o):
    """Wait no longer for somebody's time."""
    if c.state.considered == o:
        c.state.considered = NOBODY
