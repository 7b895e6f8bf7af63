"""Signals: a log-in surge, a feature used more. Offers that wait for one are made when it comes, and while it lasts."""

from __future__ import annotations

from simulator.customer.offers import make_offer
from simulator.customer.record import ACTIVE
from simulator.jit import jit
from simulator.model.tables import NOBODY, ON_SIGNAL


@jit
def signal_hazard(m, s, signal):
    """Return the hazard of the signal."""
    return m.signals[s.epoch, s.segment, signal].rate


@jit
def show_signal(m, c, out, t, signal):
    """Show the signal and make the offers that wait for it, in file order."""
    s = c.state
    c.signals[signal].until = t + m.signals[s.epoch, s.segment, signal].lasts
    for o in range(m.scalars[0].n_offers):
        offer = m.offers[s.epoch, o]
        if offer.trigger == ON_SIGNAL and int(offer.when) == signal and s.here == ACTIVE:
            make_offer(m, c, out, t, o, NOBODY)
