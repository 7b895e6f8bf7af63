"""The stopping rule: as many replications as the interval needs, and then the result of a run with as many."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import simulator as sim
from simulator.results.intervals import interval
from simulator.studies.errors import WrongStudy
from simulator.studies.point import read_point
from simulator.studies.precisely import compare_until, run_until
from simulator.studies.precision import FEWEST, read_precision, replicate_until
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE, WHAT_IF


def taking(sample: np.ndarray):
    """A study of numbers that are there already: how to add some, and what has been added."""
    rounds: list[range] = []
    return rounds.append, lambda: sample[: rounds[-1].stop], rounds


def test_rounds_follow_each_other_until_the_interval_is_narrow():
    sample = np.random.default_rng(5).normal(100.0, 20.0, 5_000)
    add, values, rounds = taking(sample)
    found = replicate_until(0.01, 5_000, 5, add, values, 1)
    assert rounds[0] == range(FEWEST)
    assert all(before.stop == after.start for before, after in itertools.pairwise(rounds))
    assert found.reached
    assert found.half_width <= 0.01
    for some in rounds[:-1]:  # none before was narrow enough
        earlier = interval(sample[: some.stop])
        assert earlier.high - earlier.mean > 0.01 * earlier.mean
    # 1.96 x 20 / sqrt(n) = 1 at n = 1537
    assert 1_200 < found.replications < 2_400


def test_the_most_replications_are_not_passed():
    sample = np.random.default_rng(5).normal(100.0, 20.0, 5_000)
    add, values, rounds = taking(sample)
    found = replicate_until(0.001, 300, 50, add, values, 1)
    assert (found.replications, found.reached) == (300, False)
    assert rounds[-1].stop == 300


def test_what_does_not_vary_is_known_at_once():
    add, values, rounds = taking(np.full(100, 7.0))
    assert replicate_until(0.01, 100, 1, add, values, 1) == (FEWEST, 0.0, True)
    assert len(rounds) == 1


def test_a_run_that_stops_is_the_run_with_as_many_replications():
    scenario = sim.load(BASE)
    stopped = run_until(scenario, 0.03, metric="closing_mrr", seed=4)
    used = stopped.summary["replications"]
    assert used > FEWEST
    whole = sim.run(scenario, replications=used, seed=4)
    assert stopped.runs.equals(whole.runs)
    assert stopped.metrics.equals(whole.metrics)
    said = stopped.summary["precision"]
    assert (said["metric"], said["asked"], said["reached"]) == ("closing_mrr@2026-06", 0.03, True)
    (row,) = whole.metric("closing_mrr").filter(month="2026-06").to_dicts()
    assert said["half_width"] == pytest.approx(2.0 * row["sd"] / used**0.5 / row["mean"], rel=0.1)


def test_a_comparison_looks_at_the_widest_difference():
    base, better = sim.load(BASE), sim.load(WHAT_IF)
    object.__setattr__(better, "name", "better")
    found = compare_until(base, better, precision=0.005, seed=4, most=400)
    (row,) = found.differences.filter(month="2026-06", segment="all", metric="closing_mrr").to_dicts()
    half = (row["high95"] - row["low95"]) / 2
    assert half / row["base"] == pytest.approx(found.summary["precision"]["half_width"], rel=1e-6)
    assert found.summary["precision"]["reached"]


@pytest.mark.parametrize(("text", "value"), [("1%", 0.01), ("0.005", 0.005), (" 2.5 % ".strip(), 0.025)])
def test_precision_is_a_share(text, value):
    assert read_precision(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["0", "100%", "-1%", "narrow", "nan", "1.5"])
def test_other_precisions_are_refused(text):
    with pytest.raises(WrongStudy, match=r"is no precision; write a share such as 1% or 0\.01"):
        read_precision(text)


def test_points_are_read_with_their_month_and_segment():
    scenario = sim.load(BASE)
    assert read_point("closing_mrr", scenario).month == 5
    point = read_point("churn_mrr@2026-02/smb", scenario)
    assert (point.metric, point.month, point.group) == ("churn_mrr", 1, 1)


MESSAGES = {
    "": "names no metric; write metric, metric@YYYY-MM or metric@YYYY-MM/segment",
    "closing": "there is no metric `closing`",
    "closing_mr": "did you mean `closing_mrr`?",
    "closing_mrr@2027-01": "2027-01 is not a month of the scenario: it runs from 2026-01 to 2026-06",
    "closing_mrr/smbs": "there is no segment `smbs`; did you mean `smb`?",
}


@pytest.mark.parametrize("text", MESSAGES)
def test_points_that_are_not_there(text):
    with pytest.raises(WrongStudy) as error:
        read_point(text, sim.load(BASE))
    assert MESSAGES[text] in str(error.value)


def test_the_command_says_what_was_reached(tmp_path):
    (tmp_path / "s.yaml").write_text(BASE)
    common = ["run", tmp_path / "s.yaml", "--out", tmp_path / "out", "--replications", 20]
    done = plansim(*common, "--precision", "5%")
    assert done.exit_code == 0, done.output
    assert "precision of closing_mrr@2026-06: ± " in done.stdout
    assert "± 5 % asked: reached" in done.stdout
    done = plansim(*common, "--precision", "0.1%", "--max-replications", 25)
    assert "NOT reached within --max-replications" in done.stdout
    for wrong, message in (
        (["--precision", "wide"], "--precision: 'wide' is no precision"),
        (["--precision", "1%", "--max-replications", 0], "--max-replications: 0 is too few"),
        (["--precision", "1%", "--ledger"], "--ledger goes with neither --precision nor --cluster"),
    ):
        refused = plansim(*common, *wrong)
        assert refused.exit_code == 2
        assert message in refused.stderr
