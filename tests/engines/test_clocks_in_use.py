"""Engines look only at the clocks that can ring: no other is ever set, whatever the scenario."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator.customer.record import customer_at, empty_customers
from simulator.draws.address import replication_key
from simulator.engines.output import empty_output
from simulator.engines.simpy_engine import advance_customer, enter_customer
from simulator.model.compile import Model, compile_model
from simulator.model.layout import FIRST_OFFER, INTENT, LEAVE
from simulator.model.tables import ARRIVING, NEVER
from simulator.scenario.ranges import likely

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted(p for p in (ROOT / "scenarios").rglob("*.yaml") if p.name != "study.yaml")
EVERYTHING = ROOT / "tests" / "data" / "language_example.yaml"
A_BLOCK = 12  # customers looked at


def model_of(path: Path) -> Model:
    scenario = sim.load(path)
    return compile_model(likely(scenario) if scenario.ranges else scenario)


def set_clocks(model: Model) -> np.ndarray:
    """Return which clocks have a date after any event of some customers of every block."""
    out, memory = empty_output(model), empty_customers(1, model.tables.scalars[0])
    c = customer_at(memory, 0)
    key0, key1 = (np.uint64(word) for word in replication_key(3, 0))
    ever = np.zeros(len(c.clocks), bool)
    for b, block in enumerate(model.blocks):
        arrives = block.kind == ARRIVING
        for number in range(A_BLOCK if arrives else min(A_BLOCK, int(block.count))):
            t = block.month + (number + 0.5) / A_BLOCK if arrives else 0.0
            due = enter_customer(model.tables, c, out, key0, key1, model.blocks, b, number, t)
            ever |= c.clocks.due < NEVER
            while due < model.months:
                due = advance_customer(model.tables, c, out)
                ever |= c.clocks.due < NEVER
    return ever


@pytest.mark.parametrize("path", [*SCENARIOS, EVERYTHING], ids=lambda path: path.stem)
def test_no_clock_is_set_that_is_not_looked_at(path):
    model = model_of(path)
    ever = set_clocks(model)
    assert ever[model.tables.scalars[0].first_random + INTENT]
    assert set(np.flatnonzero(ever)) <= set(model.tables.clocks)


def test_the_clocks_that_are_looked_at_are_in_the_order_of_simultaneous_events():
    clocks = model_of(EVERYTHING).tables.clocks
    assert (np.diff(clocks) > 0).all()
    assert LEAVE in clocks


def test_a_scenario_without_a_mechanism_does_not_look_at_its_clocks():
    model = compile_model(
        sim.load(
            "language: 1\ncurrency: USD\nstart: 2026-01\nmonths: 6\nplans: {basic: {price: 10}}\n"
            "segments: {smb: {opening: {basic: 5}, opening_tenure: 0 months, cancel: {basic: 5% per month}}}\n"
        )
    )
    assert len(model.tables.clocks) == 3  # leaving, a change of plan, the cancel intent
    assert len(model.tables.clocks) < model.tables.scalars[0].n_clocks
    assert FIRST_OFFER + INTENT in model.tables.clocks
