"""Satisfaction between 0 and 10, drawn back to its mean, and the NPS class that follows from it."""

from __future__ import annotations

from simulator.draws.address import purpose
from simulator.draws.distributions import normal
from simulator.jit import jit
from simulator.model.tables import DETRACTOR, PASSIVE, PROMOTER

FIRST_SATISFACTION = purpose("satisfaction/first")
SATISFACTION_STEP = purpose("satisfaction/step")
PROMOTERS_FROM, PASSIVES_FROM = 8.5, 6.5


@jit
def first_satisfaction(m, s):
    """Draw the satisfaction that a customer starts with: normal, kept in [0, 10]."""
    law = m.segments[s.epoch, s.segment].satisfaction
    s.satisfaction = law.centre
    if law.spread > 0.0:
        move_satisfaction(s, law.spread * normal(s, FIRST_SATISFACTION, 0))


@jit
def step_satisfaction(m, s):
    """Move satisfaction by one month: s + reversion (mean - s) + volatility Z."""
    segment = m.segments[s.epoch, s.segment]
    if not segment.satisfaction.there:
        return
    change = segment.reversion * (segment.satisfaction.centre - s.satisfaction)
    if segment.satisfaction_volatility > 0.0:
        change += segment.satisfaction_volatility * normal(s, SATISFACTION_STEP, s.ticks)
    move_satisfaction(s, change)


@jit
def move_satisfaction(s, change):
    """Change satisfaction, kept in [0, 10]."""
    s.satisfaction = min(max(s.satisfaction + change, 0.0), 10.0)


@jit
def nps_class(s):
    """Return PROMOTER, PASSIVE or DETRACTOR."""
    if s.satisfaction >= PROMOTERS_FROM:
        return PROMOTER
    if s.satisfaction >= PASSIVES_FROM:
        return PASSIVE
    return DETRACTOR


@jit
def nps_factor(m, s, factors):
    """Return the factor of the customer's NPS class; 1 where the segment has no satisfaction."""
    if not m.segments[s.epoch, s.segment].satisfaction.there:
        return 1.0
    nps = nps_class(s)
    if nps == PROMOTER:
        return factors.promoter
    if nps == PASSIVE:
        return factors.passive
    return factors.detractor
