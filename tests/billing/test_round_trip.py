"""A simulated history written as each export and read back gives the same movements under every policy preset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import simulator as sim
from simulator.accounting.policy import PRESETS, Policy
from simulator.billing.account_items import About, account_items
from simulator.billing.items import ITEMS
from simulator.billing.read import read_billing
from simulator.billing.readers import readers
from simulator.billing.reading import Reader, Reading, ReadOptions
from simulator.billing.table import table_of
from simulator.billing.window import end_of_month, window
from simulator.billing.writers import WRITERS
from simulator.billing.writers.ledger import items_of_ledger
from simulator.results.result import Result
from tests.billing.carried import CARRIES
from tests.billing.made_ledgers import made_ledger

SCENARIOS = Path(__file__).parents[2] / "scenarios"
UNTIL = datetime(2026, 7, 31, 23, 59, 59, 999999)
READERS: dict[str, Reader] = {reader.name: reader for reader in readers()}
ROW = ("month", "kind", "motion", "reason", "segment", "plan", "mean")
SEED, CUSTOMERS = 1, 120


@cache
def simulated(seed: int = SEED, customers: int = CUSTOMERS) -> pl.DataFrame:
    return items_of_ledger(made_ledger(seed, customers), "USD")


@cache
def read_back(name: str, seed: int = SEED, customers: int = CUSTOMERS) -> Reading:
    written = WRITERS[name](simulated(seed, customers), UNTIL)
    tables = [table_of(frame, file) for file, frame in written.items()]
    return READERS[name].read(tables, _options(name))


def _options(name: str) -> ReadOptions:
    return ReadOptions(as_of=UNTIL, currency="USD" if name == "recharge" else None)


def accounted(items: pl.DataFrame, policy: Policy) -> Result:
    return account_items(items.select(*ITEMS), window(UNTIL), About("round trip", "USD"), policy)


def held_equal(there: Result, back: Result, what: str) -> None:
    for table in ("movements", "metrics"):
        ours, theirs = getattr(there, table), getattr(back, table)
        assert ours.height > 20
        if not ours.equals(theirs, null_equal=True):
            raise AssertionError(f"{what}, {table}: {_difference(ours, theirs)}")


def _difference(a: pl.DataFrame, b: pl.DataFrame) -> str:
    keys = [c for c in a.columns if a[c].dtype == pl.String]
    only = a.join(b, on=[*keys, "mean"], how="anti", nulls_equal=True)
    other = b.join(a, on=[*keys, "mean"], how="anti", nulls_equal=True)
    return f"{a.height} and {b.height} rows\nwritten: {only.head(8).rows()}\nread: {other.head(8).rows()}"


def test_every_format_that_has_a_writer_says_what_it_carries() -> None:
    assert set(WRITERS) == set(CARRIES) <= set(READERS)


@pytest.mark.parametrize("name", WRITERS)
def test_every_row_is_used_and_nothing_is_contradicted(name: str) -> None:
    reading = read_back(name)
    assert reading.aside.height == 0, reading.aside
    assert [note.code for note in reading.notes] == []
    assert reading.used.height == reading.used.unique().height >= CUSTOMERS


@pytest.mark.parametrize("name", WRITERS)
def test_movements_are_the_same_under_every_preset(name: str) -> None:
    for preset, policy in PRESETS.items():
        there = accounted(CARRIES[name].of(simulated()), policy)
        held_equal(there, accounted(read_back(name).items, policy), f"{name}, {preset}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
@pytest.mark.parametrize("name", WRITERS)
def test_movements_of_many_histories_are_the_same(name: str, seed: int) -> None:
    for preset, policy in PRESETS.items():
        there = accounted(CARRIES[name].of(simulated(seed, 25)), policy)
        held_equal(there, accounted(read_back(name, seed, 25).items, policy), f"{name}, {preset}, {seed}")


@pytest.mark.parametrize("name", WRITERS)
def test_files_on_disk_are_recognised_and_say_the_same(name: str, tmp_path: Path) -> None:
    files = []
    for file, frame in WRITERS[name](simulated(), UNTIL).items():
        frame.write_csv(tmp_path / file)
        files.append(tmp_path / file)
    billing = read_billing(files, _options(name))
    assert billing.reading.format == name
    assert billing.reading.cannot == READERS[name].cannot
    assert billing.reading.items.equals(read_back(name).items, null_equal=True)


@pytest.mark.parametrize("name", ["chargebee-mrr-changes", "recurly"])
def test_formats_with_pauses_and_free_customers_lose_no_amount(name: str) -> None:
    """Holds what CARRIES leaves against the whole history: by month and kind nothing is missing."""

    def by_kind(items: pl.DataFrame) -> dict[tuple[str, str], float]:
        rows = accounted(items, PRESETS["default"]).movements
        return {(m, k): round(a, 4) for m, k, a in rows.group_by("month", "kind").agg(pl.col("mean").sum()).rows() if a}

    assert by_kind(read_back(name).items) == by_kind(simulated())


def test_a_difference_of_one_cent_shows() -> None:
    items = simulated()
    other = items.with_columns(mrr=pl.col("mrr") + pl.when(pl.col("row") == 7).then(100).otherwise(0))
    with pytest.raises(AssertionError, match="one cent, movements"):
        held_equal(accounted(items, PRESETS["stripe"]), accounted(other, PRESETS["stripe"]), "one cent")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("scenario", ["downsell_rescue", "freemium", "b2c"])
def test_the_ledger_of_a_run_gives_the_movements_of_the_run(scenario: str, preset: str) -> None:
    text = f"extends: {SCENARIOS / scenario}.yaml\naccounting: {preset}\n"
    run = sim.run(sim.load(text), replications=1, seed=3, ledger=True)
    items = items_of_ledger(pl.read_parquet(run.ledger), run.currency)
    months: Sequence[str] = run.months
    shown = window(end_of_month(months[-1]), first=months[0])
    billed = account_items(items, shown, About(scenario, run.currency), PRESETS[preset])

    def rows(result: Result) -> pl.DataFrame:
        return result.movements.select(ROW).filter(pl.col("mean") != 0).sort(ROW)

    assert rows(run).height > 50
    assert rows(run).equals(rows(billed)), _difference(rows(run), rows(billed))
