"""Net and gross revenue retention over twelve months, customer by customer, on a ladder of two plans.

Of the customers who paid at the base month: their MRR now, their MRR now but at most that of the base, and how many
still pay. A Markov chain from the base: E = sum P(base) exp(12 Q)[base, now], the joint law of two dates; customers
are independent, so variances add.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from simulator.accounting.account import RETAINED
from tests.analytic.chain import Moments, generator, occupancy, total
from tests.analytic.simulate import UNIT, Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
GROUPS = {0: 600_000, 1: 400_000}
PRICES = np.array([100.0, 250.0, 0.0])
SCENARIO = """
months: 24
plans: {low: {price: 100}, high: {price: 250}}
segments:
  smb:
    opening: {low: 600_000, high: 400_000}
    opening_tenure: {mean: 12 months}
    cancel: {low: 0.02 per month, high: 0.01 per month}
    downgrade: 0.02 per month
plan_changes: {downgrade: now}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {rate: 0.2 per month}, to: next_plan, acceptance: 20%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=134)


def compare(run: Run, up: float = 0.04, down: float = 0.02, cap: bool = True) -> Comparisons:
    q = generator(3, {(0, 1): up, (1, 0): down, (0, 2): 0.02, (1, 2): 0.01})
    base, now = np.broadcast_arrays(PRICES[:, None], PRICES[None, :])
    pays = base > 0
    worth = {
        "base": base,
        "now": now * pays,
        "capped": (np.minimum(base, now) if cap else now) * pays,
        "customers": pays * 1.0,
        "still_paying": pays * (now > 0),
    }

    def moments(start: int, amount: np.ndarray) -> Moments:
        joint = occupancy(q, start, MONTHS - 12)[:, :, None] * expm(12 * q)
        mean = (joint * amount).sum(axis=(1, 2))
        return mean, np.maximum((joint * amount**2).sum(axis=(1, 2)) - mean**2, 0.0)

    seen = Comparisons()
    for name, amount in worth.items():
        observed = run.replications[0].books.retained[11:, 0, RETAINED.index(name)]
        unit = 1 if name in ("customers", "still_paying") else UNIT
        # the base of month m is the month-end 12 before its own: m - 11
        seen.add(name, observed / unit, *total(GROUPS, lambda s, a=amount: tuple(x for x in moments(s, a))))
    return seen


def test_retention(run):
    compare(run).check()


def test_rates_a_few_per_cent_off_are_noticed(run):
    assert_noticed(compare(run), compare(run, up=0.0412))
    assert_noticed(compare(run), compare(run, down=0.021))


def test_gross_retention_without_its_cap_is_noticed(run):
    assert_noticed(compare(run), compare(run, cap=False))
