"""A price change for customers who are there: never, now, after a while, at the renewal.

Without leaving everybody moves on a known date, so that MRR is exact to the cent: `now` in the month of the change,
`after` so much later, monthly terms at the next anniversary. In a term of m months renewals are uniform over it:
k months after the change a binomial number with p = k / m has moved.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
TEXT = """
months: 24
plans: {pro: {price: 100, term_discount: {annual: 10%}}}
terms: {annual: 12 months}
segments:
  smb: {opening: {pro: COUNT}, opening_tenure: TENURE, cancel: {pro: 0 per month}TERMS}
changes:
  - {at: 2026-07, set: {plans.pro.price: 130}, existing: MODE}
"""


def run_with(mode: str, tenure: str = "{mean: 9 months}", count: int = 1_000, terms: str = "") -> Run:
    text = TEXT.replace("MODE", mode).replace("TENURE", tenure).replace("COUNT", str(count))
    return simulate(text.replace("TERMS", terms), seed=125)


@pytest.mark.parametrize(
    ("mode", "tenure", "first_month_end"),
    [
        ("keep", "0 months", None),
        ("now", "0 months", 7),  # the change is at 6.0, which is in month 6, whose end is 7
        ("{after: 2 months}", "0 months", 9),
        ("{after: 10 days}", "{mean: 9 months}", 7),
        ("at_renewal", "0 months", 8),  # anniversaries at whole months: 7.0 is the first after 6.0
        ("at_renewal", "{mean: 9 months}", 7),  # anniversaries inside months
    ],
)
def test_everybody_moves_on_its_date(mode, tenure, first_month_end):
    mrr = run_with(mode, tenure).stock("mrr")
    moved = np.arange(25) >= (np.inf if first_month_end is None else first_month_end)
    assert (mrr == 1_000 * np.where(moved, 130, 100)).all()


def test_holders_of_a_retired_plan_move_to_its_successor():
    text = """
months: 12
plans: {old: {price: 100}, new: {price: 80}}
segments:
  smb: {opening: {old: 1_000}, opening_tenure: {mean: 9 months}, cancel: {old: 0 per month, new: 0 per month}}
changes:
  - {at: 2026-07, retire: old, to: new}
"""
    run = simulate(text, seed=126)
    assert (run.stock("mrr", "old") == 100_000 * (np.arange(13) < 7)).all()
    assert (run.stock("mrr", "new") == 80_000 * (np.arange(13) >= 7)).all()
    assert run.flow("month_amount", "contraction", "price_change").sum() == 20_000


@pytest.fixture(scope="module")
def annual() -> Run:
    terms = ", terms: {annual: 100%}, not_renewed: {annual: 0%}"
    return run_with("at_renewal", count=CUSTOMERS, terms=terms)


def compare(run: Run, term: float = 12.0) -> Comparisons:
    seen = Comparisons()
    moved = (run.stock("mrr") - 90 * CUSTOMERS) / 27
    seen.add("moved", moved, *binomial(CUSTOMERS, np.clip((np.arange(25) - 6) / term, 0.0, 1.0)))
    increase = run.flow("month_amount", "expansion", "price_change") / 27
    share = np.where((np.arange(24) >= 6) & (np.arange(24) < 6 + term), 1.0 / term, 0.0)
    seen.add("moves", increase, *binomial(CUSTOMERS, share))
    return seen


def test_a_longer_term_moves_at_its_renewal(annual):
    compare(annual).check()


def test_renewals_that_do_not_fill_the_term_are_noticed(annual):
    assert_noticed(compare(annual), compare(annual, term=12.2))
