"""The ledger's file: the same rows in the same order, whichever engine wrote it and however the work was cut."""

from __future__ import annotations

import polars as pl
import pytest

import simulator as sim
from simulator.engines import compiled

TWO_SEGMENTS = """\
language: 1
currency: USD
start: 2026-01
months: 8
plans: {basic: {price: 10}, plus: {price: 30}}
segments:
  b:
    opening: {plus: 40, basic: 60}
    arrivals: {per_month: 9}
    choose: {basic: 1}
    cancel: &rates {basic: 9% per month, plus: 9% per month}
  a: {opening: {basic: 30}, arrivals: {per_month: 7}, choose: {plus: 1}, cancel: *rates}
offers: {up: {motion: upsell, when: {rate: 20% per month}, to: plus, acceptance: 40%}}
"""


def ledger(**options) -> pl.DataFrame:
    """Return the ledger's file of a run."""
    return pl.read_parquet(sim.run(sim.load(TWO_SEGMENTS), replications=3, ledger=True, **options).ledger)


@pytest.fixture(scope="module")
def whole() -> pl.DataFrame:
    return ledger()


def test_both_engines_write_the_same_file(whole):
    assert len(whole) > 500
    assert whole.equals(ledger(engine="simpy"))


def test_the_file_does_not_depend_on_the_size_of_chunks_or_their_room(whole, monkeypatch):
    monkeypatch.setattr(compiled, "CHUNK", 7)
    monkeypatch.setattr(compiled, "LEDGER_ROOM", 1)  # too little: every chunk makes room for the next
    assert whole.equals(ledger(threads=2))


def test_rows_are_in_order_of_replication_customer_and_time(whole):
    replications = whole["replication"].to_list()
    assert replications == sorted(replications)
    first = whole.filter(pl.col("replication") == 0)
    runs = first["customer"].rle().struct.field("value")
    assert runs.n_unique() == len(runs)  # the rows of a customer stand together
    assert first.group_by("customer").agg((pl.col("time").diff() >= 0).all())["time"].all()
    groups = first["customer"].str.replace(r"/[^/]*$", "").rle().struct.field("value").to_list()
    openings = [name for name in groups if "opening" in name]
    assert openings == ["b/opening/plus", "b/opening/basic", "a/opening/basic"]
    assert groups[: len(openings)] == openings
    assert groups[len(openings) :] == sorted(groups[len(openings) :], key=lambda name: name[0] == "a")
