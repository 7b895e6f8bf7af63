"""Moments of one customer that is a continuous-time Markov chain, and of sums over independent customers.

A generator is a (states, states) array of rates per month; state by state the rows sum to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.linalg import expm

Moments = tuple[np.ndarray, np.ndarray]


def generator(states: int, rates: Mapping[tuple[int, int], float]) -> np.ndarray:
    """Return the generator with these rates from a state to another."""
    q = np.zeros((states, states))
    for (here, there), rate in rates.items():
        q[here, there] = rate
    return q - np.diag(q.sum(axis=1))


def jumps(states: int, rates: Mapping[tuple[int, int], float]) -> np.ndarray:
    """Return the rates of the counted events; one that leaves the state as it is stands on the diagonal."""
    counted = np.zeros((states, states))
    for (here, there), rate in rates.items():
        counted[here, there] = rate
    return counted


def occupancy(q: np.ndarray, start: int, months: int) -> np.ndarray:
    """Return the probabilities of the states at month-ends 0, ..., months: (months + 1, states)."""
    step, rows = expm(q), [np.eye(len(q))[start]]
    for _ in range(months):
        rows.append(rows[-1] @ step)
    return np.array(rows)


def counts(q: np.ndarray, counted: np.ndarray, start: int, months: int) -> Moments:
    """Return mean and variance of one customer's counted events in each month, and last in all months together.

    The factorial moments are integrals over ordered times, E N = int p D P 1 and E N (N - 1) = 2 int int p D P D P 1;
    they are blocks of one matrix exponential (Van Loan 1978, IEEE Trans. Automatic Control 23, 395).
    """
    n, zero = len(q), np.zeros_like(q)
    blocks = np.block([[q, counted, zero], [zero, q, counted], [zero, zero, q]])
    mean, twice = np.zeros(months + 1), np.zeros(months + 1)
    month, run = expm(blocks), expm(months * blocks)
    before = occupancy(q, start, months)[:-1]
    mean[:-1], mean[-1] = before @ month[:n, n : 2 * n].sum(axis=1), run[start, n : 2 * n].sum()
    twice[:-1], twice[-1] = before @ month[:n, 2 * n :].sum(axis=1), run[start, 2 * n :].sum()
    return mean, 2.0 * twice + mean - mean**2


def with_total(by_month: np.ndarray) -> np.ndarray:
    """Return observed counts by month and, last, in all months together."""
    return np.append(by_month, by_month.sum())


def values(probabilities: np.ndarray, worth: object) -> Moments:
    """Return mean and variance of what the state is worth, by row of probabilities."""
    worth = np.asarray(worth, float)
    mean = probabilities @ worth
    return mean, np.maximum(probabilities @ worth**2 - mean**2, 0.0)


def transitions(q: np.ndarray, start: int, months: int, worth: np.ndarray) -> Moments:
    """Return mean and variance of worth[state at the last month-end, state at this one], by month."""
    joint = occupancy(q, start, months)[:-1, :, None] * expm(q)
    mean = (joint * worth).sum(axis=(1, 2))
    return mean, (joint * worth**2).sum(axis=(1, 2)) - mean**2


def total(groups: Mapping[int, int], moments: Callable[[int], Moments]) -> Moments:
    """Return mean and standard deviation of the sum over independent customers, `groups[start]` from each start."""
    parts = [(n, *moments(start)) for start, n in groups.items()]
    return sum(n * mean for n, mean, _ in parts), np.sqrt(sum(n * variance for n, _, variance in parts))


def binomial(n: float, p: np.ndarray) -> Moments:
    """Return mean and standard deviation of a binomial count."""
    p = np.asarray(p, float)
    return n * p, np.sqrt(n * np.maximum(p * (1.0 - p), 0.0))
