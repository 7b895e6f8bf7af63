"""A study of options and cases: the comparison with all ranges drawn, and what each case makes of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import simulator as sim
from simulator.results.study import read_study
from simulator.scenario.study import load_study
from simulator.studies.cases import compare_cases
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE

UNSURE = BASE.replace(
    "basic: 6% per month, plus", "basic: {low: 3% per month, likely: 6% per month, high: 12% per month}, plus"
)
STUDY = """\
study:
  title: A better rescue?
  base: today.yaml
  options:
    A: {title: Twice as good, scenario: better.yaml, recommended: yes}
  cases:
    low: low
    base: likely
    worst: {title: the worst, all: high}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a study and its scenarios."""
    place = tmp_path_factory.mktemp("study")
    (place / "today.yaml").write_text(UNSURE)
    (place / "better.yaml").write_text("extends: today.yaml\ntitle: B\noffers: {rescue: {acceptance: 40%}}\n")
    (place / "study.yaml").write_text(STUDY)
    return place


@pytest.fixture(scope="module")
def found(folder):
    return compare_cases(load_study(folder / "study.yaml"), replications=20, seed=2)


def test_a_case_is_the_comparison_of_scenarios_with_its_values(folder, found, tmp_path):
    for case, rate in (("low", 3), ("base", 6), ("worst", 12)):
        stated = "{low: 3% per month, likely: 6% per month, high: 12% per month}"
        text = UNSURE.replace(stated, f"{rate}% per month")
        before = sim.load(text)
        (tmp_path / "A.yaml").write_text(text.replace("to: lite, acceptance: 20%", "to: lite, acceptance: 40%"))
        alone = sim.compare(before, sim.load(tmp_path / "A.yaml"), replications=20, seed=2).differences
        rows = found.table("cases").filter(pl.col("case") == case).drop("case")
        same = alone.join(rows, on=["month", "segment", "scenario", "metric"], how="semi")
        assert rows.height > 0
        assert rows.sort("month", "metric").equals(same.sort("month", "metric"))


def test_the_whole_comparison_draws_the_ranges(found):
    uncertain = found.runs["base"].summary["uncertainty"]["closing_mrr"]
    assert uncertain["draws"] == 10
    assert [one["range"] for one in uncertain["ranges"]] == ["segments.smb.cancel.basic"]
    assert set(found.summary["uncertainty_of_difference"]) == {"A"}
    assert found.summary["recommended"] == "A"
    assert found.summary["cases"] == {"low": "low", "base": "base", "worst": "the worst"}


def test_a_study_is_read_back(found, tmp_path):
    place = found.save(tmp_path / "out", figures=False)
    again = read_study(place)
    assert again.kind == "cases"
    assert again.table("cases").equals(found.table("cases"))


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "A: Twice as good (recommended)"), ("ja", "A: Twice as good（推奨）")]
)
def test_the_command_shows_the_cases(folder, tmp_path, lang, said):
    out = tmp_path / "out"
    done = plansim("compare", folder / "study.yaml", "--replications", 20, "--out", out, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert said in done.stdout
    assert {"en": "Low", "ja": "保守"}[lang] in done.stdout
    assert (out / "cases.csv").is_file()


def test_precision_does_not_go_with_a_study(folder):
    done = plansim("compare", folder / "study.yaml", "--precision", "1%")
    assert done.exit_code == 2
    assert "--precision goes with scenarios, not with a study of options and cases" in done.stderr
