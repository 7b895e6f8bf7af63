"""Means with the Markov core as control: without bias, with intervals that cover, worth more replications."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

import simulator
from simulator.accounting.metrics import METRICS
from simulator.accounting.totals import Totals
from simulator.engines.compiled import run_compiled
from simulator.expectation.expect import expect_model
from simulator.expectation.expressible import markov_core
from simulator.model.compile import compile_model
from simulator.studies.control_variate import CannotControl, control_variate, regress
from tests.analytic.zscores import Comparisons

SCENARIO = """\
language: 1
title: Nearly Markov
currency: USD
start: 2026-01
months: 12
plans: {basic: {price: 10}, plus: {price: 20}}
segments:
  smb:
    opening: {basic: 300, plus: 100}
    opening_tenure: 5 months
    arrivals: {per_month: 20}
    choose: {basic: 80%, plus: 20%}
    cancel: {basic: 0.06 per month, plus: 0.03 per month}
cancellation: {takes_effect: immediate}
offers:
  rise: {motion: upsell, when: {rate: 0.4 per month}, who: {plans: [basic]}, to: plus, acceptance: 15%,
         quiet_for: 3 months}
"""
GAINED = ("closing_mrr", "new_mrr", "churn_mrr", "paying_customers", "net_mrr_churn_rate")


@pytest.fixture(scope="module")
def scenario() -> simulator.Scenario:
    return simulator.load(SCENARIO)


# The regression itself


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.95])
@pytest.mark.parametrize("replications", [10, 40])
def test_for_normal_pairs_the_interval_covers_exactly(correlation, replications):
    """95 % intervals of 4,000 studies cover as often as a binomial count with 0.95 does; the mean has no bias."""
    generator = np.random.default_rng(11)
    control = generator.standard_normal((replications, 4_000))
    noise = generator.standard_normal((replications, 4_000))
    observed = 3.0 + correlation * control + np.sqrt(1.0 - correlation**2) * noise
    mean, half, factor = regress(observed, control)
    covered = int((np.abs(mean - 3.0) <= half).sum())
    assert binom.ppf(5e-5, 4_000, 0.95) <= covered <= binom.ppf(1 - 5e-5, 4_000, 0.95)
    seen = Comparisons()
    seen.add("mean", mean.mean(), 3.0, mean.std() / np.sqrt(4_000))
    seen.check()
    loss = (replications - 2) / (replications - 3)  # of estimating the slope: Lavenberg and Welch (1981)
    assert mean.var() == pytest.approx((1.0 - correlation**2) * loss / replications, rel=0.12)
    if correlation > 0.9:
        assert np.median(factor) == pytest.approx(1.0 / (1.0 - correlation**2), rel=0.3)


def test_believing_a_wrong_expectation_is_noticed():
    """Negative control: with the control's expectation a fifth of a deviation off, intervals no longer cover."""
    generator = np.random.default_rng(12)
    control = generator.standard_normal((40, 4_000))
    mean, half, _ = regress(3.0 + 0.95 * control + 0.3 * generator.standard_normal((40, 4_000)), control - 0.2)
    assert (np.abs(mean - 3.0) <= half).mean() < 0.2


def test_a_control_that_never_varies_changes_nothing():
    observed = np.random.default_rng(13).standard_normal((12, 5))
    mean, half, factor = regress(observed, np.zeros((12, 5)))
    assert mean == pytest.approx(observed.mean(axis=0))
    assert half == pytest.approx(2.200985 * observed.std(axis=0, ddof=1) / np.sqrt(12), rel=1e-6)  # t with 11 degrees
    assert factor == pytest.approx(np.ones(5))


def test_where_nothing_is_left_there_is_no_factor():
    control = np.random.default_rng(14).standard_normal((12, 1))
    mean, half, factor = regress(2.0 + 3.0 * control, control)
    assert (mean[0], half[0]) == pytest.approx((2.0, 0.0), abs=1e-9)
    assert np.isnan(factor[0])
    assert np.isnan(regress(np.full((12, 1), 4.0), control)[2][0])


# On a scenario


def test_it_is_worth_more_replications_and_says_how_many(scenario):
    found = control_variate(scenario, replications=100, seed=3)
    last = found.table.filter((pl.col("segment") == "all") & (pl.col("month") == "2026-12"))
    factors = dict(zip(last["metric"], last["factor"], strict=True))
    assert factors["closing_mrr"] > 2.0
    assert factors["paying_customers"] > 2.0
    assert [one.key_path for one in found.replaced] == ["offers.rise.quiet_for"]
    assert found.result.controlled.equals(found.table)


def test_it_is_without_bias_and_its_intervals_cover(scenario):
    """100 studies of 20 replications, their mean against the plain mean of 20,000 others, and how many cover it.

    The number of intervals of one cell that cover is binomial but for the error of the large run, a thirtieth of a
    study's; cells of a study depend on each other, so each is tested by itself, at a level divided by their number.
    """
    studies, each, large = 100, 20, 20_000
    model = compile_model(scenario)
    core = markov_core(model)
    expected = expect_model(core.model, scenario, core).tables

    def totals(of: object, first: int, last: int) -> Totals:
        return Totals.stack([Totals.of(one.books) for one in run_compiled(of, 91, range(first, last))])

    wide = totals(model, studies * each, studies * each + large)
    observed, control = totals(model, 0, studies * each), totals(core.model, 0, studies * each)
    bias, months = Comparisons(), (3, 11)
    for name in ("closing_mrr", "churn_mrr", "expansion_mrr"):
        for m in months:
            true = METRICS[name](wide)[:, m, 0]
            y = METRICS[name](observed)[:, m, 0].reshape(studies, each).T
            c = (METRICS[name](control)[:, m, 0] - expected[name][0][m, 0]).reshape(studies, each).T
            mean, half, _ = regress(y, c)
            error = np.hypot(mean.std(ddof=1) / np.sqrt(studies), true.std() / np.sqrt(large))
            bias.add(f"{name}[{m}]", mean.mean(), true.mean(), error)
            covered = int((np.abs(mean - true.mean()) <= half).sum())
            assert binom.ppf(1e-4, studies, 0.94) <= covered, (name, m, covered)
    bias.check()


def test_the_table_holds_the_interval_of_the_mean_and_is_saved(scenario, tmp_path: Path):
    found = control_variate(scenario, replications=12, seed=3)
    assert found.table.columns == ["month", "segment", "metric", "mean", "low95", "high95", "factor"]
    assert set(GAINED) <= set(found.table["metric"])
    assert (found.table["low95"] <= found.table["mean"]).all()
    assert (found.table["mean"] <= found.table["high95"]).all()
    found.result.save(tmp_path / "here", figures=False)
    assert simulator.read(tmp_path / "here").controlled.equals(found.table)


def test_the_same_seed_gives_the_same_table_whatever_the_threads(scenario):
    one, two = (control_variate(scenario, replications=12, seed=5, threads=threads).table for threads in (1, 3))
    assert one.equals(two)


def test_a_scenario_that_is_markov_throughout_is_refused(scenario):
    markov = simulator.load(SCENARIO.replace(",\n         quiet_for: 3 months", ""))
    with pytest.raises(CannotControl, match="no random error at all: ask for it with `plansim expect`"):
        control_variate(markov, replications=20)


def test_too_few_replications_are_refused(scenario):
    with pytest.raises(CannotControl, match=r"9 replications are too few for a control variate; take 10 or more"):
        control_variate(scenario, replications=9)
