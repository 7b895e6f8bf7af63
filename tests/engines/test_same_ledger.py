"""Both engines live the same lives, and the books hold what the ledger tells."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import simulator as sim
from simulator.accounting.books import check_identity
from simulator.accounting.movements import LINE_SIGN, LINES, Cause
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.output import Replication
from simulator.model.compile import Model, compile_model
from tests.engines.ledgers import compiled, in_order, lines_of, retold, tables, with_simpy
from tests.property.scenarios import Drawn, mixed, mixed_scenarios, scenarios

FEW = settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=90, phases=[Phase.generate])  # no smaller one to look for
# what-ifs differ from these by a few keys; for customers who share people see test_same_company.py
SHIPPED = [
    path
    for path in sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
    if not path.read_text(encoding="utf-8").count("extends:") and not compile_model(sim.load(path)).shares_people
]


@cache
def shipped(path: Path) -> tuple[Model, Replication]:
    model = compile_model(sim.load(path))
    return model, compiled(model, seed=3)


def assert_same(one: Replication, other: Replication) -> None:
    mine, others = in_order(one.ledger), in_order(other.ledger)
    for column in mine.dtype.names:  # not the whole rows: they have bytes between the columns
        same = mine[column].tobytes() == others[column].tobytes()  # told apart here: a diff of bytes takes minutes
        assert same, column
    for (name, mine), others in zip(tables(one).items(), tables(other).values(), strict=True):
        assert (mine == others).all(), name
    assert one.events == other.events


def assert_books_add_up(model: Model, one: Replication) -> None:
    """Opening + movements = closing at both grains, every month, and customers likewise."""
    books, tallies = one.books, one.tallies
    check_identity(books)
    mrr = books.stock[..., 4].sum(axis=2)
    for amounts in (books.month_amount, books.event_amount):
        assert (amounts >= 0).all()
        assert (mrr[:-1] + (amounts.sum(axis=2) * LINE_SIGN).sum(axis=2) == mrr[1:]).all()
    present = books.stock[..., :4].sum(axis=(2, 3))
    outside = len(model.names.plans)
    entered, left = tallies.moves[:, :, outside, :].sum(axis=2), tallies.moves[:, :, :, outside].sum(axis=2)
    assert (present[:-1] + entered - left == present[1:]).all()
    sign_ups = tallies.counters[..., COUNTERS.index("sign_ups")]
    rows = one.ledger
    came = np.zeros_like(sign_ups)
    back = rows[(rows["plan_from"] < 0) & (rows["cause"] == Cause.WIN_BACK)]
    np.add.at(came, (back["time"].astype(int), back["segment"]), 1)
    assert (entered == sign_ups + came).all()
    by_plan = books.stock[..., :4].sum(axis=3)
    moves = tallies.moves[:, :, :, :outside].sum(axis=2) - tallies.moves[:, :, :outside, :].sum(axis=3)
    assert (by_plan[:-1] + moves == by_plan[1:]).all()


def assert_books_are_the_ledger(model: Model, one: Replication) -> None:
    """Both grains, moves between plans and 12-month retention, filled again from the ledger."""
    story, books = retold(model, one), one.books
    assert lines_of(books.event_amount) == story.event_amount
    assert lines_of(books.month_amount) == story.month_amount
    kinds = {kind: [i for i, line in enumerate(LINES) if line.kind == kind] for kind in ("new", "churn", "expansion")}
    for kind, lines in kinds.items():
        counted = books.month_count[..., lines].sum(axis=(2, 3))
        mine = {key[:2]: n for key, n in story.month_customers.items() if key[2] == kind}
        assert {(int(m), int(s)): int(counted[m, s]) for m, s in np.argwhere(counted)} == mine
    moves = np.zeros_like(one.tallies.moves)
    rows = one.ledger[one.ledger["plan_from"] != one.ledger["plan_to"]]
    np.add.at(moves, (rows["time"].astype(int), rows["segment"], rows["plan_from"], rows["plan_to"]), 1)  # -1: the last
    assert (moves == one.tallies.moves).all()
    for month in range(11, model.months):
        for s in range(len(model.names.segments)):
            assert books.retained[month, s].tolist() == story.retained[month, s]


def assert_tallies_fit(one: Replication) -> None:
    """No stage of an offer holds more than the one before it, and every intent ends in one way."""
    stage = {name: one.tallies.offers[..., i] for i, name in enumerate(OFFER_STAGES)}
    assert (stage["accepted"] <= stage["made"]).all()
    assert (stage["capped"] <= stage["made"]).all()
    assert (stage["observed_3"] <= stage["accepted"]).all()
    for months, before in ((6, 3), (12, 6)):
        assert (stage[f"observed_{months}"] <= stage[f"observed_{before}"]).all()
    for months in (3, 6, 12):
        assert (stage[f"still_{months}"] <= stage[f"observed_{months}"]).all()
    assert (stage["returned_12"] <= stage["observed_12"]).all()
    number = {name: one.tallies.counters[..., i] for i, name in enumerate(COUNTERS)}
    assert (number["bluffs"] <= number["intents"]).all()
    assert (number["refused_renewals"] <= number["renewals"]).all()
    assert (number["attached_90d"] <= number["alive_90d"]).all()
    assert (number["stayed"] + number["departures"] <= number["intents"]).all()
    assert (number["rescued"] + number["stayed"] + number["departures"] <= number["intents"] + number["lured"]).all()


@MANY
@given(mixed_scenarios(), st.integers(0, 2**64 - 1))
def test_engines_give_the_same_ledger_and_the_books_hold_it(drawn: Drawn, seed: int):
    assert_all_hold(drawn, seed)


@FEW
@given(scenarios(), st.integers(0, 2**64 - 1))
def test_engines_give_the_same_ledger_of_scenarios_that_can_be_made_smaller(drawn: Drawn, seed: int):
    assert_all_hold(drawn, seed)


def assert_all_hold(drawn: Drawn, seed: int) -> None:
    model = compile_model(drawn.load())
    one = compiled(model, seed, threads=1)
    assert_same(one, with_simpy(model, seed))
    assert_books_add_up(model, one)
    assert_books_are_the_ledger(model, one)
    assert_tallies_fit(one)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_engines_give_the_same_ledger_of_a_shipped_scenario(path: Path):
    model, one = shipped(path)
    assert_same(one, with_simpy(model, seed=3))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_books_of_a_shipped_scenario_hold_its_ledger(path: Path):
    model, one = shipped(path)
    assert_books_add_up(model, one)
    assert_books_are_the_ledger(model, one)
    assert_tallies_fit(one)


def test_a_ledger_of_another_life_is_noticed():
    model, one = shipped(SHIPPED[0])
    with pytest.raises(AssertionError):
        assert_same(one, compiled(model, seed=4))


def test_a_missing_row_is_noticed():
    model, one = shipped(SHIPPED[0])
    short = Replication(one.number, one.books, one.tallies, one.events, one.ledger[:-1])
    with pytest.raises(AssertionError):
        assert_books_are_the_ledger(model, short)


@pytest.mark.parametrize("number", range(6))
def test_results_of_both_engines_are_equal(number: int):
    """Through the public interface: every table, the file of events, and all of the summary but the engine's name."""
    scenario = mixed(number).load()
    one, other = (sim.run(scenario, replications=2, seed=8, engine=e, ledger=True) for e in ("compiled", "simpy"))
    try:
        for name in ("metrics", "movements", "offers", "runs"):
            assert getattr(one, name).equals(getattr(other, name)), name
        assert pl.read_parquet(one.ledger).equals(pl.read_parquet(other.ledger))
        assert one.summary | {"engine": "simpy"} == other.summary
    finally:
        for result in (one, other):
            shutil.rmtree(Path(result.ledger).parent)
