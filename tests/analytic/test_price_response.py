"""The response to prices: cancel rate after a move, acceptance of a dearer plan.

A move at s multiplies the cancel rate by (new / old)^e, moves multiply: S(t) = exp(-h (s + (t - s) (new / old)^e)), or
with frailty (1 + c^2 H(t))^(-1 / c^2). Acceptance of an upgrade is multiplied by (step / first step)^u.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
CANCEL = """
months: 24
plans: {pro: {price: 100}}
segments:
  smb:
    opening: {pro: 1_000_000}
    opening_tenure: 0 months
    cancel: {pro: 0.05 per month}
    price_response: {cancel: 1.5}
    frailty: FRAILTY
cancellation: {takes_effect: immediate}
changes:
  - {at: 2026-07, set: {plans.pro.price: 125}, existing: now}
  - {at: 2027-01, set: {plans.pro.price: 150}, existing: {after: 1.5 months}}
"""
UPGRADE = """
months: 6
plans: {low: {price: 100}, high: {price: 300}}
segments:
  smb:
    opening: {low: 1_000_000}
    opening_tenure: 0 months
    cancel: {low: 0 per month, high: 0 per month}
    price_response: {upgrade: -0.8}
changes:
  - {at: 2026-03, set: {plans.high.price: 400}, existing: keep}
offers:
  move: {motion: upsell, when: {every: 2.5 months}, to: high, acceptance: 20%}
"""


@pytest.fixture(scope="module")
def runs() -> dict[float, Run]:
    return {c: simulate(CANCEL.replace("FRAILTY", str(c)), seed=126) for c in (0.0, 0.8)}


@pytest.fixture(scope="module")
def upgrades() -> Run:
    return simulate(UPGRADE, seed=127)


def compare(runs: dict[float, Run], elasticity: float = 1.5, multiply: bool = True) -> Comparisons:
    t = np.arange(25)
    first, second = 1.25**elasticity, (1.5 if multiply else 1.2) ** elasticity
    lived = np.minimum(t, 6) + first * np.clip(t - 6, 0, 7.5) + second * np.maximum(t - 13.5, 0)
    seen = Comparisons()
    for c, run in runs.items():
        hazard = 0.05 * lived
        survival = (1.0 + c**2 * hazard) ** -(c**-2) if c else np.exp(-hazard)
        seen.add(f"frailty {c}", run.stock(), *binomial(CUSTOMERS, survival))
    return seen


def compare_upgrades(run: Run, elasticity: float = -0.8) -> Comparisons:
    """Offers come at 2.5 and 5 months, both after the change: the step of 200 has become 300."""
    p = 0.2 * 1.5**elasticity
    left = np.array([1, 1, 1, 1 - p, 1 - p, 1 - p, (1 - p) ** 2])  # 5.0 is in the month that ends at 6
    seen = Comparisons()
    seen.add("still low", run.stock(plan="low"), *binomial(CUSTOMERS, left))
    return seen


def test_moves_act_on_the_cancel_rate(runs):
    compare(runs).check()


def test_three_per_cent_of_the_elasticity_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, elasticity=1.5 * 1.03))


def test_a_second_move_that_replaces_the_first_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, multiply=False))


def test_a_dearer_step_is_accepted_less(upgrades):
    compare_upgrades(upgrades).check()
    assert_noticed(compare_upgrades(upgrades), compare_upgrades(upgrades, elasticity=-0.84))
    assert_noticed(compare_upgrades(upgrades), compare_upgrades(upgrades, elasticity=0.0))
