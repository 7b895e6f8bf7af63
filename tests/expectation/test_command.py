"""`plansim expect`: tables, refusal, replacements, the folder."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

import simulator as sim
from simulator.cli import app
from tests.cli.commands import SMALL
from tests.expectation.scenarios import HEAD, base, text
from tests.expectation.test_expressible import CASES

cli = CliRunner()


def test_it_writes_the_folder_and_prints_the_table(tmp_path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(text("upgrades"))
    out = tmp_path / "out"
    for _ in range(2):  # the second over the first
        done = cli.invoke(app, ["expect", str(scenario), "--out", str(out)])
        assert done.exit_code == 0, done.output
    assert "expected, nothing drawn" in done.output
    assert sorted(p.name for p in out.iterdir()) == [
        "events.csv",
        "metrics.csv",
        "movements.csv",
        "scenario.yaml",
        "summary.json",
    ]
    assert pl.read_csv(out / "metrics.csv").columns[:5] == ["month", "segment", "metric", "mean", "sd"]
    assert json.loads((out / "summary.json").read_text())["replications"] == 0
    assert "期待値" in cli.invoke(app, ["expect", str(scenario), "--out", str(out), "--lang", "ja"]).output


def test_a_refusal_exits_with_2_and_writes_nothing(tmp_path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(HEAD + CASES["discount"][0])
    out = tmp_path / "out"
    done = cli.invoke(app, ["expect", str(scenario), "--out", str(out)])
    assert done.exit_code == 2
    assert "offers.o.to: a fixed time begins when it is accepted" in done.output
    assert not out.exists()
    done = cli.invoke(app, ["expect", str(scenario), "--out", str(out), "--approximate"])
    assert done.exit_code == 0
    assert "replaced: offers.o.to: an offer of a discount; replaced by: not made" in done.output


def test_a_foreign_folder_is_left_alone(tmp_path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(HEAD + base())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    done = cli.invoke(app, ["expect", str(scenario), "--out", str(tmp_path / "other")])
    assert done.exit_code == 2
    assert "is not an older result (summary.json, metrics.csv, movements.csv, events.csv not found)" in done.output
    done = cli.invoke(app, ["expect", str(scenario), "--out", str(scenario)])
    assert done.exit_code == 2
    assert "is a file; name a folder" in done.output


def test_progress_goes_from_segment_to_segment_up_to_the_whole():
    rates = "{basic: 2% per month, plus: 1% per month}"
    two = f"  other: {{opening: {{basic: 5}}, opening_tenure: 0 months, cancel: {rates}}}\n"
    scenario = sim.load(SMALL.split("offers:")[0] + two)
    shares: list[float] = []
    told = sim.expect(scenario, progress=shares.append)
    assert shares == pytest.approx([(month + 1) / 8 for month in range(8)])  # two segments of four months
    assert told.metrics.equals(sim.expect(scenario).metrics)
