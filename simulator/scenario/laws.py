"""Laws of uncertain numbers: each is its quantile function, so that one uniform number decides a draw.

Quantiles make draws comparable: the same uniform number gives the same place in a law, whatever the law's numbers are,
and a design of points, or a correlation, can feed uniforms of its own. Numbers are those written, in their own unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

LOWEST = 2.0**-53
"""The smallest uniform number that is ever drawn; the largest is 1 - LOWEST."""

LOW_SHARE, HIGH_SHARE = 0.05, 0.95
"""Quantiles that stand for the low and the high end of a law without stated ends."""

_STANDARD = NormalDist()


def clipped(u: float) -> float:
    """Return a uniform number inside what is ever drawn, so that no law is asked for its infinite end."""
    return min(max(u, LOWEST), 1.0 - LOWEST)


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile (Wichura 1988, AS 241)."""
    return _STANDARD.inv_cdf(clipped(u))


def normal_cdf(z: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def beta_quantile(u: float, alpha: float, beta: float) -> float:
    """Return the quantile of the beta law on [0, 1]."""
    from scipy.special import betaincinv  # slow to import, and certain scenarios do without

    return float(betaincinv(alpha, beta, clipped(u)))


class Law:
    """One uncertain number."""

    name: str
    """pert, beta, lognormal, normal or samples"""

    def quantile(self, u: float) -> float:
        """Return the value below which a share u of the draws lies."""
        raise NotImplementedError

    @property
    def centre(self) -> float:
        """The value that stands for the law where one value is wanted: likely, mean, or the middle sample."""
        raise NotImplementedError

    @property
    def low(self) -> float:
        """The stated low end; where none is stated, the 5 % quantile."""
        return self.quantile(LOW_SHARE)

    @property
    def high(self) -> float:
        """The stated high end; where none is stated, the 95 % quantile."""
        return self.quantile(HIGH_SHARE)

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that can be drawn."""
        return self.quantile(LOWEST), self.quantile(1.0 - LOWEST)


@dataclass(frozen=True)
class Pert(Law):
    """Beta law on [least, most] with its mode at `likely` and mean (least + 4 likely + most) / 6.

    Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7, 646; shapes as in Vose (2008), Risk Analysis.
    """

    least: float
    likely: float
    most: float
    name = "pert"

    def quantile(self, u: float) -> float:
        width = self.most - self.least
        alpha = 1.0 + 4.0 * (self.likely - self.least) / width
        beta = 1.0 + 4.0 * (self.most - self.likely) / width
        return self.least + width * beta_quantile(u, alpha, beta)

    @property
    def centre(self) -> float:
        return self.likely

    @property
    def low(self) -> float:
        return self.least

    @property
    def high(self) -> float:
        return self.most


@dataclass(frozen=True)
class Normal(Law):
    """Normal law."""

    mean: float
    sd: float
    name = "normal"

    def quantile(self, u: float) -> float:
        return self.mean + self.sd * normal_quantile(u)

    @property
    def centre(self) -> float:
        return self.mean


@dataclass(frozen=True)
class LogNormal(Law):
    """Log-normal law with this mean and standard deviation (of the number, not of its logarithm)."""

    mean: float
    sd: float
    name = "lognormal"

    def quantile(self, u: float) -> float:
        variance = math.log1p((self.sd / self.mean) ** 2)
        return self.mean * math.exp(math.sqrt(variance) * normal_quantile(u) - variance / 2.0)

    @property
    def centre(self) -> float:
        return self.mean


@dataclass(frozen=True)
class Beta(Law):
    """Beta law on [0, whole]; `whole` is 100 where shares are written in percent."""

    alpha: float
    beta: float
    mean: float
    whole: float
    name = "beta"

    @classmethod
    def of_moments(cls, mean: float, sd: float, whole: float) -> Beta:
        """Return the beta law with this mean and standard deviation; the sd must be below √(mean (whole − mean))."""
        m, s = mean / whole, sd / whole
        size = m * (1.0 - m) / s**2 - 1.0
        return cls(m * size, (1.0 - m) * size, mean, whole)

    def quantile(self, u: float) -> float:
        return self.whole * beta_quantile(u, self.alpha, self.beta)

    @property
    def centre(self) -> float:
        return self.mean


@dataclass(frozen=True)
class Samples(Law):
    """Each of the values with the same probability; `values` go from low to high."""

    values: tuple[float, ...]
    name = "samples"

    def quantile(self, u: float) -> float:
        return self.values[min(int(clipped(u) * len(self.values)), len(self.values) - 1)]

    @property
    def centre(self) -> float:
        return self.values[(len(self.values) - 1) // 2]
