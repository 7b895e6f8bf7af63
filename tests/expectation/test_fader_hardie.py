"""The published example of Fader and Hardie (2007): fit, projection, and a simulation that follows the same curve."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.special import betaln

from simulator.expectation.beta_geometric_fit import NotFitted, fit_beta_geometric
from simulator.expectation.closed_forms import beta_geometric_survival, geometric_survival
from tests.analytic.chain import binomial
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

TABLE = Path(__file__).parents[1] / "data" / "fader_hardie_2007_table1.csv"
PUBLISHED = {"regular": (0.704, 1.182), "high_end": (0.668, 3.806)}  # section 3: the fit to years 1-7
PUBLISHED_ERROR = {"regular": 0.02, "high_end": 0.04}  # "about", of the projection to year 12
YEARS = np.arange(13)
CUSTOMERS = 1_000_000
SCENARIO = """
months: 145
plans: {pro: {price: 10, term_discount: {annual: 0%}}}
terms: {annual: 12 months}
segments:
  cohort:
    opening: {pro: 1_000_000}
    opening_tenure: 0 months
    terms: {annual: 100%}
    cancel: {pro: 0% per month}
    not_renewed: {annual: {alpha: ALPHA, beta: BETA}}
"""


def observed(segment: str) -> np.ndarray:
    with TABLE.open() as file:
        return np.array([float(row[segment]) for row in csv.DictReader(file)])


@pytest.mark.parametrize("segment", PUBLISHED)
def test_the_fit_is_the_published_one(segment):
    fit = fit_beta_geometric(observed(segment)[:8])
    assert (round(fit.alpha, 3), round(fit.beta, 3)) == PUBLISHED[segment]
    if segment == "high_end":
        assert round(fit.log_likelihood, 3) == -1.611  # per customer, as published


@pytest.mark.parametrize("segment", PUBLISHED)
def test_no_other_shapes_are_more_likely(segment):
    """The likelihood written down again, by the recursion of the paper's spreadsheet, at and around the fit."""
    survival = observed(segment)[:8] / 100.0

    def likelihood(alpha: float, beta: float) -> float:
        share = [alpha / (alpha + beta)]
        for t in range(2, 8):
            share.append(share[-1] * (beta + t - 2) / (alpha + beta + t - 1))
        stays = 1.0 - sum(share)
        return float(-np.diff(survival) @ np.log(share) + survival[-1] * np.log(stays))

    fit = fit_beta_geometric(survival)
    assert fit.log_likelihood == pytest.approx(likelihood(fit.alpha, fit.beta), abs=1e-12)
    for a, b in ((1.001, 1.0), (0.999, 1.0), (1.0, 1.001), (1.0, 0.999), (1.001, 1.001), (0.999, 0.999)):
        assert likelihood(fit.alpha * a, fit.beta * b) < fit.log_likelihood


@pytest.mark.parametrize("segment", PUBLISHED)
def test_the_projection_to_year_12_is_within_the_papers_figures(segment):
    survival = observed(segment)
    fit = fit_beta_geometric(survival[:8])
    projected = 100.0 * beta_geometric_survival(fit.alpha, fit.beta, YEARS)
    error = abs(projected[12] / survival[12] - 1.0)
    assert round(error, 2) == PUBLISHED_ERROR[segment]
    alike = 100.0 * geometric_survival(1.0 - (survival[7] / 100.0) ** (1 / 7), YEARS)
    assert abs(alike[12] / survival[12] - 1.0) > 5 * error  # customers who are all alike: far off


@pytest.fixture(scope="module", params=PUBLISHED)
def run(request) -> tuple[str, Run]:
    fit = fit_beta_geometric(observed(request.param)[:8])
    text = SCENARIO.replace("ALPHA", repr(fit.alpha)).replace("BETA", repr(fit.beta))
    return request.param, simulate(text, seed=2007)


def compare(run: Run, alpha: float, beta: float) -> Comparisons:
    """Customers there in the month after each renewal, of 1,000,000: binomial around the curve."""
    curve = np.exp(betaln(alpha, beta + YEARS) - betaln(alpha, beta))
    seen = Comparisons()
    seen.add("customers", run.stock()[1::12], *binomial(CUSTOMERS, curve))
    return seen


def test_a_million_simulated_customers_follow_the_same_curve(run):
    """Power: 2 % of a shape moves the curve by far more than its sampling error, and is noticed with any seed."""
    segment, simulated = run
    fit = fit_beta_geometric(observed(segment)[:8])
    right = compare(simulated, fit.alpha, fit.beta)
    right.check()
    assert_noticed(right, compare(simulated, fit.alpha * 1.02, fit.beta))
    assert_noticed(right, compare(simulated, fit.alpha, fit.beta * 1.02))


def test_the_fit_finds_the_shapes_of_simulated_customers(run):
    """Seven simulated years give the shapes back within the 2 % that the comparison above would notice."""
    segment, simulated = run
    alpha, beta = fit_beta_geometric(observed(segment)[:8])[:2]
    fit = fit_beta_geometric(simulated.stock()[1:97:12][:8])
    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), rel=0.02)


@pytest.mark.parametrize(
    ("survival", "said"),
    [
        ([100, 60], "at least two renewals"),
        ([100, 60, 70], "never rise"),
        ([0, 0, 0], "start above 0"),
        ([100, 100, 100], "some customers must be lost"),
        ([100, 40, 0], "some must stay"),
        (list(100 * 0.9 ** np.arange(8)), "all alike"),
    ],
)
def test_what_cannot_be_fitted_is_refused(survival, said):
    with pytest.raises(NotFitted, match=said):
        fit_beta_geometric(survival)
