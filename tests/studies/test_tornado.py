"""Tornado: each key from its low to its high end, paired, and ranked by what that does."""

from __future__ import annotations

import numpy as np
import pytest

import simulator as sim
from simulator.results.study import read_study
from simulator.studies.errors import WrongStudy
from simulator.studies.tornado import swings, usual_keys
from tests.cli.commands import plansim
from tests.reporting.test_figures import faults
from tests.studies.scenarios import BASE

STILL = """\
language: 1
title: Nobody comes or goes
currency: USD
start: 2026-01
months: 3
plans: {basic: {price: 20}, plus: {price: {low: 40, likely: 50, high: 70}}}
segments:
  smb:
    opening: {basic: 60, plus: 20}
    opening_tenure: 5 months
    price_factor: {low: x0.9, likely: x1, high: x1.2}
    cancel: {basic: 0% per month, plus: 0% per month}
"""
DATED = STILL + "changes:\n  - {at: 2026-02, set: {plans.basic.price: 30}, existing: now}\n"


def rows(study) -> dict[tuple[str, str], dict]:
    return {(row["key"], row["end"]): row for row in study.table("tornado").iter_rows(named=True)}


def test_ranges_go_from_end_to_end_with_the_others_at_their_likely_values():
    found = sim.tornado(sim.load(STILL), replications=4)
    assert found.summary["value"] == 60 * 20 + 20 * 50
    assert found.summary["chosen"] == "ranges"
    table = rows(found)
    price, factor = "plans.plus.price", "segments.smb.price_factor"
    assert [key for key, end in table if end == "low"] == [factor, price]  # 660 against 600
    expected = {(price, "low"): -200, (price, "high"): 400, (factor, "low"): -220, (factor, "high"): 440}
    for where, difference in expected.items():
        row = table[where]
        assert row["difference"] == row["difference_low95"] == row["difference_high95"] == pytest.approx(difference)
        assert row["p_better"] == (1.0 if difference > 0 else 0.0)
    assert table[price, "low"]["swing"] == pytest.approx(600)
    assert table[factor, "high"]["swing"] == pytest.approx(660)
    assert [table[price, end]["value_text"] for end in ("low", "high")] == ["40", "70"]
    assert table[price, "low"]["now_text"] == "50"


def test_single_values_go_up_and_down_by_a_share():
    scenario = sim.load(DATED)
    keys = ["plans.basic.price", "plans.basic.price@2026-02"]
    table = rows(sim.tornado(scenario, keys=keys, by=0.5, metric="closing_mrr@2026-01", replications=2))
    assert table["plans.basic.price", "high"]["difference"] == pytest.approx(60 * 10)
    assert table["plans.basic.price@2026-02", "high"]["difference"] == 0.0
    table = rows(sim.tornado(scenario, keys=keys, by=0.5, replications=2))
    assert table["plans.basic.price", "high"]["difference"] == 0.0
    assert table["plans.basic.price@2026-02", "low"]["difference"] == pytest.approx(-60 * 15)


def test_an_end_is_the_run_of_the_edited_file():
    scenario = sim.load(BASE)
    table = rows(sim.tornado(scenario, keys=["offers.rescue.acceptance"], replications=8, seed=5))
    base = sim.run(scenario, replications=8, seed=5)
    low = sim.run(
        sim.load(BASE.replace("to: lite, acceptance: 20%", "to: lite, acceptance: 18%")), replications=8, seed=5
    )

    def mean(run) -> float:
        return run.metric("closing_mrr").filter(month="2026-06", segment="all")["mean"][0]

    row = table["offers.rescue.acceptance", "low"]
    assert row["value_text"] == "18%"
    assert row["mean"] == pytest.approx(mean(low))
    assert row["difference"] == pytest.approx(mean(low) - mean(base))


def test_without_ranges_the_usual_numbers_are_varied():
    assert usual_keys(sim.load(BASE)) == [
        "plans.lite.price",
        "plans.basic.price",
        "plans.plus.price",
        "segments.smb.arrivals.per_month",
        "segments.smb.cancel.lite",
        "segments.smb.cancel.basic",
        "segments.smb.cancel.plus",
        "offers.rise.acceptance",
        "offers.rescue.acceptance",
    ]
    dated = sim.load(BASE + "changes:\n  - {at: 2026-03, set: {plans.plus.price: 60}, existing: keep}\n")
    assert "plans.plus.price@2026-03" in usual_keys(dated)
    free = sim.load(BASE.replace("basic: {price: 20}", "basic: {price: 0}"))
    assert "plans.basic.price" not in usual_keys(free)


