"""Quadrature over what differs between customers: their phase in the month, their frailty, their propensity.

Every rule is Gaussian: of n nodes exact for polynomials of degree 2 n - 1, and for the exponentials of a Markov chain
exact to rounding with few (Golub and Welsch 1969, Math. Comp. 23, 221).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, roots_genlaguerre, roots_jacobi, roots_laguerre

TOLERANCE = 1e-11  # absolute, of an integral over phases of something of size 1
FRAILTY_TOLERANCE = 1e-8  # relative, of the same over frailty


class Rule(NamedTuple):
    """Nodes and weights of a quadrature; weights sum to 1."""

    nodes: np.ndarray
    weights: np.ndarray


ONE = Rule(np.ones(1), np.ones(1))


def phase_nodes(rate: float, length: float = 1.0) -> int:
    """Return how many Gauss-Legendre nodes integrate exp(-rate x) over a panel to TOLERANCE.

    The error of n nodes on an interval of length h is at most h^(2n+1) (n!)^4 rate^(2n) / ((2n+1) ((2n)!)^3).
    """
    z = max(rate * length, 1e-3)
    for n in range(3, 60):
        error = 2 * n * math.log(z) + 4 * gammaln(n + 1) - math.log(2 * n + 1) - 3 * gammaln(2 * n + 1)
        if error < math.log(TOLERANCE):
            return n
    return 60


def phases(rate: float, cuts: Iterable[float] = (), more: int = 0) -> Rule:
    """Return a rule for a phase uniform in (0, 1): Gauss-Legendre between the cuts, where the law has kinks.

    `rate` bounds the rate at which the integrand changes, `more` adds nodes to each panel.
    """
    ends = sorted({0.0, 1.0, *(c for c in cuts if 1e-12 < c < 1.0 - 1e-12)})
    nodes, weights = [], []
    for low, high in pairwise(ends):
        if high - low < 1e-12:
            continue
        x, w = np.polynomial.legendre.leggauss(phase_nodes(rate, high - low) + more)
        nodes.append(low + (high - low) * (x + 1.0) / 2.0)
        weights.append((high - low) * w / 2.0)
    return Rule(np.concatenate(nodes), np.concatenate(weights))


def gamma_rule(shape: float, n: int) -> Rule:
    """Return a rule for a gamma law of that shape with mean 1 (generalised Gauss-Laguerre)."""
    x, w = roots_genlaguerre(n, shape - 1.0)
    return Rule(x / shape, w / w.sum())


def gamma_nodes(shape: float, before: float, within: float) -> int:
    """Return how many nodes the frailty needs.

    `before` is the largest mean cumulative hazard of the established, `within` that of the run. exp(-s F) under a
    gamma law of shape k converges like (s / (s + 2k))^(2n), and mixed over an exponential tenure of mean cumulative
    hazard s like exp(-4 sqrt(k n / s)), as tests/expectation/test_by_hand.py measures.
    """
    reach = -math.log(FRAILTY_TOLERANCE)
    fixed = reach / (2.0 * math.log1p(2.0 * shape / max(within, 0.01)))
    mixed = (reach / 4.0) ** 2 * (before + within) / shape if before > 0.0 else 0.0
    return int(min(math.ceil(max(fixed, mixed, 4.0)) + 1, 120))


def survivors(rule: Rule, shape: float, hazard: float, tenure: float, known: bool) -> np.ndarray:
    """Return the weights of a gamma rule's nodes for customers who have survived.

    Given survival to tenure T under hazard h the gamma of shape and rate k becomes one of rate k + h T: a factor of
    (1 + h T / k)^k exp(-h T f) on the density. T is known, or exponential with mean `tenure`.
    """
    if hazard == 0.0 or tenure == 0.0:
        return rule.weights
    f = rule.nodes
    if known:
        factor = np.exp(shape * np.log1p(hazard * tenure / shape) - hazard * tenure * f)
    else:
        x, w = roots_laguerre(100)
        decay = hazard * f + 1.0 / tenure
        t = x[:, None] / decay
        factor = (w[:, None] * (1.0 + hazard * t / shape) ** shape).sum(axis=0) / (tenure * decay)
    weights = rule.weights * factor
    return weights / weights.sum()


def beta_rule(alpha: float, beta: float, renewals: int) -> Rule:
    """Return a rule for a beta law that is exact for the polynomials of that many renewals (Gauss-Jacobi)."""
    n = renewals // 2 + 1
    x, w = roots_jacobi(n, beta - 1.0, alpha - 1.0)
    return Rule((x + 1.0) / 2.0, w / w.sum())
