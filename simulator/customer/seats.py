"""Seats: lognormal at sign-up, at least 1; each customer adds and removes them one by one."""

from __future__ import annotations

import math

from simulator.accounting.movements import Cause
from simulator.customer.settling import settle
from simulator.customer.spread import draw_spread
from simulator.draws.address import purpose
from simulator.jit import jit, number

SEATS = number(Cause.SEATS)
FIRST_SEATS = purpose("seats/first")


@jit
def first_seats(m, s):
    """Draw the seats that a customer starts with: rounded, at least 1."""
    segment = m.segments[s.epoch, s.segment]
    drawn = draw_spread(s, segment.seats, FIRST_SEATS, 0) if segment.seats.there else 1.0
    s.seats = max(math.floor(drawn + 0.5), 1)


@jit
def add_seats(m, c, out, t, seats):
    """Add seats (negative: remove), never below 1."""
    c.state.seats = max(c.state.seats + seats, 1)
    settle(m, c, out, t, SEATS)


@jit
def seat_added_hazard(m, s):
    """Return the hazard of adding a seat."""
    return m.segments[s.epoch, s.segment].seats_added


@jit
def seat_removed_hazard(m, s):
    """Return the hazard of giving up a seat; the last one stays."""
    return m.segments[s.epoch, s.segment].seats_removed if s.seats > 1 else 0.0
