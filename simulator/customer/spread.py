"""Quantities that differ between customers: lognormal around a median, normal around a mean."""

from __future__ import annotations

import math

from simulator.draws.distributions import normal
from simulator.jit import jit


@jit
def draw_spread(s, law, purpose, occurrence):
    """Return a draw of the law: median * exp(spread Z), or mean + spread Z, kept at 0 or above."""
    if law.spread == 0.0:
        return law.centre
    z = normal(s, purpose, occurrence)
    if law.normal:
        return max(law.centre + law.spread * z, 0.0)
    return law.centre * math.exp(law.spread * z)
