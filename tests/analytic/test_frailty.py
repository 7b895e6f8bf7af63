"""Gamma-mixed cancellation: customers differ by a gamma multiplier of mean 1 and coefficient of variation c.

New customers: S(t) = (1 + h t / k)^-k with k = 1 / c^2, the Lomax law (Vaupel, Manton and Stallard 1979, Demography 16,
439). Established ones have survived their tenure T, so their multiplier is gamma of shape k and rate k + h T, and
S(t | T) = ((k + h T) / (k + h (T + t)))^k, here averaged over the exponential law of T by quadrature.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
MONTHS = 24
MEAN_TENURE = 18.0
SPREADS = (0.5, 1.5)  # shapes 4 and 0.44: both branches of the gamma draw
TEXT = """
months: 24
plans: {pro: {price: 10}}
segments:
  smb: {opening: {pro: 1_000_000}, opening_tenure: TENURE, cancel: {pro: 0.10 per month}, frailty: SPREAD}
cancellation: {takes_effect: immediate}
"""


@pytest.fixture(scope="module")
def runs() -> dict[tuple[str, float], Run]:
    return {
        (base, spread): simulate(TEXT.replace("TENURE", tenure).replace("SPREAD", str(spread)), seed=104)
        for base, tenure in (("new", "0 months"), ("established", "{mean: 18 months}"))
        for spread in SPREADS
    }


def survival(base: str, t: float, hazard: float, spread: float, mean: float = MEAN_TENURE) -> float:
    if spread == 0.0:
        return np.exp(-hazard * t)
    k = spread**-2
    if base == "new":
        return (1.0 + hazard * t / k) ** -k
    return quad(
        lambda tenure: np.exp(-tenure) * ((k + hazard * mean * tenure) / (k + hazard * (mean * tenure + t))) ** k,
        0.0,
        50.0,
    )[0]


def compare(runs: dict, hazard: float = 0.1, spread: float = 1.0, known: str = "established") -> Comparisons:
    """Compare with a hazard, factors on the spread, and the law that established customers follow."""
    seen = Comparisons()
    for (base, c), run in runs.items():
        law = known if base == "established" else base
        expected = [survival(law, t, hazard, c * spread) for t in range(MONTHS + 1)]
        seen.add(f"{base}, spread {c}", run.stock(), *binomial(CUSTOMERS, np.array(expected)))
    return seen


def test_survival_is_lomax(runs):
    compare(runs).check()


def test_two_per_cent_of_the_rate_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, hazard=0.102))


def test_two_per_cent_of_the_spread_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, spread=1.02))


def test_forgetting_frailty_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, spread=0.0))


def test_forgetting_that_established_customers_survived_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, known="new"))