def test_shares_stop_at_the_whole():
    scenario = sim.load(BASE.replace("to: lite, acceptance: 20%", "to: lite, acceptance: 95%"))
    (swing,) = swings(scenario, ["offers.rescue.acceptance"])
    assert (swing.low_text, swing.high_text) == ("85.5%", "100%")


NOTHING = """\
language: 1
currency: USD
start: 2026-01
months: 2
plans: {free: {price: 0}}
segments: {smb: {opening: {free: 10}, opening_tenure: 2 months, cancel: {free: 0% per month}}}
"""
PROBLEMS = {
    "plans.pluss.price": "there is no plan `pluss`; did you mean `plus`?",
    "segments.smb.frailty": "is not written, so that there is nothing to vary by a share of",
    "segments.smb.choose": "holds several values",
    "offers.rise.to": "`plus` is no number, so that it has no ends",
    "segments.smb.choose.basic": "sums to 92%",
    "months": "holds for the whole run",
    "plans..x": "is not a path",
}


@pytest.mark.parametrize("key", PROBLEMS)
def test_keys_that_cannot_be_varied(key):
    with pytest.raises(sim.ScenarioError) as error:
        sim.tornado(sim.load(BASE), keys=[key])
    assert PROBLEMS[key] in str(error.value)


def test_studies_that_cannot_be_made():
    with pytest.raises(
        WrongStudy, match="scenario has no ranges, and none of the numbers that are varied without them"
    ):
        swings(sim.load(NOTHING))
    for by in (0.0, 1.0, 1.5):
        with pytest.raises(WrongStudy, match=r"--by: .* is out of range; write a share between 0% and 100%"):
            swings(sim.load(BASE), by=by)
    small = sim.load(BASE.replace("arrivals: {per_month: 6}", "arrivals: {per_month: 6, market: 3}"))
    with pytest.raises(sim.ScenarioError, match=r"± 10 % of 3 is 3 to 3: give it a range, or a larger --by"):
        swings(small, ["segments.smb.arrivals.market"])
    with pytest.raises(sim.ScenarioError, match=r"plans\.pluss\.price: there is no plan `pluss`"):
        swings(sim.load(STILL), ["plans.pluss.price"])
    with pytest.raises(sim.ScenarioError) as error:
        swings(sim.load(BASE), ["plans.x.price", "months"])
    assert len(error.value.problems) == 2


@pytest.fixture(scope="module")
def study():
    return sim.tornado(sim.load(BASE), metric="net_mrr_churn_rate", replications=6)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_hold_up(study, lang):
    assert faults(study.figure("tornado", lang)) == []
    assert faults(sim.tornado(sim.load(STILL), replications=1).figure("tornado", lang)) == []
    assert faults(sim.tornado(sim.load(STILL), metric="nrr_12m", replications=1).figure("tornado", lang)) == []


def test_a_folder_is_read_back_as_it_was(study, tmp_path):
    again = read_study(study.save(tmp_path / "t", figures=False))
    assert again.summary == study.summary
    assert again.table("tornado").equals(study.table("tornado"))
    swing = study.table("tornado")["swing"].abs().to_list()
    assert swing == sorted(swing, reverse=True)
    assert np.isfinite(swing).all()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command(tmp_path, lang):
    (tmp_path / "s.yaml").write_text(BASE)
    out = tmp_path / "out"
    done = plansim("sensitivity", tmp_path / "s.yaml", "--replications", 3, "--out", out, "--lang", lang, "--by", "20%")
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {"summary.json", "tornado.csv", "figures"}
    assert {path.name for path in (out / "figures").iterdir()} == {"tornado.png", "tornado.svg"}
    assert "19 scenarios x 3 replications = 57 to simulate" in done.stderr
    assert "20%" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"s.yaml", "out"}


OPTIONS = {
    ("--by", "0"): "--by: 0 is out of range",
    ("--by", "some"): "--by: `some` is not a share",
    ("--keys", "plans.x.price,months"): "there is no plan `x`",
    ("--metric", "closing"): "there is no metric `closing`",
    ("--sobol", "8", "--by", "10%"): "--sobol varies all ranges over their whole spread; leave --keys and --by out",
    ("--sobol", "8"): "s has no ranges, whose shares of the variance are asked for",
}


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_options_that_do_not_fit(tmp_path, options):
    (tmp_path / "s.yaml").write_text(BASE)
    done = plansim("sensitivity", tmp_path / "s.yaml", "--out", tmp_path / "out", *options)
    assert done.exit_code == 2, done.output
    assert OPTIONS[options] in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"s.yaml"}
