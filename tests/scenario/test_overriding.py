"""A scenario with other values at dotted keys: the same as the edited file; and every refusal."""

from __future__ import annotations

import pytest

import simulator as sim
from simulator.scenario.overriding import with_keys
from simulator.scenario.tree import plain

TEXT = """\
language: 1
title: A shop
currency: USD
start: 2026-01
months: 12
plans: {basic: {price: 20}, plus: {price: 50}}
segments:
  smb:
    opening: {basic: 60, plus: 20}
    opening_tenure: {mean: 5 months}
    arrivals: {per_month: 6}
    choose: {basic: 80%, plus: 20%}
    cancel: {basic: {low: 5% per month, likely: 6% per month, high: 8% per month}, plus: 4% per month}
retention:
  tenure: [{until: 3 months, factor: x1.5}]
offers:
  rise:
    {motion: upsell, when: {rate: 5% per month}, who: {plans: [basic]}, to: plus, acceptance: {base: 20%, factors: {}}}
  again: {motion: upsell, when: {every: 3 months}, who: {plans: [basic]}, to: plus, acceptance: 10%}
changes:
  - {at: 2026-06, set: {plans.plus.price: 60}, existing: keep}
  - {at: 2026-08, set: {plans.gold: {price: 90}, segments.smb.cancel.gold: 2% per month}}
""".replace(", factors: {}", "")


@pytest.fixture(scope="module")
def scenario():
    return sim.load(TEXT)


EDITS = {
    "plans.basic.price": ("25", "basic: {price: 20}", "basic: {price: 25}"),
    "offers.again.acceptance": ("15%", "acceptance: 10%", "acceptance: 15%"),
    "offers.again.acceptance.base": ("15%", "acceptance: 10%", "acceptance: 15%"),
    "offers.rise.acceptance.base": ("30%", "{base: 20%}", "{base: 30%}"),
    "plans.plus.price@2026-06": ("70", "plans.plus.price: 60", "plans.plus.price: 70"),
    "plans.gold.price@2026-08": ("95", "plans.gold: {price: 90}", "plans.gold: {price: 95}"),
    "retention.tenure.0.factor": ("x2", "factor: x1.5", "factor: x2"),
    "segments.smb.frailty": ("0.5", "choose:", "frailty: 0.5\n    choose:"),
    "segments.smb.cancel.basic": (
        "7% per month",
        "{low: 5% per month, likely: 6% per month, high: 8% per month}",
        "7% per month",
    ),
    "economics.gross_margin": ("80%", "retention:", "economics: {gross_margin: 80%}\nretention:"),
}


@pytest.mark.parametrize("key", EDITS)
def test_it_is_the_edited_file(scenario, key):
    text, before, after = EDITS[key]
    assert before in TEXT
    edited = sim.load(TEXT.replace(before, after))
    found = with_keys(scenario, {key: text})
    assert found == edited
    if key != "segments.smb.frailty":  # the place in the file is another
        assert plain(found.tree) == plain(edited.tree)


def test_several_keys_at_once_and_the_scenario_stays_as_it_was(scenario):
    found = with_keys(scenario, {"plans.basic.price": "25", "offers.again.acceptance": "15%"})
    assert found == sim.load(TEXT.replace("price: 20", "price: 25").replace("acceptance: 10%", "acceptance: 15%"))
    assert scenario == sim.load(TEXT)


def test_what_comes_out_can_be_written_and_read(scenario):
    found = with_keys(scenario, {"segments.smb.cancel.basic": "7% per month", "segments.smb.frailty": "0.5"})
    assert sim.load(found.resolved_yaml()) == found
    assert found.uncertain == ()


