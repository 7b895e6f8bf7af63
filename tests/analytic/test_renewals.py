"""Longer terms of an established base: renewal dates uniform over the term of m months.

With a share q not renewing, S(k) = 1 - q k / m in the first round and (1 - q)(1 - q (k - m) / m) in the second; a
month has 1 / m of the renewals, and of the offers that come a month before them. Where no share is stated the intent
clock runs and leaving waits for the renewal: the last one before month-end k >= m is uniform on (k - m, k), so S(k) =
exp(-h k)(exp(h m) - 1) / (h m); for k < m it is (1 - k / m) + (1 - exp(-h k)) / (h m).
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 500_000
SCENARIO = """
months: 24
plans: {pro: {price: 10, term_discount: {annual: 15%}}}
terms: {annual: 12 months}
segments:
  decided:
    opening: {pro: 500_000}
    opening_tenure: {mean: 18 months}
    terms: {annual: 100%}
    cancel: {pro: 50% per month}
    not_renewed: {annual: 20%}
addons: {extra: {price: 1}}
offers:
  before: {motion: cross_sell, when: {renewal_within: 1 month}, to: extra, acceptance: 0%}
"""
WAITING = SCENARIO.replace("50% per month", "0.05 per month").replace("    not_renewed: {annual: 20%}\n", "")


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    return simulate(SCENARIO, seed=106), simulate(WAITING, seed=106)


def compare(runs: tuple[Run, Run], q: float = 0.2, h: float = 0.05, term: float = 12.0) -> Comparisons:
    decided, waiting = runs
    seen = Comparisons()
    k = np.arange(25)
    rounds, into = np.divmod(k, 12)
    expected = (1.0 - q) ** rounds * (1.0 - q * into / 12)
    seen.add("decided", decided.stock(), *binomial(CUSTOMERS, expected))
    due = (1.0 - q) ** (np.arange(24) // 12) / 12
    seen.add("renewals due", decided.counter("renewals"), *binomial(CUSTOMERS, due))
    seen.add("refused", decided.counter("refused_renewals"), *binomial(CUSTOMERS, q * due))
    ahead = np.array([1.0] * 11 + [1.0 - q] * 12 + [(1.0 - q) ** 2]) / 12  # offers a month before
    seen.add("offers before the renewal", decided.offer("before", "made"), *binomial(CUSTOMERS, ahead))
    first = (1.0 - k / term) + (1.0 - np.exp(-h * k)) / (h * term)
    later = np.exp(-h * k) * np.expm1(h * term) / (h * term)
    seen.add("waiting", waiting.stock(), *binomial(CUSTOMERS, np.where(k < term, first, later)))
    return seen


def test_renewals_are_uniform_over_the_term(runs):
    compare(runs).check()


def test_two_per_cent_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, q=0.2 * 1.02))
    assert_noticed(compare(runs), compare(runs, h=0.05 * 1.02))


def test_a_term_shorter_by_a_quarter_of_a_month_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, term=11.75))
