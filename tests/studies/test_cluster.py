"""A real cluster of two worker processes gives the bytes of a run here, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

import simulator as sim
from simulator.studies import cluster as clusters
from simulator.studies import tasks
from simulator.studies.cluster import connect
from simulator.studies.errors import WrongStudy
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE, WHAT_IF

distributed = pytest.importorskip("distributed")
REPLICATIONS = 12


@pytest.fixture(scope="module")
def running():
    """The address of a scheduler with two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as local:
        yield local


@pytest.fixture
def scenarios(tmp_path):
    for name, text in (("base", BASE), ("better", WHAT_IF)):
        (tmp_path / f"{name}.yaml").write_text(text.replace("basic: 60, plus: 20", "basic: 30_000, plus: 10_000"))
    return [sim.load(tmp_path / f"{name}.yaml") for name in ("base", "better")]


def same(one, other) -> bool:
    tables = all(one.tables[name].equals(other.tables[name]) for name in other.tables)
    return tables and all(one.runs[name].runs.equals(other.runs[name].runs) for name in other.runs)


def test_a_cluster_gives_the_bytes_of_a_run_here(running, scenarios, monkeypatch):
    monkeypatch.setattr(tasks, "TASK_SIZE", 15_000)  # shards of a replication, on whichever worker
    pieces = tasks.cut(scenarios[0], 3, range(REPLICATIONS))
    assert max(task.shards for task in pieces) > 2
    assert len(pieces) > REPLICATIONS
    here = sim.compare(*scenarios, replications=REPLICATIONS, seed=3)
    there = sim.compare(*scenarios, replications=REPLICATIONS, seed=3, executor=connect(running.scheduler_address))
    assert same(there, here)


def test_a_worker_that_is_killed_in_mid_run_changes_nothing(running, scenarios, monkeypatch):
    monkeypatch.setattr(tasks, "TASK_SIZE", 40_000)
    here = sim.compare(*scenarios, replications=REPLICATIONS, seed=4)
    executor = connect(running.scheduler_address)
    victims = executor.client.run(os.getpid)
    pid = next(iter(victims.values()))
    shares: list[float] = []

    def kill_when_under_way() -> None:
        while not shares or shares[-1] < 0.1:
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_when_under_way)
    killer.start()
    there = sim.compare(
        *scenarios, replications=REPLICATIONS, seed=4, executor=executor, progress=lambda share: shares.append(share)
    )
    killer.join()
    assert shares[0] < 0.2
    assert pid not in executor.client.run(os.getpid).values()
    assert same(there, here)


def test_the_command_runs_on_a_cluster(running, scenarios, tmp_path):
    arguments = [tmp_path / "base.yaml", tmp_path / "better.yaml", "--replications", 2, "--quiet"]
    done = plansim("compare", *arguments, "--out", tmp_path / "there", "--cluster", running.scheduler_address)
    assert done.exit_code == 0, done.output
    plansim("compare", *arguments, "--out", tmp_path / "here")
    for name in ("differences.csv", "choices.csv", "base/runs.parquet", "summary.json"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (("sweep", "offers.rise.acceptance=10%:30%:3"), "sweep.csv"),
        (("sensitivity", "--keys", "offers.rise.acceptance", "--metric", "closing_mrr"), "tornado.csv"),
        (("solve", "--target", "closing_mrr >= 1000", "--vary", "offers.rise.acceptance=10%..30%"), "trials.csv"),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_other_studies_run_on_a_cluster(running, scenarios, tmp_path, command, table):
    name, *options = command
    arguments = [name, tmp_path / "base.yaml", *options, "--replications", 2, "--quiet"]
    done = plansim(*arguments, "--out", tmp_path / "there", "--cluster", running.scheduler_address)
    assert done.exit_code == 0, done.output
    plansim(*arguments, "--out", tmp_path / "here")
    assert (tmp_path / "there" / table).read_bytes() == (tmp_path / "here" / table).read_bytes()


def test_an_address_without_a_scheduler_is_said(monkeypatch):
    monkeypatch.setattr(clusters, "TIMEOUT", "1s")
    with pytest.raises(WrongStudy, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        connect("tcp://127.0.0.1:9")


def test_workers_of_another_version_are_refused(running, monkeypatch):
    monkeypatch.setattr(clusters, "program_hash", lambda: "another")
    with pytest.raises(WrongStudy, match="cannot import this version of plansim; install the same on every worker"):
        connect(running.scheduler_address)


def test_a_scheduler_without_workers_is_refused():
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty,
        pytest.raises(WrongStudy, match="the scheduler has no workers"),
    ):
        connect(empty.scheduler_address)


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(WrongStudy, match=r"--cluster needs Dask; install it with: pip install 'plansim\[cluster\]'"):
        connect("tcp://127.0.0.1:8786")
