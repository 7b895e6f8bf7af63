"""Pauses: a closed form, what must not matter, and that a broken length or share is noticed."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest
from scipy.integrate import quad

import simulator
from simulator.expectation.expect import expect_model
from simulator.expectation.pauses import Nodes, lagrange, node_count
from simulator.expectation.result import DoesNotAddUp, Expectation, NotMarkov
from simulator.model.compile import compile_model
from tests.expectation.scenarios import HEAD, PAUSE, base, text

H, STAYS, CUSTOMERS, PRICE = 0.5, 0.6, 1_000, 10
PAUSES = ("pauses", "pauses and leaving at once", "pauses while prices move", "pauses of free users")


def everybody_pauses(months: int, acceptance: str = "100%") -> str:
    """Return a scenario in which nobody leaves but from a pause, and 60 % come back from it."""
    return (
        HEAD
        + f"""\
months: 9
plans: {{one: {{price: {PRICE}}}}}
segments:
  s: {{opening: {{one: {CUSTOMERS}}}, opening_tenure: 5 months, cancel: {{one: {H} per month}}}}
cancellation: {{takes_effect: immediate}}
offers:
  p: {{motion: downsell, when: cancel_intent, to: {{pause: {months} months, resumes: {STAYS}}},
       acceptance: {acceptance}}}
"""
    )


def active(t: float, months: int) -> float:
    """Return the share of active customers, a' = -h a + s h a(t - months), step by step: Poisson convolutions."""
    return sum(
        (STAYS * H) ** k * (t - k * months) ** k / factorial(k) * exp(-H * (t - k * months))
        for k in range(int(t / months) + 1)
    )


def paused_between(low: int, high: int, months: int) -> float:
    """Return the share of customers who go on a pause between two month-ends."""
    steps = range(max(low, 0), high)
    return H * sum(quad(active, t, t + 1, args=(months,), epsabs=0, epsrel=1e-13)[0] for t in steps)


@pytest.mark.parametrize("months", [1, 2, 3, 12])
def test_everybody_who_would_leave_pauses(months):
    theory = simulator.expect(simulator.load(everybody_pauses(months)))
    tables = {name: (mean[:, 0], sd[:, 0]) for name, (mean, sd) in theory.tables.items()}
    ends = range(1, 10)
    share = np.array([active(t, months) for t in ends])
    mean, sd = tables["closing_mrr"]
    assert mean == pytest.approx(PRICE * CUSTOMERS * share, rel=1e-12)
    assert sd == pytest.approx(PRICE * np.sqrt(CUSTOMERS * share * (1 - share)), rel=1e-10)
    waiting = np.array([paused_between(t - months, t, months) for t in ends])
    mean, sd = tables["paused_customers"]
    assert mean == pytest.approx(CUSTOMERS * waiting, rel=1e-12)
    assert sd == pytest.approx(np.sqrt(CUSTOMERS * waiting * (1 - waiting)), rel=1e-10)
    ended = np.array([paused_between(t - 1 - months, t - months, months) for t in ends])
    assert tables["churned_customers"][0] == pytest.approx((1 - STAYS) * CUSTOMERS * ended, rel=1e-12)
    assert tables["pause_lost_mrr"][0] == pytest.approx((1 - STAYS) * PRICE * CUSTOMERS * ended, rel=1e-12)
    assert tables["churn_mrr"][0] == pytest.approx(np.zeros(9), abs=1e-9)  # who does not come back paid nothing


def test_grains_differ_by_who_pauses_and_resumes_within_a_month():
    """Event grain books every pause; of who resumes and pauses again in a month the month grain sees nothing."""
    theory = simulator.expect(simulator.load(everybody_pauses(1)))
    events = theory.events.filter(reason="pause")["mean"].to_numpy()
    expected = PRICE * CUSTOMERS * np.array([paused_between(t, t + 1, 1) for t in range(9)])
    assert events == pytest.approx(expected, abs=1e-4)  # the table is rounded
    contraction = theory.table("contraction_mrr")[0][:, 0]
    assert contraction[0] == pytest.approx(expected[0], rel=1e-12)
    assert (contraction[1:] < 0.95 * expected[1:]).all()
    resumed = theory.movements.filter(kind="expansion")
    assert set(zip(resumed["motion"], resumed["reason"], strict=True)) == {("restoration", "resume")}
    assert theory.table("reactivation_mrr")[0] == pytest.approx(np.zeros((9, 2)))


