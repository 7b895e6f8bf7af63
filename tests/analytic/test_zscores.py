"""The comparison itself: its threshold, its message, and what a control must show."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tests.analytic.zscores import FALSE_ALARM, Comparisons, assert_noticed


def one(observed: object, expected: object, sd: object) -> Comparisons:
    seen = Comparisons()
    seen.add("count", observed, expected, sd)
    return seen


def test_threshold_is_bonferronis():
    seen = one(np.zeros(50), 0.0, 1.0)
    assert 50 * 2 * norm.sf(seen.threshold) == pytest.approx(FALSE_ALARM)


def test_a_failure_names_what_failed():
    with pytest.raises(AssertionError, match=r"1 of 2 .*\n  count\[1\]: observed 130, expected 100, z = \+6.00"):
        one([100, 130], 100, 5).check()


def test_what_is_not_random_must_agree():
    one([100.0 + 1e-9], 100, 0).check()
    with pytest.raises(AssertionError, match="z = \\+inf"):
        one([100.1], 100, 0).check()


def test_a_control_that_passes_is_an_error():
    with pytest.raises(AssertionError, match="went unnoticed: worst count"):
        assert_noticed(one(100, 100, 5), one(100, 101, 5))


def test_a_control_that_fails_by_luck_is_an_error():
    with pytest.raises(AssertionError, match="too few customers"):
        assert_noticed(one(120, 100, 5), one(120, 98, 5))
