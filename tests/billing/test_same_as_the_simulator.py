"""The property that holds billing and simulator together: a simulated company, told as periods, has the same books."""

from __future__ import annotations

import hypothesis.strategies as st
import polars as pl
from hypothesis import HealthCheck, given, settings

import simulator as sim
from simulator.billing.account_items import About, account_items
from simulator.billing.window import window
from simulator.model.compile import compile_model
from simulator.results.tables import replication_rows
from tests.billing.simulated import as_of, differences, first_month, is_empty, items_of, same_cells, without_opening
from tests.engines.ledgers import compiled
from tests.property.scenarios import mixed

ABOUT = About("ledger", "JPY")


def company(number: int):
    """A mixed scenario without opening, its model and one replication; None where nobody ever paid."""
    drawn = mixed(number)
    drawn.tree = without_opening(drawn.tree)
    try:
        scenario = drawn.load()
    except sim.ScenarioError:
        return None
    model = compile_model(scenario)
    if model.shares_people:
        return None
    one = compiled(model)
    return None if is_empty(one) else (scenario, model, one)


def both(number: int):
    """Rows of runs.parquet of the account and of the run, and by how many months the account begins later."""
    made = company(number)
    if made is None:
        return None
    scenario, model, one = made
    items = items_of(one, model, scenario.start)
    result = account_items(items, window(as_of(model, scenario.start)), ABOUT, scenario.policy)
    return result.runs, replication_rows([one], model.names), first_month(items, scenario.start)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_a_simulated_company_has_the_same_books_in_billing(number):
    found = both(number)
    if found is None:
        return
    account, run, later = found
    if later:  # retention is counted from the twelfth month on, which is another one
        account, run = (rows.filter(pl.col("table") != "retention") for rows in (account, run))
    assert same_cells(account, run, later), differences(account, run, later)


def test_a_wrong_history_is_noticed():
    scenario, model, one = next(made for made in map(company, range(20)) if made is not None)
    items = items_of(one, model, scenario.start)
    items = items.with_columns(
        mrr=pl.when(pl.int_range(pl.len()) == pl.len() // 2).then(pl.col("mrr") + 1).otherwise("mrr")
    )
    result = account_items(items, window(as_of(model, scenario.start)), ABOUT, scenario.policy)
    later = first_month(items, scenario.start)
    assert not same_cells(result.runs, replication_rows([one], model.names), later)
