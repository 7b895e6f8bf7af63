"""The cancel flow: two rescue offers in file order, and customers who would have stayed anyway.

Of the intents a accepts the first offer, (1 - a) b the second; of the rest the bluffers stay. Each intent is decided by
draws of its own, so that accepted - a x intents has mean 0 and variance a (1 - a) E(intents), by Wald's identities
(Wald 1944, Ann. Math. Statist. 15, 283). The rescued never want to leave again here, so that the whole is a Markov
chain: high, then cheap, small or gone.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import counts, generator, jumps, occupancy, total, values, with_total
from tests.analytic.simulate import Run, simulate
from tests.analytic.zscores import Comparisons, assert_noticed

MONTHS = 24
GROUPS = {0: 1_000_000}
SCENARIO = """
months: 24
plans: {small: {price: 10, sold: rescue}, cheap: {price: 30, sold: rescue}, high: {price: 100}}
segments:
  smb:
    opening: {high: 1_000_000}
    opening_tenure: {mean: 12 months}
    cancel: {high: 0.06 per month, cheap: 0 per month, small: 0 per month}
cancellation: {takes_effect: immediate, bluff: 20%}
offers:
  first: {motion: downsell, when: cancel_intent, who: {plans: [high]}, to: cheap, acceptance: 25%}
  second: {motion: downsell, when: cancel_intent, who: {plans: [high]}, to: small, acceptance: 15%}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SCENARIO, seed=120)


def compare(run: Run, a: float = 0.25, b: float = 0.15, bluff: float = 0.2, order: str = "ab") -> Comparisons:
    h = 0.06
    to_cheap, to_small = (a, (1.0 - a) * b) if order == "ab" else (a * (1.0 - b), b)
    rest = 1.0 - to_cheap - to_small
    rates = {(0, 1): h * to_cheap, (0, 2): h * to_small, (0, 3): h * rest * (1.0 - bluff)}
    q = generator(4, rates)
    stays = jumps(4, {(0, 0): h * rest * bluff})
    won = jumps(4, {(0, 1): h * to_cheap, (0, 2): h * to_small})
    intents = jumps(4, rates) + stays

    seen = Comparisons()
    for state, plan in enumerate(("high", "cheap", "small")):
        one = np.eye(4)[state]
        stock = total(GROUPS, lambda s, one=one: values(occupancy(q, s, MONTHS), one))
        seen.add(f"customers on {plan}", run.stock(plan=plan), *stock)
    flows = {
        "intents": (run.counter("intents"), intents),
        "stayed": (run.counter("stayed"), stays),
        "departures": (run.counter("departures"), jumps(4, {(0, 3): rates[0, 3]})),
        "rescued": (run.counter("rescued"), won),
        "contraction": (run.flow("event_count", "contraction", "rescue"), won),
    }
    for name, (observed, counted) in flows.items():
        seen.add(name, with_total(observed), *total(GROUPS, lambda s, c=counted: counts(q, c, s, MONTHS)))

    n = with_total(run.counter("intents"))
    expected = total(GROUPS, lambda s: counts(q, intents, s, MONTHS))[0]
    shares = {
        "first accepted": (run.offer("first", "accepted"), to_cheap),
        "second accepted": (run.offer("second", "accepted"), to_small),
        "bluffs": (run.counter("bluffs"), bluff),
        "leaving": (run.counter("departures"), rest * (1.0 - bluff)),
    }
    for name, (observed, share) in shares.items():
        sd = np.sqrt(share * (1.0 - share) * expected)
        seen.add(f"{name}, share of intents", with_total(observed), share * n, sd)
    return seen


def test_shares_of_the_flow(run):
    compare(run).check()


def test_the_second_offer_sees_those_who_declined_the_first(run):
    intents, first, second = run.counter("intents"), run.offer("first", "made"), run.offer("second", "made")
    assert (first == intents).all()
    assert (second == first - run.offer("first", "accepted")).all()
    assert (run.counter("rescued") + run.counter("stayed") + run.counter("departures") == intents).all()


@pytest.mark.parametrize("wrong", [{"a": 0.255}, {"b": 0.1545}, {"bluff": 0.204}, {"bluff": 0.0}, {"order": "ba"}])
def test_a_wrong_share_is_noticed(run, wrong):
    assert_noticed(compare(run), compare(run, **wrong))
