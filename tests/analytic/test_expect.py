"""The simulator against `expect`: every amount and count of the families, by month, with the exact variance.

The tolerance is one z-score for all comparisons of a family together (zscores.py). Power: the numbers of customers
(about 1,000,000) were chosen so that a change of 2 % in the numbers named with the family, 3 % to 8 % in the weakest,
is noticed with any seed with probability POWER or more, and is noticed with the one used here.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulator.accounting.metrics import METRICS
from simulator.expectation.expect import expect
from simulator.model.compile import compile_model
from tests.analytic.families import FAMILIES, Family, held_against, load, simulated
from tests.analytic.zscores import Comparisons, assert_noticed

SEED = 301


def test_there_are_at_least_twenty_families():
    assert len(FAMILIES) >= 20


@pytest.mark.parametrize("name", FAMILIES)
def test_the_simulator_is_what_the_theory_says_and_not_what_it_does_not_say(name):
    family = FAMILIES[name]
    scenario = load(family.text)
    totals = simulated(compile_model(scenario), SEED)
    right = held_against(totals, expect(scenario))
    right.check()
    assert len(right.rows) > 100
    for change in family.wrong:
        assert_noticed(*alike(right, held_against(totals, expect(load(family.changed(*change))))))


def alike(right: Comparisons, wrong: Comparisons) -> tuple[Comparisons, Comparisons]:
    """Return the comparisons that both make: a cell may be rare enough to be left out of one of them."""
    both = {row.name for row in right.rows} & {row.name for row in wrong.rows}
    pair = (Comparisons(), Comparisons())
    for kept, seen in zip(pair, (right, wrong), strict=True):
        kept.rows = [row for row in seen.rows if row.name in both]
    return pair


def test_the_spread_of_replications_is_the_expected_one():
    """Sample variances over the exact ones: 400 replications of a small shop, chi-squared by Wilson and Hilferty."""
    family = Family(FAMILIES["ladder"].text.replace("00_000", "00"), ())
    scenario = load(family.text)
    totals, expected = simulated(compile_model(scenario), SEED, 400), expect(scenario)
    seen = Comparisons()
    for name in ("closing_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr", "paying_customers"):
        sd = expected.tables[name][1][:, 0]
        ratio = (METRICS[name](totals)[:, :, 0].var(axis=0, ddof=1) / sd**2)[sd > 0.0]
        seen.add(name, np.cbrt(ratio), 1.0 - 2.0 / (9.0 * 399.0), np.sqrt(2.0 / (9.0 * 399.0)))
    seen.check()
