"""Intervals are honest: over many small studies they hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.results.intervals import LEVEL, interval
from simulator.studies.executor import Here
from simulator.studies.replicate import measure

CUSTOMERS, PRICE, MONTHS = 40, 10.0, 6
KEPT = {"base": 0.94, "better": 0.96}
SMALL = 20  # replications of one study


def scenario(kept: float):
    """Customers who leave at a constant rate, at once."""
    return sim.load(
        f"""\
language: 1
currency: USD
start: 2026-01
months: {MONTHS}
plans: {{basic: {{price: {PRICE}}}}}
segments:
  smb:
    opening: {{basic: {CUSTOMERS}}}
    opening_tenure: 0 months
    cancel: {{basic: {100 * (1 - kept):.0f}% per month}}
cancellation: {{takes_effect: immediate}}
"""
    )


def studies(number: int) -> dict[str, np.ndarray]:
    """Closing MRR at the horizon of many small studies, (studies, replications): the same draws in both scenarios."""
    some = measure([scenario(kept) for kept in KEPT.values()], range(number * SMALL), 11, Here(), twin=False)
    return {
        name: one.metrics()["closing_mrr"][:, -1, 0].reshape(number, SMALL)
        for name, one in zip(KEPT, some, strict=True)
    }


def bounds(number: int) -> tuple[int, int]:
    """The numbers of studies between which those that hold the truth lie with 99.9 % probability."""
    low, high = stats.binom.interval(0.999, number, LEVEL)
    return int(low), int(high)


def held(values: np.ndarray, truth: float) -> int:
    """How many studies (rows) have an interval that holds the truth."""
    found = interval(values.T)
    return int(((found.low <= truth) & (truth <= found.high)).sum())


@pytest.mark.parametrize("number", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_intervals_hold_the_truth_as_often_as_they_say(number):
    values = studies(number)
    expected = {name: CUSTOMERS * PRICE * kept**MONTHS for name, kept in KEPT.items()}
    low, high = bounds(number)
    assert low <= held(values["base"], expected["base"]) <= high
    assert low <= held(values["better"] - values["base"], expected["better"] - expected["base"]) <= high


def test_intervals_that_forget_the_pairs_would_be_noticed():
    values = studies(200)
    truth = CUSTOMERS * PRICE * (KEPT["better"] ** MONTHS - KEPT["base"] ** MONTHS)
    unpaired = values["better"] - np.roll(values["base"], 1, axis=1)
    paired_width = np.diff(interval((values["better"] - values["base"]).T)[1:], axis=0)[0]
    means = unpaired.mean(axis=1)
    assert int((np.abs(means - truth) <= paired_width / 4).sum()) < bounds(200)[0]
