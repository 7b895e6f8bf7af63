"""A cancel rate that depends on tenure: a piecewise constant hazard.

S(t) = exp(-H(t)) for new customers, with H the integral of h times the factor of the tenure; established ones with
tenure T leave S(t) = E exp(H(T) - H(T + t)), averaged over the exponential law of T by quadrature.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
MEAN_TENURE = 6.0
TEXT = """
months: 18
plans: {pro: {price: 10}}
segments:
  smb: {opening: {pro: 1_000_000}, opening_tenure: TENURE, cancel: {pro: 0.04 per month}}
retention: {tenure: [{until: 2.5 months, factor: x2.5}, {until: 8 months, factor: x1.6}]}
cancellation: {takes_effect: immediate}
"""


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    tenures = {"new": "0 months", "established": "{mean: 6 months}"}
    return {base: simulate(TEXT.replace("TENURE", tenure), seed=107) for base, tenure in tenures.items()}


def cumulated(t: float, first: float, second: float) -> float:
    """Return H(t) at a rate of 0.04 a month."""
    return 0.04 * (t + (first - 1.0) * min(t, 2.5) + (second - 1.0) * (min(t, 8.0) - min(t, 2.5)))


def survival(base: str, t: float, first: float, second: float) -> float:
    if base == "new":
        return np.exp(-cumulated(t, first, second))

    def at(tenure: float) -> float:
        hazard = cumulated(tenure + t, first, second) - cumulated(tenure, first, second)
        return np.exp(-tenure / MEAN_TENURE - hazard) / MEAN_TENURE

    kinks = sorted({x for x in (2.5, 8.0, 2.5 - t, 8.0 - t) if x > 0.0})
    return sum(quad(at, a, b)[0] for a, b in zip([0.0, *kinks], [*kinks, 300.0], strict=True))


def compare(runs: dict[str, Run], first: float = 2.5, second: float = 1.6) -> Comparisons:
    seen = Comparisons()
    for base, run in runs.items():
        expected = np.array([survival(base, t, first, second) for t in range(19)])
        seen.add(base, run.stock(), *binomial(CUSTOMERS, expected))
    return seen


def test_the_factor_holds_up_to_its_tenure(runs):
    compare(runs).check()


def test_two_per_cent_of_a_factor_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, first=2.5 * 1.02))
    assert_noticed(compare(runs), compare(runs, second=1.6 * 1.03))


def test_forgetting_the_factors_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, first=1.0, second=1.0))
