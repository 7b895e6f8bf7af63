"""Sweeps: each point is the run of the edited file, paired with the scenario as it stands."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import simulator as sim
from simulator.results.intervals import interval
from simulator.results.study import read_study
from simulator.studies.axes import read_axes, read_spans
from simulator.studies.errors import WrongStudy
from simulator.studies.sweep import grid, latin_hypercube, sweep_design
from tests.cli.commands import plansim
from tests.reporting.test_figures import faults
from tests.studies.scenarios import BASE

ACCEPTANCE, PRICE = "offers.rescue.acceptance", "plans.plus.price"
REPLICATIONS = 10


@pytest.fixture(scope="module")
def scenario():
    return sim.load(BASE)


@pytest.fixture(scope="module")
def found(scenario):
    values = {ACCEPTANCE: ["0%", "20%", "60%"]}
    return sim.sweep(scenario, values, metrics=["closing_mrr", "net_mrr_churn_rate@2026-03"], replications=REPLICATIONS)


def closing(result) -> np.ndarray:
    rows = result.runs.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr") & (pl.col("month") == 5))
    return rows.group_by("replication").agg(pl.col("amount").sum()).sort("replication")["amount"].to_numpy() / 10_000


def test_a_point_is_the_run_of_the_edited_file(scenario, found):
    base = sim.run(scenario, replications=REPLICATIONS)
    edited = sim.run(sim.load(BASE.replace("to: lite, acceptance: 20%", "to: lite, acceptance: 60%")), replications=10)
    for point, run in ((0, base), (3, edited)):
        for metric in ("closing_mrr", "net_mrr_churn_rate"):
            theirs = run.metric(metric).filter(segment="all")["mean"]
            mine = found.table("sweep").filter(point=point, metric=metric)["mean"]
            assert mine.round(9).to_list() == theirs.round(9).to_list()
    (row,) = found.table("sweep").filter(point=3, metric="closing_mrr", month="2026-06").to_dicts()
    difference = interval(closing(edited) - closing(base))
    assert row["difference"] == pytest.approx(difference.mean)
    assert row["difference_low95"] == pytest.approx(difference.low)
    assert row["difference_high95"] == pytest.approx(difference.high)
    better = closing(edited) - closing(base)
    assert row["p_better"] == pytest.approx((better > 0).mean() + 0.5 * (better == 0).mean())


def test_the_value_as_it_stands_differs_by_nothing(found):
    same = found.table("sweep").filter(point=2)
    assert same["difference"].drop_nulls().unique().to_list() == [0.0]
    assert found.summary["keys"] == [{"key": ACCEPTANCE, "now": "20%"}]
    assert found.table("design").rows() == [
        (1, ACCEPTANCE, 0.0, "0%"),
        (2, ACCEPTANCE, 20.0, "20%"),
        (3, ACCEPTANCE, 60.0, "60%"),
    ]


def test_saved_mrr_is_measured_where_it_is_asked_for(scenario):
    values = {ACCEPTANCE: ["0%", "60%"]}
    one = sim.sweep(scenario, values, metrics=["saved_mrr"], replications=4)
    last = one.table("sweep").filter(month="2026-06")
    run = sim.run(scenario, replications=4)
    assert last["mean"][0] == pytest.approx(run.metric("saved_mrr").filter(month="2026-06", segment="all")["mean"][0])
    assert last["mean"][1] == 0.0


def test_a_grid_of_two_keys_has_every_combination():
    points = grid({ACCEPTANCE: ["0%", "10%"], PRICE: ["50", "60", "70"]})
    assert len(points) == 6
    assert points[0] == {ACCEPTANCE: "0%", PRICE: "50"}
    assert points[-1] == {ACCEPTANCE: "10%", PRICE: "70"}


AXES = {
    f"{ACCEPTANCE}=0:30%:7": ("0%", "5%", "10%", "15%", "20%", "25%", "30%"),
    f"{ACCEPTANCE}=0.1:0.3:3": ("0.1", "0.2", "0.3"),
    f"{ACCEPTANCE}=10%, 20%,35%": ("10%", "20%", "35%"),
    f"{PRICE}=50:51:3": ("50", "50.5", "51"),
    "segments.smb.cancel.basic=0:6% per month:3": ("0% per month", "3% per month", "6% per month"),
    "segments.smb.opening.plus=20:40:3": ("20", "30", "40"),
}


@pytest.mark.parametrize("text", AXES)
def test_values_are_read_in_their_unit(scenario, text):
    (axis,) = read_axes([text], scenario)
    assert axis.texts == AXES[text]


WRONG_AXES = {
    ACCEPTANCE: "says no values; write KEY=FROM:TO:COUNT",
    f"{ACCEPTANCE}=": "says no values",
    f"{ACCEPTANCE}=30%:0:7": "is an empty range: it goes from 30% to 0; write the smaller end first",
    f"{ACCEPTANCE}=10%:10%:7": "is an empty range",
    f"{ACCEPTANCE}=0:30%:1": "`1` is no number of values; write a whole number from 2 to 1,000",
    f"{ACCEPTANCE}=0:30%:many": "`many` is no number of values",
    f"{ACCEPTANCE}=0:30%:2000": "`2000` is no number of values",
    f"{ACCEPTANCE}=:30%:3": "says where it begins or ends, but not both",
    f"{ACCEPTANCE}=0.1:30%:3": "has ends in different units, 0.1 and 30%",
    f"{ACCEPTANCE}=0:130%:3": "130% is not a share",
    f"{ACCEPTANCE}=10%": "has one value, 10%; a sweep compares at least two",
    f"{ACCEPTANCE}=10%,10.0%": "has the value 10% twice",
    f"{ACCEPTANCE}=10%,0.2": "has values in different units, 10% and 0.2",
    f"{ACCEPTANCE}=10%,high": "`high` has no number",
    f"{ACCEPTANCE}=10%,120%": "120% is not a share",
    f"{ACCEPTANCE}=0..30%": "0..30% is a span, for --design lhs",
    "offers.rescu.acceptance=1%,2%": "there is no offer `rescu`; did you mean `rescue`?",
    "segments.smb.usage.mean@2026-03=1,2": "nothing changes at that date",
}


@pytest.mark.parametrize("text", WRONG_AXES)
def test_values_that_cannot_be_swept(scenario, text):
    with pytest.raises(sim.ScenarioError) as error:
        read_axes([text], scenario)
    assert WRONG_AXES[text] in str(error.value)
    assert str(error.value).startswith("command line: ")


def test_all_wrong_axes_are_told_at_once(scenario):
    with pytest.raises(sim.ScenarioError) as error:
        read_axes([f"{ACCEPTANCE}=1%", "plans.x=1,2", f"{PRICE}=1,2", f"{PRICE}=3,4"], scenario)
    assert [problem.key for problem in error.value.problems] == [ACCEPTANCE, "plans.x", PRICE]
    assert "is given twice; give all its values at once" in str(error.value)


SPANS = {
    f"{ACCEPTANCE}=10%": "10% is no span; a design varies each key in one, written KEY=LOW..HIGH",
    f"{ACCEPTANCE}=30%..10%": "is an empty range",
    f"{ACCEPTANCE}=..10%": "says where it begins or ends, but not both",
    ACCEPTANCE: "says no values; write KEY=LOW..HIGH",
}


@pytest.mark.parametrize("text", SPANS)
def test_spans_that_are_none(scenario, text):
    with pytest.raises(sim.ScenarioError) as error:
        read_spans([text], scenario)
    assert SPANS[text] in str(error.value)


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_key(scenario):
    spans = read_spans([f"{ACCEPTANCE}=0..100%", f"{PRICE}=50..90"], scenario)
    points = latin_hypercube(spans, 20, 3)
    assert points == latin_hypercube(spans, 20, 3)
    assert points != latin_hypercube(spans, 20, 4)
    shares = [float(point[ACCEPTANCE].rstrip("%")) / 100 for point in points]
    prices = [(float(point[PRICE]) - 50) / 40 for point in points]
    for places in (shares, prices):
        assert sorted(int(place * 20 - 1e-9) for place in places) == list(range(20))


def test_designs_and_metrics_that_are_refused(scenario):
    with pytest.raises(WrongStudy, match="a grid varies one or two keys, not 3; for more, spread points over them"):
        grid({"a": ["1"], "b": ["1"], "c": ["1"]})
    with pytest.raises(WrongStudy, match="a grid varies one or two keys, not 0"):
        grid({})
    with pytest.raises(WrongStudy, match="a: has no values"):
        grid({"a": []})
    with pytest.raises(WrongStudy, match="--points: 1 is too few"):
        latin_hypercube(read_spans([f"{PRICE}=50..90"], scenario), 1, 1)
    with pytest.raises(WrongStudy, match="a design varies at least one key"):
        latin_hypercube([], 10, 1)
    with pytest.raises(WrongStudy, match="closing_mrr is given twice for all; the table has every month"):
        sim.sweep(scenario, {PRICE: ["50", "60"]}, metrics=["closing_mrr", "closing_mrr@2026-02"])
    with pytest.raises(WrongStudy) as error:
        sim.sweep(scenario, {PRICE: ["50", "60"]}, metrics=["closing", "closing_mrr@2030-01"])
    assert "there is no metric `closing`" in str(error.value)
    assert "2030-01 is not a month of the scenario" in str(error.value)
    with pytest.raises(WrongStudy, match="no metric is given"):
        sim.sweep(scenario, {PRICE: ["50", "60"]}, metrics=[])
    with pytest.raises(sim.ScenarioError) as wrong:
        sim.sweep(scenario, {PRICE: ["-1", "dear"]})
    assert len(wrong.value.problems) == 2


def test_a_folder_is_read_back_as_it_was(found, tmp_path):
    again = read_study(found.save(tmp_path / "sweep", figures=False))
    assert again.summary == found.summary
    assert all(again.tables[name].equals(found.tables[name]) for name in found.tables)


@pytest.fixture(scope="module")
def studies(scenario, found):
    two = sim.sweep(scenario, {ACCEPTANCE: ["0%", "50%"], PRICE: ["40", "50", "60"]}, replications=4)
    many = {ACCEPTANCE: [f"{i}%" for i in range(11)], PRICE: [f"{50 + i}" for i in range(11)]}
    points = latin_hypercube(read_spans([f"{ACCEPTANCE}=0..90%", f"{PRICE}=40..60"], scenario), 8, 1)
    lhs = sweep_design(scenario, points, design="lhs", replications=4)
    return {
        "line": found,
        "map": two,
        "large map": sim.sweep(scenario, many, metrics=["churn_mrr"], replications=2),
        "design": lhs,
        "one replication": sim.sweep(scenario, {PRICE: ["40", "60"]}, metrics=["paying_customers"], replications=1),
        "no values": sim.sweep(scenario, {PRICE: ["40", "60"]}, metrics=["nrr_12m"], replications=2),
    }


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("which", ["line", "map", "large map", "design", "one replication", "no values"])
def test_figures_hold_up(studies, which, lang):
    assert faults(studies[which].figure("sweep", lang)) == []


def test_titles_state_the_finding(studies):
    def title(which: str, lang: str = "en") -> str:
        return studies[which].figure("sweep", lang).finding

    assert "Closing MRR, 2026-06 is best with offers.rescue.acceptance=50%, plans.plus.price=60: +$" in title("map")
    assert "95 % interval" in title("map")
    assert "rank correlation" in title("design")
    assert "no value in any month" in title("no values")
    assert "現状のシナリオ" in title("map", "ja")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command(tmp_path, lang):
    (tmp_path / "s.yaml").write_text(BASE)
    out = tmp_path / "out"
    values = [f"{ACCEPTANCE}=0:40%:3", f"{PRICE}=50,60"]
    done = plansim("sweep", tmp_path / "s.yaml", *values, "--replications", 4, "--out", out, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {"summary.json", "sweep.csv", "design.csv", "figures"}
    assert {path.name for path in (out / "figures").iterdir()} == {"sweep.png", "sweep.svg"}
    assert "7 scenarios x 4 replications = 28 to simulate" in done.stderr
    assert (out / "sweep.csv").read_text().splitlines()[0] == (
        "point,month,metric,segment,mean,low95,high95,difference,difference_low95,difference_high95,p_better"
    )
    assert {path.name for path in tmp_path.iterdir()} == {"s.yaml", "out"}


def test_the_command_with_a_design(tmp_path):
    (tmp_path / "s.yaml").write_text(BASE)
    lhs = ["--design", "lhs", "--points", 3, "--replications", 2, "--out", tmp_path / "out", "--quiet"]
    done = plansim("sweep", tmp_path / "s.yaml", f"{ACCEPTANCE}=0..40%", f"{PRICE}=50..60", *lhs)
    assert done.exit_code == 0, done.output
    assert read_study(tmp_path / "out").summary["design"] == "lhs"
    assert done.stdout == f"results: {tmp_path / 'out'}\n"


WRONG_OPTIONS = {
    ("--design", "random"): "--design: there is no design 'random'; write grid or lhs",
    ("--points", "5"): "--points goes with --design lhs, and that needs it",
    ("--design", "lhs"): "--points goes with --design lhs, and that needs it",
    ("--metric", "closing"): "there is no metric `closing`",
    ("--replications", "0"): "--replications: 0 is too few",
    ("--lang", "fr"): "--lang: 'fr' is not a language of plansim",
}


@pytest.mark.parametrize("options", WRONG_OPTIONS, ids=" ".join)
def test_options_that_do_not_fit(tmp_path, options):
    (tmp_path / "s.yaml").write_text(BASE)
    done = plansim("sweep", tmp_path / "s.yaml", f"{PRICE}=50,60", "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert WRONG_OPTIONS[options] in done.stderr
    assert not (tmp_path / "out").exists()


def test_values_that_do_not_fit_leave_nothing_behind(tmp_path):
    (tmp_path / "s.yaml").write_text(BASE)
    done = plansim("sweep", tmp_path / "s.yaml", "segments.smb.choose.basic=70%,80%", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "segments.smb.choose: sums to 90%" in done.stderr
    assert "(with segments.smb.choose.basic = 70%)" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"s.yaml"}
