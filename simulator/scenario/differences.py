"""What two scenarios, or two epochs of one, say differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from pydantic import BaseModel

from simulator.scenario.keys import Keys
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Listing, Mapping, Node, Path, Scalar, find, key_text


@dataclass(frozen=True)
class Difference:
    """One value that differs: its path, and how each side writes it (None: not written, the default holds)."""

    key: str
    before: str | None
    after: str | None


def differences(before: Scenario, after: Scenario) -> tuple[Difference, ...]:
    """What `after` says differently from `before`: values of the start, then entries of the timeline.

    Values are compared as they are read, so that `15%` and `0.15` are no difference; they are shown as written.
    """
    found = list(compare(before.epochs[0].keys, after.epochs[0].keys, before.tree, after.tree))
    found += _of_ranges(before, after, {one.key for one in found})
    old, new = (_lines(scenario.tree) for scenario in (before, after))
    found += [Difference("changes", entry, None) for entry in old if entry not in new]
    found += [Difference("changes", None, entry) for entry in new if entry not in old]
    return tuple(found)


def _of_ranges(before: Scenario, after: Scenario, told: set[str]) -> Iterator[Difference]:
    """Ranges that differ although the likely value is the same, and how ranges go together."""
    for one in dict.fromkeys((*before.ranges, *after.ranges)):
        if one.since is None and key_text(one.tree_path) not in told:
            texts = tuple(_text(find(scenario.tree, one.tree_path)) for scenario in (before, after))
            if texts[0] != texts[1]:
                told.add(key_text(one.tree_path))
                yield Difference(key_text(one.tree_path), *texts)
    texts = tuple(_text(scenario.tree.entries.get("correlations")) for scenario in (before, after))
    if texts[0] != texts[1]:
        yield Difference("correlations", *texts)


def compare(before: Keys, after: Keys, old: Node, new: Node) -> Iterator[Difference]:
    """Differences between two sets of keys, with the trees they were read from."""
    left, right = dict(_values(before)), dict(_values(after))
    reported = set()
    for path in dict.fromkeys((*left, *right)):
        if left.get(path) == right.get(path):
            continue
        shown, texts = _shown(path, old, new)
        # the same text on both sides: a default that follows from another value, which is reported itself
        if shown not in reported and texts[0] != texts[1]:
            reported.add(shown)
            yield Difference(key_text(shown), *texts)


def _shown(path: Path, old: Node, new: Node) -> tuple[Path, tuple[str | None, str | None]]:
    """Where the sides part, and both texts there.

    That may be above the value: a new plan is shown whole, `acceptance.base` where one side writes `acceptance: 8%`.
    """
    nodes: tuple[Node | None, Node | None] = old, new
    for depth in range(len(path)):
        inner = find(old, path[: depth + 1]), find(new, path[: depth + 1])
        if inner == (None, None) or (depth and any(isinstance(node, Scalar) for node in nodes)):
            return path[:depth], (_text(nodes[0]), _text(nodes[1]))
        if None in inner:
            return path[: depth + 1], (_text(inner[0]), _text(inner[1]))
        nodes = inner
    return path, (_text(nodes[0]), _text(nodes[1]))


def _values(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every single value under a key, by the path a file would write it at."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _values(getattr(value, name), (*path, field.alias or name))
        for name, extra in (value.__pydantic_extra__ or {}).items():
            yield from _values(extra, (*path, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, (*path, str(name)))
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _values(getattr(value, part.name), (*path, part.name))
    elif value is not None:
        yield path, value


def _text(node: Node | None) -> str | None:
    """A node on one line, as a team would write it."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return f"[{', '.join(_text(item) or '' for item in node.items)}]"
        case Mapping():
            return f"{{{', '.join(f'{key}: {_text(value)}' for key, value in node.entries.items())}}}"
    return None


def _lines(tree: Node) -> list[str]:
    """Entries of the timeline, each as one line."""
    timeline = find(tree, ("changes",))
    return [_text(item) or "" for item in timeline.items] if isinstance(timeline, Listing) else []
