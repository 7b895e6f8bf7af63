"""Clocks: dated ones ring at a time, random ones when a unit-exponential budget is used up.

The modified next reaction method of Anderson (2007), J. Chem. Phys. 127, 214107: a budget is consumed at the current
hazard, so a hazard that changes midway needs no new draw, and the same customer stays comparable between scenarios.
"""

from __future__ import annotations

import math

from simulator.draws.distributions import exponential
from simulator.jit import inlined, jit
from simulator.model.tables import NEVER


@inlined
def random_clock(m, which):
    """Return the number of the random clock `which` (INTENT, ...)."""
    return m.scalars[0].first_random + which


@inlined
def set_hazard(c, clock, hazard, t, purpose):
    """Let the random clock run at `hazard` from t on; the same hazard as before changes nothing, not even a bit."""
    if hazard != c.clocks[clock].hazard:
        change_hazard(c, clock, hazard, t, purpose)


@jit
def change_hazard(c, clock, hazard, t, purpose):
    """Let the random clock run at another hazard from t on."""
    k = c.clocks[clock]
    if k.hazard > 0.0:
        k.budget = max(k.budget - k.hazard * (t - k.since), 0.0)
    k.hazard = hazard
    k.since = t
    if hazard > 0.0:
        if not k.drawn:
            k.budget = exponential(c.state, purpose, k.count)
            k.count += 1
            k.drawn = 1
        k.due = t + k.budget / hazard
    else:
        k.due = NEVER


@jit
def ring(c, clock):
    """Take the clock's ring: it stands until it is set again, a random one with a new budget."""
    k = c.clocks[clock]
    k.due = NEVER
    k.hazard = 0.0
    k.drawn = 0


@jit
def next_clock(m, c):
    """Return the clock that rings next, of those that can ring at all; of simultaneous ones the first."""
    best = m.clocks[0]
    due = c.clocks[best].due
    for i in range(1, len(m.clocks)):
        clock = m.clocks[i]
        if c.clocks[clock].due < due:
            best = clock
            due = c.clocks[clock].due
    return best


@jit
def whole_periods_after(start, period, t):
    """Return the first date start + k * period, k = 1, 2, ..., that lies after t, in one addition."""
    k = max(math.floor((t - start) / period), 0.0)
    while start + k * period <= t or k < 1.0:
        k += 1.0
    return start + k * period


@jit
def next_anniversary(s, t):
    """Return the first monthly anniversary after t."""
    return whole_periods_after(s.anchor, 1.0, t)


@jit
def next_move(c):
    """Return when the next price move of an item is due."""
    due = NEVER
    for i in range(len(c.items)):
        due = min(due, c.items[i].move_at)
    return due
