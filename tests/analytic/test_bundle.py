"""A bundle that falls apart: its discount holds while all of its items are held.

Each of two add-ons is given up at rate c, independently, so one is still held with probability x = exp(-c t). A
customer pays plan + a + b - saving with probability x^2, plan + a or plan + b with x (1 - x) each, else the plan.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import total, values
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
SCENARIO = """
months: 18
plans: {pro: {price: 100}}
addons: {a: {price: 20, cancel: 0.06 per month}, b: {price: 40, cancel: 0.06 per month}}
bundles: {suite: {of: [a, b], discount: 15%}}
segments:
  smb: {opening: {pro: 1_000_000}, opening_tenure: 0 months, cancel: {pro: 0 per month}}
offers:
  start: {motion: cross_sell, when: {tenure: 0 days}, to: suite, acceptance: 60%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=135)


def compare(run: Run, attach: float = 0.6, drop: float = 0.06, saving: float = 9.0) -> Comparisons:
    x = np.exp(-drop * np.arange(1, 19))
    both, one = attach * x**2, attach * x * (1.0 - x)
    law = np.array([both, one, one, 1.0 - both - 2.0 * one]).T
    seen = Comparisons()
    expected = total({0: CUSTOMERS}, lambda _: values(law, [160.0 - saving, 120.0, 140.0, 100.0]))
    seen.add("mrr", run.stock("mrr")[1:], *expected)
    return seen


def test_the_discount_ends_with_the_bundle(run):
    compare(run).check()
    assert run.flow("event_count", "expansion", "bundle")[0] == run.offer("start", "accepted")[0]
    assert run.flow("event_amount", "expansion", "bundle")[0] == 51 * run.offer("start", "accepted")[0]


def test_two_per_cent_are_noticed(run):
    assert_noticed(compare(run), compare(run, attach=0.612))
    assert_noticed(compare(run), compare(run, drop=0.0612))


def test_a_discount_that_stays_is_noticed(run):
    """Taken off whatever is held instead, 15 % of a or b alone too."""
    right, wrong = compare(run), Comparisons()
    x = np.exp(-0.06 * np.arange(1, 19))
    mean = CUSTOMERS * (100.0 + 0.6 * 0.85 * 60.0 * x)
    wrong.add("mrr", run.stock("mrr")[1:], mean, [row.sd for row in right.rows])
    assert_noticed(right, wrong)
