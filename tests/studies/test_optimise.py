"""Trade-offs: points that none beats, under bounds, reported from draws that the search has not seen."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import simulator as sim
from simulator.results.study import read_study
from simulator.studies.axes import read_spans
from simulator.studies.errors import WrongStudy
from simulator.studies.optimise import _front, optimise
from simulator.studies.point import read_point
from simulator.studies.target import read_target
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE

PRICED = BASE.replace(
    "    arrivals: {per_month: 6}", "    arrivals: {per_month: 20}\n    price_response: {arrivals: -0.8}"
)
SPANS = ["plans.plus.price=30..90", "offers.rescue.acceptance=0..60%"]


def asked(**options):
    scenario = sim.load(PRICED)
    spans = read_spans(SPANS, scenario)
    first, second = read_point("arpa", scenario), read_point("paying_customers", scenario)
    return optimise(scenario, spans, first, second, trials=24, replications=4, **options)


@pytest.fixture(scope="module")
def found():
    return asked(seed=2)


def test_the_front_is_what_none_beats():
    points = np.array([[1.0, 5.0], [2.0, 4.0], [1.5, 4.0], [3.0, 1.0], [2.0, 4.0], [9.0, 9.0]])
    keeps = np.array([True, True, True, True, True, False])
    assert _front(points, keeps) == [0, 1, 3]


def test_a_dearer_plan_trades_customers_for_revenue_of_each(found):
    front = found.table("trade_off").filter(pl.col("point") > 0)
    arpa, customers = (front.filter(metric=name)["mean"].to_numpy() for name in ("arpa", "paying_customers"))
    assert len(arpa) >= 3
    assert arpa[-1] - arpa[0] > 5.0
    assert customers[0] - customers[-1] > 3.0


def test_points_are_simulated_anew_with_other_draws(found):
    number = int(found.table("trade_off")["point"].max())
    some = found.table("trials").filter(point=number)
    text = PRICED
    values = dict(zip(some["key"], some["value_text"], strict=True))
    text = text.replace("plus: {price: 50}", f"plus: {{price: {values['plans.plus.price']}}}")
    text = text.replace("to: lite, acceptance: 20%", f"to: lite, acceptance: {values['offers.rescue.acceptance']}")
    whole = sim.run(sim.load(text), replications=16, seed=2).runs
    unseen = whole.filter((pl.col("table") == "stock") & (pl.col("reason") == "paying") & (pl.col("month") == 5))
    counts = unseen.filter(pl.col("replication") >= 4).group_by("replication").agg(pl.col("count").sum())["count"]
    (row,) = found.table("trade_off").filter(point=number, metric="paying_customers").to_dicts()
    assert row["mean"] == pytest.approx(counts.mean())
    assert found.summary["replications"] == 12


def test_bounds_are_kept_in_the_search():
    scenario = sim.load(PRICED)
    bound = read_target("paying_customers >= 125", scenario)
    study = asked(seed=2, subject=[bound])
    trials = study.table("trade_off").filter((pl.col("point") > 0) & (pl.col("metric") == "paying_customers"))
    assert (trials["mean"] > 120).all()
    with pytest.raises(WrongStudy, match=r"none of 24 trials keeps paying_customers >= 9_999; the nearest misses by"):
        asked(seed=2, subject=[read_target("paying_customers >= 9_999", scenario)])


def test_same_seed_same_trade_off(found, tmp_path):
    again = asked(seed=2, threads=1)
    assert all(again.tables[name].equals(found.tables[name]) for name in found.tables)
    read = read_study(found.save(tmp_path / "out", figures=False))
    assert all(read.tables[name].equals(found.tables[name]) for name in found.tables)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_figure_is_drawn(found, lang):
    assert found.figure("trade_off", lang).finding


def test_what_cannot_be_asked():
    scenario = sim.load(PRICED)
    first, second = read_point("arpa", scenario), read_point("paying_customers", scenario)
    spans = read_spans(SPANS, scenario)
    with pytest.raises(WrongStudy, match="there is nothing to vary"):
        optimise(scenario, [], first, second)
    with pytest.raises(WrongStudy, match="a trade-off needs another figure"):
        optimise(scenario, spans, first, first)
    with pytest.raises(WrongStudy, match="--trials: 3 is too few; write 12 or more"):
        optimise(scenario, spans, first, second, trials=3)


def test_without_optuna_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(WrongStudy, match=r"optimise needs Optuna; install it with: pip install 'plansim\[optimise\]'"):
        asked(seed=2)


def test_the_command_shows_the_trade_off(tmp_path):
    (tmp_path / "s.yaml").write_text(PRICED)
    options = [part for span in SPANS for part in ("--vary", span)]
    done = plansim(
        *("optimise", tmp_path / "s.yaml", *options, "--maximise", "arpa", "--against", "paying_customers"),
        *("--trials", 12, "--replications", 2, "--out", tmp_path / "out"),
    )
    assert done.exit_code == 0, done.output
    assert "plans.plus.price" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "summary.json", "trade_off.csv", "trials.csv", "figures"
    }  # fmt: skip
