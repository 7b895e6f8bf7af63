"""A scenario as written: text in mappings and lists, where every piece knows its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a scenario to one value."""


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    file: str
    line: int


_RANGES = (
    {"low", "likely", "high"},
    {"mean", "sd"},
    {"mean", "sd", "law"},
    {"samples"},
    {"alpha", "beta"},
)

NOWHERE = Place("", 0)


@dataclass(frozen=True)
class Scalar:
    """One value as its raw text; `text` is None for an explicit `null`, which removes an entry."""

    text: str | None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Listing:
    """A list of values."""

    items: tuple[Node, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Mapping:
    """Named values, in the order of the file; `keys` holds where each name is written."""

    entries: dict[str, Node]
    keys: dict[str, Place] = field(default_factory=dict, compare=False)
    place: Place = field(default=NOWHERE, compare=False)


Node = Scalar | Listing | Mapping


def key_text(path: Sequence[str | int]) -> str:
    """A path as the team writes it: `plans.premium.price`; a name that has a dot is quoted."""
    return ".".join(f'"{part}"' if isinstance(part, str) and "." in part else str(part) for part in path)


def parse_path(text: str) -> tuple[str, ...]:
    """The keys of a dotted path; a name that has a dot is written in double quotes."""
    parts: list[str] = []
    rest = text
    while True:
        if rest.startswith('"'):
            name, closed, rest = rest[1:].partition('"')
            if not closed or (rest and not rest.startswith(".")):
                raise ValueError(f"`{text}` is not a path; a name in double quotes ends with a quote and a dot")
        else:
            name, dot, rest = rest.partition(".")
            rest = dot + rest
        if not name:
            raise ValueError(f"`{text}` is not a path; write keys with dots between, e.g. plans.premium.price")
        parts.append(name)
        if not rest:
            return tuple(parts)
        rest = rest[1:]


def plain(node: Node) -> object:
    """The tree without places: dictionaries, lists, texts and None."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}


def find(node: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a path, or None where there is none."""
    for part in path:
        child = _child(node, part)
        if child is None:
            return None
        node = child
    return node


def reach(node: Node, path: Sequence[str | int]) -> tuple[Path, Place]:
    """How far a path is written in the file, and where the last written part stands."""
    place = node.place
    for depth, part in enumerate(path):
        child = _child(node, part)
        if child is None:
            return tuple(path[:depth]), place
        place = node.keys.get(str(part), child.place) if isinstance(node, Mapping) else child.place
        node = child
    return tuple(path), place


def entries(node: Node | None) -> dict[str, Node]:
    """The named values of a node that is a mapping; nothing otherwise."""
    return node.entries if isinstance(node, Mapping) else {}


def merge(base: Node, over: Node, path: Path = ()) -> Node:
    """`over` on top of `base`: mappings merge key by key, `null` removes, all else replaces.

    The trigger and the target of an offer are one choice of several, so another one replaces them whole; a range is
    one value.
    """
    one_choice = len(path) == 3 and path[0] == "offers" and path[2] in ("when", "to")
    one_value = one_choice or range_like(base) or range_like(over)
    if one_value or not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return without_nulls(over)
    merged, keys = dict(base.entries), dict(base.keys)
    for key, value in over.entries.items():
        if isinstance(value, Scalar) and value.text is None:
            merged.pop(key, None)
            keys.pop(key, None)
            continue
        merged[key] = merge(merged[key], value, (*path, key)) if key in merged else without_nulls(value)
        keys[key] = over.keys.get(key, value.place)
    return Mapping(merged, keys, over.place)


def range_like(node: Node) -> bool:
    """Whether a node is written as a range is."""
    return isinstance(node, Mapping) and set(node.entries) in _RANGES


def without_nulls(node: Node) -> Node:
    """The tree without entries that are `null`."""
    if not isinstance(node, Mapping):
        return node
    kept = {
        key: without_nulls(value)
        for key, value in node.entries.items()
        if not (isinstance(value, Scalar) and value.text is None)
    }
    return Mapping(kept, {key: node.keys[key] for key in kept if key in node.keys}, node.place)


def nulls(node: Node, path: Path = ()) -> Iterator[Path]:
    """Paths of all `null` entries of mappings."""
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            if isinstance(value, Scalar) and value.text is None:
                yield (*path, key)
            else:
                yield from nulls(value, (*path, key))


def replaced(node: Node, path: Sequence[str | int], value: Node | None) -> Node:
    """The tree with another node at a path that exists; None takes the entry out."""
    if not path:
        if value is None:
            raise KeyError("the whole tree cannot be taken out")
        return value
    part, rest = path[0], path[1:]
    if isinstance(node, Mapping) and isinstance(part, str):
        changed = dict(node.entries)
        if rest or value is not None:
            changed[part] = replaced(changed[part], rest, value) if rest else _given(value)
        else:
            changed.pop(part)
        return Mapping(changed, node.keys, node.place)
    if isinstance(node, Listing) and isinstance(part, int):
        items = list(node.items)
        if rest or value is not None:
            items[part] = replaced(items[part], rest, value) if rest else _given(value)
        else:
            items.pop(part)
        return Listing(tuple(items), node.place)
    raise KeyError(key_text(path))


def nested(path: Sequence[str], value: Node, place: Place) -> Node:
    """A tree that holds `value` at a path and nothing else, all of it written at `place`."""
    for part in reversed(path):
        value = Mapping({part: value}, {part: place}, place)
    return value


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every scalar with its path."""
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Listing):
        for position, item in enumerate(node.items):
            yield from leaves(item, (*path, position))
    else:
        for key, value in node.entries.items():
            yield from leaves(value, (*path, key))


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.entries.get(str(part))
    if isinstance(node, Listing) and isinstance(part, int) and 0 <= part < len(node.items):
        return node.items[part]
    return None


def _given(value: Node | None) -> Node:
    if value is None:
        raise ValueError("a value is needed here")
    return value
