"""What-ifs in pieces: the levers by which one scenario differs from another, and scenarios with some of them pulled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from simulator.scenario.differences import differences
from simulator.scenario.errors import ScenarioError, did_you_mean, listed
from simulator.scenario.load import from_tree
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Listing, Mapping, Node, Path, Scalar, entries, find, key_text, plain

_NAMED = ("plans", "addons", "bundles", "offers", "teams", "terms", "onboarding", "adoption", "segments")
"""Blocks whose entries differ one by one; in segments, key by key."""
_NO_LEVER = ("title", "language")
REST = "rest"
"""The lever of all differences that no other lever names."""


class WrongLevers(ValueError):  # noqa: N818  (it reads as the sentence it is)
    """The levers cannot be taken apart as asked; the message says why, and what would be right."""


@dataclass(frozen=True)
class Part:
    """One difference: a path of the tree, or one entry of the timeline as each side writes it (None: not there)."""

    name: str
    path: Path
    before: Node | None
    after: Node | None


@dataclass(frozen=True)
class Lever:
    """Differences that go together."""

    name: str
    parts: tuple[Part, ...]


@dataclass
class Levers:
    """The levers by which `what_if` differs from `base`, and the scenarios between the two."""

    base: Scenario
    what_if: Scenario
    levers: tuple[Lever, ...]

    def scenario(self, pulled: Iterable[int]) -> Scenario:
        """Return the base with the levers at some positions pulled.

        Raises
        ------
        ScenarioError
            if that is no scenario.
        """
        chosen = set(pulled)
        if not chosen:
            return self.base
        if len(chosen) == len(self.levers):
            return self.what_if
        parts = [part for i, lever in enumerate(self.levers) if i in chosen for part in lever.parts]
        tree = merged_tree(self.base.tree, self.what_if.tree, parts)
        return from_tree(tree, self.base.path, self.base.name, [self.base, self.what_if])

    def apart(self) -> Levers:
        """Return the same differences, each a lever of its own."""
        parts = (part for lever in self.levers for part in lever.parts)
        return Levers(self.base, self.what_if, tuple(Lever(part.name, (part,)) for part in parts))

    def problem(self, pulled: Iterable[int]) -> str:
        """Return what is wrong with the base with some levers pulled, or nothing."""
        try:
            self.scenario(pulled)
        except ScenarioError as error:
            return str(error.problems[0])
        return ""

    def company(self, some: Iterable[int]) -> set[int]:
        """Return a smallest set of levers with which some of them make a scenario, themselves among them."""
        kept = set(some)
        together = set(range(len(self.levers)))
        while True:
            spare = [one for one in sorted(together - kept) if not self.problem(together - {one})]
            if not spare:
                return together
            together.remove(spare[0])


def levers_between(base: Scenario, what_if: Scenario, wanted: Sequence[str] | None = None) -> Levers:
    """Return the levers by which one scenario differs from another.

    Without `wanted`, each plan, add-on, bundle, offer and team, each key of a segment (each plan's `cancel`), each
    other top-level key and each dated change is one; those that make no scenario without each other go together.
    `wanted` are names of differences, or beginnings of names, `+` between those that go together; all others become
    the lever `rest`.

    Raises
    ------
    WrongLevers
        if nothing differs, a name is of no difference or of two levers, or the order of the offers differs.
    """
    parts = tuple(_parts(base, what_if))
    if not parts:
        raise WrongLevers(f"{base.name} and {what_if.name} do not differ; there is nothing to attribute")
    for block in ("offers",):
        mine, theirs = (list(entries(find(one.tree, (block,)))) for one in (base, what_if))
        if [name for name in mine if name in theirs] != [name for name in theirs if name in mine]:
            raise WrongLevers(
                f"{what_if.name} has the {block} in another order than {base.name}, and they are made in order, which "
                f"is no lever; write both in one order"
            )
    if wanted is not None:
        return Levers(base, what_if, _named(parts, wanted))
    return _together(Levers(base, what_if, tuple(Lever(part.name, (part,)) for part in parts)))


def _parts(base: Scenario, what_if: Scenario) -> Iterator[Part]:
    told = [one.key for one in differences(base, what_if)]
    for path in _paths(base.tree, what_if.tree):
        before, after = find(base.tree, path), find(what_if.tree, path)
        same = before is not None and after is not None and plain(before) == plain(after)
        name = key_text(path)
        if not same and any(f"{key}.".startswith(f"{name}.") or f"{name}.".startswith(f"{key}.") for key in told):
            yield Part(name, path, before, after)
    yield from _dated(base.tree, what_if.tree)


def _paths(base: Mapping, what_if: Mapping) -> Iterator[Path]:
    """Where trees can differ, in the order of the second."""
    for block in _union(what_if, base):
        if block in (*_NO_LEVER, "changes"):
            continue
        sides = [find(tree, (block,)) for tree in (base, what_if)]
        if block not in _NAMED:
            yield (block,)
            continue
        for name in _union(*(side for side in reversed(sides) if side is not None)):
            inner = [find(tree, (block, name)) for tree in (base, what_if)]
            if block != "segments" or not all(isinstance(node, Mapping) for node in inner):
                yield block, name
                continue
            for key in _union(*reversed(inner)):
                rates = [find(node, (key,)) for node in inner if node is not None]
                if key == "cancel" and all(isinstance(node, Mapping) for node in rates):
                    yield from ((block, name, key, plan) for plan in _union(*reversed(rates)))
                else:
                    yield block, name, key


def _union(*nodes: Node | None) -> list[str]:
    return list(dict.fromkeys(name for node in nodes for name in entries(node)))


def _dated(base: Mapping, what_if: Mapping) -> Iterator[Part]:
    """Entries of the timeline that differ; one that sets the same keys at the same month is the same entry."""
    old, new = (_timeline(tree) for tree in (base, what_if))
    unchanged = [plain(item) for item in old if any(plain(item) == plain(other) for other in new)]
    old, new = ([item for item in items if plain(item) not in unchanged] for items in (old, new))
    names: dict[str, int] = {}
    for item in [*new, *(item for item in old if all(_what(item) != _what(other) for other in new))]:
        what = _what(item)
        names[what] = names.get(what, 0) + 1
        name = what if names[what] == 1 else f"{what}#{names[what]}"
        before = next((other for other in old if _what(other) == what), None)
        yield Part(name, ("changes", name), before, item if item in new else None)


def _timeline(tree: Mapping) -> list[Node]:
    node = tree.entries.get("changes")
    return list(node.items) if isinstance(node, Listing) else []


def _what(item: Node) -> str:
    """What a dated change is called: what it sets, and its month."""

    def text(key: str) -> str:
        node = find(item, (key,))
        return (node.text or "") if isinstance(node, Scalar) else ""

    retired = text("retire")
    keys = f"retire {retired}" if retired else "&".join(entries(find(item, ("set",))))
    return f"{keys}@{text('at')}"


def _named(parts: Sequence[Part], wanted: Sequence[str]) -> tuple[Lever, ...]:
    """The levers as asked for, and the rest."""
    problems: list[str] = []
    claimed: dict[str, str] = {}
    found: list[Lever] = []
    for text in wanted:
        mine: list[Part] = []
        for name in (piece.strip() for piece in text.split("+")):
            some = [part for part in parts if _means(name, part.name)]
            if not some:
                problems.append(f"--levers: {_no_part(name, parts)}")
            for part in some:
                if claimed.setdefault(part.name, text) != text:
                    problems.append(f"--levers: {part.name} is in two levers, {claimed[part.name]} and {text}")
            mine += [part for part in some if part not in mine]
        found.append(Lever(text.strip(), tuple(mine)))
    if problems:
        raise WrongLevers("\n".join(dict.fromkeys(problems)))
    rest = tuple(part for part in parts if part.name not in claimed)
    return (*found, Lever(REST, rest)) if rest else tuple(found)


def _means(name: str, part: str) -> bool:
    return part == name or part.startswith((f"{name}.", f"{name}@")) or (name == "changes" and "@" in part)


def _no_part(name: str, parts: Sequence[Part]) -> str:
    names = [part.name for part in parts]
    above = next((part for part in names if name.startswith(f"{part}.")), None)
    if above is not None:
        return f"{name} is inside the difference {above}, which is not taken apart; name {above}"
    known = [*names, *(part.path[0] for part in parts if isinstance(part.path[0], str))]
    return f"the scenarios do not differ in `{name}`{did_you_mean(name, known)}; they differ in {listed(names)}"


def _together(apart: Levers) -> Levers:
    """Levers that make no scenario without each other, as one."""
    groups = [{i} for i in range(len(apart.levers))]
    for i in range(len(apart.levers)):
        if apart.problem({i}):
            company = apart.company({i})
            joined = set().union(*(group for group in groups if group & company))
            groups = [joined, *(group for group in groups if not group & joined)]
    levers = []
    for group in sorted(groups, key=min):
        some = [apart.levers[i] for i in sorted(group)]
        levers.append(Lever("+".join(lever.name for lever in some), tuple(p for lever in some for p in lever.parts)))
    return Levers(apart.base, apart.what_if, tuple(levers))


def merged_tree(base: Mapping, what_if: Mapping, parts: Sequence[Part]) -> Mapping:
    """Return the tree of the base with some parts as the what-if has them."""
    node: Node = base
    for part in parts:
        if part.path[0] != "changes":
            node = _with(node, what_if, part.path, part.after)
    assert isinstance(node, Mapping)
    timeline = _merged_timeline(base, what_if, parts)
    if timeline:
        kept = {**node.entries, "changes": Listing(tuple(timeline), node.place)}
        return Mapping(kept, node.keys, node.place)
    kept = {key: value for key, value in node.entries.items() if key != "changes"}
    return Mapping(kept, node.keys, node.place)


def _merged_timeline(base: Mapping, what_if: Mapping, parts: Sequence[Part]) -> list[Node]:
    chosen = [part for part in parts if part.path[0] == "changes"]
    swapped = {id(part.before): part.after for part in chosen if part.before is not None}
    kept = [swapped.get(id(item), item) for item in _timeline(base)]
    added = [part.after for part in chosen if part.before is None and part.after is not None]
    return [item for item in kept if item is not None] + [item for item in _timeline(what_if) if item in added]


def _with(node: Node | None, other: Node | None, path: Path, value: Node | None) -> Node:
    """A tree with another node at a path; new names stand where the other tree has them."""
    if not path:
        assert value is not None
        return value
    name, rest = str(path[0]), path[1:]
    below, beside = entries(node), entries(other)
    changed = dict(below)
    if not rest and value is None:
        changed.pop(name, None)
    else:
        changed[name] = _with(below.get(name), beside.get(name), rest, value)
    keys = {k: place for side in (other, node) if isinstance(side, Mapping) for k, place in side.keys.items()}
    place = node.place if node is not None else other.place if other is not None else None
    assert place is not None
    return Mapping({key: changed[key] for key in _order(list(changed), list(beside))}, keys, place)


def _order(names: list[str], other: list[str]) -> list[str]:
    """Names in the order of the other tree; those that it lacks stay behind the one before them."""
    found = [name for name in other if name in names]
    for position, name in enumerate(names):
        if name not in other:
            before = [found.index(one) for one in names[:position] if one in found]
            found.insert(before[-1] + 1 if before else 0, name)
    return found
