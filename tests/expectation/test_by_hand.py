"""Cases whose expectation a formula gives, and what the propagation must hold throughout."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import betaln

import simulator
from simulator.expectation.expect import check_identity, expect_model
from simulator.expectation.result import DoesNotAddUp
from simulator.expectation.segment import Segment
from simulator.model.compile import compile_model
from tests.expectation.scenarios import HEAD, SCENARIOS, text

ONE = (
    HEAD
    + """\
months: 6
plans: {one: {price: 10}}
segments:
  s:
    opening: {one: 1_000}
    opening_tenure: {mean: 5 months}
    cancel: {one: 0.2 per month}
"""
)
AT_ONCE = "cancellation: {takes_effect: immediate}\n"
MONTHS = np.arange(1, 7)
H = 0.2


def table(words: str, metric: str) -> tuple[np.ndarray, np.ndarray]:
    mean, sd = simulator.expect(simulator.load(words)).table(metric)
    return mean[:, 0], sd[:, 0]


def test_exponential_survival_and_its_binomial_deviation():
    mean, sd = table(ONE + AT_ONCE, "closing_mrr")
    p = np.exp(-H * MONTHS)
    assert mean == pytest.approx(10_000 * p, rel=1e-12)
    assert sd == pytest.approx(10 * np.sqrt(1_000 * p * (1 - p)), rel=1e-9)


def test_leaving_at_the_end_of_the_term():
    """A customer of phase x leaves in month 0 if it wants to before x: 1 - (1 - e^-h) / h over a uniform phase."""
    churned, _ = table(ONE, "churned_customers")
    assert churned[0] == pytest.approx(1_000 * (1 + np.expm1(-H) / H), rel=1e-10)
    # then, whoever has reached its anniversary of month 0 leaves a month later if it wants to in that month
    assert churned[1] == pytest.approx(1_000 * (-np.expm1(-H) / H) * -np.expm1(-H), rel=1e-10)


def test_arrivals_are_a_compound_poisson():
    words = (
        ONE.replace(
            "    opening: {one: 1_000}\n    opening_tenure: {mean: 5 months}\n",
            "    arrivals: {per_month: 100}\n    choose: {one: 100%}\n",
        )
        + AT_ONCE
    )
    stays = -np.expm1(-H) / H
    paying, sd = table(words, "paying_customers")
    assert paying == pytest.approx(100 * -np.expm1(-H * MONTHS) / H, rel=1e-10)
    assert sd == pytest.approx(np.sqrt(paying), rel=1e-9)
    new, sd = table(words, "new_mrr")
    assert new == pytest.approx(np.full(6, 1_000 * stays), rel=1e-10)
    assert sd == pytest.approx(np.full(6, 10 * np.sqrt(100 * stays)), rel=1e-9)


def test_gamma_frailty_survives_like_lomax():
    """From sign-up (1 + h t / k)^-k; an established base is the same law, later."""
    k = 1 / 0.8**2
    words = ONE.replace("5 months}", "0 months}") + "    frailty: 0.8\n" + AT_ONCE
    paying, _ = table(words, "paying_customers")
    assert paying == pytest.approx(1_000 * (1 + H * MONTHS / k) ** -k, rel=1e-8)


def test_established_customers_are_the_less_frail():
    """Given survival to tenure T under a gamma law: ((k + h T) / (k + h (T + t)))^k, T exponential."""
    k, mean = 1 / 0.8**2, 5.0
    paying, _ = table(ONE + "    frailty: 0.8\n" + AT_ONCE, "paying_customers")
    x, w = np.polynomial.laguerre.laggauss(150)
    for t, p in zip(MONTHS, paying, strict=True):
        assert p == pytest.approx(1_000 * (w @ ((k + H * mean * x) / (k + H * (mean * x + t))) ** k), rel=1e-7)


def test_beta_propensities_survive_like_the_shifted_beta_geometric():
    words = (
        HEAD
        + """\
months: 61
terms: {annual: 12 months}
plans: {one: {price: 10, term_discount: {annual: 0%}}}
segments:
  s:
    opening: {one: 1_000}
    opening_tenure: 0 months
    terms: {annual: 100%}
    not_renewed: {annual: {alpha: 0.668, beta: 3.806}}
    cancel: {one: 0.2 per month}
"""
    )
    paying, _ = table(words, "paying_customers")
    for years in range(6):
        expected = 1_000 * np.exp(betaln(0.668, 3.806 + years) - betaln(0.668, 3.806))
        assert paying[12 * years] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    "name", ["offers by date", "prices at the renewal", "tenure in days", "tenure with terms", "frailty"]
)
def test_more_phase_nodes_change_nothing(name):
    model = compile_model(scenario := simulator.load(text(name)))
    few, many = expect_model(model, scenario), expect_model(model, scenario, more_nodes=4)
    for metric, (mean, sd) in few.tables.items():
        for one, other in zip((mean, sd), many.tables[metric], strict=True):
            scale = np.nanmax(np.abs(other), initial=1e-9)
            assert np.nanmax(np.abs(one - other), initial=0.0) <= 1e-8 * scale, metric


def test_movements_that_do_not_add_up_are_refused():
    moments = Segment(compile_model(simulator.load(text("add-ons"))), 0).moments()
    check_identity("s", moments)
    cell = next(iter(moments.mean[3]))
    wrong = [dict(month) for month in moments.mean]
    wrong[3][cell] += 1e-8 * moments.stock[3, -1]
    with pytest.raises(DoesNotAddUp, match=r"segment s, month 3, month grain: opening .* is not closing"):
        check_identity("s", dataclasses.replace(moments, mean=wrong))
    counted = [dict(month) for month in moments.counted]
    what = next(w for w in counted[2] if not isinstance(w, str) and hasattr(w, "line"))
    counted[2][what] *= 1.01
    with pytest.raises(DoesNotAddUp, match="month 2, event grain"):
        check_identity("s", dataclasses.replace(moments, counted=counted))


def test_the_motion_of_expansions_is_told_only_where_one_is_possible():
    one = simulator.expect(simulator.load(text("upgrades")))
    assert set(one.movements.filter(kind="expansion")["reason"]) == {"plan_upgrade"}
    assert one.table("upsell_mrr")[0] == pytest.approx(one.table("expansion_mrr")[0])
    motion = simulator.expect(simulator.load(text("rescue and return"))).movements.filter(kind="expansion")
    assert set(motion["motion"]) == {"upsell"}
    assert set(motion["reason"]) == {None}
    several = simulator.expect(simulator.load(text("add-ons with upgrades and attachment")))
    assert set(several.movements.filter(kind="expansion")["motion"]) == {None}
    assert np.isnan(several.table("upsell_mrr")[0]).all()


def test_a_missing_metric_is_refused():
    theory = simulator.expect(simulator.load(ONE))
    with pytest.raises(KeyError, match="no metric 'mrr'; metrics: opening_mrr, new_mrr"):
        theory.table("mrr")
    with pytest.raises(KeyError, match="no metric 'x' of segment 'all'"):
        theory.metric("x")


def test_the_frames_are_those_of_a_run():
    theory = simulator.expect(simulator.load(ONE))
    run = simulator.run(simulator.load(ONE), replications=2)
    assert theory.metrics.columns == run.metrics.columns
    assert theory.metrics.schema == run.metrics.schema
    assert theory.movements.columns == [*run.movements.columns, "sd"]
    assert set(theory.metrics["metric"]) <= set(run.metrics["metric"])
    assert len(SCENARIOS) >= 25
