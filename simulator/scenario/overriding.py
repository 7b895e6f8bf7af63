"""A scenario with other values at some of its keys, each named by its dotted key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace

from simulator.scenario.errors import Problem, ScenarioError, did_you_mean, listed
from simulator.scenario.keys import Keys
from simulator.scenario.keys.catalogue import STRUCTURAL
from simulator.scenario.load import from_tree
from simulator.scenario.range_reading import shortest
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import (
    Listing,
    Mapping,
    Node,
    Path,
    Place,
    Scalar,
    entries,
    find,
    key_text,
    leaves,
    parse_path,
)

NAMED = {
    "plans": "plan",
    "addons": "add-on",
    "bundles": "bundle",
    "segments": "segment",
    "offers": "offer",
    "teams": "team",
}
"""Blocks whose entries have names that the scenario gives."""

MOST_NAMED = 12
"""Inner keys that a message lists."""

_DATED = re.compile(r"(?P<key>.+)@(?P<month>\d{4}-\d{2})")


@dataclass
class _Refused(Exception):  # noqa: N818  (it reads as the sentence it is)
    """Why a key cannot be set."""

    message: str


def with_keys(scenario: Scenario, values: Dictionary[str, str], *, source: str = "command line") -> Scenario:
    """Return a scenario with single values, as a scenario writes them, at keys; all else stays.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    values
        texts by dotted key: `offers.lite_rescue.acceptance`, or `plans.premium.price@2026-10` for the value that a
        change at that month sets. The key without a month is the value of the start. A key that is not written gets
        written; a range is replaced by the value.
    source
        what messages call the place that the values come from.

    Raises
    ------
    ScenarioError
        with every key that is not there or holds no single value, or else with everything that is wrong with the
        values.
    """
    problems: list[Problem] = []
    places: dict[Path, str] = {}
    for written, text in values.items():
        try:
            where = place_of(scenario, written)
            if where in places:
                raise _Refused(f"is the same key as {places[where]}; give one of them")
            if not text.strip():
                raise _Refused("has no value; write one")
            places[where] = written
        except _Refused as refused:
            problems.append(Problem(source, 0, written, refused.message))
    if problems:
        raise ScenarioError(problems)
    tree: Node = scenario.tree
    for where, written in places.items():
        tree = _put(tree, where, Scalar(values[written].strip(), Place(source, 0)))
    assert isinstance(tree, Mapping)
    try:
        return from_tree(tree, scenario.path, scenario.name, [scenario])
    except ScenarioError as error:
        raise ScenarioError(_told(error.problems, places, values, source)) from None


def text_at(scenario: Scenario, written: str) -> str | None:
    """Return the single value that stands at a key, as written; None where a range or nothing does.

    Raises
    ------
    ScenarioError
        if there is no such key.
    """
    try:
        node = find(scenario.tree, place_of(scenario, written))
    except _Refused as refused:
        raise ScenarioError([Problem("command line", 0, written, refused.message)]) from None
    return node.text if isinstance(node, Scalar) else None


def why_not(scenario: Scenario, written: str) -> str:
    """Return why a key cannot be set, or nothing where it can."""
    try:
        place_of(scenario, written)
    except _Refused as refused:
        return refused.message
    return ""


def dated(written: str) -> tuple[str, str | None]:
    """Return the key and the month of `KEY@YYYY-MM`; None for the month where there is none."""
    match = _DATED.fullmatch(written.strip())
    return (match["key"], match["month"]) if match else (written.strip(), None)


def place_of(scenario: Scenario, written: str) -> Path:
    """Return where in a scenario's tree the single value of a key stands, or would stand. Raises `_Refused`."""
    key, month = dated(written)
    try:
        path: Path = parse_path(key)
    except ValueError as error:
        raise _Refused(str(error)) from None
    if path[0] in (*STRUCTURAL, "correlations", "extends"):
        raise _Refused(f"`{path[0]}` holds for the whole run and is no value to vary")
    if path[0] == "changes":
        raise _Refused("a value that a date sets is written KEY@YYYY-MM, e.g. plans.premium.price@2026-10")
    names = (key_text(path), key_text(shortest(path)))
    ranged = [one for one in scenario.ranges if one.path in names and one.since == month]
    if ranged:
        return ranged[0].tree_path
    return _at_start(scenario, path) if month is None else _at_date(scenario, path, month)


def _at_start(scenario: Scenario, path: Path) -> Path:
    block, *inner = path
    if block not in _top():
        raise _Refused(f"there is no key `{block}`{did_you_mean(str(block), _top())}")
    known = entries(find(scenario.tree, (block,)))
    if block in NAMED and inner and str(inner[0]) not in known:
        noun = NAMED[str(block)]
        there = f"; there are {listed(known)}" if known else f"; the scenario has no {block}"
        raise _Refused(f"there is no {noun} `{inner[0]}`{did_you_mean(str(inner[0]), known) or there}")
    return _single(scenario, (), path, may_be_new=True)


