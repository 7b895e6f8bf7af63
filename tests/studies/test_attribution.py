"""Attribution: parts that add up, and are those worked out by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator as sim
from simulator.results.intervals import interval
from simulator.results.study import read_study
from simulator.scenario.levers import levers_between, merged_tree
from simulator.scenario.load import from_tree
from simulator.studies.attribution import adding_up, checked_levers, shapley
from simulator.studies.comparable import NotComparable
from simulator.studies.errors import WrongStudy
from tests.cli.commands import plansim
from tests.reporting.test_figures import faults
from tests.studies.scenarios import BASE

STILL = """\
language: 1
title: Nobody comes or goes
currency: USD
start: 2026-01
months: 3
plans: {basic: {price: 20}, plus: {price: 50}}
segments:
  smb:
    opening: {basic: 60, plus: 20}
    opening_tenure: 5 months
    price_factor: x1
    cancel: {basic: 0% per month, plus: 0% per month}
"""
LATER = """\
extends: base.yaml
title: Dearer, and two things more
offers:
  rescue: {acceptance: 50%}
  rise: {acceptance: 30%}
changes:
  - {at: 2026-03, set: {plans.plus.price: 60}, existing: keep}
"""
GOLD = """\
extends: base.yaml
title: A plan above
plans: {gold: {price: 90}}
segments: {smb: {cancel: {gold: 2% per month}, frailty: 0.4}}
offers:
  finest: {motion: upsell, when: {every: 2 months}, who: {plans: [plus]}, to: gold, acceptance: 10%}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a base and what-ifs."""
    place = tmp_path_factory.mktemp("scenarios")
    for name, text in (("base", BASE), ("later", LATER), ("gold", GOLD)):
        (place / f"{name}.yaml").write_text(text)
    return place


@pytest.fixture(scope="module")
def base(folder):
    return sim.load(folder / "base.yaml")


@pytest.fixture(scope="module")
def study(folder, base):
    return sim.attribute(base, sim.load(folder / "later.yaml"), replications=12, seed=2)


def what_if(text: str):
    changed = sim.load(text)
    object.__setattr__(changed, "name", "what_if")
    return changed


def parts(study) -> dict[str, dict]:
    return {row["lever"]: row for row in study.table("attribution").iter_rows(named=True)}


def test_levers_that_do_not_touch_each_other_bring_what_each_brings_alone():
    after = what_if(
        STILL.replace("basic: {price: 20}", "basic: {price: 23}").replace("plus: {price: 50}", "plus: {price: 45}")
    )
    found = sim.attribute(sim.load(STILL), after, replications=3)
    rows = parts(found)
    for lever, amount in (("plans.basic", 60 * 3.0), ("plans.plus", 20 * -5.0)):
        for column in ("value", "low95", "high95", "alone", "last"):
            assert rows[lever][column] == amount
    assert rows["plans.basic"]["p_better"] == 1.0
    assert found.summary["difference"] == {"mean": 80.0, "low95": 80.0, "high95": 80.0}
    assert (found.summary["base_value"], found.summary["what_if_value"]) == (2_200.0, 2_280.0)
    opening = found.table("movements_by_lever")
    assert opening.rows() == [
        ("plans.basic", "opening", "none", "opening", 180.0, 180.0, 180.0),
        ("plans.plus", "opening", "none", "opening", -100.0, -100.0, -100.0),
    ]


def test_levers_that_multiply_share_what_they_bring_together():
    """20 plus x 50 -> 80, factor 1 -> 1.5: the product brings 20 x (80 x 1.5 - 50) + 60 x 20 x 0.5."""
    after = what_if(STILL.replace("plus: {price: 50}", "plus: {price: 80}").replace("x1\n", "x1.5\n"))
    rows = parts(sim.attribute(sim.load(STILL), after, replications=2))
    price, factor = rows["plans.plus"], rows["segments.smb.price_factor"]
    assert (price["alone"], price["last"]) == (600.0, 900.0)
    assert (factor["alone"], factor["last"]) == (1_100.0, 1_400.0)
    assert price["value"] == 750.0
    assert factor["value"] == 1_250.0


def test_shapley_values_are_means_over_all_orders(study, folder, base):
    """Three levers, each combination run by itself: the formula written out."""
    found = checked_levers(base, sim.load(folder / "later.yaml"))
    names = [lever.name for lever in found.levers]
    assert names == ["offers.rise", "offers.rescue", "plans.plus.price@2026-03"]
    values = {}
    for size in range(4):
        for some in combinations(range(3), size):
            run = sim.run(found.scenario(some), replications=12, seed=2)
            rows = run.runs.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr") & (pl.col("month") == 5))
            by = rows.group_by("replication").agg(pl.col("amount").sum()).sort("replication")
            values[some] = by["amount"].to_numpy() / 10_000
    a, b, c = (0,), (1,), (2,)
    ab, ac, bc, abc = (0, 1), (0, 2), (1, 2), (0, 1, 2)
    first = (
        (values[a] - values[()]) / 3
        + (values[ab] - values[b]) / 6
        + (values[ac] - values[c]) / 6
        + (values[abc] - values[bc]) / 3
    )
    row = parts(study)["offers.rise"]
    assert row["value"] == pytest.approx(first.mean(), abs=1e-3)
    expected = interval(first)
    assert (row["low95"], row["high95"]) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert row["alone"] == pytest.approx((values[a] - values[()]).mean())
    assert row["last"] == pytest.approx((values[abc] - values[bc]).mean())
    assert row["p_better"] == pytest.approx((first > 0).mean() + 0.5 * (first == 0).mean())
    assert study.summary["what_if_value"] == pytest.approx(values[abc].mean())


def test_parts_add_up_to_the_whole(study):
    total = study.summary["difference"]["mean"]
    assert sum(round(10_000 * value) for value in study.table("attribution")["value"]) == round(10_000 * total)
    moved = study.table("movements_by_lever")
    assert moved["amount"].sum() == pytest.approx(total, abs=1e-6)
    by_lever = dict(moved.group_by("lever").agg(pl.col("amount").sum()).iter_rows())
    for lever, row in parts(study).items():
        assert by_lever[lever] == pytest.approx(row["value"], abs=1e-3)
    assert {"expansion", "contraction", "churn"} <= set(moved["kind"])


def test_a_rate_can_be_shared_too(folder, base):
    found = sim.attribute(
        base, sim.load(folder / "later.yaml"), metric="net_mrr_churn_rate@2026-05/smb", replications=6
    )
    total = found.summary["difference"]["mean"]
    assert found.table("attribution")["value"].sum() == pytest.approx(total, abs=1e-9)
    assert found.summary["shown"] == {"metric": "net_mrr_churn_rate", "month": "2026-05", "segment": "smb"}


@given(st.data())
def test_shapley_values_of_any_game(data):
    n = data.draw(st.integers(1, 4))
    every = [frozenset(some) for size in range(n + 1) for some in combinations(range(n), size)]
    amounts = st.floats(-1e6, 1e6)
    values = {some: np.array(data.draw(amounts)) for some in every}
    found = shapley(values, n)
    whole = float(values[frozenset(range(n))] - values[frozenset()])
    assert found.sum() == pytest.approx(whole, abs=1e-6)
    idle = {some: values[some - {0}] for some in every}  # the first does nothing
    assert shapley(idle, n)[0] == pytest.approx(0.0, abs=1e-9)
    additive = {some: np.array(float(sum(10**i for i in some))) for some in every}
    assert shapley(additive, n) == pytest.approx([10.0**i for i in range(n)])


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=8))
def test_rounded_parts_add_up(some):
    total = float(np.sum(some))
    rounded = adding_up(np.array(some), total, 4)
    assert sum(round(10_000 * one) for one in rounded) == round(10_000 * total)
    assert np.abs(rounded - np.array(some)).max() < 1e-4 * (len(some) + 1)


def test_levers_that_need_each_other_go_together(folder, base):
    found = levers_between(base, sim.load(folder / "gold.yaml"))
    names = [lever.name for lever in found.levers]
    assert names == ["plans.gold+segments.smb.cancel.gold+offers.finest", "segments.smb.frailty"]
    study = sim.attribute(base, sim.load(folder / "gold.yaml"), replications=2)
    assert study.summary["scenarios"] == 4
    assert study.summary["levers"][names[0]] == ["plans.gold", "segments.smb.cancel.gold", "offers.finest"]


def test_a_scenario_with_all_levers_pulled_says_what_the_what_if_says(folder, base):
    for name in ("later", "gold"):
        found = checked_levers(base, sim.load(folder / f"{name}.yaml")).apart()
        parts = [part for lever in found.levers for part in lever.parts]
        merged = from_tree(merged_tree(base.tree, found.what_if.tree, parts), None, "merged")
        object.__setattr__(merged, "title", found.what_if.title)
        mine, theirs = (
            [epoch.keys.model_dump(exclude={"title"}) for epoch in one.epochs] for one in (merged, found.what_if)
        )
        assert mine == theirs
        assert list(mine[0]["offers"]) == list(theirs[0]["offers"])
        assert merged.migrations == found.what_if.migrations


def test_changes_that_go_and_that_change_are_levers():
    dated = BASE + (
        "changes:\n  - {at: 2026-02, set: {plans.plus.price: 60}, existing: keep}\n"
        "  - {at: 2026-03, set: {plans.basic.price: 25}, existing: keep}\n"
    )
    after = dated.replace("plans.plus.price: 60", "plans.plus.price: 65").replace(
        "  - {at: 2026-03, set: {plans.basic.price: 25}, existing: keep}\n",
        "  - {at: 2026-05, retire: basic, existing: keep}\n",
    )
    found = levers_between(sim.load(dated), sim.load(after))
    names = [lever.name for lever in found.levers]
    assert names == ["plans.plus.price@2026-02", "retire basic@2026-05", "plans.basic.price@2026-03"]
    entries = [
        [item.entries["at"].text for item in found.scenario(some).tree.entries["changes"].items]
        for some in ([0], [1], [2])
    ]
    assert entries == [["2026-02", "2026-03"], ["2026-02", "2026-03", "2026-05"], ["2026-02"]]
    (price,) = [epoch.keys.plans["plus"].price for epoch in found.scenario([0]).epochs if epoch.month_index == 1]
    assert price == 65 * 10_000


def test_levers_can_be_named(folder, base):
    later = sim.load(folder / "later.yaml")
    found = checked_levers(base, later, ["offers"])
    assert {lever.name: [part.name for part in lever.parts] for lever in found.levers} == {
        "offers": ["offers.rise", "offers.rescue"],
        "rest": ["plans.plus.price@2026-03"],
    }
    found = checked_levers(base, later, ["offers.rise+plans.plus.price", "offers.rescue"])
    assert [lever.name for lever in found.levers] == ["offers.rise+plans.plus.price", "offers.rescue"]
    assert [lever.name for lever in checked_levers(base, later, ["changes"]).levers] == ["changes", "rest"]


MESSAGES = {
    ("offer",): "the scenarios do not differ in `offer`; did you mean `offers`?; they differ in `offers.rise`",
    (
        "offers.rise.acceptance",
    ): "offers.rise.acceptance is inside the difference offers.rise, which is not taken apart",
    ("offers", "offers.rise"): "offers.rise is in two levers, offers and offers.rise",
}


@pytest.mark.parametrize("names", MESSAGES, ids=str)
def test_levers_that_are_none(folder, base, names):
    with pytest.raises(WrongStudy) as error:
        checked_levers(base, sim.load(folder / "later.yaml"), names)
    assert MESSAGES[names] in str(error.value)


def test_a_lever_that_needs_another_is_named_with_it(folder, base):
    with pytest.raises(WrongStudy) as error:
        checked_levers(base, sim.load(folder / "gold.yaml"), ["offers.finest", "plans.gold"])
    said = str(error.value)
    assert said.startswith("offers.finest: makes no scenario without plans.gold and segments.smb.cancel.gold (")
    assert "there is no plan, add-on or bundle `gold`" in said
    assert said.endswith("let them be one lever: offers.finest+plans.gold+segments.smb.cancel.gold")
    found = checked_levers(base, sim.load(folder / "gold.yaml"), ["offers.finest+plans.gold+segments.smb.cancel.gold"])
    assert len(found.levers) == 2


def test_scenarios_that_cannot_be_taken_apart(base):
    with pytest.raises(NotComparable, match="2 scenarios are called scenario"):
        sim.attribute(sim.load(BASE), sim.load(BASE))
    with pytest.raises(WrongStudy, match="scenario and what_if do not differ; there is nothing to attribute"):
        sim.attribute(sim.load(BASE), what_if(BASE.replace("A small shop", "The same")))
    with pytest.raises(NotComparable, match="what_if runs 7 months"):
        sim.attribute(sim.load(BASE), what_if(BASE.replace("months: 6", "months: 7")))
    lines = BASE.splitlines(keepends=True)
    swapped = "".join([*lines[:-2], lines[-1], lines[-2]])
    with pytest.raises(WrongStudy, match="what_if has the offers in another order than scenario"):
        sim.attribute(sim.load(BASE), what_if(swapped.replace("acceptance: 20%", "acceptance: 21%")))
    nine = BASE + "".join(
        f"  o{i}: {{motion: upsell, when: {{every: {i + 1} months}}, to: plus, acceptance: 1%}}\n" for i in range(9)
    )
    with pytest.raises(WrongStudy) as error:
        sim.attribute(sim.load(BASE), what_if(nine))
    assert "there are 9 levers, which would take 512 scenarios; an attribution takes at most 8" in str(error.value)
    assert "--levers offers.o0,offers.o1+offers.o2" in str(error.value)
    without = BASE[: BASE.index("  rescue:")]
    with pytest.raises(WrongStudy, match=r"rescue_acceptance: .* with some of the levers has no such metric"):
        sim.attribute(sim.load(BASE), what_if(without), metric="rescue_acceptance", replications=2)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["levers", "reasons"])
def test_figures_hold_up(study, name, lang):
    assert faults(study.figure(name, lang)) == []
    after = what_if(STILL.replace("plus: {price: 50}", "plus: {price: 45}"))
    for metric in ("closing_mrr", "paying_customers", "gross_mrr_churn_rate", "nrr_12m"):
        assert faults(sim.attribute(sim.load(STILL), after, metric=metric, replications=1).figure(name, lang)) == []


def test_titles_state_the_finding(study):
    assert study.figure("levers").finding.startswith("Closing MRR, 2026-06 changes by ")
    assert "95 % interval" in study.figure("levers").finding
    assert study.figure("reasons").finding.startswith("Closing MRR, 2026-06 changes by ")


def test_a_folder_is_read_back_as_it_was(study, tmp_path):
    again = read_study(study.save(tmp_path / "a", figures=False))
    assert again.summary == study.summary
    assert all(again.tables[name].equals(study.tables[name]) for name in study.tables)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command(folder, tmp_path, lang):
    out = tmp_path / "out"
    options = ["--levers", "offers.rise,offers.rescue", "--replications", 3, "--out", out, "--lang", lang]
    done = plansim("attribute", folder / "base.yaml", folder / "later.yaml", *options)
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "summary.json", "attribution.csv", "movements_by_lever.csv", "figures"
    }  # fmt: skip
    assert {path.name for path in (out / "figures").iterdir()} == {
        f"{name}.{kind}" for name in ("levers", "reasons") for kind in ("png", "svg")
    }
    assert "8 scenarios x 3 replications = 24 to simulate" in done.stderr
    assert ("all other differences" if lang == "en" else "その他の違い") in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_the_command_refuses_with_exit_code_2(folder, tmp_path):
    out = ["--out", tmp_path / "out"]
    done = plansim("attribute", folder / "base.yaml", folder / "later.yaml", "--levers", "offer", *out)
    assert done.exit_code == 2
    assert "--levers: the scenarios do not differ in `offer`" in done.stderr
    done = plansim("attribute", folder / "base.yaml", folder / "later.yaml", "--metric", "mrr", *out)
    assert done.exit_code == 2
    assert "there is no metric `mrr`" in done.stderr
    assert list(tmp_path.iterdir()) == []
