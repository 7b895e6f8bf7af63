"""The dated changes of a scenario: which values they set, and what they ask of existing customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from simulator.scenario.errors import Problem, did_you_mean
from simulator.scenario.keys.block import Block, key
from simulator.scenario.keys.catalogue import STRUCTURAL, Keys
from simulator.scenario.keys.changes import Change
from simulator.scenario.tree import (
    Listing,
    Mapping,
    Node,
    Path,
    Scalar,
    entries,
    find,
    key_text,
    leaves,
    merge,
    nested,
    parse_path,
    plain,
    replaced,
)
from simulator.scenario.validation import problem_at, problems_of

_PRICES = (
    ("plans", "*", "price"),
    ("plans", "*", "extra_seat"),
    ("plans", "*", "usage_price"),
    ("plans", "*", "minimum"),
    ("plans", "*", "maximum"),
    ("plans", "*", "term_discount"),
    ("addons", "*", "price"),
    ("segments", "*", "price_factor"),
)
"""What a customer pays by: setting one of these needs `existing`."""

_NAMED = {"plans": "plan", "addons": "add-on", "bundles": "bundle", "offers": "offer", "segments": "segment"}
_AT_START = ("opening", "opening_tenure")


class Timeline(Block):
    """The `changes` of a scenario, alone."""

    changes: tuple[Change, ...] = key("dated timeline", ())


@dataclass(frozen=True)
class Setting:
    """One value that a change sets: the key as written in `set`, the path it means, and the value."""

    written: str
    path: tuple[str, ...]
    value: Node


@dataclass(frozen=True)
class Entry:
    """One change with its months counted from the start of the scenario."""

    position: int
    at: int
    until: int | None
    change: Change
    settings: tuple[Setting, ...]

    @property
    def path(self) -> Path:
        """Where the change is written."""
        return ("changes", self.position)

    def leaves(self) -> Iterator[Path]:
        """Path of every single value that the change sets; a retired item counts as one."""
        if self.change.retire is not None:
            yield ("retire", self.change.retire)
        for setting in self.settings:
            for path, _ in leaves(setting.value, setting.path):
                yield path


def read_timeline(tree: Mapping, keys: Keys) -> tuple[list[Entry], list[Problem]]:
    """The changes of a resolved tree in the order they apply, and what is wrong with them."""
    node = tree.entries.get("changes")
    if node is None:
        return [], []
    if not isinstance(node, Listing):
        return [], [problem_at(tree, ("changes",), "is a list; write one change a line after `- `")]
    found: list[Entry] = []
    problems: list[Problem] = []
    for position, item in enumerate(node.items):
        prefix = ("changes", position)
        if isinstance(item, Scalar):
            problems.append(problem_at(tree, prefix, "is a mapping, e.g. {at: 2026-10, set: {…}, existing: keep}"))
            continue
        try:
            change = Change.model_validate(plain(item))
        except ValidationError as error:
            problems.extend(problem for problem, _ in problems_of(error, tree, Change, prefix))
            continue
        entry, wrong = _entry(tree, position, change, keys)
        problems.extend(wrong)
        if entry is not None:
            found.append(entry)
    found.sort(key=lambda entry: (entry.at, entry.position))
    problems.extend(_set_twice(tree, found))
    return found, problems


def months_from(start: tuple[int, int], month: tuple[int, int]) -> int:
    """Whole months between two calendar months."""
    return (month[0] - start[0]) * 12 + month[1] - start[1]


def applied(tree: Node, entry: Entry) -> Node:
    """The tree with one change in force."""
    change = entry.change
    if change.retire is not None:
        return _retired(tree, change.retire)
    for setting in entry.settings:
        tree = merge(tree, nested(setting.path, setting.value, setting.value.place))
    return tree


def priced_items(entry: Entry, before: Node) -> Iterator[Path]:
    """What the change re-prices of what was there before, by path: a plan, an add-on, or a segment's whole list."""
    seen = set()
    for path in entry.leaves():
        item = path[:2]
        if _is_price(path) and item not in seen and find(before, item) is not None:
            seen.add(item)
            yield item


def item_kind(tree: Node, name: str) -> str | None:
    """The block that a plan or add-on of this name stands in."""
    return next((block for block in ("plans", "addons") if name in entries(find(tree, (block,)))), None)


