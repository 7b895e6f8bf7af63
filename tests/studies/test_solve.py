"""Solutions: against a value that is known, with an interval that holds it; and targets that nothing reaches."""

from __future__ import annotations

import pytest
from matplotlib.text import Text
from scipy import stats

import simulator as sim
from simulator.results.study import read_study
from simulator.scenario.errors import ScenarioError
from simulator.studies.axes import read_vary
from simulator.studies.errors import WrongStudy
from simulator.studies.solve import around_expected, solve
from simulator.studies.target import read_target
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE

CUSTOMERS, PRICE, MONTHS = 200, 10.0, 6
LEAVING = f"""\
language: 1
title: Customers who leave
currency: USD
start: 2026-01
months: {MONTHS}
plans: {{basic: {{price: {PRICE}}}}}
segments:
  smb:
    opening: {{basic: {CUSTOMERS}}}
    opening_tenure: 0 months
    cancel: {{basic: 6% per month}}
cancellation: {{takes_effect: immediate}}
"""
KEY = "segments.smb.cancel.basic"
TARGET = CUSTOMERS * PRICE * 0.95**MONTHS  # what a rate of 5 % a month leaves


def solution(seed: int, replications: int = 30, target: str = f"closing_mrr >= {TARGET:.4f}"):
    scenario = sim.load(LEAVING)
    span = read_vary(f"{KEY}=2% per month..9% per month", scenario)
    return solve(scenario, read_target(target, scenario), span, replications=replications, seed=seed)


def test_the_value_that_reaches_a_target_is_found():
    (row,) = solution(3).table("solution").to_dicts()
    assert row["status"] == "found"
    assert row["low95"] < 5.0 < row["high95"]
    assert row["value"] == pytest.approx(5.0, abs=0.4)
    assert row["mean"] >= TARGET  # the value itself keeps the bound


def test_theory_says_where_to_look():
    scenario = sim.load(LEAVING)
    span = read_vary(f"{KEY}=2% per month..9% per month", scenario)
    target = read_target(f"closing_mrr >= {TARGET:.4f}", scenario)
    below, above = around_expected(scenario, target, span)
    assert below < (5.0 - 2.0) / 7.0 < above
    assert above - below == pytest.approx(0.04, abs=0.003)
    frail = sim.load(LEAVING.replace("    cancel:", "    frailty: 0.5\n    cancel:"))
    assert around_expected(frail, target, span) == []
    beyond = read_target("closing_mrr >= 1_990", scenario)
    assert around_expected(scenario, beyond, span) == []


def test_intervals_hold_the_true_value_as_often_as_they_say():
    number = 40
    rows = [solution(seed, 12).table("solution").to_dicts()[0] for seed in range(100, 100 + number)]
    held = sum(row["low95"] <= 5.0 <= row["high95"] for row in rows)
    low, high = stats.binom.interval(0.999, number, 0.95)
    assert low <= held <= high


def test_a_bound_from_above_is_kept_too():
    (row,) = solution(3, target=f"closing_mrr <= {TARGET:.4f}").table("solution").to_dicts()
    assert row["mean"] <= TARGET
    assert row["low95"] < 5.0 < row["high95"]


def test_a_target_beyond_all_values_is_said_with_the_nearest():
    study = solution(3, target="closing_mrr >= 1_990")
    (row,) = study.table("solution").to_dicts()
    assert (row["status"], row["value_text"], row["low95"]) == ("never", "2% per month", None)
    assert "No value of segments.smb.cancel.basic from 2% per month to 9% per month" in study.figure("solution").finding


def test_a_target_that_every_value_reaches_is_said():
    study = solution(3, target="closing_mrr >= 10%")
    assert study.table("solution")["status"].to_list() == ["always"]
    assert study.figure("solution", "ja").finding.startswith(KEY)


def test_the_axis_of_a_rate_is_in_per_cent():
    """The figure shows the metric itself: no difference, so no percentage points."""
    (axes,) = solution(3, 5, target="net_mrr_churn_rate <= 6%").figure("solution").axes
    assert all(label.get_text().endswith("%") for label in axes.get_yticklabels())
    assert not any("points" in text.get_text() for text in axes.figure.findobj(Text))


def test_same_seed_same_solution(tmp_path):
    one, other = solution(5), solution(5)
    assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)
    again = read_study(one.save(tmp_path / "out", figures=False))
    assert all(again.tables[name].equals(one.tables[name]) for name in one.tables)


def test_a_share_and_a_range_need_no_ends():
    scenario = sim.load(BASE.replace("acceptance: 20%}\n", "acceptance: {low: 10%, likely: 20%, high: 30%}}\n", 1))
    ranged = read_vary("offers.rise.acceptance", scenario)
    assert (ranged.low, ranged.high) == (10.0, 30.0)
    share = read_vary("offers.rescue.acceptance", scenario)
    assert (share.low, share.high, share.text(0.5)) == (0.0, 100.0, "50%")


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ("plans.plus.price", "says not between which values to look; write KEY=LOW..HIGH"),
        ("plans.pluss.price=1..2", "there is no plan `pluss`; did you mean `plus`?"),
        ("plans.plus.price=60..40", "is an empty range: it goes from 60 to 40"),
    ],
)
def test_keys_that_cannot_be_varied(vary, message):
    with pytest.raises(ScenarioError, match=message.replace("?", r"\?")):
        read_vary(vary, sim.load(BASE))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("closing_mrr", "is no target; write e.g. 'nrr_12m@2028-03 >= 110%', with >= or <="),
        ("closing_mrr > 5", "is no target"),
        ("closing_mrr >= much", "'much' is no number; write e.g. 110%, 1.1 or 30_000_000"),
        ("closing >= 5", "there is no metric `closing`"),
        ("closing_mrr@2030-01 >= 5", "2030-01 is not a month of the scenario"),
    ],
)
def test_targets_that_cannot_be_read(target, message):
    with pytest.raises(WrongStudy) as error:
        read_target(target, sim.load(BASE))
    assert message in str(error.value)


def test_the_command_says_the_value_and_what_was_tried(tmp_path):
    (tmp_path / "s.yaml").write_text(LEAVING)
    common = ["solve", tmp_path / "s.yaml", "--replications", 10, "--out", tmp_path / "out"]
    done = plansim(*common, "--target", f"closing_mrr >= {TARGET:.0f}", "--vary", f"{KEY}=2% per month..9% per month")
    assert done.exit_code == 0, done.output
    assert "95 % interval of the value" in " ".join(done.stdout.split())
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "summary.json", "solution.csv", "trials.csv", "figures"
    }  # fmt: skip
    done = plansim(*common, "--target", "closing_mrr", "--vary", KEY)
    assert done.exit_code == 2
