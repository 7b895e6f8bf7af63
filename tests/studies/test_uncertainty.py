"""Variance decomposition: against linear models, and against a scenario whose variance is known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from simulator.customer.tally import COUNTERS
from simulator.engines.compiled import run_compiled
from simulator.model.compile import compile_model
from simulator.reporting.uncertainty import dominant
from simulator.results.variance import LEAST_DRAWS, decompose, grouped
from simulator.scenario import load
from simulator.scenario.laws import LogNormal
from simulator.scenario.ranges import drawn, uniforms
from tests.analytic.zscores import FALSE_ALARM, Comparisons, assert_noticed

MONTHS, MEAN, SD = 6, 40.0, 6.0
SCENARIO = f"""\
currency: JPY
start: 2026-04
months: {MONTHS}
plans: {{basic: {{price: 1_000}}}}
segments:
  smb:
    arrivals: {{per_month: {{mean: {MEAN}, sd: {SD}}}}}
    choose: {{basic: 100%}}
    cancel: {{basic: {{low: 1% per month, likely: 2% per month, high: 4% per month}}}}
"""
DRAWS = 600


def test_a_poisson_stream_of_uncertain_rate_has_the_variance_of_theory():
    """Sign-ups of a run are Poisson(T·rate) given the rate: Var(E) = T²·sd², E(Var) = T·mean."""
    scenario = load(SCENARIO)
    places = [uniforms(scenario, 5, draw) for draw in range(DRAWS)]
    sign_ups = []
    for draw in range(DRAWS):
        model = compile_model(drawn(scenario, 5, draw))
        for one in run_compiled(model, 5, range(2 * draw, 2 * draw + 2), threads=1):
            sign_ups.append(float(one.tallies.counters[..., COUNTERS.index("sign_ups")].sum()))
    values = grouped(np.array(sign_ups), 2)
    found = decompose(values, {path: np.array([one[path] for one in places]) for path in scenario.uncertain})
    assert found is not None

    law = LogNormal(MONTHS * MEAN, MONTHS * SD)
    rate = np.array([law.quantile((i + 0.5) / 20_000) for i in range(20_000)])
    far = rate - MONTHS * MEAN
    parameters, luck = (MONTHS * SD) ** 2, MONTHS * MEAN
    # of the product of the two deviations, and of half the squared difference, of one draw's two replications
    of_parameters = math.sqrt((((rate + far**2) ** 2).mean() - parameters**2) / DRAWS)
    of_luck = math.sqrt(((rate / 2 + 2 * rate**2).mean() + parameters) / DRAWS)

    def family(expected_parameters: float, expected_luck: float) -> Comparisons:
        compared = Comparisons()
        compared.add("parameters", found.parameters, expected_parameters, of_parameters)
        compared.add("luck", found.luck, expected_luck, of_luck)
        compared.add("mean", values.mean(), MONTHS * MEAN, math.sqrt((parameters + luck / 2) / DRAWS))
        return compared

    right = family(parameters, luck)
    right.check()
    assert_noticed(right, family(parameters, parameters))
    share = parameters / (parameters + luck)
    assert found.low95 < share < found.high95
    rate_first, cancel = found.influences
    assert rate_first.path == "segments.smb.arrivals.per_month"
    # normal numbers with correlation r have rank correlation 6/π·asin(r/2)
    assert rate_first.low95 < (6 / math.pi * math.asin(math.sqrt(share) / 2)) ** 2 < rate_first.high95
    assert cancel.low95 == 0.0
    assert cancel.high95 < 0.05


def linear(draws: int, weights: dict[str, float], luck: float, rng: np.random.Generator):
    """A figure that is a sum of normal parameters and normal luck."""
    u = {name: rng.random(draws) for name in weights}
    effect = sum(weight * ndtri(u[name]) for name, weight in weights.items())
    return effect[:, None] + luck * rng.normal(size=(draws, 2)), u


@pytest.mark.parametrize(("draws", "ratio"), [(20, 1.0), (60, 0.1), (60, 1.0), (60, 4.0)])
def test_intervals_of_the_share_cover(draws, ratio):
    """At least as often as 93 % would, by the binomial law: the jackknife loses a little of the 95 % with few draws."""
    rng = np.random.default_rng(17)
    times, covered, found = 400, 0, []
    for _ in range(times):
        one = decompose(*linear(draws, {"a": math.sqrt(ratio)}, 1.0, rng))
        assert one is not None
        covered += one.low95 <= ratio / (1 + ratio) <= one.high95
        found.append((one.parameters, one.luck))
    assert binom.ppf(FALSE_ALARM, times, 0.93) <= covered <= binom.ppf(1 - FALSE_ALARM, times, 0.98)
    compared = Comparisons()
    means = np.mean(found, axis=0)
    errors = np.std(found, axis=0) / math.sqrt(times)
    compared.add("parameters and luck", means, [ratio, 1.0], errors)
    compared.check()


def test_the_range_that_matters_most_comes_first():
    rng = np.random.default_rng(3)
    values, u = linear(400, {"small": 0.3, "large": 2.0, "none": 0.0, "middle": 1.0}, 0.5, rng)
    found = decompose(values, u)
    assert [one.path for one in found.influences][:3] == ["large", "middle", "small"]
    total = 0.3**2 + 2.0**2 + 1.0**2 + 0.5**2
    for one, weight in zip(found.influences, (2.0, 1.0, 0.3, 0.0), strict=True):
        expected = (6 / math.pi * math.asin(weight / math.sqrt(total) / 2)) ** 2
        assert one.low95 <= expected <= one.high95
        assert one.low95 <= one.share <= one.high95


def test_negative_control_luck_alone_and_parameters_alone():
    rng = np.random.default_rng(4)
    values, u = linear(200, {"a": 0.0}, 1.0, rng)
    assert decompose(values, u).low95 == 0.0
    assert decompose(values, u).high95 < 0.3
    values, u = linear(200, {"a": 1.0}, 0.0, rng)
    found = decompose(values, u)
    assert (found.share, found.low95, found.high95, found.luck) == (1.0, 1.0, 1.0, 0.0)
    assert found.influences[0].share == pytest.approx(1.0)
    shuffled = values[rng.permutation(200)]
    assert decompose(shuffled, u).influences[0].share < 0.1


def test_shifting_and_scaling_change_no_share():
    values, u = linear(50, {"a": 1.0, "b": 0.5}, 1.0, np.random.default_rng(9))
    one, other = decompose(values, u), decompose(7.0 * values + 1e3, u)
    assert other.share == pytest.approx(one.share)
    assert (other.low95, other.high95) == pytest.approx((one.low95, one.high95))
    assert other.parameters == pytest.approx(49.0 * one.parameters)


def test_what_cannot_be_decomposed():
    values, u = linear(LEAST_DRAWS - 1, {"a": 1.0}, 1.0, np.random.default_rng(1))
    assert decompose(values, u) is None
    assert decompose(np.ones((50, 2)), {"a": np.linspace(0.1, 0.9, 50)}) is None
    with pytest.raises(ValueError, match="at least two replications share a draw"):
        decompose(np.ones((50, 1)), {})


def test_draws_without_a_value_are_left_out():
    values, u = linear(40, {"a": 1.0}, 1.0, np.random.default_rng(2))
    holes = values.copy()
    holes[[3, 7], [0, 1]] = np.nan
    kept = np.delete(np.arange(40), [3, 7])
    assert decompose(holes, u) == decompose(values[kept], {"a": u["a"][kept]})


def test_replications_are_grouped_by_draw():
    assert grouped(np.arange(7.0), 2).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_the_sentence_says_which_dominates():
    rng = np.random.default_rng(6)
    ranges, u = linear(300, {"segments.smb.cancel.basic": 2.0}, 1.0, rng)
    found = decompose(ranges, u)
    told = dominant(found.summary(), "closing MRR", "en")
    percents = [f"{100 * part:.0f}" for part in (found.share, found.low95, found.high95)]
    assert told.startswith(f"{percents[0]}")
    assert "of the variance of closing MRR comes from the ranges" in told
    assert all(part in told for part in percents)
    assert "segments.smb.cancel.basic" in told
    luck, u = linear(300, {"segments.smb.cancel.basic": 0.5}, 1.0, rng)
    found = decompose(luck, u)
    told = dominant(found.summary(), "期末MRR", "ja")
    assert f"{100 * (1 - found.share):.0f}" in told
    assert "顧客ごとの偶然による（" in told
