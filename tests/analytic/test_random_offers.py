"""Random offers: a Poisson process for each customer, with a dead time where an offer stays quiet.

Without it the number made is Poisson with mean N r a month. With a quiet time q the waits are q + exponential (a
counter with fixed dead time, Feller 1948): P(n offers by T) = P(gamma of shape n <= r (T - (n - 1) q)), from which
E n = sum P and E n^2 = sum (2 n - 1) P.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammainc

from tests.analytic.chain import total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 200_000
SCENARIO = """
months: 18
plans: {pro: {price: 100}}
addons: {extra: {price: 10}}
segments:
  smb: {opening: {pro: 200_000}, opening_tenure: {mean: 9 months}, cancel: {pro: 0 per month}}
offers:
  free_running: {motion: cross_sell, when: {rate: 0.5 per month}, to: extra, acceptance: 0%}
  with_pauses: {motion: cross_sell, when: {rate: 0.5 per month}, to: extra, acceptance: 0%, quiet_for: 1.7 months}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=130)


def compare(run: Run, rate: float = 0.5, quiet: float = 1.7) -> Comparisons:
    seen = Comparisons()
    made = run.offer("free_running", "made")
    seen.add("free running", made, CUSTOMERS * rate, np.sqrt(CUSTOMERS * rate))
    n = np.arange(1, 60)
    t = np.arange(1, 19)[:, None]
    at_least = gammainc(n, rate * np.maximum(t - (n - 1) * quiet, 0.0))
    mean = at_least.sum(axis=1)
    moments = mean, (at_least * (2 * n - 1)).sum(axis=1) - mean**2
    seen.add("with pauses", run.offer("with_pauses", "made").cumsum(), *total({0: CUSTOMERS}, lambda _: moments))
    return seen


def test_offers_made(run):
    compare(run).check()


def test_two_per_cent_of_the_rate_are_noticed(run):
    assert_noticed(compare(run), compare(run, rate=0.5 * 1.02))


def test_two_per_cent_of_the_quiet_time_are_noticed(run):
    assert_noticed(compare(run), compare(run, quiet=1.7 * 1.02))
