"""Waiting for people: against Erlang C (M/M/c), the machine-repair chain, Pollaczek and Khinchine (M/D/1), patience.

Customers ask by `rate`; whoever waits or is served asks no further, so a finite population is the machine-repair model
exactly. For large populations with small rates requests are Poisson but for a relative error of busy / population.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import ndtri
from scipy.stats import t as student

from simulator.engines.team_figures import TEAM_FIGURES
from tests.analytic.chain import counts, generator
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, offer, smb

DAYS = 30.4375
MANY = 20_000  # customers whose single rate is small


def queue(people: int, n: int, rate: float, work: object, months: int, *, seed: int, runs: int = 1, **needs) -> World:
    asked = offer(
        "care", {"rate": f"{rate} per month"}, acceptance="0%", needs={"team": "success", "work": work, **needs}
    )
    return World(
        months=months,
        seed=seed,
        replications=runs,
        ledger=False,
        segments=smb({"basic": n}),
        teams={"success": {"people": people}},
        offers={"asked": asked},
    )


def figure(world: World, name: str, since: int = 0) -> np.ndarray:
    """A figure of the team by replication and month."""
    return np.array([one.teams[since:, 0, TEAM_FIGURES.index(name)] for one in world.replications])


def integral(q: np.ndarray, reward: np.ndarray, p: np.ndarray, months: float) -> tuple[float, float]:
    """Mean and variance of the integral of reward(state) over time, p the law of the first state (Van Loan 1978)."""
    n, zero = len(q), np.zeros_like(q)
    gain = np.diag(reward)
    blocks = expm(months * np.block([[q, gain, zero], [zero, q, gain], [zero, zero, q]]))
    mean = p @ blocks[:n, n : 2 * n].sum(axis=1)
    return mean, 2.0 * p @ blocks[:n, 2 * n :].sum(axis=1) - mean**2


def erlang_c(people: int, load: float) -> float:
    """Probability of waiting in M/M/c with `load` Erlangs (Erlang 1917)."""
    terms = [load**k / math.factorial(k) for k in range(people)]
    last = load**people / math.factorial(people) * people / (people - load)
    return last / (sum(terms) + last)


def score(batches: np.ndarray, expected: float) -> float:
    """The z of a mean of independent batches whose variance is estimated: Student's t, carried over to the normal."""
    n = len(batches)
    t = (batches.mean() - expected) / (batches.std(ddof=1) / math.sqrt(n))
    return float(math.copysign(-ndtri(student.sf(abs(t), n - 1)), t))


@pytest.fixture(scope="module")
def finite() -> World:
    """40 customers, two people: busy enough that the finite population matters."""
    return queue(2, 40, 0.8, {"mean": "1.6 days"}, 24, seed=111, runs=60)


def compare_finite(world: World, people: int = 2, n: int = 40, rate: float = 0.8) -> Comparisons:
    mu, months, runs = DAYS / 1.6, world.model.months, len(world.replications)
    asks = {(k, k + 1): (n - k) * rate for k in range(n)}
    q = generator(n + 1, asks | {(k, k - 1): min(k, people) * mu for k in range(1, n + 1)})
    state, p = np.arange(n + 1), np.eye(n + 1)[0]
    seen = Comparisons()
    for name, reward in (("busy", np.minimum(state, people)), ("waited", np.maximum(state - people, 0))):
        mean, variance = integral(q, reward.astype(float), p, months)
        seen.add(name, figure(world, name).sum(), runs * mean, math.sqrt(runs * variance))
    requests = np.zeros_like(q)
    for (k, up), r in asks.items():
        requests[k, up] = r
    mean, variance = counts(q, requests, 0, months)
    observed = figure(world, "requests").sum(axis=0)
    seen.add("requests", np.append(observed, observed.sum()), runs * mean, np.sqrt(runs * variance))
    return seen


def test_a_finite_population_is_the_machine_repair_model(finite):
    compare_finite(finite).check()


def test_other_queues_would_be_noticed(finite):
    assert_noticed(compare_finite(finite), compare_finite(finite, people=3))
    assert_noticed(compare_finite(finite), compare_finite(finite, n=44, rate=0.8))


