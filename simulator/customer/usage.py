"""Usage: the amount a customer uses, month by month, and the limit of its plan.

At each month tick the state moves by growth and by a lognormal step of mean 1; season multiplies the used amount of
the month, never the state.
"""

from __future__ import annotations

import math

from simulator.customer.spread import draw_spread
from simulator.draws.address import purpose
from simulator.draws.distributions import normal
from simulator.jit import jit

FIRST_USAGE = purpose("usage/first")
USAGE_STEP = purpose("usage/step")


@jit
def first_usage(m, s, t):
    """Draw the usage that a customer starts with."""
    segment = m.segments[s.epoch, s.segment]
    s.usage = draw_spread(s, segment.usage, FIRST_USAGE, 0) if segment.usage.there else 0.0
    use(m, s, t)


@jit
def step_usage(m, s, t):
    """Move the usage by one month: u growth exp(sigma Z - sigma^2 / 2)."""
    segment = m.segments[s.epoch, s.segment]
    if not segment.usage.there:
        return
    growth = 1.0 + segment.usage_growth * 2.0 ** (-s.usage_months / segment.usage_fades)
    sigma = segment.usage_volatility
    factor = math.exp(sigma * normal(s, USAGE_STEP, s.ticks) - 0.5 * sigma * sigma) if sigma > 0.0 else 1.0
    s.usage *= growth * factor
    s.usage_months += 1
    use(m, s, t)


@jit
def use(m, s, t):
    """Set the used amount of the month of t: usage times season, at most the allowance where the plan blocks."""
    calendar_month = (m.scalars[0].start_month + math.floor(t)) % 12
    s.used = s.usage * m.usage_season[s.epoch, s.segment, calendar_month]
    keep_to_limit(m, s)


@jit
def keep_to_limit(m, s):
    """Stop usage at the allowance of a plan that blocks."""
    plan = m.plans[s.epoch, s.plan]
    if plan.blocks:
        s.used = min(s.used, plan.included_usage)


@jit
def usage_ratio(m, s):
    """Return used / included; NaN where the plan has no allowance."""
    return s.used / m.plans[s.epoch, s.plan].included_usage


@jit
def seats_ratio(m, s):
    """Return seats / included seats."""
    return s.seats / m.plans[s.epoch, s.plan].included_seats
