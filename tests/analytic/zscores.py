"""Observed against expected, with a known standard deviation and one threshold for a whole family of comparisons.

Bonferroni: with n comparisons the threshold is the normal quantile of 1 - FALSE_ALARM / (2 n), so that a right model
with a new seed fails a family with a probability of at most FALSE_ALARM (and with the fixed seed always or never).
Counts are large enough (hundreds and more) for the normal tail to be a good approximation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

FALSE_ALARM = 1e-4
POWER = 0.99
ROUNDING = 1e-9  # of the expectations, relative


class Row(NamedTuple):
    """One comparison."""

    name: str
    observed: float
    expected: float
    sd: float

    @property
    def z(self) -> float:
        """Distance in standard deviations; where nothing is random any difference beyond rounding is infinite."""
        difference = self.observed - self.expected
        if abs(difference) <= ROUNDING * max(1.0, abs(self.expected)):
            return 0.0
        return difference / self.sd if self.sd > 0.0 else np.inf


class Comparisons:
    """A family of comparisons, checked together."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, name: str, observed: object, expected: object, sd: object) -> None:
        """Add one comparison, or one for each entry of arrays that broadcast to the shape of `observed`."""
        observed = np.asarray(observed, float)
        expected, sd = (np.broadcast_to(np.asarray(x, float), observed.shape) for x in (expected, sd))
        for place in np.ndindex(observed.shape):
            label = f"{name}[{', '.join(map(str, place))}]" if place else name
            self.rows.append(Row(label, observed[place], expected[place], sd[place]))

    @property
    def threshold(self) -> float:
        """The |z| that a right model exceeds anywhere in the family with probability FALSE_ALARM at most."""
        return -float(ndtri(FALSE_ALARM / (2 * len(self.rows))))

    @property
    def worst(self) -> Row:
        """The comparison with the largest |z|."""
        return max(self.rows, key=lambda row: abs(row.z))

    def check(self) -> None:
        """Assert that no comparison is beyond the threshold."""
        beyond = [row for row in self.rows if abs(row.z) > self.threshold]
        told = "\n".join(
            f"  {row.name}: observed {row.observed:.10g}, expected {row.expected:.10g}, z = {row.z:+.2f}"
            for row in sorted(beyond, key=lambda row: -abs(row.z))[:10]
        )
        assert not beyond, f"{len(beyond)} of {len(self.rows)} comparisons beyond |z| = {self.threshold:.2f}:\n{told}"


def assert_noticed(right: Comparisons, wrong: Comparisons) -> None:
    """Negative control: the wrong expectation must fail here, and with probability POWER with any other seed.

    Power of one comparison: the mean of z moves by (right - wrong expectation) / sd, so z passes the threshold with
    probability POWER if that is at least the threshold plus the normal quantile of POWER.
    """
    worst = wrong.worst
    assert abs(worst.z) > wrong.threshold, (
        f"the wrong expectation went unnoticed: worst {worst.name}, observed {worst.observed:.10g}, "
        f"expected {worst.expected:.10g}, z = {worst.z:+.2f}, threshold {wrong.threshold:.2f}"
    )
    moved = max(abs(Row(a.name, a.expected, b.expected, b.sd).z) for a, b in zip(right.rows, wrong.rows, strict=True))
    needed = wrong.threshold + float(ndtri(POWER))
    assert moved >= needed, f"too few customers: the control moves z by {moved:.2f}, reliable from {needed:.2f}"
