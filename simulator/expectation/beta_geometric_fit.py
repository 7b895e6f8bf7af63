"""Fit the shifted-beta-geometric model to the survival of a cohort, by maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from simulator.expectation.closed_forms import beta_geometric_survival

MOST = 12.0
"""Logarithm of a shape beyond which the beta law is as good as a point."""


class BetaGeometricFit(NamedTuple):
    """Shapes of the beta law of refusing a renewal, and the log-likelihood per customer."""

    alpha: float
    beta: float
    log_likelihood: float


class NotFitted(ValueError):  # noqa: N818  (it reads as the sentence it is)
    """The survival is no survival, or the likelihood has no maximum: the message says which."""


def fit_beta_geometric(survival: Sequence[float]) -> BetaGeometricFit:
    """Return the shapes that make the survival of a cohort most likely.

    Parameters
    ----------
    survival
        customers (or their share, or percentage) at the start and after each renewal: n + 1 numbers, not rising.

    The likelihood is that of Fader and Hardie (2007), J. Interactive Marketing 21, 76: those lost at the
    tth renewal have probability S(t - 1) - S(t), those still there S(n).

    Raises
    ------
    NotFitted
        for fewer than two renewals, survival that rises or is not positive at the start, nobody or everybody lost, or
        shapes that run away (all customers alike: the geometric model fits as well).
    """
    cohort = np.asarray(survival, float)
    if cohort.ndim != 1 or len(cohort) < 3:
        raise NotFitted(f"survival after at least two renewals is needed, with the start three numbers: {survival}")
    lost = -np.diff(cohort)
    if not (cohort[0] > 0.0 and cohort[-1] >= 0.0 and (lost >= 0.0).all()):
        raise NotFitted(f"survival must start above 0 and never rise or fall below 0, which this does: {survival}")
    if cohort[-1] in (0.0, cohort[0]):
        raise NotFitted(f"some customers must be lost and some must stay, which is not so here: {survival}")
    weights = np.append(lost, cohort[-1]) / cohort[0]
    renewals = np.arange(len(cohort))

    def surprise(logs: np.ndarray) -> float:
        share = beta_geometric_survival(float(np.exp(logs[0])), float(np.exp(logs[1])), renewals)
        probabilities = np.append(-np.diff(share), share[-1])
        return -float(weights @ np.log(np.maximum(probabilities, 1e-300)))

    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 5000}
    best = minimize(surprise, np.zeros(2), method="Nelder-Mead", options=options)
    if not best.success or np.abs(best.x).max() > MOST:
        raise NotFitted(f"the shapes run away ({np.exp(best.x)}): customers seem to be all alike, {survival}")
    alpha, beta = np.exp(best.x)
    return BetaGeometricFit(float(alpha), float(beta), -float(best.fun))
