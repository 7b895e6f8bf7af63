"""Draws at an address. `a` is any record with the words key0, key1, stream, index (uint64); `occurrence` counts."""

from __future__ import annotations

import math

import numpy as np

from simulator.draws.philox import philox, unit
from simulator.jit import numeric

TWO_PI = 2.0 * math.pi


@numeric
def uniform(a, purpose, occurrence):
    """Return a uniform draw in (0, 1)."""
    w0, w1, _, _ = philox(np.uint64(occurrence), purpose, a.index, a.stream, a.key0, a.key1)
    return unit(w0, w1)


@numeric
def exponential(a, purpose, occurrence):
    """Return a unit-exponential draw, by inversion: Devroye (1986), Non-Uniform Random Variate Generation, II.2."""
    return -math.log(uniform(a, purpose, occurrence))


@numeric
def normal(a, purpose, occurrence):
    """Return a standard normal draw: Box and Muller (1958), Ann. Math. Statist. 29, 610, the cosine half."""
    w0, w1, w2, w3 = philox(np.uint64(occurrence), purpose, a.index, a.stream, a.key0, a.key1)
    return math.sqrt(-2.0 * math.log(unit(w0, w1))) * math.cos(TWO_PI * unit(w2, w3))


@numeric
def gamma(a, purpose, shape):
    """Return a gamma draw of that shape (> 0) and scale 1.

    Marsaglia and Tsang (2000), ACM TOMS 26, 363: rejection with at least 95 % acceptance; a shape below 1 is drawn
    at shape + 1 and multiplied by U**(1/shape). Trial j uses occurrences 2j + 1 and 2j + 2, occurrence 0 the power.
    """
    boosted = shape if shape >= 1.0 else shape + 1.0
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    trial = 0
    while True:
        z = normal(a, purpose, 2 * trial + 1)
        v = 1.0 + c * z
        if v > 0.0:
            v = v * v * v
            u = uniform(a, purpose, 2 * trial + 2)
            if math.log(u) < 0.5 * z * z + d - d * v + d * math.log(v):
                break
        trial += 1
    if shape >= 1.0:
        return d * v
    return d * v * uniform(a, purpose, 0) ** (1.0 / shape)


@numeric
def beta(a, purpose_alpha, purpose_beta, alpha, beta_):
    """Return a beta(alpha, beta_) draw as X / (X + Y) of two gamma draws, each with a purpose of its own."""
    x = gamma(a, purpose_alpha, alpha)
    y = gamma(a, purpose_beta, beta_)
    if x + y == 0.0:  # both underflow only for shapes near 0, where the law sits on the two ends
        return 1.0 if uniform(a, purpose_alpha, 0) * (alpha + beta_) < alpha else 0.0
    return x / (x + y)