def _entry(tree: Mapping, position: int, change: Change, keys: Keys) -> tuple[Entry | None, list[Problem]]:
    path: Path = ("changes", position)
    problems: list[Problem] = []
    at = months_from(keys.start, change.at)
    until = None if change.until is None else months_from(keys.start, change.until)
    last = keys.start[1] - 2 + keys.months
    horizon = (
        f"the scenario runs from {_month(keys.start)} to {_month((keys.start[0] + last // 12, last % 12 + 1))} "
        f"({keys.months} months)"
    )
    if at < 0:
        problems.append(problem_at(tree, (*path, "at"), f"{_month(change.at)} is before the start: {horizon}"))
    elif at == 0:
        message = f"{_month(change.at)} is the start itself: write the value in the scenario; {horizon}"
        problems.append(problem_at(tree, (*path, "at"), message))
    elif at >= keys.months:
        problems.append(problem_at(tree, (*path, "at"), f"{_month(change.at)} is after the end: {horizon}"))
    settings: list[Setting] = []
    for text, node in entries(find(tree, (*path, "set"))).items():
        where: Path = (*path, "set", text)
        try:
            target = parse_path(text)
        except ValueError as error:
            problems.append(problem_at(tree, where, str(error)))
            continue
        message = _forbidden(target, node)
        if message:
            problems.append(problem_at(tree, where, message))
        else:
            settings.append(Setting(text, target, node))
    if problems:
        return None, problems
    return Entry(position, at, until, change, tuple(settings)), []


def _forbidden(path: tuple[str, ...], node: Node) -> str:
    """Why a path cannot be set by a date, or nothing."""
    if path[0] in (*STRUCTURAL, "changes", "correlations", "extends"):
        return f"`{path[0]}` holds for the whole run and cannot change at a date"
    if path == ("segments",) and not isinstance(node, Mapping):
        return "segments cannot change as a whole at a date; set the keys of one"
    for inner, _ in leaves(node, path):
        if inner[0] == "segments" and len(inner) > 2 and inner[2] in _AT_START:
            return f"`{inner[2]}` is read at the start only and cannot change at a date"
    return ""


def unknown_item(tree: Node, path: tuple[str, ...]) -> str:
    """Why a path leads into something that does not exist, or nothing.

    A whole new plan is written `plans.gold: {…}`; `plans.gold.price` can only mean one that is there.
    """
    if len(path) < 3 or path[0] not in _NAMED:
        return ""
    block, name = path[:2]
    known = entries(find(tree, (block,)))
    if name in known:
        return ""
    hint = did_you_mean(name, known) or f"; a new one is set whole, as {block}.{name}: {{…}}"
    return f"there is no {_NAMED[block]} `{name}` at this date{hint}"


def _is_price(path: Path) -> bool:
    return any(
        len(path) >= len(pattern)
        and all(expected in ("*", part) for part, expected in zip(path, pattern, strict=False))
        for pattern in _PRICES
    )


def _set_twice(tree: Mapping, timeline: list[Entry]) -> list[Problem]:
    problems = []
    seen: dict[tuple[int, Path], int] = {}
    for entry in timeline:
        for path in entry.leaves():
            first = seen.setdefault((entry.at, path), entry.position)
            if first != entry.position:
                verb = "retired" if path[0] == "retire" else "set"
                name = key_text(path[1:] if verb == "retired" else path)
                message = f"`{name}` is {verb} twice at {_month(entry.change.at)}; keep one"
                problems.append(problem_at(tree, (*entry.path, "retire" if verb == "retired" else "set"), message))
    return problems


def _retired(tree: Node, name: str) -> Node:
    """Nobody can buy the item any more, and no step of the ladder leads to it."""
    block = item_kind(tree, name)
    if block is None:
        return tree
    item = find(tree, (block, name))
    if isinstance(item, Mapping):
        tree = merge(tree, nested((block, name, "sold"), Scalar("nobody", item.place), item.place))
    ladder = find(tree, ("ladder",))
    if isinstance(ladder, Listing):
        kept = tuple(step for step in ladder.items if not (isinstance(step, Scalar) and step.text == name))
        tree = replaced(tree, ("ladder",), Listing(kept, ladder.place))
    return tree


def _month(month: tuple[int, int]) -> str:
    return f"{month[0]}-{month[1]:02}"
