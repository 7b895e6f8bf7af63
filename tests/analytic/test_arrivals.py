"""Arrivals: a Poisson stream with growth that fades, season, price response and an end of the market.

Sign-ups of a month are Poisson: their dispersion (n - r)^2 / r has mean 1 and variance 2 + 1 / r, months do not
covary, and times are uniform within the month. Thinned by a constant cancel rate the customers of a month stay Poisson
(M/G/infinity: Mirasol 1963, Operations Research 11, 785), r exp(-h (k - m - 1)) (1 - exp(-h)) / h at month-end k.
With a market of M cumulated sign-ups are min(M, Poisson).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
REPLICATIONS = 200
MARKET = 4_000
TEXT = """
months: 24
plans: {low: {price: 10}, high: {price: 30}}
segments:
  smb:
    arrivals: {per_month: 300, growth: {rate: 4% per month, fades: 12 months}, season: {3: x1.5, 8: x0.6}MARKET}
    choose: {low: 60%, high: 40%}
    cancel: {low: 0.05 per month, high: 0.05 per month}
    price_response: {arrivals: -0.8}
cancellation: {takes_effect: immediate}
changes:
  - {at: 2027-01, set: {plans.high.price: 42}, existing: keep}
"""


def rates(growth: float = 0.04, fades: float = 12.0, elasticity: float = -0.8, march: float = 1.5) -> np.ndarray:
    """Return the expected sign-ups of each month; the price rises in month 12, 0.6 x 10 + 0.4 x 30 becomes 22.8."""
    months = np.arange(MONTHS)
    steps = np.cumprod(1.0 + growth * 2.0 ** (-np.arange(MONTHS) / fades))
    season = np.where(months % 12 == 2, march, np.where(months % 12 == 7, 0.6, 1.0))
    return 300 * np.append(1.0, steps[:-1]) * season * np.where(months >= 12, (22.8 / 18.0) ** elasticity, 1.0)


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(TEXT.replace("MARKET", ""), seed=113, replications=REPLICATIONS)


@pytest.fixture(scope="module")
def capped() -> Run:
    return simulate(TEXT.replace("MARKET", f", market: {MARKET}"), seed=114, replications=REPLICATIONS)


def compare(run: Run, r: np.ndarray, dispersion: float = 1.0, hazard: float = 0.05) -> Comparisons:
    seen = Comparisons()
    n = np.array([one.tallies.counters[:, 0, 0] for one in run.replications])
    seen.add("sign-ups", n.sum(axis=0), REPLICATIONS * r, np.sqrt(REPLICATIONS * r))
    # dispersion and covariance about the true rates: a wrong rate belongs to the comparison above
    true = rates()
    z = (n - true) / np.sqrt(true)
    seen.add("dispersion", (z**2).sum(), dispersion * z.size, np.sqrt(REPLICATIONS * (2.0 + 1.0 / true).sum()))
    next_to = z[:, 1:] * z[:, :-1]
    seen.add("covariance of months", next_to.sum(), (dispersion - 1.0) * next_to.size, np.sqrt(next_to.size))
    k, m = np.arange(1, MONTHS + 1), np.arange(MONTHS)[:, None]
    left = np.where(k > m, np.exp(-hazard * np.maximum(k - m - 1, 0)) * -np.expm1(-hazard) / hazard, 0.0)
    here = REPLICATIONS * (r[:, None] * left).sum(axis=0)
    seen.add("customers", run.stock()[1:], here, np.sqrt(here))
    cohorts = sum(one.books.cohort for one in run.replications)[0, 1:, :, 0]
    cells = REPLICATIONS * (r[:, None] * left)[k > m]
    seen.add("cohorts", cohorts[k > m], cells, np.sqrt(cells))
    # month grain: who comes and goes within a month is no movement; by event both are
    stays = REPLICATIONS * r * -np.expm1(-hazard) / hazard
    seen.add("new by month", run.flow("month_count", "new", "sign_up"), stays, np.sqrt(stays))
    came = REPLICATIONS * r
    seen.add("new by event", run.flow("event_count", "new", "sign_up"), came, np.sqrt(came))
    before = np.append(0.0, here[:-1])
    lost = before * -np.expm1(-hazard)
    seen.add("churn by month", run.flow("month_count", "churn"), lost, np.sqrt(lost))
    left_too = lost + came - stays
    seen.add("churn by event", run.flow("event_count", "churn"), left_too, np.sqrt(left_too))
    return seen


def compare_market(run: Run, market: int) -> Comparisons:
    """Compare cumulated sign-ups, sum over replications, with the moments of min(market, Poisson)."""
    means = np.cumsum(rates())[:, None]
    n = np.arange(market)
    weights = np.exp(n * np.log(means) - means - gammaln(n + 1))
    full = 1.0 - weights.sum(axis=1)
    mean = (weights * n).sum(axis=1) + market * full
    variance = (weights * (n - mean[:, None]) ** 2).sum(axis=1) + full * (market - mean) ** 2
    seen = Comparisons()
    reached = run.counter("sign_ups").cumsum()
    seen.add("cumulated", reached, REPLICATIONS * mean, np.sqrt(REPLICATIONS * np.maximum(variance, 0.0)))
    return seen


def test_sign_ups_are_poisson(run):
    compare(run, rates()).check()


def test_the_market_ends_the_stream(capped):
    compare_market(capped, MARKET).check()


def test_two_per_cent_of_the_rate_are_noticed(run):
    assert_noticed(compare(run, rates()), compare(run, 1.02 * rates()))


def test_parameters_a_little_off_are_noticed(run):
    right = compare(run, rates())
    assert_noticed(right, compare(run, rates(growth=0.041)))
    assert_noticed(right, compare(run, rates(fades=13.0)))
    assert_noticed(right, compare(run, rates(elasticity=-0.88)))
    assert_noticed(right, compare(run, rates(march=1.55)))
    assert_noticed(right, compare(run, rates(), hazard=0.051))


def test_a_variance_that_is_a_fifth_off_is_noticed(run):
    assert_noticed(compare(run, rates()), compare(run, rates(), dispersion=1.2))


def test_a_market_larger_by_one_per_cent_is_noticed(capped):
    assert_noticed(compare_market(capped, MARKET), compare_market(capped, MARKET + MARKET // 100))


@pytest.mark.slow
def test_dispersion_with_many_replications():
    """2,000 replications: a variance 5 % off would be noticed."""
    run = simulate(TEXT.replace("MARKET", ""), seed=115, replications=2_000)
    n = np.array([one.tallies.counters[:, 0, 0] for one in run.replications])
    z = (n - rates()) / np.sqrt(rates())
    right, wrong = Comparisons(), Comparisons()
    sd = np.sqrt(2_000 * (2.0 + 1.0 / rates()).sum())
    right.add("dispersion", (z**2).sum(), z.size, sd)
    wrong.add("dispersion", (z**2).sum(), 1.05 * z.size, sd)
    right.check()
    assert_noticed(right, wrong)
