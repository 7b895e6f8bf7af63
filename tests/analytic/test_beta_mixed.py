"""Beta-mixed renewals: each customer keeps its own probability of not renewing, beta-distributed over customers.

The shifted-beta-geometric model of Fader and Hardie (2007), J. Interactive Marketing 21, 76: after r renewals
S(r) = B(alpha, beta + r) / B(alpha, beta), and the retention rate (beta + r - 1) / (alpha + beta + r - 1) rises.
While a term runs nobody leaves, however high the monthly cancel rate: the renewal decides.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SCENARIO = """
months: 85
plans: {pro: {price: 10, term_discount: {annual: 15%}}}
terms: {annual: 12 months}
segments:
  smb:
    opening: {pro: 1_000_000}
    opening_tenure: 0 months
    terms: {annual: 100%}
    cancel: {pro: 50% per month}
    not_renewed: {annual: {alpha: 0.7, beta: 1.2}}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=105)


def beta_geometric(alpha: float, beta: float, renewals: np.ndarray) -> np.ndarray:
    return np.exp(betaln(alpha, beta + renewals) - betaln(alpha, beta))


def compare(run: Run, alpha: float = 0.7, beta: float = 1.2, mixed: bool = True) -> Comparisons:
    """Compare with the shares that are there after 0, ..., 7 renewals, at months 12, 24, ..., 84."""
    renewals = np.arange(8)
    survival = beta_geometric(alpha, beta, renewals) if mixed else (beta / (alpha + beta)) ** renewals
    seen = Comparisons()
    after = survival[np.maximum((np.arange(86) - 1) // 12, 0)]
    seen.add("customers", run.stock(), *binomial(CUSTOMERS, after))
    seen.add("renewals due", run.counter("renewals")[12::12], *binomial(CUSTOMERS, survival[:-1]))
    seen.add("refused", run.counter("refused_renewals")[12::12], *binomial(CUSTOMERS, -np.diff(survival)))
    return seen


def test_survival_is_shifted_beta_geometric(run):
    compare(run).check()
    assert run.counter("renewals").sum() == run.counter("renewals")[12::12].sum()


def test_two_per_cent_of_a_shape_are_noticed(run):
    assert_noticed(compare(run), compare(run, alpha=0.7 * 1.02))
    assert_noticed(compare(run), compare(run, beta=1.2 * 1.02))


def test_forgetting_that_customers_differ_is_noticed(run):
    assert_noticed(compare(run), compare(run, mixed=False))
