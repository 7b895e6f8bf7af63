"""From a file or a text to a scenario that is known to be right."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.customers import Customers, read_customers
from simulator.scenario.epochs import read_history
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.keys import Keys
from simulator.scenario.overlay import resolve_file, resolve_text
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Mapping, Scalar, find
from simulator.scenario.validation import problem_at

TEXT_LABEL = "<text>"
TEXT_NAME = "scenario"


def load(source: str | Path) -> Scenario:
    """Read a scenario from a file, or from YAML text (a `str` with a line break in it).

    Raises `ScenarioError` with every problem of the file, of the files it extends and of its customer files.
    """
    if isinstance(source, str) and "\n" in source:
        path, name = None, TEXT_NAME
        tree = resolve_text(source, TEXT_LABEL, Path.cwd())
    else:
        path = Path(source)
        name = path.stem
        tree = resolve_file(path)
    tree = _titled(tree, name)
    history = read_history(tree)
    problems = list(history.problems)
    customers: dict[str, Customers] = {}
    if history.epochs:
        customers, wrong = _opening_files(tree, history.epochs[0].keys, problems)
        problems += wrong
    if problems:
        raise ScenarioError(problems)
    first = history.epochs[0].keys
    return Scenario(
        title=first.title,
        currency=first.currency,
        start=first.start,
        months=first.months,
        fiscal_year_start=first.fiscal_year_start,
        epochs=history.epochs,
        migrations=history.migrations,
        customers=customers,
        path=path,
        name=name,
        tree=tree,
    )


def _titled(tree: Mapping, name: str) -> Mapping:
    """The tree with a title: a resolved copy must not be called after the file it happens to be in."""
    if "title" in tree.entries:
        return tree
    return Mapping({"title": Scalar(name, tree.place), **tree.entries}, tree.keys, tree.place)


def _opening_files(
    tree: Mapping, keys: Keys, problems: list[Problem]
) -> tuple[dict[str, Customers], list[Problem]]:
    """Customers of the segments that read them from a file, each file read once."""
    users: dict[str, list[str]] = {}
    for name, segment in keys.segments.items():
        if isinstance(segment.opening, str):
            users.setdefault(segment.opening, []).append(name)
    customers: dict[str, Customers] = {}
    wrong: list[Problem] = []
    for file, segments in users.items():
        opening = ("segments", segments[0], "opening")
        if not Path(file).is_file():
            wrong.append(problem_at(tree, opening, f"there is no customer file {file}"))
            continue
        if problems and any(
            problem.key.split(".")[0] in ("plans", "addons", "terms", "segments") for problem in problems
        ):
            continue  # rows cannot be held against names and plans that are not known yet
        try:
            read = read_customers(file, keys, segments)
        except ScenarioError as error:
            wrong.extend(error.problems)
            continue
        for name in segments:
            customers[name] = read.of(name)
            wrong.extend(_without_rate(tree, keys, name, customers[name]))
    return customers, wrong


def _without_rate(tree: Mapping, keys: Keys, segment: str, customers: Customers) -> list[Problem]:
    """Plans held by real customers that have no cancel rate."""
    rates = keys.segments[segment].cancel
    return [
        problem_at(
            tree, ("segments", segment, "cancel", plan), "is required: customers of the file hold this plan"
        )
        for plan in dict.fromkeys(customers.plan)
        if plan not in rates and find(tree, ("segments", segment)) is not None
    ]