PROBLEMS = {
    ("plans.pluss.price", "1"): "there is no plan `pluss`; did you mean `plus`?",
    ("offers.x.acceptance", "1%"): "there is no offer `x`; there are `rise`, `again`",
    ("bundles.suite.discount", "1%"): "there is no bundle `suite`; the scenario has no bundles",
    ("plan.plus.price", "1"): "there is no key `plan`; did you mean `plans`?",
    ("plans.plus.prise", "1"): "unknown key; did you mean `price`?",
    ("segments.smb.cancel.silver", "1% per month"): "there is no plan `silver`",
    ("segments.smb.cancel", "1% per month"): "holds several values; name one of them: `segments.smb.cancel.basic`, "
    "`segments.smb.cancel.plus`",
    ("segments.smb", "1"): "name one of them: `segments.smb.opening.basic`, ",
    ("offers.rise.acceptance", "1%"): "holds several values; name one of them: `offers.rise.acceptance.base`",
    (
        "segments.smb.cancel.basic.low",
        "1% per month",
    ): "`segments.smb.cancel.basic` is a range and replaced as a whole; leave out `.low`",
    ("plans.plus.price.unit", "1"): "`plans.plus.price` is one value, 50; there is nothing below it",
    ("retention.tenure.7.factor", "x1"): "there is nothing at `retention.tenure.7.factor`; there are `0`",
    ("months", "3"): "`months` holds for the whole run and is no value to vary",
    ("changes.0.set", "3"): "a value that a date sets is written KEY@YYYY-MM, e.g. plans.premium.price@2026-10",
    ("plans.plus.price@2026-07", "3"): "no change at 2026-07 sets `plans.plus.price`; nothing changes at that date",
    ("plans.plus.prize@2026-06", "3"): "did you mean `plans.plus.price`?",
    ("retention.nps@2026-06", "3"): "set there: `plans.plus.price`",
    ("plans.plus@2026-06", "3"): "holds several values; name one: `plans.plus.price@2026-06`",
    ("plans.plus..price", "3"): "is not a path; write keys with dots between",
    ("plans.plus.price", "cheap"): "`cheap` is not an amount",
    ("plans.plus.price", " "): "has no value; write one",
    ("plans.plus.price@2026-06", "-1"): "-1 is negative",
    ("offers.again.acceptance", "120%"): "120% is not a share",
}


@pytest.mark.parametrize("what", PROBLEMS, ids=str)
def test_what_cannot_be_set(scenario, what):
    key, text = what
    with pytest.raises(sim.ScenarioError) as error:
        with_keys(scenario, {key: text})
    problem = error.value.problems[0]
    assert PROBLEMS[what] in problem.message
    assert str(problem).startswith(f"command line: {key}: ")


def test_values_that_do_not_fit_together_are_told_with_what_was_given(scenario):
    with pytest.raises(sim.ScenarioError, match=r"sums to 90%.*\(with segments\.smb\.choose\.basic = 70%\)"):
        with_keys(scenario, {"segments.smb.choose.basic": "70%"})


def test_all_problems_are_told_at_once(scenario):
    with pytest.raises(sim.ScenarioError) as error:
        with_keys(scenario, {"plan.x": "1", "months": "3", "plans.plus.price": "1"}, source="study.yaml")
    assert [problem.key for problem in error.value.problems] == ["plan.x", "months"]
    assert {problem.file for problem in error.value.problems} == {"study.yaml"}
    with pytest.raises(sim.ScenarioError, match=r"is the same key as offers\.again\.acceptance; give one of them"):
        with_keys(scenario, {"offers.again.acceptance": "1%", "offers.again.acceptance.base": "2%"})


def test_opening_customers_are_not_read_again(tmp_path):
    (tmp_path / "c.csv").write_text("customer_id,plan,tenure_months\n1,basic,3\n2,plus,4\n")
    text = TEXT.replace("opening: {basic: 60, plus: 20}", "opening: c.csv").replace(
        "    opening_tenure: {mean: 5 months}\n", ""
    )
    (tmp_path / "s.yaml").write_text(text)
    scenario = sim.load(tmp_path / "s.yaml")
    (tmp_path / "c.csv").write_text("nonsense")
    found = with_keys(scenario, {"plans.basic.price": "25"})
    assert found.customers["smb"] is scenario.customers["smb"]
    with pytest.raises(sim.ScenarioError):
        sim.load(tmp_path / "s.yaml")  # it would have been noticed
