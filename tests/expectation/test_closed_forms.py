"""Every closed form against independent numerics: quadrature, sums, a matrix exponential, published values."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm, null_space
from scipy.special import ndtr
from scipy.stats import beta as beta_law
from scipy.stats import gamma as gamma_law

import simulator
from simulator.expectation import closed_forms as theory
from tests.analytic.chain import generator
from tests.analytic.zscores import Comparisons

SHARES = st.floats(0.01, 0.9)
SHAPES = st.floats(0.2, 20.0)
HAZARDS = st.floats(0.001, 0.5)
few = settings(max_examples=40, deadline=None)


# Survival and retention


@few
@given(HAZARDS, st.floats(0.1, 3.0), st.integers(0, 60))
def test_lomax_survival_is_the_exponential_mixed_over_the_gamma_law(hazard, variation, months):
    law = gamma_law(variation**-2, scale=variation**2)
    spots = law.ppf((np.arange(20_000) + 0.5) / 20_000)  # equally probable: an average is an integral over the law
    mixed = np.exp(-hazard * months * spots).mean()
    assert theory.lomax_survival(hazard, variation, months) == pytest.approx(mixed, rel=2e-3, abs=2e-5)


@few
@given(SHAPES, SHAPES, st.integers(0, 40))
def test_beta_geometric_survival_is_the_geometric_mixed_over_the_beta_law(alpha, beta, renewals):
    spots = beta_law(alpha, beta).ppf((np.arange(20_000) + 0.5) / 20_000)
    mixed = ((1.0 - spots) ** renewals).mean()
    assert theory.beta_geometric_survival(alpha, beta, renewals) == pytest.approx(mixed, rel=5e-3, abs=2e-4)


@pytest.mark.parametrize(
    ("survival", "retention", "first"),
    [
        (lambda n: theory.geometric_survival(0.3, n), lambda n: theory.geometric_retention(0.3, n), 1),
        (lambda n: theory.exponential_survival(0.3, n), lambda n: theory.exponential_retention(0.3, n), 0),
        (lambda n: theory.lomax_survival(0.3, 0.8, n), lambda n: theory.lomax_retention(0.3, 0.8, n), 0),
        (
            lambda n: theory.beta_geometric_survival(0.7, 1.2, n),
            lambda n: theory.beta_geometric_retention(0.7, 1.2, n),
            1,
        ),
    ],
    ids=["geometric", "exponential", "lomax", "beta-geometric"],
)
def test_survival_is_the_product_of_the_retention_rates(survival, retention, first):
    n = np.arange(40.0)
    assert survival(np.append(n, 40.0)) == pytest.approx(np.append(1.0, np.cumprod(retention(n + first))))


def test_mixtures_of_customers_who_are_all_alike_are_the_plain_laws():
    n = np.arange(30)
    assert theory.lomax_survival(0.1, 1e-5, n) == pytest.approx(theory.exponential_survival(0.1, n))
    assert theory.beta_geometric_survival(3e8, 7e8, n) == pytest.approx(theory.geometric_survival(0.3, n), rel=1e-5)


@few
@given(HAZARDS, st.floats(0.1, 3.0), SHAPES, SHAPES)
def test_retention_of_a_mixture_rises_and_of_equal_customers_stays(hazard, variation, alpha, beta):
    n = np.arange(1, 40)
    assert (np.diff(theory.lomax_retention(hazard, variation, n)) > 0).all()
    assert (np.diff(theory.beta_geometric_retention(alpha, beta, n)) > 0).all()
    assert np.ptp(theory.exponential_retention(hazard, n)) == np.ptp(theory.geometric_retention(hazard, n)) == 0


# Residual lifetime


@few
@given(SHAPES, SHAPES, st.integers(0, 10), st.floats(0.02, 0.5))
def test_residual_lifetime_of_a_mixture_is_the_discounted_sum_of_survival(alpha, beta, renewals, discount):
    terms = np.arange(int(40 / math.log1p(discount)))
    later = theory.beta_geometric_survival(alpha, beta, renewals + 1 + terms)
    told = (later / theory.beta_geometric_survival(alpha, beta, renewals) / (1 + discount) ** terms).sum()
    found = theory.beta_geometric_residual_lifetime(alpha, beta, renewals, discount)
    assert found == pytest.approx(told, rel=1e-9)


@few
@given(SHARES, st.floats(0.0, 0.5))
def test_residual_lifetime_of_equal_customers_is_the_discounted_sum_of_survival(leaves, discount):
    terms = np.arange(5_000)
    told = (theory.geometric_survival(leaves, 1 + terms) * np.exp(-terms * math.log1p(discount))).sum()
    assert theory.geometric_residual_lifetime(leaves, discount) == pytest.approx(told, rel=1e-9)


def test_a_single_retention_rate_undervalues_customers_who_differ():
    """The finding of Fader and Hardie (2010): the longer they stay the more the rate of all misses of their value."""
    alpha, beta, discount = 3.8, 15.2, 0.1
    alike = theory.geometric_residual_lifetime(alpha / (alpha + beta), discount)
    values = [theory.beta_geometric_residual_lifetime(alpha, beta, n, discount) for n in range(6)]
    assert alike < values[0]
    assert all(earlier < later for earlier, later in pairwise(values))


# Steady state and negative churn


@pytest.mark.parametrize("churn", [0.04, 0.0, -0.03])
def test_the_path_of_mrr_solves_its_equation(churn):
    """M' = n - c M as the exponential of [[-c, n], [0, 0]] on (M, 1)."""
    for months in (0.0, 1.0, 7.5, 60.0):
        solved = expm(months * np.array([[-churn, 300.0], [0.0, 0.0]])) @ [5_000.0, 1.0]
        assert theory.mrr_path(5_000.0, 300.0, churn, months) == pytest.approx(solved[0])