@pytest.mark.parametrize(("people", "load"), [(1, 0.6), (3, 2.1)])
def test_waiting_and_utilisation_agree_with_erlang_c(people, load):
    """M/M/c, from month 12 on; the variance is that of the chain from its stationary law."""
    mu, months, since, runs = DAYS / 1.5, 60, 12, 8
    rate = load * mu / MANY
    world = queue(people, MANY, rate, {"mean": "1.5 days"}, months, seed=112 + people, runs=runs)
    most = 70
    q = generator(
        most,
        {(k, k + 1): load * mu for k in range(most - 1)} | {(k, k - 1): min(k, people) * mu for k in range(1, most)},
    )
    weights = np.cumprod([1.0, *(load / min(k, people) for k in range(1, most))])
    p, state = weights / weights.sum(), np.arange(most)
    right, wrong = Comparisons(), Comparisons()
    span = months - since
    waits = erlang_c(people, load) / (people * mu - load * mu)
    for name, reward, expected, other in (
        ("waited", np.maximum(state - people, 0), load * mu * waits, load * mu * 2.5 * waits),
        ("busy", np.minimum(state, people), load, people * erlang_c(people, load)),
    ):
        mean, variance = integral(q, reward.astype(float), p, span)
        assert mean / span == pytest.approx(expected, rel=1e-3)
        observed, sd = figure(world, name, since).sum(), math.sqrt(runs * variance)
        right.add(name, observed, runs * span * expected, sd)
        wrong.add(name, observed, runs * span * other, sd)
    right.check()
    assert_noticed(right, wrong)


def batches(world: World, name: str, since: int = 12, per: int = 6) -> np.ndarray:
    by_month = figure(world, name, since)
    return by_month.reshape(len(by_month) * (by_month.shape[1] // per), per).sum(axis=1)


def test_fixed_work_waits_as_pollaczek_and_khinchine_say():
    load, mu = 0.7, DAYS / 2.0
    world = queue(1, MANY, load * mu / MANY, "2 days", 84, seed=121, runs=10)
    waited = load * mu * 6 * load / (2 * mu * (1 - load))  # per batch of 6 months
    observed = batches(world, "waited")
    assert abs(score(observed, waited)) < 4
    assert score(observed, 2 * waited) < -4.5  # exponential work waits twice as long
    assert abs(score(batches(world, "busy"), 6 * load)) < 4


def lost(people: int, arrivals: float, mu: float, patience: float) -> float:
    """Share of requests whose patience ends first: M/M/c with a fixed patience (Barrer 1957, Oper. Res. 5, 650).

    The offered wait has density f(x) = arrivals P(c - 1 busy) exp(-(c mu - arrivals) x) up to the patience, and
    falls at rate c mu beyond it, where nobody joins.
    """
    busy = np.cumprod([1.0, *(arrivals / (k * mu) for k in range(1, people))])
    drift = people * mu - arrivals
    within = arrivals * busy[-1] * (-math.expm1(-drift * patience) / drift if drift else patience)
    beyond = arrivals * busy[-1] * math.exp(-drift * patience) / (people * mu)
    return beyond / (busy.sum() + within + beyond)


@pytest.mark.parametrize(("people", "load"), [(1, 0.9), (2, 2.6)])
def test_impatience_agrees_with_its_own_formula(people, load):
    mu, patience = DAYS / 2.0, 3 / DAYS
    world = queue(people, MANY, load * mu / MANY, {"mean": "2 days"}, 84, seed=122 + people, runs=10, waits="3 days")
    share = lost(people, load * mu, mu, patience)
    requests, dropped = batches(world, "requests"), batches(world, "dropped")
    assert abs(score(dropped - share * requests, 0.0)) < 4
    assert abs(score(dropped - 1.4 * share * requests, 0.0)) > 4.5
    assert abs(score(batches(world, "busy"), 6 * load * (1 - share))) < 4
    assert 0.05 < share < 0.4


def test_the_loss_formula_has_its_known_limits():
    blocked = 1.0 / sum(math.factorial(2) / math.factorial(k) * 1.5 ** (k - 2) for k in range(3))
    assert lost(2, 1.5, 1.0, 0.0) == pytest.approx(blocked)  # Erlang B without patience
    assert lost(2, 1.5, 1.0, 60.0) == pytest.approx(0.0, abs=1e-9)
