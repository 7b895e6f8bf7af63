"""A study: what would be done (options), in which state of the world (cases), in one file.

study:
  title: Premium price 2027
  base: today.yaml
  options:
    A: {title: Premium +20 %, scenario: premium_up.yaml}
    B: {title: The same with a lite plan, scenario: premium_up_lite.yaml, recommended: yes}
  cases:
    low: {title: cautious, all: low, set: {segments.smb.cancel.standard: high}}
    base: likely
    high: high
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import ClassVar, Literal

from pydantic import ValidationError

from simulator.scenario.errors import Problem, ScenarioError, did_you_mean
from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import Text, YesNo
from simulator.scenario.load import STUDY, load
from simulator.scenario.ranges import certain
from simulator.scenario.reading import read_file
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Mapping, Path, Scalar, find, parse_path, plain
from simulator.scenario.validation import problem_at, problems_of

End = Literal["low", "likely", "high"]
ENDS: tuple[End, ...] = ("low", "likely", "high")


class _OptionKeys(Block):
    """One thing that could be done."""

    title: Text = key("what the option is called in reports", "")
    scenario: Text = key("scenario file, from the folder of the study")
    recommended: YesNo = key("whether it is the one put forward; one option at most", False)


class _CaseKeys(Block):
    """One state of the world: where in their ranges the numbers are."""

    short: ClassVar[str | None] = "all"

    title: Text = key("what the case is called in reports", "")
    all: End = key("where all ranges are that `set` does not name", "likely")
    set: dict[str, Text] = key("low, likely, high or a value, by key", {})


class _StudyKeys(Block):
    """What a study holds."""

    title: Text = key("what the study is called in reports")
    base: Text = key("scenario that the options are compared with")
    options: dict[str, _OptionKeys] = key("options by name, in the order of reports")
    cases: dict[str, _CaseKeys] = key("cases by name; absent: low, base and high, with all ranges there", {})


class _StudyFile(Block):
    """The file of a study."""

    study: _StudyKeys = key("options and cases")


@dataclass(frozen=True)
class Option:
    """One thing that could be done, as a scenario."""

    name: str
    title: str
    scenario: Scenario
    recommended: bool


@dataclass(frozen=True)
class Case:
    """One state of the world: every range at one place.

    `low` is the low end of a number, which is good news for a cancel rate: `exceptions` (end or value, by key) say
    which numbers are elsewhere.
    """

    name: str
    title: str
    end: End
    exceptions: dict[str, str] = field(default_factory=dict)

    def of(self, scenario: Scenario) -> Scenario:
        """Return the scenario in this case, without ranges. Exceptions for keys that it does not have are left out.

        Raises
        ------
        ScenarioError
            if a value is not of the kind of its key, or does not fit.
        """
        texts: dict[Path, str] = {}
        for one in scenario.ranges:
            place = self.exceptions.get(one.path, self.end)
            ends = {"low": one.low, "likely": one.likely, "high": one.high}
            texts[one.tree_path] = ends.get(place, place)
        for path, text in self.exceptions.items():
            written = _value_at(scenario, path)
            if path not in scenario.uncertain and written is not None and text not in ENDS:
                texts[written] = text
        return certain(scenario, texts)


@dataclass(frozen=True)
class Study:
    """Options against a base, in cases."""

    title: str
    base: Scenario
    options: tuple[Option, ...]
    cases: tuple[Case, ...]
    path: FilePath

    @property
    def recommended(self) -> Option | None:
        """The option put forward; None where none is."""
        return next((option for option in self.options if option.recommended), None)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Keys of the ranges of all its scenarios, each once."""
        scenarios = (self.base, *(option.scenario for option in self.options))
        return tuple(dict.fromkeys(path for scenario in scenarios for path in scenario.uncertain))


DEFAULT_CASES = (
    Case("low", "low", "low"),
    Case("base", "base", "likely"),
    Case("high", "high", "high"),
)


def is_study(path: FilePath) -> bool:
    """Tell whether a file is a study rather than a scenario. Raises `ScenarioError` where it cannot be read."""
    return STUDY in read_file(path).entries


