"""Results do not depend on how the work was shared out."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator as sim
from simulator.engines import compiled as engine
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import compile_model
from tests.engines.ledgers import compiled, in_order, tables
from tests.engines.test_same_ledger import assert_same
from tests.property.scenarios import mixed

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
FILES = (
    "metrics.csv",
    "movements.csv",
    "offers.csv",
    "runs.parquet",
    "summary.json",
    "scenario.yaml",
    "ledger.parquet",
)


@pytest.fixture(scope="module")
def model():
    return compile_model(sim.load(QUICKSTART))


@pytest.fixture(scope="module")
def alone(model):
    return compiled(model, seed=5, threads=1)


@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("chunk", [20_000, 701, 40])
def test_threads_and_chunks_change_nothing(model, alone, monkeypatch, threads, chunk):
    monkeypatch.setattr(engine, "CHUNK", chunk)
    assert_same(compiled(model, seed=5, threads=threads), alone)


def test_a_small_chunk_makes_many_chunks(model, monkeypatch):
    pieces = {}
    for chunk in (20_000, 40):
        monkeypatch.setattr(engine, "CHUNK", chunk)
        pieces[chunk] = engine.chunks(model)
    assert len(pieces[40]) > 40 > len(pieces[20_000])
    counted = [b for b, block in enumerate(model.blocks) if block.count > 0]
    for cut in pieces.values():
        for b in counted:  # every customer in exactly one piece
            rows = [range(p["first"], p["last"]) for part in cut for p in part if p["block"] == b]
            assert sorted(i for row in rows for i in row) == list(range(model.blocks[b]["count"]))


def test_a_chunk_that_is_left_out_is_noticed(model, alone, monkeypatch):
    whole = engine.chunks
    monkeypatch.setattr(engine, "CHUNK", 701)
    monkeypatch.setattr(engine, "chunks", lambda model: whole(model)[:-1])
    with pytest.raises(AssertionError):
        assert_same(compiled(model, seed=5), alone)


def test_replications_do_not_depend_on_those_before_them(model):
    together = list(engine.run_compiled(model, 5, range(3), threads=2, ledger=True))
    (third,) = engine.run_compiled(model, 5, range(2, 3), threads=1, ledger=True)
    assert_same(together[2], third)
    assert [one.number for one in together] == [0, 1, 2]
    assert (in_order(together[0].ledger)["time"][:50] != in_order(third.ledger)["time"][:50]).any()


def test_a_full_ledger_makes_room_and_keeps_the_same_books(model, alone):
    (without,) = engine.run_compiled(model, 5, range(1), ledger=False)
    assert len(without.ledger) == 0
    for name, table in tables(without).items():
        assert (table == tables(alone)[name]).all(), name


def test_saved_files_are_the_same_bytes(tmp_path):
    scenario = sim.load(QUICKSTART)
    folders = []
    for threads in (1, 2, 5):
        result = sim.run(scenario, replications=3, seed=9, threads=threads, ledger=True)
        folders.append(result.save(tmp_path / f"on-{threads}", figures=False))
    for name in FILES:
        first, *others = (Path(folder, name).read_bytes() for folder in folders)
        assert all(other == first for other in others), name


def test_another_seed_gives_other_bytes(tmp_path):
    scenario = sim.load(QUICKSTART)
    one, other = (
        sim.run(scenario, replications=2, seed=seed).save(tmp_path / str(seed), figures=False) for seed in (1, 2)
    )
    assert Path(one, "metrics.csv").read_bytes() != Path(other, "metrics.csv").read_bytes()


@pytest.mark.parametrize("run", [engine.run_compiled, run_simpy])
def test_progress_rises_to_the_whole(run):
    shares: list[float] = []
    for _ in run(compile_model(mixed(2).load()), 1, range(2), progress=shares.append):
        pass
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert shares[0] > 0.0
