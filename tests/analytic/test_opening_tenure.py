"""Tenure of opening customers: exponential with the stated mean, or 1 / cancel rate where none is stated.

Counted by offers whose audience is a range of tenure: P(T >= x) = exp(-x / mean). An offer at a tenure of 24 months
reaches in month m those who began with 23 - m to 24 - m; one every 3 months those whose tenure modulo 3 lies between
2 - m and 3 - m, with the density exp(-x / mean) on (0, 3), normalised.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

CUSTOMERS = 1_000_000
BOUNDS = (1, 6, 18, 48)
TEXT = """
months: 12
plans: {pro: {price: 100}}
addons: {extra: {price: 10}}
segments:
  smb: {opening: {pro: 1_000_000}, MEAN cancel: {pro: 0.08 per month}}
retention: {tenure: [{until: 600 months, factor: x0}]}
offers:
  at_24: {motion: cross_sell, when: {tenure: 24 months}, to: extra, acceptance: 0%}
  every_3: {motion: cross_sell, when: {every: 3 months}, to: extra, acceptance: 0%}
"""
for _x in BOUNDS:
    for _side in ("above", "below"):
        TEXT += (
            f"  {_side}_{_x}: {{motion: cross_sell, when: {{month: 1}}, who: {{tenure_{_side}: {_x} months}}, "
            "to: extra, acceptance: 0%}\n"
        )
MEANS = {"opening_tenure: {mean: 18 months},": 18.0, "": 12.5}


@pytest.fixture(scope="module")
def runs() -> dict[float, Run]:
    return {mean: simulate(TEXT.replace("MEAN", stated), seed=128) for stated, mean in MEANS.items()}


def compare(runs: dict[float, Run], factor: float = 1.0, uniform: bool = False) -> Comparisons:
    seen = Comparisons()
    m = np.arange(12)
    for stated, run in runs.items():
        mean = stated * factor
        for x in BOUNDS:
            longer = max(1.0 - x / (2.0 * mean), 0.0) if uniform else np.exp(-x / mean)
            seen.add(f"longer than {x}", run.offer(f"above_{x}", "made")[0], *binomial(CUSTOMERS, longer))
            seen.add(f"shorter than {x}", run.offer(f"below_{x}", "made")[0], *binomial(CUSTOMERS, 1.0 - longer))
        at_24 = np.exp(-(23 - m) / mean) - np.exp(-(24 - m) / mean)
        seen.add("at 24 months", run.offer("at_24", "made"), *binomial(CUSTOMERS, at_24))
        into = 2 - m % 3
        every_3 = (np.exp(-into / mean) - np.exp(-(into + 1) / mean)) / -np.expm1(-3.0 / mean)
        seen.add("every 3 months", run.offer("every_3", "made"), *binomial(CUSTOMERS, every_3))
    return seen


def test_tenure_is_exponential(runs):
    compare(runs).check()


def test_two_per_cent_of_the_mean_are_noticed(runs):
    assert_noticed(compare(runs), compare(runs, factor=1.02))


def test_a_uniform_tenure_of_the_same_mean_is_noticed(runs):
    assert_noticed(compare(runs), compare(runs, uniform=True))