def load_study(path: str | FilePath) -> Study:
    """Read a study and all its scenarios.

    Raises `ScenarioError` with every problem of the study and of its scenarios.
    """
    file = FilePath(path)
    tree = read_file(file)
    if STUDY not in tree.entries:
        raise ScenarioError([Problem(str(file), 1, "", f"is not a study: a study has the one key `{STUDY}`")])
    try:
        keys = _StudyFile.model_validate(plain(tree)).study
    except ValidationError as error:
        raise ScenarioError(problem for problem, _ in problems_of(error, tree, _StudyFile)) from None
    problems = list(_names(tree, keys))
    files = {("base",): keys.base} | {("options", name, "scenario"): one.scenario for name, one in keys.options.items()}
    scenarios: dict[Path, Scenario] = {}
    for where, name in files.items():
        target = file.parent / name
        if not target.is_file():
            problems.append(problem_at(tree, (STUDY, *where), f"there is no file {target}"))
            continue
        try:
            scenarios[where] = load(target)
        except ScenarioError as error:
            problems.extend(error.problems)
    if len(scenarios) < len(files):
        raise ScenarioError(problems)
    problems += _comparable(tree, scenarios)
    stated = (Case(name, case.title or name, case.all, dict(case.set)) for name, case in keys.cases.items())
    cases = tuple(stated) or DEFAULT_CASES
    for case in cases:
        problems += _case_problems(tree, case, list(scenarios.values()))
    if problems:
        raise ScenarioError(problems)
    options = tuple(
        Option(name, one.title or name, scenarios["options", name, "scenario"], one.recommended)
        for name, one in keys.options.items()
    )
    return Study(keys.title, scenarios["base",], options, cases, file)


def _names(tree: Mapping, keys: _StudyKeys) -> Iterator[Problem]:
    if not keys.options:
        yield problem_at(tree, (STUDY, "options"), "is empty; name at least one")
    put_forward = [name for name, one in keys.options.items() if one.recommended]
    for name in put_forward[1:]:
        message = f"`{put_forward[0]}` is recommended already; one option is"
        yield problem_at(tree, (STUDY, "options", name, "recommended"), message)
    if "base" in keys.options:
        yield problem_at(
            tree, (STUDY, "options", "base"), "is the name of what options are compared with; choose another"
        )
    for block, names in (("options", keys.options), ("cases", keys.cases)):
        for name in names:
            if not name.strip() or not name.isprintable():
                yield problem_at(tree, (STUDY, block, name), "a name must have visible characters on one line")


def _comparable(tree: Mapping, scenarios: dict[Path, Scenario]) -> Iterator[Problem]:
    base = scenarios["base",]
    for where, scenario in scenarios.items():
        for what in ("currency", "start", "months"):
            mine, theirs = getattr(scenario, what), getattr(base, what)
            if mine != theirs:
                if what == "start":
                    mine, theirs = (f"{year}-{month:02}" for year, month in (mine, theirs))
                message = f"has {what} {mine}, the base {theirs}; options are compared month by month in one currency"
                yield problem_at(tree, (STUDY, *where), message)


def _case_problems(tree: Mapping, case: Case, scenarios: list[Scenario]) -> Iterator[Problem]:
    """What is wrong with a case: keys that no scenario has, ends of what is no range, values that do not fit."""
    known = list(dict.fromkeys(path for scenario in scenarios for path in scenario.uncertain))
    wrong = False
    for path, text in case.exceptions.items():
        where = (STUDY, "cases", case.name, "set", path)
        if path in known:
            continue
        if all(_value_at(scenario, path) is None for scenario in scenarios):
            wrong = True
            yield problem_at(tree, where, f"no scenario of the study has this key{did_you_mean(path, known)}")
        elif text in ENDS:
            wrong = True
            hint = did_you_mean(path, known)
            yield problem_at(tree, where, f"is no range in any scenario, so it has no {text} end; write a value{hint}")
    for scenario in scenarios if not wrong else ():
        try:
            case.of(scenario)
        except ScenarioError as error:
            yield from (_told_here(tree, case, problem) for problem in error.problems)


def _told_here(tree: Mapping, case: Case, problem: Problem) -> Problem:
    """A problem of a value that the case sets, at the line of the study that sets it."""
    for path in case.exceptions:
        if f"{problem.key}.".startswith(f"{path}."):
            return problem_at(tree, (STUDY, "cases", case.name, "set", path), problem.message)
    return problem


def _value_at(scenario: Scenario, path: str) -> Path | None:
    """Where a scenario writes the single value of a key; None where it does not."""
    try:
        target: Path = parse_path(path)
    except ValueError:
        return None
    return target if isinstance(find(scenario.tree, target), Scalar) else None
