"""How many replications are enough: add some until the interval of a mean is as narrow as asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from simulator.results.intervals import interval
from simulator.studies.errors import WrongStudy

FEWEST = 20  # before an interval is believed: a standard deviation of fewer is too rough to stop on
GROWTH = 1.5  # at least, so that looking often does not wait for a lucky interval
SAFETY = 1.1  # of the number that the spread so far asks for


class Precision(NamedTuple):
    """What a stopping rule has reached."""

    replications: int
    half_width: float  # of the 95 % interval, relative to the mean
    reached: bool


def replicate_until(
    target: float, most: int, first: int, add: Callable[[range], None], values: Callable[[], np.ndarray], per_draw: int
) -> Precision:
    """Add replications until the 95 % interval of a mean has a half-width of `target` times the mean.

    Parameters
    ----------
    target
        relative half-width, e.g. 0.01.
    most, first
        the most replications, and those of the first round (at least FEWEST).
    add
        lives through a range of replications.
    values
        gives the quantity by replication, all those added so far: (R,), or (2, R) where the half-width of the first
        row is to be relative to the mean of the second (a difference against the base).

    Looking at the data to decide when to stop makes intervals a little too short; rounds that grow by half and a
    first one of at least FEWEST keep that small (Hoad, Robinson and Davies 2010, J. Simulation 4, 1-14).
    """
    done, goal = 0, min(most, max(first, FEWEST))
    while True:
        goal = min(most, goal + -goal % per_draw)  # whole draws
        add(range(done, goal))
        done = goal
        found = np.atleast_2d(values())
        what = interval(found[0], per_draw)
        scale = abs(float(what.mean if len(found) == 1 else interval(found[1], per_draw).mean))
        half = float(what.high - what.mean)
        relative = half / scale if scale > 0 else math.inf if half > 0 else 0.0
        if relative <= target or done >= most or math.isnan(relative):
            return Precision(done, relative, relative <= target)
        needed = done * (relative / target) ** 2 * SAFETY if math.isfinite(relative) else math.inf
        goal = int(min(most, max(GROWTH * done, min(needed, 10 * done))))


def read_precision(text: str) -> float:
    """Read `1%` or `0.01`.

    Raises
    ------
    WrongStudy
        if it is no share between 0 and 100 %.
    """
    try:
        value = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise WrongStudy(f"--precision: {text!r} is no precision; write a share such as 1% or 0.01")
    return value
