"""Plan choice at sign-up: shares at first prices, under a price change, with anchoring, and when the free plan ends.

Weight of plan p: choose (p / p0)^choice, the plan below the dearest also ((p_top / p) / (p_top0 / p0))^anchoring, the
effect of a dear alternative on the one beside it (Simonson and Tversky 1992, J. Marketing Research 29, 281). Sign-ups
are thinned at random, so those of each plan and month are Poisson. Without the free plan the share it attracts stays
away and the others choose among what is left.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

PLANS = ("free", "standard", "premium")
SCENARIO = """
months: 12
plans: {free: {price: 0, attracts: 60%}, standard: {price: 100}, premium: {price: 300}}
segments:
  smb:
    arrivals: {per_month: 250_000}
    choose: {free: 60%, standard: 30%, premium: 10%}
    cancel: {free: 0 per month, standard: 0 per month, premium: 0 per month}
    price_response: {arrivals: -0.5, choice: -1.2}
    anchoring: 0.3
changes:
  - {at: 2026-05, set: {plans.premium.price: 600}, existing: keep}
  - {at: 2026-09, retire: free, existing: keep}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=117)


def compare(
    run: Run, choice: float = -1.2, anchoring: float = 0.3, attracts: float = 0.6, arrivals: float = -0.5
) -> Comparisons:
    weights = np.tile([0.6, 0.3, 0.1], (12, 1))
    weights[4:, 2] *= 2.0**choice
    weights[4:, 1] *= 2.0**anchoring
    rate = np.full(12, 250_000.0)
    rate[4:] *= ((0.3 * 100 + 0.1 * 600) / (0.3 * 100 + 0.1 * 300)) ** arrivals
    weights[8:, 0] = 0.0
    rate[8:] *= 1.0 - 0.6 * attracts
    seen = Comparisons()
    for p, plan in enumerate(PLANS):
        expected = rate * weights[:, p] / weights.sum(axis=1)
        seen.add(plan, run.sign_ups(plan), expected, np.sqrt(expected))
        for name, months in (("at first prices", slice(4)), ("dearer", slice(4, 8)), ("no free plan", slice(8, 12))):
            sum_ = expected[months].sum()
            seen.add(f"{plan}, {name}", run.sign_ups(plan)[months].sum(), sum_, np.sqrt(sum_))
    return seen


def test_sign_ups_by_plan(run):
    compare(run).check()


@pytest.mark.parametrize(
    "wrong",
    [
        {"choice": -1.26},
        {"choice": 0.0},
        {"anchoring": 0.27},
        {"anchoring": 0.0},
        {"attracts": 0.612},
        {"attracts": 0.0},
        {"arrivals": -0.53},
    ],
)
def test_a_wrong_response_is_noticed(run, wrong):
    assert_noticed(compare(run), compare(run, **wrong))


def test_a_dearest_plan_that_comes_later_anchors_with_all_of_its_distance():
    """Its p_top0 is the first price of the plan below, so the factor is (p_top / p)^anchoring."""
    text = """
months: 12
plans: {basic: {price: 50}, standard: {price: 100}}
segments:
  smb:
    arrivals: {per_month: 250_000}
    choose: {basic: 60%, standard: 40%}
    cancel: {basic: 0 per month, standard: 0 per month}
    anchoring: 0.3
changes:
  - at: 2026-07
    set:
      plans.top: {price: 300}
      segments.smb.choose: {basic: 54%, standard: 36%, top: 10%}
      segments.smb.cancel.top: 0 per month
"""
    run = simulate(text, seed=118)
    right, wrong = Comparisons(), Comparisons()
    for seen, standard in ((right, 0.36 * 3.0**0.3), (wrong, 0.36)):
        for plan, weight in (("basic", 0.54), ("standard", standard), ("top", 0.1)):
            expected = 6 * 250_000 * weight / (0.64 + standard)
            seen.add(plan, run.sign_ups(plan)[6:].sum(), expected, np.sqrt(expected))
    right.check()
    assert_noticed(right, wrong)
