"""Intervals, probabilities and regrets against hand computation and the t distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.results.comparison import variance_reduction
from simulator.results.intervals import choice, interval, probability_of_better


def test_the_interval_of_a_mean_is_students():
    values = np.array([3.0, 5.0, 4.0, 8.0, 6.0])
    found = interval(values)
    low, high = stats.t.interval(0.95, 4, loc=values.mean(), scale=values.std(ddof=1) / np.sqrt(5))
    assert found.mean == pytest.approx(5.2)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_replications_without_a_value_are_left_out():
    with_gaps = interval(np.array([[3.0, np.nan], [np.nan, np.nan], [5.0, 1.0]]))
    assert with_gaps.mean.tolist() == [4.0, 1.0]
    assert with_gaps.low[0] == pytest.approx(interval(np.array([3.0, 5.0])).low)
    assert np.isnan(with_gaps.low[1])
    assert np.isnan(interval(np.array([np.nan, np.nan])).mean)


def test_replications_of_one_draw_count_once():
    pairs = np.array([1.0, 3.0, 5.0, 5.0, 9.0, 7.0])
    assert interval(pairs, per_draw=2) == tuple(map(pytest.approx, interval(np.array([2.0, 5.0, 8.0]))))


def test_better_is_less_for_losses_and_more_for_gains():
    differences = np.array([1.0, 2.0, -1.0, 0.0, np.nan])
    assert probability_of_better(differences, "closing_mrr") == pytest.approx(2.5 / 4)
    assert probability_of_better(differences, "churn_mrr") == pytest.approx(1.5 / 4)


def test_the_cost_of_having_chosen_wrong_by_hand():
    options = np.array([[10.0, 12.0, 10.0], [11.0, 10.0, 10.0]])
    found = choice(options, "closing_mrr")
    assert found.best.tolist() == pytest.approx([1.5 / 3, 1.5 / 3])
    assert found.regret.tolist() == pytest.approx([1 / 3, 2 / 3])
    of_costs = choice(options, "cac")
    assert of_costs.regret.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_variance_reduction_by_hand():
    before, after = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0])
    assert variance_reduction(before, after) == pytest.approx((1.0 + 7 / 3) / (1 / 3))
    assert variance_reduction(before, before + 1.0) is None
