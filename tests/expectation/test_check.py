"""The check of a run against the theory: its level is what it says, and it notices what is wrong."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

import simulator
from simulator.accounting.metrics import METRICS, compute
from simulator.accounting.totals import Totals
from simulator.engines.compiled import run_compiled
from simulator.expectation.expect import expect
from simulator.expectation.result import Expectation
from simulator.model.compile import compile_model
from simulator.results.rebuild import totals_of
from simulator.studies.check import (
    CHECKED,
    FEWEST_REPLICATIONS,
    LEVEL,
    CannotCheck,
    check,
    check_totals,
    rotation_test,
    with_check,
    z_scores,
)

SMALL = """\
language: 1
title: A small shop
currency: USD
start: 2026-01
months: 8
plans: {basic: {price: 10}, plus: {price: 20}}
segments:
  one:
    opening: {basic: 120, plus: 30}
    opening_tenure: 5 months
    arrivals: {per_month: 8}
    choose: {basic: 80%, plus: 20%}
    cancel: {basic: 0.06 per month, plus: 0.03 per month}
    downgrade: 0.05 per month
  two: {opening: {plus: 40}, opening_tenure: 5 months, cancel: {basic: 0 per month, plus: 0.05 per month}}
cancellation: {takes_effect: immediate}
offers:
  rise: {motion: upsell, when: {rate: 0.3 per month}, to: next_plan, acceptance: 25%}
"""
STUDIES, EACH = 300, 20
SURE = 0.999


@pytest.fixture(scope="module")
def scenario() -> simulator.Scenario:
    return simulator.load(SMALL)


@pytest.fixture(scope="module")
def expected(scenario) -> Expectation:
    return expect(scenario)


@pytest.fixture(scope="module")
def many(scenario) -> Totals:
    """Replications enough for STUDIES studies of EACH."""
    replications = run_compiled(compile_model(scenario), 17, range(STUDIES * EACH))
    return Totals.stack([Totals.of(one.books) for one in replications])


def part(totals: Totals, study: int) -> Totals:
    rows = slice(study * EACH, (study + 1) * EACH)
    return Totals(*(getattr(totals, name)[rows] for name in ("moved", "movers", "stock", "retained")))


def within_binomial_bounds(rejected: int, studies: int, level: float) -> bool:
    """Whether so many rejections are what a test of this level gives with a probability of SURE."""
    low, high = binom.ppf([(1 - SURE) / 2, (1 + SURE) / 2], studies, level)
    return bool(low <= rejected <= high)


def studies(totals: Totals, expected: object, of: int = STUDIES) -> np.ndarray:
    groups = ["all", "one", "two"]
    months = tuple(f"2026-{m:02d}" for m in range(1, 9))
    return np.array([check_totals(part(totals, s), expected, months, groups, s, 999).p_value for s in range(of)])


def shifted(expected: Expectation, metric: str, factor: float) -> SimpleNamespace:
    """The expectation with one metric's mean falsified in every month and group."""
    mean, sd = expected.tables[metric]
    return SimpleNamespace(tables={**expected.tables, metric: (mean * factor, sd)})


def test_the_level_holds_for_small_studies_of_the_simulator(many, expected):
    """300 studies of 20 replications with a right expectation: about 5 % rejected at 5 %, 20 % at 20 %.

    Months, metrics and segments are strongly dependent: forty separate tests at 5 % would reject nearly always.
    """
    p = studies(many, expected)
    for level in (LEVEL, 0.2, 0.5):
        assert within_binomial_bounds(int((p <= level).sum()), STUDIES, level), (level, (p <= level).mean())


def test_forty_separate_tests_would_not_hold_it(many, expected):
    """Negative control: with |z| > 1.96 in any cell as the rule, far more than 5 % are rejected."""
    names = [name for name in CHECKED if name in expected.tables]
    rejected = 0
    for study in range(STUDIES):
        z = [z_scores(METRICS[n](part(many, study)).astype(float), *expected.tables[n])[:, 0] for n in names]
        rejected += bool(np.nanmax(np.abs(np.concatenate(z))) > 1.96)
    assert not within_binomial_bounds(rejected, STUDIES, LEVEL)
    assert rejected > 0.5 * STUDIES


@pytest.mark.parametrize("replications", [3, 12, 60])
@pytest.mark.parametrize("dependence", ["none", "walk", "one factor"])
def test_the_level_is_exact_for_normal_deviations(replications, dependence):
    """400 studies each, from independent cells to cells that are nearly all the same, few and many replications."""
    generator = np.random.default_rng(3)
    rejected = {LEVEL: 0, 0.3: 0}
    for study in range(400):
        cells = generator.standard_normal((replications, 60))
        if dependence == "walk":
            cells = np.cumsum(cells, axis=1) / np.sqrt(np.arange(1, 61))
        elif dependence == "one factor":
            cells = 0.2 * cells + np.sqrt(0.96) * generator.standard_normal((replications, 1))
        p, _ = rotation_test(cells, study, 399)
        for level in rejected:
            rejected[level] += p <= level
    for level, times in rejected.items():
        assert within_binomial_bounds(times, 400, level), (level, times / 400)


def test_a_wrong_sd_does_not_break_the_level():
    """The test weighs cells by the sd of theory but does not believe it: half the right sd rejects no more often."""
    generator = np.random.default_rng(4)
    rejected = sum(rotation_test(2.0 * generator.standard_normal((20, 40)), s, 399)[0] <= LEVEL for s in range(400))
    assert within_binomial_bounds(rejected, 400, LEVEL)


