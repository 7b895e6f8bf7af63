"""Comparisons: paired, of comparable scenarios, the same whoever performs the tasks and however often interrupted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import simulator as sim
from simulator.results.intervals import interval
from simulator.results.place import NotAResultFolder
from simulator.results.study import is_study, read_study
from simulator.studies import tasks
from simulator.studies.comparable import NotComparable
from simulator.studies.executor import Here, Remembering
from tests.cli.commands import everything_in, plansim
from tests.studies.scenarios import BASE, WHAT_IF

REPLICATIONS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with two scenarios."""
    place = tmp_path_factory.mktemp("scenarios")
    (place / "base.yaml").write_text(BASE)
    (place / "better.yaml").write_text(WHAT_IF)
    return place


@pytest.fixture(scope="module")
def scenarios(folder):
    return [sim.load(folder / "base.yaml"), sim.load(folder / "better.yaml")]


@pytest.fixture(scope="module")
def comparison(scenarios):
    return sim.compare(*scenarios, replications=REPLICATIONS, seed=3)


def digest(place: Path) -> str:
    """A hash of every file below a folder but the pictures."""
    found = hashlib.sha256()
    for path in sorted(place.rglob("*")):
        if path.is_file() and path.suffix not in (".png", ".svg"):
            found.update(path.relative_to(place).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def closing(result) -> np.ndarray:
    """Closing MRR of the last month by replication, from the integer tables."""
    rows = result.runs.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr") & (pl.col("month") == 5))
    return rows.group_by("replication").agg(pl.col("amount").sum()).sort("replication")["amount"].to_numpy() / 10_000


def test_a_comparison_has_the_results_of_single_runs(scenarios, comparison):
    for scenario in scenarios:
        alone = sim.run(scenario, replications=REPLICATIONS, seed=3)
        together = comparison.runs[scenario.name]
        assert alone.metrics.equals(together.metrics)
        assert alone.runs.equals(together.runs)
        assert alone.summary == together.summary


def test_differences_are_those_of_paired_replications(comparison):
    base, better = (closing(comparison.runs[name]) for name in ("base", "better"))
    found = interval(better - base)
    (row,) = comparison.differences.filter(
        (pl.col("month") == "2026-06") & (pl.col("segment") == "all") & (pl.col("metric") == "closing_mrr")
    ).to_dicts()
    assert row["scenario"] == "better"
    assert row["base"] == pytest.approx(base.mean())
    assert row["value"] == pytest.approx(better.mean())
    assert row["difference"] == pytest.approx((better - base).mean())
    assert (row["low95"], row["high95"]) == (pytest.approx(found.low), pytest.approx(found.high))
    wins = (better > base).mean() + 0.5 * (better == base).mean()
    assert row["p_better"] == pytest.approx(wins)
    cost = np.maximum(base, better) - better
    choice = comparison.choices.filter(
        (pl.col("month") == "2026-06") & (pl.col("metric") == "closing_mrr") & (pl.col("scenario") == "better")
    )
    assert choice["cost_if_wrong"][0] == pytest.approx(cost.mean())
    factor = comparison.summary["variance_reduction"]["better"]["closing_mrr"]
    assert factor == pytest.approx((base.var(ddof=1) + better.var(ddof=1)) / (better - base).var(ddof=1))


def test_a_comparison_says_what_differs(comparison):
    lines = {line["key"]: line for line in comparison.summary["differs"]["better"]}
    assert lines["offers.rescue.acceptance"] == {"key": "offers.rescue.acceptance", "before": "20%", "after": "40%"}
    assert set(lines) == {"offers.rescue.acceptance", "title"}


def test_a_small_price_change_needs_far_fewer_replications_with_shared_draws():
    base, change = (sim.load(f"scenarios/{name}.yaml") for name in ("quickstart", "premium_up"))
    found = sim.compare(base, change, replications=60, seed=1)
    assert found.summary["variance_reduction"]["premium_up"]["closing_mrr"] >= 10


def test_a_folder_is_read_back_as_it_was(comparison, tmp_path):
    place = comparison.save(tmp_path / "found", figures=False)
    again = read_study(place)
    assert is_study(place)
    assert again.summary == comparison.summary
    assert all(again.tables[name].equals(comparison.tables[name]) for name in comparison.tables)
    assert again.runs["better"].metrics.equals(comparison.runs["better"].metrics)
    with pytest.raises(NotAResultFolder, match="is not the folder of a study"):
        read_study(tmp_path)


def test_a_folder_of_something_else_is_left_alone(comparison, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(NotAResultFolder, match=r"summary\.json, differences\.csv, choices\.csv not found"):
        comparison.save(tmp_path)
    assert everything_in(tmp_path) == {"mine.txt"}


@pytest.mark.parametrize("shards", [2, 3])
def test_shards_and_blocks_of_any_size_add_up_to_the_same(scenarios, comparison, monkeypatch, shards):
    monkeypatch.setattr(tasks, "TASK_SIZE", 116 / shards)  # customers of one replication, about
    pieces = tasks.cut(scenarios[0], 3, range(REPLICATIONS))
    assert max(task.shards for task in pieces) == shards
    cut_up = sim.compare(*scenarios, replications=REPLICATIONS, seed=3, threads=1)
    assert all(cut_up.tables[name].equals(comparison.tables[name]) for name in comparison.tables)
    assert all(cut_up.runs[name].runs.equals(comparison.runs[name].runs) for name in comparison.runs)


def test_remembered_outcomes_are_those_that_were_performed(scenarios, comparison, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "TASK_SIZE", 300)  # several tasks
    kept = Remembering(Here(), tmp_path / "kept")
    first = sim.compare(*scenarios, replications=REPLICATIONS, seed=3, executor=kept)
    assert len(list(kept.folder.glob("*.npz"))) == 12  # two scenarios, twelve replications in pairs
    monkeypatch.setattr(Here, "outcomes", lambda self, some, progress=None: iter([] if not some else [1 / 0]))
    second = sim.compare(*scenarios, replications=REPLICATIONS, seed=3, executor=kept)
    for found in (first, second):
        assert all(found.tables[name].equals(comparison.tables[name]) for name in comparison.tables)
    kept.forget()
    assert not kept.folder.exists()


def test_tasks_that_must_differ_have_different_names(scenarios):
    (task,) = tasks.cut(scenarios[0], 3, range(2))
    assert task.twin
    others = [
        tasks.cut(scenarios[0], 3, range(2), twin=False)[0],
        tasks.cut(scenarios[1], 3, range(2))[0],
        tasks.cut(scenarios[0], 4, range(2))[0],
        tasks.cut(scenarios[0], 3, range(2, 4))[0],
    ]
    assert len({one.digest() for one in (task, *others)}) == 5
    assert task.digest() == tasks.cut(sim.load(scenarios[0].path), 3, range(2))[0].digest()


PROBLEMS = {
    "currency": (("currency: USD", "currency: JPY"), "better is in JPY, base in USD: amounts of different currencies"),
    "months": (("months: 6", "months: 7"), "better runs 7 months from 2026-01, base 6 months from 2026-01: give both"),
    "start": (("start: 2026-01", "start: 2026-02"), "better runs 6 months from 2026-02, base 6 months from 2026-01"),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_scenarios_that_cannot_be_compared(folder, tmp_path, problem):
    change, message = PROBLEMS[problem]
    (tmp_path / "better.yaml").write_text(WHAT_IF.replace(*change))
    with pytest.raises(NotComparable) as error:
        sim.compare(sim.load(folder / "base.yaml"), sim.load(tmp_path / "better.yaml"))
    assert message in str(error.value)
    done = plansim("compare", folder / "base.yaml", tmp_path / "better.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_all_that_is_wrong_is_said_at_once(folder, tmp_path):
    (tmp_path / "base.yaml").write_text(WHAT_IF.replace("months: 6", "months: 7").replace("USD", "EUR"))
    done = plansim("compare", folder / "base.yaml", tmp_path / "base.yaml")
    assert done.exit_code == 2
    assert "2 scenarios are called base; results go by file name, so rename one" in done.stderr
    assert "base is in EUR" in done.stderr
    assert "base runs 7 months" in done.stderr


def test_one_scenario_is_no_comparison(folder):
    done = plansim("compare", folder / "base.yaml")
    assert done.exit_code == 2
    assert "a comparison needs a base and at least one other scenario; only base was given" in done.stderr


def test_errors_of_all_files_are_said_at_once(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(BASE.replace("acceptance: 20%", "acceptance: 200%"))
    done = plansim("compare", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert done.exit_code == 2
    assert "one.yaml:" in done.stderr
    assert "two.yaml:" in done.stderr


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command_writes_and_says_what_it_has_found(folder, tmp_path, lang):
    out = tmp_path / "out"
    done = plansim(
        "compare", folder / "base.yaml", folder / "better.yaml", "--replications", 4, "--out", out, "--lang", lang
    )
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "summary.json", "differences.csv", "choices.csv", "figures", "base", "better"
    }  # fmt: skip
    assert {path.name for path in (out / "figures").iterdir()} == {"comparison.png", "comparison.svg"}
    assert "offers.rescue.acceptance" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    header = (out / "differences.csv").read_text().splitlines()[0]
    assert header == "month,segment,scenario,metric,base,value,difference,low95,high95,p_better"
