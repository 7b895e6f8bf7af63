"""Offers on dates: every so often, at a tenure, in a calendar month. Those left to accept decline geometrically.

After j offers with acceptance p a share (1 - p)^j has not accepted; offers go to those alone, so the numbers made are
binomial and tied to the numbers accepted: made_j+1 = made_j - accepted_j, exactly.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 500_000
SCENARIO = """
months: 15
plans: {pro: {price: 100}}
addons: {a: {price: 10}, b: {price: 10}, c: {price: 10}}
segments:
  smb: {opening: {pro: 500_000}, opening_tenure: 0 months, cancel: {pro: 0 per month}}
offers:
  every_3: {motion: cross_sell, when: {every: 3 months}, to: a, acceptance: 20%}
  in_spring: {motion: cross_sell, when: {month: [3, 4]}, to: b, acceptance: 30%}
  once: {motion: cross_sell, when: {tenure: 2 months}, to: c, acceptance: 40%}
"""
DATES = {"every_3": (3, 6, 9, 12), "in_spring": (2, 3, 14), "once": (2,)}


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=129)


def compare(run: Run, factor: float = 1.0, repeat: bool = True) -> Comparisons:
    seen = Comparisons()
    for (name, dates), p in zip(DATES.items(), (0.2, 0.3, 0.4), strict=True):
        left = (1.0 - p * factor) ** np.arange(len(dates)) if repeat else np.eye(len(dates))[0]
        seen.add(f"{name}, made", run.offer(name, "made")[list(dates)], *binomial(CUSTOMERS, left))
        taken = run.offer(name, "accepted")[list(dates)]
        seen.add(f"{name}, accepted", taken, *binomial(CUSTOMERS, left * p * factor))
    return seen


def test_shares_are_geometric(run):
    compare(run).check()


@pytest.mark.parametrize("name", DATES)
def test_offers_are_made_on_their_dates_to_those_who_have_not_accepted(run, name):
    dates = list(DATES[name])
    made, accepted = run.offer(name, "made"), run.offer(name, "accepted")
    assert made.sum() == made[dates].sum()
    assert (made[dates] == CUSTOMERS - np.append(0, accepted[dates].cumsum()[:-1])).all()


def test_two_per_cent_of_the_acceptance_are_noticed(run):
    assert_noticed(compare(run), compare(run, factor=1.02))


def test_offers_made_once_only_are_noticed(run):
    assert_noticed(compare(run), compare(run, repeat=False))
