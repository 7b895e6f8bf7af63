"""Both engines live the same lives, whatever behaviour a scenario mixes; books add up at both grains."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

import simulator
from simulator.accounting.books import check_identity
from simulator.accounting.movements import LINE_SIGN, Cause
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model, compile_model
from tests.mechanisms.scenarios import behaviours
from tests.mechanisms.world import same, text

MANY = settings(
    max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
SEEN: Counter[str] = Counter()


def books_add_up(model: Model, one: Replication) -> None:
    """Opening + movements = closing for every month and segment; customers likewise."""
    check_identity(one.books)
    mrr = one.books.stock[..., 4].sum(axis=2)
    for amounts in (one.books.month_amount, one.books.event_amount):
        assert (amounts >= 0).all()
        assert (mrr[:-1] + (amounts.sum(axis=2) * LINE_SIGN).sum(axis=2) == mrr[1:]).all()
    present = one.books.stock[..., :4].sum(axis=(2, 3))
    outside = len(model.names.plans)
    moves = one.tallies.moves
    assert (
        present[:-1] + moves[:, :, outside, :].sum(axis=2) - moves[:, :, :, outside].sum(axis=2) == present[1:]
    ).all()


def remember(one: Replication, model: Model) -> None:
    """Note what has happened in any scenario so far."""
    SEEN.update(Cause(int(cause)).name for cause in one.ledger["cause"])
    for i, name in enumerate(COUNTERS):
        SEEN[name] += int(one.tallies.counters[..., i].sum())
    for i, name in enumerate(OFFER_STAGES):
        SEEN[f"offers {name}"] += int(one.tallies.offers[..., i].sum())


@MANY
@given(behaviours())
def test_engines_agree_event_for_event(tree):
    model = compile_model(simulator.load(text(tree)))
    (fast,) = run_compiled(model, 7, range(1), ledger=True)
    (slow,) = run_simpy(model, 7, range(1), ledger=True)
    same(fast, slow)
    books_add_up(model, fast)
    remember(fast, model)


def test_the_generated_scenarios_use_every_behaviour():
    """Runs after the one above, in the same process; each cause and each tally has occurred."""
    if not SEEN:
        pytest.skip("the generated scenarios have not been run in this process")
    causes = {cause.name for cause in Cause} - {"UNSPECIFIED", "OWN_PRICE_END", "WITHDRAWN"}
    rare = {"not_followed"}
    expected = causes | (set(COUNTERS) - rare) | {f"offers {stage}" for stage in OFFER_STAGES}
    assert {name for name in expected if SEEN[name] == 0} == set()
