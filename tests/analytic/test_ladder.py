"""A ladder of two plans as a Markov chain: random upgrade offers, downgrades at once, cancellation at once.

States low, high, gone with constant rates; P(t) = exp(Q t). Stocks are binomial, MRR is a sum of independent discrete
amounts, counts of single upgrades and downgrades have the moments of a Markov-modulated counting process, and month
grain follows the joint law of two successive month-ends: what went up and down between them is no movement.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial, counts, generator, jumps, occupancy, total, transitions, values, with_total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
LOW, HIGH, GONE = range(3)
GROUPS = {LOW: 600_000, HIGH: 400_000}
PRICES = np.array([100.0, 250.0, 0.0])
SCENARIO = """
months: 24
plans: {low: {price: 100}, high: {price: 250}}
segments:
  smb:
    opening: {low: 600_000, high: 400_000}
    opening_tenure: {mean: 12 months}
    cancel: {low: 0.05 per month, high: 0.02 per month}
    downgrade: 0.10 per month
plan_changes: {downgrade: now}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {rate: 0.5 per month}, to: next_plan, acceptance: 40%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=109)


def compare(run: Run, up: float = 0.2, down: float = 0.1, leave: float = 0.05) -> Comparisons:
    q = generator(3, {(LOW, HIGH): up, (HIGH, LOW): down, (LOW, GONE): leave, (HIGH, GONE): 0.02})
    seen = Comparisons()

    for state, plan in enumerate(("low", "high")):
        one = np.eye(3)[state]
        stock = total(GROUPS, lambda s, one=one: values(occupancy(q, s, MONTHS), one))
        seen.add(f"customers on {plan}", run.stock(plan=plan), *stock)
    seen.add("mrr", run.stock("mrr"), *total(GROUPS, lambda s: values(occupancy(q, s, MONTHS), PRICES)))

    moves = {
        "upgrades": ({(LOW, HIGH): up}, "expansion", "plan_upgrade"),
        "downgrades": ({(HIGH, LOW): down}, "contraction", "downgrade"),
        "leavers": ({(LOW, GONE): leave, (HIGH, GONE): 0.02}, "churn", "voluntary"),
    }
    for name, (rates, kind, reason) in moves.items():
        expected = total(GROUPS, lambda s, rates=rates: counts(q, jumps(3, rates), s, MONTHS))
        seen.add(name, with_total(run.flow("event_count", kind, reason)), *expected)

    step = PRICES[None, :] - PRICES[:, None]
    stays = np.outer([1, 1, 0], [1, 1, 0])
    amounts = {"expansion": step.clip(0) * stays, "contraction": (-step).clip(0) * stays}
    amounts["churn"] = np.outer(PRICES, [0, 0, 1])
    for kind, worth in amounts.items():
        expected = total(GROUPS, lambda s, worth=worth: transitions(q, s, MONTHS, worth))
        seen.add(f"{kind} by month", run.flow("month_amount", kind), *expected)
        moved = total(GROUPS, lambda s, worth=worth: transitions(q, s, MONTHS, (worth > 0) * 1.0))
        seen.add(f"{kind}, customers", run.flow("month_count", kind), *moved)
    return seen


def test_stocks_flows_and_mrr(run):
    compare(run).check()


def test_amounts_are_counts_times_the_step(run):
    for kind, reason in (("expansion", "plan_upgrade"), ("contraction", "downgrade")):
        for grain in ("event", "month"):
            count, amount = (run.flow(f"{grain}_{what}", kind, reason) for what in ("count", "amount"))
            assert (amount == 150 * count).all()


def test_two_per_cent_of_a_rate_are_noticed(run):
    right = compare(run)
    assert_noticed(right, compare(run, up=0.2 * 1.02))
    assert_noticed(right, compare(run, down=0.1 * 1.02))
    assert_noticed(right, compare(run, leave=0.05 * 1.02))


def test_taking_events_for_months_is_noticed(run):
    """A customer who goes up and down within a month has two movements by event and none by month."""
    q = generator(3, {(LOW, HIGH): 0.2, (HIGH, LOW): 0.1, (LOW, GONE): 0.05, (HIGH, GONE): 0.02})
    by_event, by_month = Comparisons(), Comparisons()
    upgrades = with_total(run.flow("event_count", "expansion"))
    single = total(GROUPS, lambda s: counts(q, jumps(3, {(LOW, HIGH): 0.2}), s, MONTHS))
    by_event.add("upgrades", upgrades, *single)
    by_event.check()
    pairs = np.zeros((3, 3))
    pairs[LOW, HIGH] = 1.0
    netted = total(GROUPS, lambda s: transitions(q, s, MONTHS, pairs))
    by_month.add("upgrades", upgrades[:-1], *netted)
    by_event.rows.pop()
    assert_noticed(by_event, by_month)


def test_closed_form_of_the_two_state_chain():
    """Without leaving, P(high at t) = u / (u + d) (1 - exp(-(u + d) t)) for a start on the low plan."""
    q = generator(2, {(0, 1): 0.2, (1, 0): 0.1})
    t = np.arange(MONTHS + 1)
    assert occupancy(q, 0, MONTHS)[:, 1] == pytest.approx(2 / 3 * -np.expm1(-0.3 * t))
    events, variance = counts(generator(1, {}), np.array([[0.7]]), 0, 1)  # a Poisson count
    assert (events[0], variance[0]) == pytest.approx((0.7, 0.7))
    assert binomial(4, 0.5) == pytest.approx((2.0, 1.0))
