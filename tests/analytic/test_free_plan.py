"""A ladder that begins with a free plan: first payments are new, a fall to free is churn, paying again reactivation.

A Markov chain on free (never paid), paid, free again, gone; flows by event have the moments of its counted jumps.
"""

from __future__ import annotations

import pytest

from tests.analytic.chain import counts, generator, jumps, occupancy, total, values, with_total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
GROUPS = {0: 1_000_000}
SCENARIO = """
months: 24
plans: {free: {price: 0}, paid: {price: 50}}
segments:
  smb:
    opening: {free: 1_000_000}
    opening_tenure: {mean: 6 months}
    cancel: {free: 0.05 per month, paid: 0.03 per month}
    downgrade: 0.08 per month
plan_changes: {downgrade: now}
cancellation: {takes_effect: immediate}
offers:
  first: {motion: upsell, when: {rate: 0.3 per month}, who: {plans: [free]}, to: paid, acceptance: 30%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=110)


def compare(run: Run, up: float = 0.09, down: float = 0.08) -> Comparisons:
    q = generator(4, {(0, 1): up, (1, 2): down, (2, 1): up, (0, 3): 0.05, (2, 3): 0.05, (1, 3): 0.03})
    moves = {
        ("new", "free_conversion"): {(0, 1): up},
        ("churn", "to_free"): {(1, 2): down},
        ("reactivation", "free_conversion"): {(2, 1): up},
        ("churn", "voluntary"): {(1, 3): 0.03},
    }
    seen = Comparisons()
    for (kind, reason), rates in moves.items():
        expected = total(GROUPS, lambda s, rates=rates: counts(q, jumps(4, rates), s, MONTHS))
        seen.add(f"{kind}, {reason}", with_total(run.flow("event_count", kind, reason)), *expected)
    for column, states in (("paying", [0, 1, 0, 0]), ("free", [1, 0, 1, 0])):
        stock = total(GROUPS, lambda s, states=states: values(occupancy(q, s, MONTHS), states))
        seen.add(column, run.stock(column), *stock)
    return seen


def test_conversion_fall_and_return(run):
    compare(run).check()
    assert (run.stock("mrr") == 50 * run.stock("paying")).all()


def test_two_per_cent_of_a_rate_are_noticed(run):
    assert_noticed(compare(run), compare(run, up=0.09 * 1.02))
    assert_noticed(compare(run), compare(run, down=0.08 * 1.02))


def test_forgetting_who_has_paid_before_is_noticed(run):
    """With every first payment after a free time taken as new there would be no reactivation."""
    q = generator(3, {(0, 1): 0.09, (1, 0): 0.08, (0, 2): 0.05, (1, 2): 0.03})
    new = with_total(run.flow("event_count", "new"))
    right, wrong = Comparisons(), Comparisons()
    right.rows = [row for row in compare(run).rows if row.name.startswith("new")]
    wrong.add("new", new, *total(GROUPS, lambda s: counts(q, jumps(3, {(0, 1): 0.09}), s, MONTHS)))
    assert_noticed(right, wrong)
