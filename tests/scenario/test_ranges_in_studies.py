"""Studies: options and cases in one file, and what can be wrong with it."""

from __future__ import annotations

import pytest

from simulator.scenario import ScenarioError, load
from simulator.scenario.ranges import high, likely, low
from simulator.scenario.study import DEFAULT_CASES, load_study
from tests.cli.commands import plansim
from tests.packaging.checkout import ROOT
from tests.scenario.texts import HERE, edited

BASE = edited(
    ("frailty: 0.6", "frailty: {low: 0.4, likely: 0.6, high: 0.8}"),
    ("acceptance: 18%", "acceptance: {mean: 18%, sd: 2%}"),
)
STUDY = """\
study:
  title: Prices
  base: base.yaml
  options:
    A: {title: Dearer, scenario: a.yaml}
    B: {scenario: b.yaml, recommended: yes}
  cases:
    cautious: {all: low, set: {segments.smb.frailty: high, cancellation.bluff: 20%}}
    expected: likely
    special: {title: One of its own, set: {offers.suite_start.acceptance: 10%, offers.extra.acceptance: high}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "a.yaml").write_text("extends: base.yaml\nplans: {premium: {price: 40_000}}\n")
    (tmp_path / "b.yaml").write_text(
        "extends: base.yaml\noffers:\n  extra: {motion: cross_sell, when: {tenure: 2 months}, to: support, "
        "acceptance: {low: 1%, likely: 2%, high: 3%}}\n"
    )
    return tmp_path


def study_of(folder, text: str = STUDY):
    (folder / "study.yaml").write_text(text)
    return load_study(folder / "study.yaml")


def keys(scenario):
    return scenario.epochs[0].keys


def test_a_study_has_options_and_cases(folder):
    study = study_of(folder)
    assert study.title == "Prices"
    assert study.base == load(folder / "base.yaml")
    assert [(one.name, one.title, one.recommended) for one in study.options] == [
        ("A", "Dearer", False),
        ("B", "B", True),
    ]
    assert study.recommended.name == "B"
    assert [(one.name, one.title) for one in study.cases] == [
        ("cautious", "cautious"),
        ("expected", "expected"),
        ("special", "One of its own"),
    ]
    assert study.uncertain == ("segments.smb.frailty", "offers.suite_start.acceptance", "offers.extra.acceptance")


def test_a_case_is_a_certain_scenario(folder):
    study = study_of(folder)
    cautious, expected, special = (case.of(study.options[1].scenario) for case in study.cases)
    assert keys(cautious).segments["smb"].frailty == 0.8
    assert keys(cautious).cancellation.bluff == 0.2
    assert keys(cautious).offers["extra"].acceptance.base == 0.01
    assert keys(cautious).offers["suite_start"].acceptance.base == pytest.approx(0.1481, abs=1e-4)
    assert expected == likely(study.options[1].scenario)
    assert keys(special).offers["suite_start"].acceptance.base == 0.1
    assert keys(special).offers["extra"].acceptance.base == 0.03
    assert keys(special).segments["smb"].frailty == 0.6
    assert "extra" not in keys(study.cases[2].of(study.base)).offers
    assert all(case.of(option.scenario).ranges == () for case in study.cases for option in study.options)


def test_without_cases_there_are_three(folder):
    study = study_of(folder, STUDY[: STUDY.index("  cases:")])
    assert study.cases == DEFAULT_CASES
    assert [case.name for case in study.cases] == ["low", "base", "high"]
    assert [case.of(study.base) for case in study.cases] == [low(study.base), likely(study.base), high(study.base)]


def test_the_shipped_study_loads():
    study = load_study(ROOT / "scenarios" / "premium_price" / "study.yaml")
    assert [one.name for one in study.options] == ["A", "B"]
    cautious, expected, confident = (keys(case.of(study.base)).segments["smb"] for case in study.cases)
    assert cautious.cancel["standard"] > expected.cancel["standard"] > confident.cancel["standard"]
    assert cautious.arrivals.per_month < expected.arrivals.per_month < confident.arrivals.per_month


WRONG = {
    "unknown key": (("  title: Prices", f"  titel: x  {HERE}\n  title: Prices"), "unknown key; did you mean `title`?"),
    "no options": (
        ("    A: {title: Dearer, scenario: a.yaml}\n    B: {scenario: b.yaml, recommended: yes}\n", "    {}\n"),
        "name at least one",
    ),
    "no file": (("scenario: a.yaml}", f"scenario: c.yaml}}  {HERE}"), "there is no file"),
    "two recommended": (("scenario: a.yaml}", "scenario: a.yaml, recommended: yes}"), "`A` is recommended already"),
    "an option called base": (("    A: {", "    base: {"), "is the name of what options are compared with"),
    "an end that is none": (("expected: likely", f"expected: middle  {HERE}"), "`middle` is not allowed"),
    "a key of no scenario": (("frailty: high", "fraility: high"), "did you mean `segments.smb.frailty`?"),
    "an end of what is no range": (("bluff: 20%", "bluff: high"), "is no range in any scenario, so it has no high end"),
    "a value of another kind": (("acceptance: 10%", "acceptance: often"), "`often` is not a share"),
    "a value that does not fit": (("bluff: 20%", "bluff: 120%"), "between 0% and 100%"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_study_is_told(folder, name):
    (old, new), says = WRONG[name]
    assert old in STUDY
    text = STUDY.replace(old, new)
    with pytest.raises(ScenarioError) as error:
        study_of(folder, text.replace(f"  {HERE}", ""))
    assert all(problem.file == str(folder / "study.yaml") for problem in error.value.problems)
    assert any(says in problem.message for problem in error.value.problems), str(error.value)
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith(HERE)]
    assert all(line in {problem.line for problem in error.value.problems} for line in marked)


def test_everything_wrong_is_told_at_once_with_its_own_file(folder):
    (folder / "a.yaml").write_text("extends: base.yaml\nmonths: 0\n")
    (folder / "b.yaml").write_text("extends: base.yaml\ntitel: x\n")
    with pytest.raises(ScenarioError) as error:
        study_of(folder, STUDY.replace("base: base.yaml", "base: none.yaml"))
    told = {(problem.file.rpartition("/")[2], problem.line) for problem in error.value.problems}
    assert told == {("a.yaml", 2), ("b.yaml", 2), ("study.yaml", 3)}


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("currency: USD", "has currency USD, the base JPY"),
        ("months: 12", "has months 12, the base 24"),
        ("start: 2026-05", "has start 2026-05, the base 2026-04"),
    ],
)
def test_options_are_comparable(folder, what, says):
    (folder / "a.yaml").write_text(f"extends: base.yaml\n{what}\n")
    with pytest.raises(ScenarioError, match=says):
        study_of(folder)


def test_a_scenario_is_no_study(folder):
    with pytest.raises(ScenarioError, match="is not a study: a study has the one key `study`"):
        load_study(folder / "base.yaml")


def test_check_reads_studies(folder):
    (folder / "study.yaml").write_text(STUDY)
    done = plansim("check", str(folder / "study.yaml"), str(folder / "base.yaml"))
    assert done.exit_code == 0
    assert "study.yaml: fine (Prices)" in done.stdout
    (folder / "study.yaml").write_text(STUDY.replace("a.yaml", "c.yaml"))
    done = plansim("check", str(folder / "study.yaml"))
    assert done.exit_code == 2
    assert "study.yaml:5: study.options.A.scenario: there is no file" in done.stderr