def test_a_wrong_expectation_is_noticed(many, expected):
    """Power: with churn expected 25 % off most studies of 20 replications are rejected, and the study of all 6,000
    together for an expectation 3 % off."""
    p = studies(many, shifted(expected, "churn_mrr", 1.25), 40)
    assert (p <= LEVEL).mean() > 0.8
    months = tuple(f"2026-{m:02d}" for m in range(1, 9))
    for metric in ("churn_mrr", "closing_mrr", "new_customers"):
        whole = check_totals(many, shifted(expected, metric, 1.03), months, ["all", "one", "two"], 1)
        assert not whole.agrees, metric
        assert whole.p_value == pytest.approx(1e-4)  # the least that 9,999 rotations can give
        assert abs(whole.worst["z"]) > whole.band


def test_beyond_the_band_and_rejected_are_the_same(many, expected):
    months = tuple(f"2026-{m:02d}" for m in range(1, 9))
    for study in range(60):
        found = check_totals(part(many, study), expected, months, ["all", "one", "two"], study)
        assert (abs(found.worst["z"]) > found.band * (1 - 1e-9)) == (found.p_value <= LEVEL) or (
            abs(found.p_value - LEVEL) < 2e-4  # ties at the boundary
        )


def test_what_must_be_so_with_certainty_is_checked_exactly(many, expected):
    """Free customers there are none: an expectation of one, without deviation, is impossible, whatever else holds."""
    nobody = np.zeros_like(expected.tables["paying_customers"][0])
    right = SimpleNamespace(tables={**expected.tables, "free_customers": (nobody, nobody)})
    wrong = SimpleNamespace(tables={**expected.tables, "free_customers": (nobody + 1.0, nobody)})
    months = tuple(f"2026-{m:02d}" for m in range(1, 9))
    assert check_totals(part(many, 0), right, months, ["all", "one", "two"], 1).p_value > 0.001
    found = check_totals(part(many, 0), wrong, months, ["all", "one", "two"], 1)
    assert (found.p_value, found.worst["metric"], abs(found.worst["z"])) == (0.0, "free_customers", np.inf)
    assert found.summary()["worst"]["z"] is None


def test_cells_of_few_events_are_shown_and_not_tested(scenario, expected):
    result = simulator.run(scenario, replications=FEWEST_REPLICATIONS, seed=3)
    rare = expected.tables["contraction_mrr"]
    few = SimpleNamespace(tables={**expected.tables, "contraction_mrr": (rare[0] * 0.0 + 0.01, rare[1])})
    table = check(result, few).table
    assert not table.filter((pl.col("metric") == "contraction_mrr") & (pl.col("sd") > 0.0))["tested"].any()
    assert table.filter(metric="closing_mrr", segment="all")["tested"].all()


def test_the_table_holds_means_expectations_and_z(scenario, expected):
    result = simulator.run(scenario, replications=12, seed=3)
    table = check(result, expected).table
    assert table.columns == ["month", "segment", "metric", "mean", "expected", "sd", "z", "tested"]
    row = table.filter(month="2026-04", segment="one", metric="closing_mrr").row(0, named=True)
    mean, sd = (x[3, 1] for x in expected.tables["closing_mrr"])
    seen = result.metric("closing_mrr", "one").filter(month="2026-04")["mean"].item()
    assert (row["mean"], row["expected"], row["sd"]) == pytest.approx((seen, mean, sd), abs=1e-4)
    assert row["z"] == pytest.approx((seen - mean) / (sd / np.sqrt(12)), abs=1e-4)


def test_a_checked_result_is_saved_and_read_back(scenario, expected, tmp_path):
    result = simulator.run(scenario, replications=12, seed=3)
    found = check(result, expected)
    result = with_check(result, found)
    result.save(tmp_path / "here", figures=False)
    back = simulator.read(tmp_path / "here")
    assert back.check.equals(found.table)
    assert back.summary["check"] == found.summary()
    assert simulator.read(simulator.run(scenario, replications=1).save(tmp_path / "other", figures=False)).check is None


def test_too_few_replications_are_refused(scenario, expected):
    result = simulator.run(scenario, replications=FEWEST_REPLICATIONS - 1)
    with pytest.raises(CannotCheck, match=r"9 replications are too few .* take 10 or more"):
        check(result, expected)


def test_nothing_to_test_is_refused():
    still = simulator.load(
        "language: 1\ncurrency: USD\nstart: 2026-01\nmonths: 3\nplans: {a: {price: 1}}\n"
        "segments: {s: {opening: {a: 9}, opening_tenure: 5 months, cancel: {a: 0 per month}}}\n"
    )
    with pytest.raises(CannotCheck, match=r"nothing can be tested: every amount and count of the scenario is certain"):
        check(simulator.run(still, replications=10), expect(still))


def test_the_totals_of_a_result_are_those_its_metrics_came_from(scenario):
    """Rebuilt from the runs table, for a scenario with everything in it too."""
    for one in (scenario, simulator.load("scenarios/quickstart.yaml")):
        result = simulator.run(one, replications=3, seed=8)
        replications = run_compiled(compile_model(one), 8, range(3))
        kept = Totals.stack([Totals.of(x.books) for x in replications])
        rebuilt = totals_of(result)
        for name in ("moved", "movers", "stock", "retained"):
            assert bool((getattr(kept, name) == getattr(rebuilt, name)).all()), name
        assert set(compute(rebuilt)) == set(METRICS)
