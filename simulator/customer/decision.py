"""Decision time: between an offer and the answer to it; one offer is considered at a time."""

from __future__ import annotations

from simulator.customer.spread import draw_spread
from simulator.draws.address import purpose
from simulator.jit import jit

DECISION_TIME = purpose("decision/time")


@jit
def decision_time(m, s, price_now, price_then):
    """Return how long the customer takes to decide, in months.

    The segment's time, times (new / old list price) to the power that the scenario states where the offer is for
    another plan: approvals grow with the amount.
    """
    segment = m.segments[s.epoch, s.segment]
    time = draw_spread(s, segment.decision, DECISION_TIME, s.decisions)
    s.decisions += 1
    if segment.decision_power > 0.0 and price_now > 0 and price_then > 0:
        time *= (price_then / price_now) ** segment.decision_power
    return time
