"""Win-back: those who left are asked once, d months later; a share w comes back and starts again.

A renewal process (Cox 1962, Renewal Theory, chapter 4) with waits exponential(h) + d, broken off with probability
1 - w: present at t after j returns with probability w^j exp(-h (t - j d)) (h (t - j d))^j / j!, for j d <= t. Two
returns are more than a month apart, so a month's count is binomial with p = w x (leavers d months before).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammainc
from scipy.stats import poisson

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SCENARIO = """
months: 24
plans: {pro: {price: 50}}
segments:
  smb: {opening: {pro: 1_000_000}, opening_tenure: {mean: 9 months}, cancel: {pro: 0.12 per month}}
cancellation: {takes_effect: immediate}
offers:
  come_back: {motion: win_back, when: {churned_for: 2.5 months}, to: pro, acceptance: 30%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=131)


def compare(run: Run, w: float = 0.3, h: float = 0.12, d: float = 2.5) -> Comparisons:
    j = np.arange(20)

    def lived(t: np.ndarray) -> np.ndarray:
        return h * np.maximum(np.asarray(t, float)[:, None] - j * d, 0.0)

    def present(t: np.ndarray) -> np.ndarray:
        return (w**j * np.where(t[:, None] >= j * d, poisson.pmf(j, lived(t)), 0.0)).sum(axis=1)

    def leavings(t: np.ndarray) -> np.ndarray:
        """Expected number of leavings by t: the (j + 1)th comes after gamma(j + 1) of life and j absences."""
        return (w**j * gammainc(j + 1, lived(t))).sum(axis=1)

    seen = Comparisons()
    months = np.arange(25)
    seen.add("customers", run.stock(), *binomial(CUSTOMERS, present(months)))
    asked = np.diff(leavings(months - d))
    seen.add("asked", run.offer("come_back", "made"), *binomial(CUSTOMERS, asked))
    seen.add("reactivated", run.flow("event_count", "reactivation", "win_back"), *binomial(CUSTOMERS, w * asked))
    made = run.offer("come_back", "made")
    seen.add("share won back", run.offer("come_back", "accepted").sum(), *binomial(made.sum(), w))
    return seen


def test_customers_come_back(run):
    compare(run).check()


def test_two_per_cent_are_noticed(run):
    assert_noticed(compare(run), compare(run, w=0.306))
    assert_noticed(compare(run), compare(run, h=0.1224))
    assert_noticed(compare(run), compare(run, d=2.55))


def test_nobody_coming_back_is_noticed(run):
    assert_noticed(compare(run), compare(run, w=1e-9))
