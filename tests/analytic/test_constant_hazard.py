"""Survival under a constant cancel rate, leaving at once.

A rate of h events a month leaves S(t) = exp(-h t); a rate of "p per month" is the hazard -ln(1 - p), so that whole
months leave S(k) = (1 - p)^k. Customers are independent: the number left is binomial. One per cent of the rate shows.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SCENARIO = """
months: 36
plans: {by_hazard: {price: 10}, by_share: {price: 30}}
segments:
  smb:
    opening: {by_hazard: 1_000_000, by_share: 1_000_000}
    opening_tenure: 0 months
    cancel: {by_hazard: 0.05 per month, by_share: 4% per month}
cancellation: {takes_effect: immediate}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=101)


def compare(run: Run, hazard: float = 0.05, share: float = 0.04) -> Comparisons:
    seen = Comparisons()
    months = np.arange(37)
    for plan, survival in (("by_hazard", np.exp(-hazard * months)), ("by_share", (1.0 - share) ** months)):
        seen.add(plan, run.stock(plan=plan), *binomial(CUSTOMERS, survival))
    lost = np.array([-np.diff(np.exp(-hazard * months)), -np.diff((1.0 - share) ** months)])
    leavers = CUSTOMERS * lost.sum(axis=0), np.sqrt(CUSTOMERS * (lost * (1.0 - lost)).sum(axis=0))
    seen.add("leavers", run.flow("event_count", "churn"), *leavers)
    return seen


def test_survival_is_exponential(run):
    compare(run).check()
    assert (run.stock("mrr", "by_share") == 30 * run.stock(plan="by_share")).all()


def test_one_per_cent_of_the_rate_is_noticed(run):
    assert_noticed(compare(run), compare(run, hazard=0.05 * 1.01))
    assert_noticed(compare(run), compare(run, share=0.04 * 1.01))


def test_a_share_is_not_a_hazard(run):
    assert_noticed(compare(run), compare(run, share=1.0 - np.exp(-0.04)))
