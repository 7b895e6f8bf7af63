"""The attachment factor: customers with add-ons leave less, and survival is a mixture over what they took at the start.

Add-ons are taken at the start with known shares, independently; with n of them the rate is h f(n), where a number that
is not stated takes the factor of the next lower one. S(t) = sum_n P(n) exp(-h f(n) t); the MRR of a customer is price
times survival, with the variance of that discrete law.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.analytic.chain import binomial, total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SHARES = (0.5, 0.4, 0.3)
PRICES = (3.0, 5.0, 11.0)
SCENARIO = """
months: 30
plans: {pro: {price: 20}}
addons: {a: {price: 3}, b: {price: 5}, c: {price: 11}}
segments:
  smb: {opening: {pro: 1_000_000}, opening_tenure: 0 months, cancel: {pro: 0.08 per month}}
cancellation: {takes_effect: immediate}
retention: {attached: {1: x0.8, 2: x0.6}}
offers:
  take_a: {motion: cross_sell, when: {tenure: 0 days}, to: a, acceptance: 50%}
  take_b: {motion: cross_sell, when: {tenure: 0 days}, to: b, acceptance: 40%}
  take_c: {motion: cross_sell, when: {tenure: 0 days}, to: c, acceptance: {base: 20%, framing: x1.5}}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=108)


def compare(run: Run, one: float = 0.8, two: float = 0.6, hazard: float = 0.08) -> Comparisons:
    factor = (1.0, one, two, two)
    months = np.arange(1, 31)
    survival, amount, square = np.zeros(30), np.zeros(30), np.zeros(30)
    for taken in product((0, 1), repeat=3):
        share = np.prod([p if x else 1.0 - p for p, x in zip(SHARES, taken, strict=True)])
        price = 20.0 + np.dot(PRICES, taken)
        left = share * np.exp(-hazard * factor[sum(taken)] * months)
        survival, amount, square = survival + left, amount + price * left, square + price**2 * left
    seen = Comparisons()
    seen.add("customers", run.stock()[1:], *binomial(CUSTOMERS, survival))
    seen.add("mrr", run.stock("mrr")[1:], *total({0: CUSTOMERS}, lambda _: (amount, square - amount**2)))
    return seen


def test_survival_is_a_mixture(run):
    compare(run).check()


def test_three_per_cent_of_a_factor_are_noticed(run):
    assert_noticed(compare(run), compare(run, one=0.8 * 1.03))
    assert_noticed(compare(run), compare(run, two=0.6 * 1.02))


def test_forgetting_the_factors_is_noticed(run):
    assert_noticed(compare(run), compare(run, one=1.0, two=1.0))


def test_one_mean_rate_for_everybody_is_noticed(run):
    mean = 0.08 * (0.21 + 0.44 * 0.8 + 0.35 * 0.6)  # P(0), P(1), P(2 or 3)
    assert_noticed(compare(run), compare(run, one=1.0, two=1.0, hazard=mean))
