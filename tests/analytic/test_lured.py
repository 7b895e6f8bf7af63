"""Customers who open the cancel flow only for its offers: they are served or stay, and nobody leaves.

A payer opens it at rate l whatever its plan, so that the count is Poisson with mean N l a month; on the high plan a of
them take the cheap one: exp(-l a t) are still there.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 500_000
SCENARIO = """
months: 12
plans: {lite: {price: 30, sold: rescue}, high: {price: 100}}
segments:
  smb:
    opening: {high: 500_000}
    opening_tenure: {mean: 12 months}
    cancel: {high: 0 per month, lite: 0 per month}
cancellation: {lured: 10% per month}
offers:
  save: {motion: downsell, when: cancel_intent, who: {plans: [high]}, to: lite, acceptance: 30%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=121)


def compare(run: Run, lured: float = 0.1, accepts: float = 0.3) -> Comparisons:
    rate = -np.log1p(-lured)
    seen = Comparisons()
    seen.add("lured", run.counter("lured"), CUSTOMERS * rate, np.sqrt(CUSTOMERS * rate))
    left = np.exp(-rate * accepts * np.arange(13))
    seen.add("still on the high plan", run.stock(plan="high"), *binomial(CUSTOMERS, left))
    return seen


def test_lured_customers_take_the_offer_or_stay(run):
    compare(run).check()
    assert (run.stock() == CUSTOMERS).all()
    assert run.counter("intents").sum() == 0


def test_two_per_cent_are_noticed(run):
    assert_noticed(compare(run), compare(run, lured=0.102))
    assert_noticed(compare(run), compare(run, accepts=0.306))
