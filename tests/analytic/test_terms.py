"""Shares signing up for longer terms, and the discount they get.

A customer's MRR is price (1 - discount of its term): with shares q of the terms N customers pay a sum with mean
N sum q x and variance N (sum q x^2 - (sum q x)^2). A plan without a price for a term is sold by the month to those too.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial, total, values
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SCENARIO = """
months: 24
plans:
  both: {price: 100, term_discount: {annual: 20%, two_year: 45%}}
  one: {price: 100, term_discount: {annual: 20%}}
terms: {annual: 12 months, two_year: 24 months}
segments:
  smb:
    opening: {both: 1_000_000, one: 1_000_000}
    opening_tenure: {mean: 18 months}
    arrivals: {per_month: 20_000}
    choose: {both: 100%}
    terms: {annual: 30%, two_year: 25%}
    cancel: {both: 0 per month, one: 0 per month}
    not_renewed: {annual: 0%, two_year: 0%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=119)


def compare(run: Run, annual: float = 0.30, two_year: float = 0.25, discount: float = 0.2) -> Comparisons:
    month = 1.0 - annual - two_year
    paid = (100.0, 100.0 * (1.0 - discount), 55.0)
    seen = Comparisons()
    for plan, shares in (("both", (month, annual, two_year)), ("one", (month + two_year, annual, 0.0))):
        expected = total({0: CUSTOMERS}, lambda _, q=shares: values(np.array([q]), paid))
        seen.add(f"opening MRR of {plan}", run.stock("mrr", plan)[:1], *expected)
    each, variance = values(np.array([[month, annual, two_year]]), paid)
    n = run.sign_ups("both").sum()  # given the number, terms are independent
    signed = run.stock("mrr", "both")[-1] - run.stock("mrr", "both")[0]
    seen.add("MRR of sign-ups", [signed], n * each, np.sqrt(n * variance))
    # renewals in the first year: all annual ones once, half the two-year ones, of both plans
    parts = [binomial(CUSTOMERS, p) for p in (annual + two_year / 2, annual)]
    due = run.counter("renewals")[:12].sum()
    seen.add("renewals in the first year", due, sum(mean for mean, _ in parts), np.hypot(*(sd for _, sd in parts)))
    return seen


def test_term_shares(run):
    compare(run).check()


def test_a_per_cent_or_two_are_noticed(run):
    assert_noticed(compare(run), compare(run, annual=0.30 * 1.01))
    assert_noticed(compare(run), compare(run, two_year=0.25 * 1.02))
    assert_noticed(compare(run), compare(run, discount=0.2 * 1.02))
