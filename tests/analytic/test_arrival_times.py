"""When within its month a customer signs up: uniform, as a Poisson stream of constant rate has it.

Given their number, times are independent uniforms (Kingman 1993, Poisson Processes, section 2.4): their mean is 1/2
with variance 1/12, their mean square 1/3 with variance 4/45, and cells of a tenth of a month hold a binomial count.
Growth of g a month that does not fade multiplies month k by (1 + g)^k.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.simulate import simulate
from tests.analytic.zscores import Comparisons, assert_noticed

SCENARIO = """
months: 12
plans: {pro: {price: 10}}
segments:
  smb: {arrivals: {per_month: 10_000, growth: 3% per month}, choose: {pro: 100%}, cancel: {pro: 0 per month}}
"""


@pytest.fixture(scope="module")
def times() -> np.ndarray:
    (one,) = simulate(SCENARIO, seed=116, ledger=True).replications
    return one.ledger["time"]


def compare(times: np.ndarray, power: float = 1.0, growth: float = 0.03) -> Comparisons:
    """Compare with the law of U^power, U uniform."""
    n = len(times)
    seen = Comparisons()
    expected = 10_000 * (1.0 + growth) ** np.arange(12)
    seen.add("sign-ups", np.bincount(times.astype(int), minlength=12), expected, np.sqrt(expected))
    seen.add("all sign-ups", n, expected.sum(), np.sqrt(expected.sum()))
    times = times % 1.0

    def moment(a: float) -> float:
        return 1.0 / (1.0 + a * power)

    for a, name in ((1, "mean"), (2, "mean square")):
        sd = np.sqrt((moment(2 * a) - moment(a) ** 2) / n)
        seen.add(name, np.mean(times**a), moment(a), sd)
    cells = np.diff(np.linspace(0.0, 1.0, 11) ** (1.0 / power))
    seen.add("tenths", np.histogram(times, 10, (0.0, 1.0))[0], n * cells, np.sqrt(n * cells * (1.0 - cells)))
    return seen


def test_times_are_uniform_within_the_month(times):
    assert len(times) > 100_000
    compare(times).check()


def test_times_drawn_to_one_side_are_noticed(times):
    assert_noticed(compare(times), compare(times, power=1.03))


def test_a_growth_a_little_off_is_noticed(times):
    assert_noticed(compare(times), compare(times, growth=0.035))