def test_mrr_comes_to_its_steady_state():
    assert theory.steady_state_mrr(300.0, 0.04) == pytest.approx(7_500.0)
    assert theory.mrr_path(1e6, 300.0, 0.04, 1_000.0) == pytest.approx(theory.steady_state_mrr(300.0, 0.04))
    assert theory.mrr_path(7_500.0, 300.0, 0.04, np.arange(9.0)) == pytest.approx(np.full(9, 7_500.0))
    assert theory.steady_state_mrr(300.0, 0.0) == theory.steady_state_mrr(300.0, -0.01) == math.inf
    assert theory.steady_state_mrr(0.0, -0.01) == 0.0


def first_loss(cancel: float, upsell: float, step: float, rescue: float, kept: float, bluff: float) -> float:
    """Net churn hazard of MRR at the start: the derivative of expected MRR of a chain base, up, cheap, gone at 0."""
    base, up, cheap, gone = range(4)
    rates = {(base, up): upsell, (base, cheap): cancel * rescue, (base, gone): cancel * (1 - rescue) * (1 - bluff)}
    prices = np.array([1.0, 1.0 + step, kept, 0.0])
    tiny = 1e-6
    forward, back = (expm(sign * tiny * generator(4, rates))[base] @ prices for sign in (1, -1))
    return (back - forward) / (2 * tiny)


