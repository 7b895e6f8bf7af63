"""Unasked downgrades that wait for the monthly anniversary (the default), and for the renewal of a longer term.

As for leaving at the end of a term: established customers are still on the higher plan at month-end k if no wish came
before the last anniversary, P(k) = exp(-d (k - 1)) (1 - exp(-d)) / d, or, in a term of m months, before the last
renewal: P(k) = (1 - k / m) + (1 - exp(-d k)) / (d m) up to month m.
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
plans: {low: {price: 10}, high: {price: 30, term_discount: {annual: 10%}}}
terms: {annual: 12 months}
segments:
  monthly:
    opening: {high: 500_000}
    opening_tenure: {mean: 12 months}
    cancel: {low: 0 per month, high: 0 per month}
    downgrade: 0.07 per month
"""
ANNUAL = SCENARIO.replace("    downgrade", "    terms: {annual: 100%}\n    downgrade")


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    return simulate(SCENARIO, seed=111), simulate(ANNUAL, seed=112)


def compare(runs: tuple[Run, Run], rate: float = 0.07, at_once: bool = False) -> Comparisons:
    k = np.arange(1, 13)
    last_month = np.exp(-rate) if at_once else -np.expm1(-rate) / rate
    monthly = np.exp(-rate * (k - 1)) * last_month
    annual = (1.0 - k / 12) + -np.expm1(-rate * k) / (rate * 12)
    seen = Comparisons()
    for name, run, expected in zip(("monthly", "annual"), runs, (monthly, annual), strict=True):
        seen.add(name, run.stock(plan="high")[1:], *binomial(CUSTOMERS, expected))
    return seen


def test_downgrades_wait(runs):
    compare(runs).check()
    assert (runs[1].stock("mrr") == 27 * runs[1].stock(plan="high") + 10 * runs[1].stock(plan="low")).all()


def test_two_per_cent_of_the_rate_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, rate=0.07 * 1.02))


def test_a_downgrade_at_once_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, at_once=True))
