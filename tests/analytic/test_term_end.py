"""Leaving at the next monthly anniversary after the intent, with and without notice.

Anniversaries of an established customer are u, u + 1, ... with u uniform on (0, 1). It is still there at month-end k
if no intent came before the last anniversary u + k - 1 (less the notice d): S(k) = E exp(-h max(0, u + k - 1 - d)),
that is exp(-h (k - 1)) (1 - exp(-h)) / h for d = 0. Customers who sign up at the start have u = 1: S(k) =
exp(-h (k - 1)), since what falls on a month's first instant belongs to it. Intents themselves come at rate h.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 500_000
HAZARD = 0.06
TEXT = """
months: 24
plans: {pro: {price: 10}}
segments:
  smb: {opening: {pro: 500_000}, opening_tenure: TENURE, cancel: {pro: 0.06 per month}}
cancellation: {notice: NOTICE}
"""
NOTICES = {"0 days": 0.0, "14 days": 14 / 30.4375, "2 months": 2.0}


def text(tenure: str, notice: str) -> str:
    return TEXT.replace("TENURE", tenure).replace("NOTICE", notice)


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    runs = {notice: simulate(text("{mean: 10 months}", notice), seed=102) for notice in NOTICES}
    return runs | {"from the start": simulate(text("0 months", "0 days"), seed=103)}


def survival(k: int, notice: float, hazard: float) -> float:
    """Return E exp(-h max(0, u + k - 1 - d)) for u uniform on (0, 1)."""
    if k == 0:
        return 1.0
    kink = min(max(notice + 1 - k, 0.0), 1.0)
    return kink + quad(lambda u: np.exp(-hazard * (u + k - 1 - notice)), kink, 1.0)[0]


def compare(runs: dict[str, Run], hazard: float = HAZARD, later: float = 0.0) -> Comparisons:
    seen = Comparisons()
    for notice, months in NOTICES.items():
        expected = [survival(k, months + later, hazard) for k in range(25)]
        seen.add(f"notice {notice}", runs[notice].stock(), *binomial(CUSTOMERS, np.array(expected)))
    left = np.exp(-hazard * np.maximum(np.arange(25) - 1, 0))
    seen.add("from the start", runs["from the start"].stock(), *binomial(CUSTOMERS, left))
    intents = -np.diff(np.exp(-hazard * np.arange(25)))
    seen.add("intents", runs["0 days"].counter("intents"), *binomial(CUSTOMERS, intents))
    return seen


def test_customers_leave_at_their_anniversary(runs):
    compare(runs).check()


def test_closed_form_without_notice():
    k = np.arange(1, 25)
    closed = np.exp(-HAZARD * (k - 1)) * (1 - np.exp(-HAZARD)) / HAZARD
    assert [survival(int(i), 0.0, HAZARD) for i in k] == pytest.approx(closed, rel=1e-12)


def test_leaving_half_a_month_sooner_is_noticed(runs):
    """Half a month is the mean wait: what leaving at once would look like."""
    assert_noticed(compare(runs), compare(runs, later=-0.5))


def test_two_days_of_notice_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, later=2 / 30.4375))


def test_two_per_cent_of_the_rate_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, hazard=1.02 * HAZARD))
