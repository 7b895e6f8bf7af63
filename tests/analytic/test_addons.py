"""An add-on that is bought and given up at random: a birth-death chain of none, one, and gone.

With attach rate b and cancel rate c alone P(held at t) = b / (b + c) (1 - exp(-(b + c) t)); here leaving competes, at
a rate that changes midway with every add-on (x0.4 while it is held). An add-on held by a customer who leaves is churn
with the rest of its MRR, not a removal.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import counts, generator, jumps, occupancy, total, values, with_total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
GROUPS = {0: 1_000_000}
SCENARIO = """
months: 24
plans: {pro: {price: 40}}
addons: {extra: {price: 25, cancel: 0.15 per month}}
segments:
  smb:
    opening: {pro: 1_000_000}
    opening_tenure: {mean: 12 months}
    cancel: {pro: 0.05 per month}
retention: {attached: {1: x0.4}}
cancellation: {takes_effect: immediate}
offers:
  extra_offer: {motion: cross_sell, when: {rate: 0.4 per month}, to: extra, acceptance: 25%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=124)


def compare(run: Run, attach: float = 0.1, drop: float = 0.15, kept: float = 0.4) -> Comparisons:
    q = generator(3, {(0, 1): attach, (1, 0): drop, (0, 2): 0.05, (1, 2): 0.05 * kept})
    seen = Comparisons()
    held = (run.stock("mrr") - 40 * run.stock()) / 25
    seen.add("add-ons held", held, *total(GROUPS, lambda s: values(occupancy(q, s, MONTHS), [0, 1, 0])))
    seen.add("mrr", run.stock("mrr"), *total(GROUPS, lambda s: values(occupancy(q, s, MONTHS), [40, 65, 0])))
    moves = {
        ("expansion", "addon"): {(0, 1): attach},
        ("contraction", "addon_removed"): {(1, 0): drop},
    }
    for (kind, reason), rates in moves.items():
        expected = total(GROUPS, lambda s, rates=rates: counts(q, jumps(3, rates), s, MONTHS))
        seen.add(reason, with_total(run.flow("event_count", kind, reason)), *expected)
    away = total(GROUPS, lambda s: lost(q, s))
    seen.add("MRR lost by leaving", run.flow("event_amount", "churn"), *away)
    return seen


def lost(q: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the MRR that one customer takes along by month: it leaves once at most."""
    bare, full = (counts(q, jumps(3, {(s, 2): q[s, 2]}), start, MONTHS)[0][:-1] for s in (0, 1))
    mean = 40 * bare + 65 * full
    return mean, 40**2 * bare + 65**2 * full - mean**2


def test_attaching_and_giving_up(run):
    compare(run).check()


def test_rates_a_few_per_cent_off_are_noticed(run):
    assert_noticed(compare(run), compare(run, attach=0.102))
    assert_noticed(compare(run), compare(run, drop=0.153))
    assert_noticed(compare(run), compare(run, kept=0.43))


def test_add_ons_that_are_kept_for_ever_are_noticed(run):
    assert_noticed(compare(run), compare(run, drop=0.0))
