"""From a file or a text to a scenario that is known to be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath

from simulator.scenario.correlations import read_correlations
from simulator.scenario.customers import Customers, read_customers
from simulator.scenario.epochs import read_history
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.keys import Keys
from simulator.scenario.overlay import resolve_file, resolve_text
from simulator.scenario.range_ends import ends_problems
from simulator.scenario.range_reading import Found, find_ranges, with_texts
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Mapping, Node, Path, Scalar, find, key_text, replaced
from simulator.scenario.validation import problem_at

TEXT_LABEL = "<text>"
TEXT_NAME = "scenario"
STUDY = "study"
"""The one key of a file that is a study of scenarios."""


def load(source: str | FilePath) -> Scenario:
    """Read a scenario from a file, or from YAML text (a `str` with a line break in it).

    Raises `ScenarioError` with every problem of the file, of the files it extends and of its customer files.
    """
    if isinstance(source, str) and "\n" in source:
        path, name = None, TEXT_NAME
        tree = resolve_text(source, TEXT_LABEL, FilePath.cwd())
    else:
        path = FilePath(source)
        name = path.stem
        tree = resolve_file(path)
    if STUDY in tree.entries:
        raise ScenarioError([problem_at(tree, (STUDY,), "this file is a study of several scenarios, not a scenario")])
    return from_tree(_titled(tree, name), path, name)


def from_tree(tree: Mapping, path: FilePath | None, name: str, known: Sequence[Scenario] = ()) -> Scenario:
    """Return the scenario that a resolved tree says; `path` and `name` are those it goes by.

    Customer files that one of the `known` scenarios has read, for the same segments and held against the same names,
    are not read again.

    Raises
    ------
    ScenarioError
        with every problem of the tree and of its customer files.
    """
    found = find_ranges(tree)
    correlations, problems = read_correlations(tree, found.ranges)
    history = read_history(_likely(tree, found))
    problems += [*found.problems, *_outside(history.problems, found.unread)]
    customers: dict[str, Customers] = {}
    if history.epochs:
        customers, wrong = _opening_files(tree, history.epochs[0].keys, problems, known)
        problems += wrong
    problems = problems or list(ends_problems(tree, found.ranges))
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
        ranges=found.ranges,
        correlations=correlations,
    )


def _likely(tree: Mapping, found: Found) -> Mapping:
    """The tree with a value for each range; a dated setting that could not be read is left out."""
    node: Node = with_texts(tree, {one.tree_path: one.likely for one in found.ranges})
    for path in found.unread:
        if path[0] == "changes":
            node = replaced(node, path[:4], None)
    assert isinstance(node, Mapping)
    return node


def _outside(problems: Iterable[Problem], paths: Iterable[Path]) -> list[Problem]:
    """Problems that are not of what stands at one of the paths, of which more has been told."""
    keys = [key_text(path) for path in paths]
    return [problem for problem in problems if not any(f"{problem.key}.".startswith(f"{key}.") for key in keys)]


def _titled(tree: Mapping, name: str) -> Mapping:
    """The tree with a title: a resolved copy must not be called after the file it happens to be in."""
    if "title" in tree.entries:
        return tree
    return Mapping({"title": Scalar(name, tree.place), **tree.entries}, tree.keys, tree.place)


def _opening_files(
    tree: Mapping, keys: Keys, problems: list[Problem], known: Sequence[Scenario]
) -> tuple[dict[str, Customers], list[Problem]]:
    """Customers of the segments that read them from a file, each file read once."""
    users = _users(keys)
    customers: dict[str, Customers] = {}
    wrong: list[Problem] = []
    for file, segments in users.items():
        opening = ("segments", segments[0], "opening")
        if not FilePath(file).is_file():
            wrong.append(problem_at(tree, opening, f"there is no customer file {file}"))
            continue
        if problems and any(
            problem.key.split(".")[0] in ("plans", "addons", "terms", "segments") for problem in problems
        ):
            continue  # rows cannot be held against names and plans that are not known yet
        same = next((other for other in known if _read_alike(file, keys, other.epochs[0].keys)), None)
        try:
            read = read_customers(file, keys, segments).of if same is None else same.customers.__getitem__
        except ScenarioError as error:
            wrong.extend(error.problems)
            continue
        for name in segments:
            customers[name] = read(name)
            wrong.extend(_without_rate(tree, keys, name, customers[name]))
    return customers, wrong


def _users(keys: Keys) -> dict[str, list[str]]:
    """The segments that take their opening customers from a file, by file."""
    users: dict[str, list[str]] = {}
    for name, segment in keys.segments.items():
        if isinstance(segment.opening, str):
            users.setdefault(segment.opening, []).append(name)
    return users


def _read_alike(file: str, keys: Keys, others: Keys) -> bool:
    """Whether a customer file reads the same with both sets of keys: for the same segments, and with the same names."""

    def of(some: Keys) -> tuple[object, ...]:
        addons = {name: addon.with_ for name, addon in some.addons.items()}
        return _users(some).get(file), list(some.segments), list(some.plans), list(some.terms), addons

    return of(keys) == of(others)


def _without_rate(tree: Mapping, keys: Keys, segment: str, customers: Customers) -> list[Problem]:
    """Plans held by real customers that have no cancel rate."""
    rates = keys.segments[segment].cancel
    return [
        problem_at(tree, ("segments", segment, "cancel", plan), "is required: customers of the file hold this plan")
        for plan in dict.fromkeys(customers.plan)
        if plan not in rates and find(tree, ("segments", segment)) is not None
    ]