@few
@given(HAZARDS, HAZARDS, st.floats(0.05, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_net_churn_is_the_first_loss_of_the_chain(cancel, upsell, step, rescue, kept, bluff):
    found = theory.net_churn_hazard(cancel, upsell, step, rescue, kept, bluff)
    assert found == pytest.approx(first_loss(cancel, upsell, step, rescue, kept, bluff), abs=1e-8)


@few
@given(HAZARDS, HAZARDS, st.floats(0.05, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_at_each_threshold_net_churn_is_zero_and_beyond_it_negative(cancel, upsell, step, rescue, kept, bluff):
    needed = theory.upsell_rate_for_negative_churn(cancel, step, rescue, kept, bluff)
    assert theory.net_churn_hazard(cancel, needed, step, rescue, kept, bluff) == pytest.approx(0.0, abs=1e-12)
    needed = theory.price_step_for_negative_churn(cancel, upsell, rescue, kept, bluff)
    assert theory.net_churn_hazard(cancel, upsell, needed, rescue, kept, bluff) == pytest.approx(0.0, abs=1e-12)
    needed = theory.rescue_share_for_negative_churn(cancel, upsell, step, kept, bluff)
    at = [theory.net_churn_hazard(cancel, upsell, step, share, kept, bluff) for share in (0.0, 0.5, 1.0)]
    if needed == 0.0:
        assert at[0] <= 0.0
    elif needed == math.inf:
        assert min(at) > 0.0
    else:
        assert theory.net_churn_hazard(cancel, upsell, step, needed, kept, bluff) == pytest.approx(0.0, abs=1e-12)
        assert at[0] > 0.0 >= at[2] - 1e-12


def test_thresholds_that_cannot_be_reached_are_infinite():
    assert theory.upsell_rate_for_negative_churn(0.05, 0.0) == math.inf
    assert theory.price_step_for_negative_churn(0.05, 0.0) == math.inf
    assert theory.rescue_share_for_negative_churn(0.05, 0.01, 0.5, kept=0.3) == math.inf
    assert theory.rescue_share_for_negative_churn(0.05, 0.01, 0.5, kept=0.3, bluff=0.4) == math.inf
    assert theory.upsell_rate_for_negative_churn(0.0, 0.0) == theory.price_step_for_negative_churn(0.0, 0.0) == 0.0


# Bills of log-normal usage

TIERS = [(100.0, 2.0, 10.0), (1_000.0, 1.0, 50.0), (math.inf, 0.25, 0.0)]
STEPS = [(100.0, 30.0), (1_000.0, 90.0), (math.inf, 200.0)]
BLOCKS: dict[str, tuple[dict, Callable[[float, float], float], tuple[float, ...]]] = {
    "per_unit": ({"mode": "per_unit", "unit": "1.5"}, lambda m, s: theory.expected_per_unit_bill(m, s, 1.5), ()),
    "graduated": (
        {"mode": "graduated", "tiers": [{"up_to": 100, "unit": 2, "flat": 10}, {"up_to": 1_000, "unit": 1, "flat": 50},
                                        {"unit": "0.25"}]},
        lambda m, s: theory.expected_graduated_bill(m, s, TIERS),
        (100.0, 1_000.0),
    ),
    "volume": (
        {"mode": "volume", "tiers": [{"up_to": 100, "unit": 2, "flat": 10}, {"up_to": 1_000, "unit": 1, "flat": 50},
                                     {"unit": "0.25"}]},
        lambda m, s: theory.expected_volume_bill(m, s, TIERS),
        (100.0, 1_000.0),
    ),
    "stairstep": (
        {"mode": "stairstep", "tiers": [{"up_to": 100, "flat": 30}, {"up_to": 1_000, "flat": 90}, {"flat": 200}]},
        lambda m, s: theory.expected_stairstep_bill(m, s, STEPS),
        (100.0, 1_000.0),
    ),
    "package": (
        {"mode": "package", "size": 100, "unit": 7},
        lambda m, s: theory.expected_package_bill(m, s, 100.0, 7.0),
        tuple(100.0 * k for k in range(1, 1_000)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.6])
@pytest.mark.parametrize("mode", BLOCKS)
def test_expected_bills_are_the_mean_of_the_simulators_charges(mode, spread):
    """Quadrature over the normal law of log usage, between the bounds where the charge jumps.

    `simulator.charge` rounds to ten-thousandths, which a mean over many amounts does not see.
    """
    block, expected, jumps = BLOCKS[mode]
    median = 300.0
    logs = [-9.0, *(z for x in jumps if abs(z := math.log(x / median) / spread) < 9.0), 9.0]
    total = 0.0
    for low, high in pairwise(logs):
        nodes, weights = np.polynomial.legendre.leggauss(60 if high - low > 0.5 else 4)
        z = (low + high) / 2 + (high - low) / 2 * nodes
        bills = np.array([float(simulator.charge(block, float(median * math.exp(spread * x)))) for x in z])
        density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        total += (high - low) / 2 * float((weights * density * bills).sum())
    assert expected(median, spread) == pytest.approx(total, rel=2e-5)


@pytest.mark.parametrize("mode", BLOCKS)
@pytest.mark.parametrize("median", [40.0, 100.0, 101.0, 1_000.0, 2_345.0])
def test_without_spread_everybody_pays_the_charge_of_the_median(mode, median):
    block, expected, _ = BLOCKS[mode]
    assert Decimal(f"{expected(median, 0.0):.4f}") == simulator.charge(block, median)
    nearly = 1e-9 if median not in (100.0, 1_000.0) else None
    if nearly is not None:
        assert expected(median, nearly) == pytest.approx(expected(median, 0.0))


def test_expected_bills_are_the_mean_of_random_charges():
    """Against 20,000 random amounts each, z-scores with the exact variance of the sample's own bills."""
    draws = np.random.default_rng(71).standard_normal(20_000)
    seen = Comparisons()
    for mode, (block, expected, _) in BLOCKS.items():
        bills = np.array([float(simulator.charge(block, float(u))) for u in 300.0 * np.exp(0.8 * draws)])
        seen.add(mode, bills.mean(), expected(300.0, 0.8), bills.std() / math.sqrt(len(bills)))
    seen.check()


@few
@given(st.floats(1.0, 1e4), st.floats(0.05, 2.0), st.floats(0.1, 100.0))
def test_packages_lie_between_their_bounds(median, spread, size):
    """A started package is less than one more than what is used; many small packages cost as much as the units."""
    packages = theory.expected_package_bill(median, spread, size, 1.0)
    used = theory.usage_above(median, spread, 0.0) / size
    assert used < packages < used + 1.0


def test_the_integral_of_far_packages_is_the_sum():
    """With packages so small that most of the sum is the integral, against a sum of ten million survivals."""
    k = np.arange(10_000_000.0)[1:]
    summed = 1.0 + float(ndtr((math.log(3e5) - np.log(k)) / 0.4).sum())
    assert theory.expected_package_bill(3e5, 0.4, 1.0, 1.0) == pytest.approx(summed, rel=1e-11)


@few
@given(st.floats(1.0, 1e4), st.floats(0.05, 2.0), st.floats(1.0, 1e5))
def test_partial_expectations_are_integrals(median, spread, bound):
    def integrand(z: float) -> float:
        return median * math.exp(spread * z - z**2 / 2) / math.sqrt(2 * math.pi)

    start = math.log(bound / median) / spread
    if abs(start) < 8:
        assert theory.usage_above(median, spread, bound) == pytest.approx(
            quad(integrand, start, max(start, 0.0) + 12 + spread, points=[spread])[0], rel=1e-6, abs=1e-9
        )
    assert theory.usage_above(median, spread, bound) >= bound * theory.share_above(median, spread, bound)


@few
@given(st.floats(1.0, 1e4), st.floats(0.0, 2.0), st.floats(0.1, 10.0))
def test_one_tier_of_units_is_a_price_per_unit(median, spread, unit):
    per_unit = theory.expected_per_unit_bill(median, spread, unit)
    for bill in (theory.expected_graduated_bill, theory.expected_volume_bill):
        assert bill(median, spread, [(math.inf, unit, 0.0)]) == pytest.approx(per_unit)
        split = [(50.0, unit, 0.0), (500.0, unit, 0.0), (math.inf, unit, 0.0)]
        assert bill(median, spread, split) == pytest.approx(per_unit)
    assert theory.expected_stairstep_bill(median, spread, [(50.0, unit), (math.inf, unit)]) == pytest.approx(unit)


# Waiting


def waiting_chain(people: int, load: float) -> np.ndarray:
    """Stationary law of the number of requests present, cut off where it has long died out."""
    states = people + 400
    rates = {(n, n + 1): load for n in range(states - 1)} | {(n, n - 1): min(n, people) for n in range(1, states)}
    law = null_space(generator(states, rates).T)[:, 0]
    return law / law.sum()


@pytest.mark.parametrize(("people", "load"), [(1, 0.5), (3, 2.0), (4, 3.6), (10, 8.0)])
def test_waiting_is_that_of_the_birth_and_death_chain(people, load):
    law = waiting_chain(people, load)
    assert theory.erlang_c(people, load) == pytest.approx(law[people:].sum())
    queue = (np.arange(len(law)) - people).clip(0) @ law  # Little (1961): the mean queue is arrivals times mean wait
    assert theory.mean_wait(people, load / 0.25, 0.25) == pytest.approx(queue / (load / 0.25))
    waits = [quad(lambda t: theory.share_waiting_longer(people, load / 0.25, 0.25, t), 0, math.inf)[0]]
    assert waits[0] == pytest.approx(theory.mean_wait(people, load / 0.25, 0.25))


def test_published_values():
    """Textbook values: 2 erlangs on 3 servers wait in 4 of 9 cases; 1 % loss on 10 trunks at 4.46 erlangs, 2 % on 20
    at 13.2 (Erlang B tables); one server waits with probability load."""
    assert theory.erlang_c(3, 2.0) == pytest.approx(4 / 9)
    assert theory.erlang_b(10, 4.46) == pytest.approx(0.01, abs=5e-5)
    assert theory.erlang_b(20, 13.18) == pytest.approx(0.02, abs=5e-5)
    assert theory.erlang_c(1, 0.7) == pytest.approx(0.7)
    assert theory.mean_wait(1, 0.7, 1.0) == pytest.approx(0.7 / 0.3)
    assert theory.erlang_b(0, 1.0) == 1.0


def test_too_much_work_waits_for_ever():
    assert theory.erlang_c(2, 2.0) == theory.share_waiting_longer(2, 4.0, 0.5, 9.0) == 1.0
    assert theory.mean_wait(2, 5.0, 0.5) == math.inf
