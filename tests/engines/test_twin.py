"""The twin without rescue offers, lived by those who are made one, is the run without them to the last integer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import simulator as sim
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication, closing_mrr
from simulator.model.compile import Model, compile_model
from simulator.studies.tasks import cut, perform
from tests.property.scenarios import Drawn, mixed_scenarios

MANY = settings(
    max_examples=60,
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def same(one: Replication, other: Replication) -> bool:
    mine, others = (*one.books, *one.tallies), (*other.books, *other.tallies)
    return all(np.array_equal(a, b) for a, b in zip(mine, others, strict=True))


def assert_twin(model: Model, seed: int) -> np.ndarray:
    """Hold one replication against two whole ones; return what the offers have saved."""
    (one,), (alone,) = (list(run_compiled(model, seed, range(1), twin=asked)) for asked in (True, False))
    (without,) = run_compiled(model.without_rescue(), seed, range(1))
    assert np.array_equal(one.without_rescue, closing_mrr(without.books))
    assert same(one, alone)
    assert one.events == alone.events
    assert alone.without_rescue is None
    return closing_mrr(one.books) - one.without_rescue


@pytest.mark.parametrize("name", ["quickstart", "downsell_rescue", "telco_rescue", "b2c_loss_framing"])
def test_the_twin_of_a_shipped_scenario(name):
    assert assert_twin(compile_model(sim.load(SCENARIOS / f"{name}.yaml")), 3).any()


@MANY
@given(mixed_scenarios(), st.integers(0, 2**64 - 1))
def test_the_twin_of_any_scenario(drawn: Drawn, seed: int):
    model = compile_model(drawn.load())
    if model.without_rescue() is not None:
        assert_twin(model, seed)


def test_a_scenario_without_rescue_offers_has_no_twin():
    scenario = sim.load(SCENARIOS / "downsell_rescue_none.yaml")
    assert not any(task.twin for task in cut(scenario, 1, range(2)))
    (one,) = run_compiled(compile_model(scenario), 1, range(1), twin=True)
    assert one.without_rescue is None


def test_customers_who_share_people_live_the_whole_replication_twice():
    """Everybody's life depends on everybody's there: no twin one by one, and the task runs both in full."""
    offer = "offers: {stay: {motion: downsell, when: cancel_intent, to: team, acceptance: 50%}}"
    scenario = sim.load(f"extends: {SCENARIOS / 'b2b_team.yaml'}\n" + offer)
    model = compile_model(scenario)
    assert model.shares_people
    with pytest.raises(ValueError, match="customers who share people have no twin one by one"):
        next(run_compiled(model, 3, range(1), twin=True))
    (task,) = cut(scenario, 3, range(1))
    shares: list[float] = []
    (one,) = perform(task, progress=shares.append)
    (without,) = run_compiled(model.without_rescue(), 3, range(1))
    assert np.array_equal(one.without_rescue, closing_mrr(without.books))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
