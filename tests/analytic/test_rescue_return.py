"""Going back up after a rescue, against leaving meanwhile.

"20% within 12 months" is the hazard r = -ln(0.8) / 12. With cancel rate m on the cheap plan the competing exponentials
give a share r / (r + m) (1 - exp(-12 (r + m))) back within the window (Cox and Oakes 1984, Analysis of Survival Data,
section 9.2), 20 % only for m = 0. Whether one rescue is followed by a return within 12 months is known before the next
can happen, so Wald's second identity gives the variance; states are high, rescued, gone.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial, counts, generator, jumps, occupancy, total, values, with_total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 30
GROUPS = {0: 1_000_000}
CANCEL, ACCEPTS = 0.1, 0.6
TEXT = """
months: 30
plans: {lite: {price: 30, sold: rescue}, high: {price: 100}}
segments:
  smb:
    opening: {high: 1_000_000}
    opening_tenure: {mean: 12 months}
    cancel: {high: 0.1 per month, lite: LEAVING per month}
cancellation: {takes_effect: immediate}
offers:
  save: {motion: downsell, when: cancel_intent, who: {plans: [high]}, to: lite, acceptance: 60%, returns: RETURNS}
"""
LEAVING = (0.0, 0.05)


@pytest.fixture(scope="module")
def runs() -> dict[float, Run]:
    returns = "20% within 12 months"
    return {m: simulate(TEXT.replace("LEAVING", str(m)).replace("RETURNS", returns), seed=122) for m in LEAVING}


def compare(runs: dict[float, Run], share: float = 0.2, competing: bool = True, more: float = 1.0) -> Comparisons:
    r = -np.log1p(-share) / 12
    seen = Comparisons()
    for m, run in runs.items():
        m *= more
        q = generator(3, {(0, 1): CANCEL * ACCEPTS, (0, 2): CANCEL * (1 - ACCEPTS), (1, 0): r, (1, 2): m})
        both = r + (m if competing else 0.0)
        within = r / both * -np.expm1(-12 * both)
        observed = run.offer("save", "observed_12").sum()
        # accepted at least 12 months before the horizon, expected
        n = total(GROUPS, lambda s, q=q: counts(q, jumps(3, {(0, 1): CANCEL * ACCEPTS}), s, MONTHS - 12))[0][-1]
        back = run.offer("save", "returned_12").sum()
        sd = np.sqrt(within * (1 - within) * n)
        seen.add(f"back within 12 months, leaving {m}", back, within * observed, sd)
        for name, move, kind, reason in (
            ("returns", (1, 0), "expansion", "rescue_return"),
            ("rescues", (0, 1), "contraction", "rescue"),
        ):
            rate = {move: q[move]}
            expected = total(GROUPS, lambda s, q=q, rate=rate: counts(q, jumps(3, rate), s, MONTHS))
            seen.add(f"{name}, leaving {m}", with_total(run.flow("event_count", kind, reason)), *expected)
        for state, plan in enumerate(("high", "lite")):
            one = np.eye(3)[state]
            stock = total(GROUPS, lambda s, q=q, one=one: values(occupancy(q, s, MONTHS), one))
            seen.add(f"customers on {plan}, leaving {m}", run.stock(plan=plan), *stock)
    return seen


def test_returns_compete_with_leaving(runs):
    compare(runs).check()


def test_two_per_cent_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, share=0.2 * 1.02))
    assert_noticed(compare(runs), compare(runs, more=1.02))


def test_forgetting_that_leaving_competes_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, competing=False))


def compare_kept(run: Run, m: float) -> Comparisons:
    """Compare those still here 3, 6 and 12 months after a rescue: exp(-m t), nobody is rescued twice."""
    seen = Comparisons()
    for months in (3, 6, 12):
        n = run.offer("save", f"observed_{months}").sum()
        share = np.exp(-m * months)
        seen.add(f"{months} months", run.offer("save", f"still_{months}").sum(), *binomial(n, share))
    return seen


def test_the_rescued_who_are_still_here():
    text = TEXT.replace(", returns: RETURNS", "").replace("LEAVING", "0.05")
    run = simulate(text, seed=123)
    compare_kept(run, 0.05).check()
    assert_noticed(compare_kept(run, 0.05), compare_kept(run, 0.05 * 1.02))
