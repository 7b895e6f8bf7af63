"""plansim run --check and --control-variate: what they print and leave, and what they refuse before simulating."""

from __future__ import annotations

import json

import polars as pl
import pytest

from simulator.studies import run as study
from tests.cli.commands import everything_in, plansim

MARKOV = """\
language: 1
title: A small shop
currency: USD
start: 2026-01
months: 4
plans: {basic: {price: 10}, plus: {price: 20}}
segments:
  smb:
    opening: {basic: 300, plus: 100}
    opening_tenure: 5 months
    cancel: {basic: 0.06 per month, plus: 0.03 per month}
offers:
  rise: {motion: upsell, when: {rate: 0.2 per month}, who: {plans: [basic]}, to: plus, acceptance: 20%}
"""
NEARLY = MARKOV.replace("acceptance: 20%", "acceptance: 20%, quiet_for: 2 months") + (
    "retention: {bill_shock: {above: x1.5, factor: x2.0, for: 2 months}}\n"
)


@pytest.fixture
def markov(desk):
    (desk / "shop.yaml").write_text(MARKOV)
    return desk


@pytest.fixture
def nearly(desk):
    (desk / "shop.yaml").write_text(NEARLY)
    return desk


@pytest.fixture
def never_simulated(monkeypatch):
    def simulated(*_, **__):
        raise AssertionError("it must not come to this")

    monkeypatch.setattr(study, "run", simulated)


def test_a_checked_run_prints_the_comparison_and_leaves_it(markov):
    done = plansim("run", "shop.yaml", "--check", "--replications", 20, "--out", "here")
    assert done.exit_code == 0, done.output
    for text in ("Run against theory", "Closing MRR", "Largest |z|", "The simulation agrees with the theory", "p = "):
        assert text in done.stdout
    files = everything_in(markov / "here")
    assert {"check.csv", "figures/forecast_check.png", "figures/forecast_check.svg"} < files
    table = pl.read_csv(markov / "here" / "check.csv")
    assert table.columns == ["month", "segment", "metric", "mean", "expected", "sd", "z", "tested"]
    summary = json.loads((markov / "here" / "summary.json").read_text())
    assert summary["check"]["agrees"]
    assert summary["check"]["cells"] == len(table)


@pytest.mark.usefixtures("no_pictures")
def test_without_the_option_there_is_no_check(markov):
    plansim("run", "shop.yaml", "--replications", 20, "--out", "here")
    assert not {"check.csv", "controlled.csv"} & everything_in(markov / "here")


@pytest.mark.usefixtures("no_pictures")
def test_the_check_is_told_in_japanese(markov):
    done = plansim("run", "shop.yaml", "--check", "--replications", 20, "--lang", "ja")
    assert "シミュレーションと理論値の比較" in done.stdout
    assert "整合する" in done.stdout


@pytest.mark.usefixtures("never_simulated")
def test_a_scenario_without_expectation_names_its_reasons(nearly):
    done = plansim("run", "shop.yaml", "--check")
    assert done.exit_code == 2
    assert "--check: the scenario has no exact expectation" in done.stderr
    assert "offers.rise.quiet_for" in done.stderr
    assert "retention.bill_shock" in done.stderr
    assert everything_in(nearly) == {"shop.yaml"}


@pytest.mark.usefixtures("never_simulated")
@pytest.mark.parametrize("option", ["--check", "--control-variate"])
def test_too_few_replications_are_refused_before_anything_is_simulated(nearly, markov, option):
    done = plansim("run", "shop.yaml", option, "--replications", 9)
    assert done.exit_code == 2
    assert f"{option}: 9 replications are too few" in done.stderr
    assert everything_in(markov) == {"shop.yaml"}


@pytest.mark.usefixtures("no_pictures")
def test_a_check_of_what_is_certain_is_refused(markov):
    still = MARKOV.replace("0.06 per month", "0 per month").replace("0.03 per month", "0 per month")
    (markov / "shop.yaml").write_text(still.replace("acceptance: 20%", "acceptance: 0%"))
    done = plansim("run", "shop.yaml", "--check", "--replications", 10)
    assert done.exit_code == 2
    assert "--check: nothing can be tested" in done.stderr
    assert everything_in(markov) == {"shop.yaml"}


@pytest.mark.usefixtures("no_pictures")
def test_a_control_variate_prints_its_gain_and_leaves_its_table(nearly):
    done = plansim("run", "shop.yaml", "--control-variate", "--replications", 30, "--out", "here")
    assert done.exit_code == 0, done.output
    for text in ("Random error with the Markov core as control", "Replications worth", "×", "offers.rise.quiet_for"):
        assert text in done.stdout
    table = pl.read_csv(nearly / "here" / "controlled.csv")
    assert table.columns == ["month", "segment", "metric", "mean", "low95", "high95", "factor"]


@pytest.mark.usefixtures("never_simulated")
def test_a_control_variate_of_a_scenario_with_expectation_is_refused(markov):
    done = plansim("run", "shop.yaml", "--control-variate")
    assert done.exit_code == 2
    assert "ask for it with `plansim expect`" in done.stderr