def test_whoever_pauses_in_the_month_of_the_sign_up_is_new_when_it_resumes():
    """All who sign up in a month and pause in it: new a month later, less who has paused again by its end."""
    words = everybody_pauses(1).replace(
        f"opening: {{one: {CUSTOMERS}}}, opening_tenure: 5 months", "arrivals: {per_month: 100}, choose: {one: 100%}"
    )
    theory = simulator.expect(simulator.load(words))
    at_once = 100 * quad(lambda x: exp(-H * x), 0, 1, epsrel=1e-13)[0]
    # signs up with x left of the month, pauses at any moment of it, and is active for x of the two months in total
    late = 100 * STAYS * quad(lambda x: H * x * exp(-H * x), 0, 1, epsrel=1e-13)[0]
    new = theory.table("new_customers")[0][:, 0]
    assert new[0] == pytest.approx(at_once, rel=1e-11)
    assert new[1] == pytest.approx(at_once + late, rel=1e-11)


def differ(one: Expectation, other: Expectation, tolerance: float) -> None:
    """Hold every metric of the first against that of the second, relative to its largest value."""
    for metric, tables in one.tables.items():
        for mine, yours in zip(tables, other.tables[metric], strict=True):
            assert (np.isnan(mine) == np.isnan(yours)).all(), metric
            scale = max(np.nanmax(np.abs(yours), initial=0.0), 1e-3)
            assert np.nanmax(np.abs(mine - yours), initial=0.0) <= tolerance * scale, metric


@pytest.mark.parametrize("name", PAUSES)
def test_twice_the_nodes_change_nothing(name):
    model = compile_model(scenario := simulator.load(text(name)))
    differ(expect_model(model, scenario), expect_model(model, scenario, more_nodes=8), 1e-10)


def test_too_few_nodes_are_seen(monkeypatch):
    """Negative control: with two nodes a part what ends is not what has begun, so movements do not add up."""
    model = compile_model(scenario := simulator.load(text("pauses")))
    monkeypatch.setattr("simulator.expectation.segment.node_count", lambda rate: 2)
    with pytest.raises(DoesNotAddUp, match="segment s, month 0"):
        expect_model(model, scenario)


def test_pauses_that_take_too_much_are_refused(monkeypatch):
    monkeypatch.setattr("simulator.expectation.segment.MOST_NUMBERS", 1_000)
    with pytest.raises(NotMarkov, match=r"segments\.s: following pauses takes \d+ phases and multipliers with [\d,]+"):
        simulator.expect(simulator.load(text("pauses")))


def test_a_pause_that_nobody_accepts_changes_nothing():
    """Nor does one that nobody is offered; the months are cut more finely all the same."""
    plain = simulator.expect(simulator.load(HEAD + base()))
    for change in (("acceptance: 60%", "acceptance: 0%"), ("cancel_intent,", "cancel_intent, who: {rescued: yes},")):
        theory = simulator.expect(simulator.load(HEAD + base("offers:\n" + PAUSE.replace(*change))))
        for name in ("rescue_offered", "rescue_accepted", "rescue_acceptance"):
            theory.tables.pop(name)
            plain.tables.pop(name, None)
        differ(plain, theory, 1e-11)


def test_two_pauses_of_one_length_are_one():
    """Half of them called by another name: the same in all tables."""
    half = PAUSE.replace("acceptance: 60%", "acceptance: 20%")
    other = half.replace("pause:", "other:", 1).replace("acceptance: 20%", "acceptance: 25%")
    one, two = (
        simulator.expect(simulator.load(HEAD + base("offers:\n" + offers)))
        for offers in (PAUSE.replace("60%}, acceptance: 60%", "60%}, acceptance: 40%"), half + other)
    )
    for name in ("rescue_offered", "rescue_acceptance"):
        one.tables.pop(name)
        two.tables.pop(name)
    differ(one, two, 1e-11)


@pytest.mark.parametrize("rate", [0.1, 1.0, 4.0])
def test_nodes_interpolate_to_the_tolerance(rate):
    nodes = Nodes.of(node_count(rate))
    x = np.linspace(0, 1, 101)
    assert np.exp(-rate * nodes.at) @ lagrange(nodes.at, x) == pytest.approx(np.exp(-rate * x), abs=2e-11)
    # what happens in the rest of a part goes to the nodes: exact for their polynomials
    for begin, share in zip([0.0, *nodes.at], nodes.shares, strict=True):
        for power in range(len(nodes.at)):
            assert (share.sum(axis=1) * nodes.at**power).sum() == pytest.approx(
                (1 - begin ** (power + 1)) / (power + 1), abs=1e-12
            )
