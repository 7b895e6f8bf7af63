"""Find the ranges of a scenario: mappings where the keys want one number.

A scenario with ranges is a family of certain ones. What is found here is replaced by values, and every rule of the
language is then checked on certain scenarios: at the likely values, and at the ends of what can be drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin

from simulator.scenario.errors import Problem, did_you_mean, listed
from simulator.scenario.keys.block import Block
from simulator.scenario.keys.catalogue import Keys
from simulator.scenario.kinds import RANGE_WORDS, Kind
from simulator.scenario.laws import Beta, Law, LogNormal, Normal, Pert, Samples
from simulator.scenario.tree import (
    NOWHERE,
    Listing,
    Mapping,
    Node,
    Path,
    Scalar,
    entries,
    find,
    key_text,
    parse_path,
    replaced,
)
from simulator.scenario.uncertainty import Range, Unit

_FORMS = "{low, likely, high}, {mean, sd} or {samples: [...]}"
_LAWS = ("normal", "beta", "lognormal")
_ENDS = ("low", "likely", "high")
_written = re.compile(r"\s*([x×]?\s*)([+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)(.*)")


@dataclass(frozen=True)
class Found:
    """The ranges of a tree, what is wrong with others, and where those stand."""

    ranges: tuple[Range, ...]
    problems: tuple[Problem, ...]
    unread: tuple[Path, ...]


@dataclass
class _RangeError(Exception):
    """What is wrong with a range, under which of its keys."""

    message: str
    under: Path = ()


@dataclass
class _Search:
    ranges: list[Range] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)

    def walk(self, node: Node, options: Sequence[_Option], tree_path: Path, path: Path, since: str | None) -> None:
        if isinstance(node, Mapping):
            kind = _kind(options)
            if kind is not None and _is_range(node, options, kind):
                self._read(node, kind, tree_path, path, since)
                return
            shorts = _shorts(options, kind)
            for key, child in node.entries.items():
                inner = list(_inner(options, kind, key))
                short = key in shorts and isinstance(child, Mapping)
                self.walk(child, inner, (*tree_path, key), path if short else (*path, key), since)
        elif isinstance(node, Listing):
            items = [option for one in options for option in _items(one)]
            for position, item in enumerate(node.items):
                self.walk(item, items, (*tree_path, position), (*path, position), since)

    def _read(self, node: Mapping, kind: Kind, tree_path: Path, path: Path, since: str | None) -> None:
        try:
            law, unit = read_law(node, kind)
        except _RangeError as wrong:
            inside = find(node, wrong.under)
            place = node.place if inside is None else inside.place
            key = key_text((*tree_path, *wrong.under))
            self.problems.append(Problem(place.file, place.line, key, wrong.message))
            self.unread.append(tree_path)
        else:
            self.ranges.append(Range(key_text(path), law, unit, kind.name, tree_path, since, node.place))


def find_ranges(tree: Mapping) -> Found:
    """Return the ranges of a resolved tree, those that its dated changes set among them."""
    search = _Search()
    top = list(_choices(Keys))
    for key, node in tree.entries.items():
        if key not in ("changes", "correlations"):
            search.walk(node, list(_inner(top, None, key)), (key,), (key,), None)
    timeline = tree.entries.get("changes")
    for position, entry in enumerate(timeline.items if isinstance(timeline, Listing) else ()):
        at = find(entry, ("at",))
        since = at.text if isinstance(at, Scalar) else None
        for text, node in entries(find(entry, ("set",))).items():
            try:
                target: Path = parse_path(text)
            except ValueError:
                continue  # told where the timeline is read
            options, path = _reached(top, target)
            search.walk(node, options, ("changes", position, "set", text), path, since)
    return Found(tuple(search.ranges), tuple(search.problems), tuple(search.unread))


def with_texts(tree: Mapping, texts: Dictionary[Path, str]) -> Mapping:
    """Return the tree with single values in the place of others; a text is told of at the place of what it replaces."""
    node: Node = tree
    for path, text in texts.items():
        place = getattr(find(tree, path), "place", NOWHERE)
        node = replaced(node, path, Scalar(text, place))
    assert isinstance(node, Mapping)
    return node


def kind_at(path: Path) -> Kind | None:
    """Return the kind of the single number that a key takes, or None where the key takes no number of a kind."""
    return _kind(_reached(list(_choices(Keys)), path)[0])


def shortest(path: Path) -> Path:
    """Return a path without a last key that could be left out: `acceptance` for `acceptance.base`."""
    return _reached(list(_choices(Keys)), path)[1]


def written_number(text: str, kind: Kind | None) -> tuple[float, Unit]:
    """Return the number in a written value, and the unit it is written in.

    Raises
    ------
    ValueError
        if there is no number in it.
    """
    match = _written.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` has no number")
    whole, money = (kind.whole, kind.money) if kind is not None else (False, False)
    return float(match[2].replace("_", "")), Unit(match[1], match[3], whole, money)


def read_law(node: Mapping, kind: Kind) -> tuple[Law, Unit]:
    """Return the law that a range states, and the unit its numbers are written in."""
    keys = set(node.entries)
    for key in node.entries:
        if key not in RANGE_WORDS:
            raise _RangeError(
                f"unknown key{did_you_mean(key, sorted(RANGE_WORDS))}; a range is written {_FORMS}", (key,)
            )
    if keys & set(_ENDS):
        return _pert(node, kind)
    if "samples" in keys:
        return _samples(node, kind)
    if keys & {"alpha", "beta"}:
        return _beta(node, kind)
    return _moments(node, kind)


def _pert(node: Mapping, kind: Kind) -> tuple[Law, Unit]:
    _exactly(node, _ENDS)
    (low, likely, high), unit = _numbers(node, [(end,) for end in _ENDS], kind)
    if not low <= likely <= high:
        raise _RangeError("goes from low to high; `low` is at most `likely`, and that at most `high`")
    if low == high:
        raise _RangeError("is empty: `low` and `high` are the same; write one value")
    return _drawable(Pert(low, likely, high), unit, kind)


def _samples(node: Mapping, kind: Kind) -> tuple[Law, Unit]:
    _exactly(node, ("samples",))
    listing = node.entries["samples"]
    if not isinstance(listing, Listing) or len(listing.items) < 2:
        raise _RangeError("is a list of at least two values, e.g. samples: [10%, 12%, 19%]", ("samples",))
    values, unit = _numbers(node, [("samples", i) for i in range(len(listing.items))], kind)
    return _drawable(Samples(tuple(sorted(values))), unit, kind)


def _beta(node: Mapping, kind: Kind) -> tuple[Law, Unit]:
    _exactly(node, ("alpha", "beta"))
    if kind.moments != "beta" or kind.name != "share":
        raise _RangeError(f"{{alpha, beta}} is a range of shares; a range of this kind is written {_FORMS}")
    shapes = []
    for key in ("alpha", "beta"):
        before, value, after = _parts(node, (key,))
        if before or after or value <= 0:
            raise _RangeError("is a number above 0, e.g. 2.5", (key,))
        shapes.append(value)
    alpha, beta = shapes
    return _drawable(Beta(alpha, beta, alpha / (alpha + beta), 1.0), Unit("", ""), kind)


def _moments(node: Mapping, kind: Kind) -> tuple[Law, Unit]:
    _exactly(node, ("mean", "sd"), ("law",))
    mean, unit = _number(node, ("mean",), kind)
    before, sd, after = _parts(node, ("sd",))
    if not unit.same_as(Unit(before, after)):
        raise _RangeError(f"is written in the unit of `mean`, e.g. {unit.text(mean / 10)}", ("sd",))
    if sd <= 0:
        raise _RangeError("is above 0; a value without spread is written as one value", ("sd",))
    percent = unit.after.startswith("%")
    name = "beta" if percent and kind.name == "rate" else kind.moments
    if "law" in node.entries:
        law = node.entries["law"]
        text = law.text if isinstance(law, Scalar) else None
        if text not in _LAWS:
            raise _RangeError(f"is one of {', '.join(_LAWS)}{did_you_mean(text or '', _LAWS)}", ("law",))
        name = text
    whole = 100.0 if percent else 1.0
    if name == "beta":
        if not 0.0 < mean < whole:
            raise _RangeError(f"is between {unit.text(0)} and {unit.text(whole)} for a beta law", ("mean",))
        most = (mean * (whole - mean)) ** 0.5
        if sd >= most:
            raise _RangeError(
                f"is too large: between {unit.text(0)} and {unit.text(whole)}, with this mean, it is below "
                f"{unit.rounded(most)}",
                ("sd",),
            )
        return _drawable(Beta.of_moments(mean, sd, whole), unit, kind)
    if name == "lognormal" and mean <= 0.0:
        raise _RangeError("is above 0 for a lognormal law", ("mean",))
    return _drawable(LogNormal(mean, sd) if name == "lognormal" else Normal(mean, sd), unit, kind)


def _drawable(law: Law, unit: Unit, kind: Kind) -> tuple[Law, Unit]:
    """The law, if every value that can be drawn is one that the key allows."""
    for end, value in zip(("low", "high"), law.support, strict=True):
        try:
            kind.parse(unit.text(value))
        except ValueError as error:
            how = "; law: lognormal stays above 0" if law.name == "normal" and kind.moments != "normal" else ""
            how = "; write the ends, as {low, likely, high}" if law.name == "lognormal" else how
            raise _RangeError(f"can be as {end} as {unit.rounded(value)}, but {error}{how}") from None
    return law, unit


def _exactly(node: Mapping, wanted: Sequence[str], may: Sequence[str] = ()) -> None:
    odd = [key for key in node.entries if key not in (*wanted, *may)]
    if odd:
        raise _RangeError(
            f"does not go with {listed(key for key in node.entries if key not in odd)}; write {_FORMS}", (odd[0],)
        )
    missing = [key for key in wanted if key not in node.entries]
    if missing:
        raise _RangeError(f"a range is written {_FORMS}; {listed(missing)} missing")


def _numbers(node: Mapping, paths: Sequence[Path], kind: Kind) -> tuple[list[float], Unit]:
    """Numbers at several paths of a range, all in one unit: that of the middle one."""
    read = [_number(node, path, kind) for path in paths]
    unit = read[len(read) // 2][1]
    for path, (_, other) in zip(paths, read, strict=True):
        if not unit.same_as(other):
            raise _RangeError(f"all values of a range are in one unit; write it as {unit.before}…{unit.after}", path)
    return [value for value, _ in read], unit


def _number(node: Mapping, path: Path, kind: Kind) -> tuple[float, Unit]:
    before, value, after = _parts(node, path)
    unit = Unit(before, after, kind.whole, kind.money)
    inner = find(node, path)
    assert isinstance(inner, Scalar)
    try:
        kind.parse(inner.text or "")
    except ValueError as error:
        raise _RangeError(str(error), path) from None
    return value, unit


def _parts(node: Mapping, path: Path) -> tuple[str, float, str]:
    """What stands before a number, the number, and what stands after it."""
    inner = find(node, path)
    if not isinstance(inner, Scalar):
        raise _RangeError("is one value", path)
    match = _written.fullmatch(inner.text or "")
    if match is None:
        raise _RangeError(f"`{inner.text}` has no number; write one value of the kind the key has", path)
    return match[1], float(match[2].replace("_", "")), match[3]


# where a range may stand

_Option = tuple[Any, tuple[Any, ...]]
"""One alternative of an annotation, with what is annotated to it."""


def _choices(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[_Option]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        yield from _choices(inner, (*metadata, *more))
    elif origin is Union or type(annotation).__name__ == "UnionType":
        for one in get_args(annotation):
            yield from _choices(one)
    elif annotation is not None:
        yield annotation, metadata


def _kind(options: Sequence[_Option]) -> Kind | None:
    """The kind of a single value that one of the alternatives takes."""
    for annotation, metadata in options:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            if annotation.single is not None:
                return annotation.single
            if annotation.short is not None:
                return _kind(list(_of_field(annotation, annotation.short)))
        for one in metadata:
            if isinstance(one, Kind):
                return one
    return None


def _of_field(block: type[Block], key: str) -> Iterator[_Option]:
    for name, one in block.model_fields.items():
        if (one.alias or name) == key:
            yield from _choices(one.annotation, tuple(one.metadata))
            return
    extra = block.__annotations__.get("__pydantic_extra__")
    if extra is not None:
        from simulator.scenario.kinds import Factor  # the one kind that keys of any name have

        yield from _choices(Factor)


def _inner(options: Sequence[_Option], kind: Kind | None, key: str) -> Iterator[_Option]:
    """What a key leads to."""
    for annotation, _ in options:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            yield from _of_field(annotation, key)
        elif get_origin(annotation) is dict:
            yield from _choices(get_args(annotation)[1])
    if kind is not None:
        for name, part in kind.parts:
            if name == key:
                yield float, (part,)


def _items(option: _Option) -> Iterator[_Option]:
    annotation, _ = option
    if get_origin(annotation) is tuple:
        yield from _choices(get_args(annotation)[0])


def _shorts(options: Sequence[_Option], kind: Kind | None) -> set[str]:
    """Keys that a single value in place of the mapping stands for."""
    blocks = {a.short for a, _ in options if isinstance(a, type) and issubclass(a, Block) and a.short is not None}
    return blocks | ({kind.parts[0][0]} if kind is not None and kind.parts else set())


def _is_range(node: Mapping, options: Sequence[_Option], kind: Kind) -> bool:
    """Whether a mapping where a single value may stand is a range, and not one of the longer forms of the key."""
    keys = set(node.entries)
    blocks = [a for a, _ in options if isinstance(a, type) and issubclass(a, Block)]
    longer = [{one.alias or name for name, one in block.model_fields.items()} for block in blocks]
    longer += [{name for name, _ in kind.parts}] if kind.parts else []
    if any(keys <= known for known in longer):
        return False
    if any(get_origin(a) is dict for a, _ in options):
        return keys in ({*_ENDS}, {"mean", "sd"}, {"samples"})
    if longer:
        return keys <= RANGE_WORDS
    return bool(keys & RANGE_WORDS)


def _reached(options: Sequence[_Option], target: Path) -> tuple[list[_Option], Path]:
    """What a path leads to, and the path by which its range is drawn: without a last key that could be left out."""
    here, path = list(options), target
    for position, part in enumerate(target):
        kind = _kind(here)
        if position and part in _shorts(here, kind) and position == len(target) - 1:
            path = target[:-1]
        here = list(_inner(here, kind, str(part)))
    return here, path
