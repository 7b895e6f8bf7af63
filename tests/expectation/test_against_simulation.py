"""The expectation against simulated replications: every mechanism, every month, amounts, counts and deviations.

The deviation of a mean over replications is the exact one of a replication over the root of their number. Cells that
hold so few customers that their sums are far from normal (a mean of less than EIGHT deviations of the mean) are left
out; where nothing scatters the two must be equal.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2, t

import simulator
from simulator.accounting.metrics import compute
from simulator.accounting.movements import LINES
from simulator.accounting.totals import UNIT, Totals
from simulator.engines.compiled import run_compiled
from simulator.expectation.expect import expect_model
from simulator.expectation.result import Expectation
from simulator.model.compile import Model, compile_model
from tests.analytic.zscores import FALSE_ALARM, Comparisons, assert_noticed
from tests.expectation.scenarios import SCENARIOS, text

REPLICATIONS = 30
EIGHT = 8.0


def simulated(model: Model, replications: int = REPLICATIONS) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the metrics (R, M, G) by name, and the event-grain amounts over all months (R, lines)."""
    runs = list(run_compiled(model, 41, range(replications)))
    metrics = compute(Totals.stack([Totals.of(run.books) for run in runs]))
    return metrics, np.array([run.books.event_amount.sum(axis=(0, 1, 2)) for run in runs]) / UNIT


def compared(theory: Expectation, metrics: dict[str, np.ndarray], like: Expectation | None = None) -> Comparisons:
    """Compare the cells that are fit for it by the theory `like`, by default the same."""
    seen = Comparisons()
    fit = (like or theory).tables
    for name, (mean, sd) in theory.tables.items():
        if name not in metrics or np.isnan(sd).all():
            continue
        n = len(metrics[name])
        expected, scatter = fit[name]
        told = ~np.isnan(expected) & ~np.isnan(scatter)
        fine = told & (
            (scatter < 1e-7 * np.maximum(np.abs(expected), 1.0)) | (np.abs(expected) * np.sqrt(n) > EIGHT * scatter)
        )
        error = sd / np.sqrt(n)
        error = np.where(error < 1e-7 * np.maximum(np.abs(mean), 1.0), 0.0, error)
        for m, g in np.argwhere(fine):
            seen.add(f"{name}, month {m}, group {g}", metrics[name].mean(axis=0)[m, g], mean[m, g], error[m, g])
    return seen


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_expectation_is_what_replications_scatter_around(name):
    model = compile_model(scenario := simulator.load(text(name)))
    theory = expect_model(model, scenario)
    metrics, by_line = simulated(model)
    seen = compared(theory, metrics)
    assert len(seen.rows) >= 40
    seen.check()
    check_deviations(theory, metrics)
    check_reasons(theory, by_line)
    if theory.tables["nrr_12m"][0].shape[0] >= 12:
        check_retention(theory, metrics)


def check_deviations(theory: Expectation, metrics: dict[str, np.ndarray]) -> None:
    """Hold sample variances against the exact ones: (n - 1) s^2 / sigma^2 is chi-square, of many customers' sums."""
    names = (
        "closing_mrr",
        "new_mrr",
        "expansion_mrr",
        "contraction_mrr",
        "churn_mrr",
        "net_new_mrr",
        "paying_customers",
    )
    ratios = []
    for name in names:
        mean, sd = (table[:, 0] for table in theory.tables[name])
        n = len(metrics[name])
        scatter = (sd > 1e-6 * np.maximum(np.abs(mean), 1.0)) & (np.abs(mean) > EIGHT * sd / np.sqrt(n))
        ratios += list((n - 1) * metrics[name][:, :, 0].var(axis=0, ddof=1)[scatter] / sd[scatter] ** 2)
    low, high = chi2.ppf([FALSE_ALARM / 2 / len(ratios), 1 - FALSE_ALARM / 2 / len(ratios)], n - 1)
    assert low < min(ratios), f"{min(ratios)} below {low}"
    assert max(ratios) < high, f"{max(ratios)} above {high}"


def check_reasons(theory: Expectation, by_line: np.ndarray) -> None:
    """Hold each reason's amount over all months, event grain, against the sample's scatter (Student's t)."""
    expected = dict.fromkeys(LINES, 0.0)
    for kind, motion, reason, amount in theory.events.select("kind", "motion", "reason", "mean").iter_rows():
        line = next(x for x in LINES if x == (kind, motion, reason))
        expected[line] += amount
    n = len(by_line)
    limit = t.ppf(1 - FALSE_ALARM / 2 / len(LINES), n - 1)
    for i, line in enumerate(LINES):
        observed, error = by_line[:, i].mean(), by_line[:, i].std(ddof=1) / np.sqrt(n)
        if expected[line] > EIGHT * error or not observed:
            assert abs(observed - expected[line]) <= limit * error + 1e-6 * max(observed, 1.0), (
                line,
                observed,
                expected[line],
            )


def check_retention(theory: Expectation, metrics: dict[str, np.ndarray]) -> None:
    """12-month retention: the rate of expected amounts, within five of the scatter of a run's mean."""
    observed = metrics["nrr_12m"][:, 11:, 0]
    mean = theory.tables["nrr_12m"][0][11:, 0]
    assert (
        np.abs(observed.mean(axis=0) - mean) < 5 * observed.std(axis=0, ddof=1) / np.sqrt(len(observed)) + 1e-3
    ).all()


def test_two_per_cent_of_the_cancel_rate_are_noticed():
    words = text("upgrades").replace("3_000", "300_000").replace("2_000", "200_000").replace("500}", "50_000}")
    model = compile_model(scenario := simulator.load(words))
    metrics, _ = simulated(model, 2)
    theory = expect_model(model, scenario)
    right = compared(theory, metrics)
    right.check()
    model.tables.segment_plans.cancel *= 1.02
    assert_noticed(right, compared(expect_model(model, scenario), metrics, theory))


def test_movements_of_a_kind_are_the_metric():
    theory = simulator.expect(simulator.load(text("free users")))
    by_kind = theory.movements.group_by("month", "kind").agg(pl.col("mean").sum())
    for kind in ("new", "reactivation", "expansion", "contraction", "churn"):
        metric = dict(theory.metric(f"{kind}_mrr").select("month", "mean").iter_rows())
        for month, mean in by_kind.filter(pl.col("kind") == kind).select("month", "mean").iter_rows():
            assert mean == pytest.approx(metric[month], abs=1e-3)