def _at_date(scenario: Scenario, path: Path, month: str) -> Path:
    """Where the change at a month sets a path."""
    known: list[str] = []
    for before, target in _settings(scenario.tree, month):
        if path[: len(target)] == target:
            return _single(scenario, before, path[len(target) :], may_be_new=False)
        if target[: len(path)] == path:
            raise _Refused(f"holds several values; name one: {listed([f'{key_text(target)}@{month}'])}")
        known.append(key_text(target))
    here = f"; set there: {listed(known)}" if known else "; nothing changes at that date"
    hint = did_you_mean(key_text(path), known) or here
    raise _Refused(f"no change at {month} sets `{key_text(path)}`{hint}")


def _settings(tree: Mapping, month: str) -> Iterator[tuple[Path, Path]]:
    """Where each setting of the changes at a month stands, and the path that it sets."""
    timeline = tree.entries.get("changes")
    for position, item in enumerate(timeline.items if isinstance(timeline, Listing) else ()):
        at = find(item, ("at",))
        if isinstance(at, Scalar) and at.text == month:
            for text in entries(find(item, ("set",))):
                yield ("changes", position, "set", text), parse_path(text)


def _single(scenario: Scenario, before: Path, path: Path, *, may_be_new: bool) -> Path:
    """Where the single value at a path below `before` stands."""
    node = find(scenario.tree, before)
    assert node is not None
    here: Path = before
    ranges = {one.tree_path: one.path for one in scenario.ranges}
    for depth, part in enumerate(path):
        if here in ranges:
            raise _Refused(f"`{ranges[here]}` is a range and replaced as a whole; leave out `.{part}`")
        if isinstance(node, Scalar):
            if depth == len(path) - 1 and not before and shortest(path) == path[:-1]:
                return here  # the short form: `acceptance` for `acceptance.base`
            raise _Refused(f"`{key_text(here)}` is one value, {node.text}; there is nothing below it")
        place = int(part) if isinstance(node, Listing) and str(part).isdigit() else part
        child = find(node, (place,))
        if child is None:
            if not may_be_new or isinstance(node, Listing):
                raise _Refused(f"there is nothing at `{key_text(path)}`{_inside(node)}")
            return (*here, *path[depth:])
        node, here = child, (*here, place)
    if here not in ranges and not isinstance(node, Scalar):
        raise _Refused(f"holds several values; name one of them: {_inner_keys(node, here, ranges)}")
    return here


def _inside(node: Node) -> str:
    places = range(len(node.items)) if isinstance(node, Listing) else ()
    inner = [*entries(node), *(str(place) for place in places)]
    return f"; there are {listed(inner)}" if inner else ""


def _inner_keys(node: Node, path: Path, ranges: Dictionary[Path, str]) -> str:
    """Keys of the single values and ranges inside a node, the first few."""
    inner: list[str] = []
    for leaf, _ in leaves(node, path):
        name = next((name for where, name in ranges.items() if leaf[: len(where)] == where), key_text(leaf))
        if name not in inner:
            inner.append(name)
    more = f" and {len(inner) - MOST_NAMED} more" if len(inner) > MOST_NAMED else ""
    return listed(inner[:MOST_NAMED]) + more


def _top() -> list[str]:
    """The top-level keys of the language."""
    return [field.alias or name for name, field in Keys.model_fields.items()]


def _put(node: Node, path: Path, value: Scalar) -> Node:
    """The tree with a value at a path, which is told of at its own place; what is missing above it is made."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(node, Listing):
        assert isinstance(part, int)
        items = list(node.items)
        items[part] = _put(items[part], rest, value)
        return Listing(tuple(items), node.place)
    name = str(part)
    below = entries(node)
    inner = _put(below.get(name, Mapping({}, {}, value.place)), rest, value)
    keys = dict(node.keys) if isinstance(node, Mapping) else {}
    if not rest or name not in below:
        keys[name] = value.place
    return Mapping({**below, name: inner}, keys, node.place)


def _told(
    problems: tuple[Problem, ...], places: dict[Path, str], values: Dictionary[str, str], source: str
) -> Iterator[Problem]:
    """Problems by the key that was given; those of a file, which is right by itself, with the values that make them."""
    given = ", ".join(f"{written} = {values[written].strip()}" for written in places.values())
    for problem in problems:
        names = {key_text(where): written for where, written in places.items()}
        if problem.file == source:
            names |= {dated(written)[0]: written for written in places.values()}
        key = next((written for name, written in names.items() if f"{problem.key}.".startswith(f"{name}.")), None)
        if key is not None:
            yield replace(problem, file=source, line=0, key=key)
        else:
            yield replace(problem, message=f"{problem.message} (with {given})")
