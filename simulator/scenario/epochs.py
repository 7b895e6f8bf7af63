"""Epochs: between two dates of the timeline all values stand still; each epoch is a full set of keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, cast

from simulator.scenario.errors import Problem, did_you_mean
from simulator.scenario.keys import Keys
from simulator.scenario.keys.plans import Addon, Plan
from simulator.scenario.kinds import NOT_BUILT
from simulator.scenario.timeline import (
    Entry,
    applied,
    item_kind,
    priced_items,
    read_timeline,
    unknown_item,
)
from simulator.scenario.tree import Mapping, Node, Path, entries, find
from simulator.scenario.validation import Validation, problem_at, validate

NO_VALUES = ("changes", "correlations")
"""Top-level keys that say something about values without being one."""

ItemKind = Literal["plan", "addon"]
MigrationMode = Literal["keep", "at_renewal", "now", "after"]


@dataclass(frozen=True)
class Epoch:
    """The keys that hold from the start of a month on; the first epoch begins at month 0."""

    month_index: int
    keys: Keys
    tree: Mapping = field(compare=False, repr=False)
    """The list values of the epoch as they are written."""


@dataclass(frozen=True)
class Migration:
    """What a change asks of the customers who hold an item: when they get its new price, or what replaces it.

    `epoch` is the position of the epoch the change opens; `segment` is None for all segments; `after` counts
    months from the change (mode `after` alone); `retire_to` is the item that takes the place of a retired one.
    """

    epoch: int
    segment: str | None
    item_kind: ItemKind
    item: str
    mode: MigrationMode
    after: float
    retire_to: str | None


@dataclass(frozen=True)
class History:
    """A scenario over its horizon: epochs in order, migrations, and the problems found on the way."""

    epochs: tuple[Epoch, ...]
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...]


def read_history(tree: Mapping) -> History:
    """Epochs and migrations of a resolved tree."""
    list_values = {name: node for name, node in tree.entries.items() if name not in NO_VALUES}
    base = Mapping(list_values, tree.keys, tree.place)
    first = validate(base)
    problems = list(first.problems)
    if first.keys is None:
        return History((), (), tuple(problems))
    if _unreadable(first, "start", "months"):
        return History((Epoch(0, first.keys, base),), (), tuple(problems))
    timeline, wrong = read_timeline(tree, first.keys)
    problems.extend(wrong)
    reported = set(problems)
    epochs = [Epoch(0, first.keys, base)]
    migrations: list[Migration] = []
    before: Mapping = base
    sold = _sold(first.keys)
    for month in _dates(timeline, first.keys.months):
        opening = [entry for entry in timeline if entry.at == month]
        now, found = _tree_at(tree, base, timeline, month)
        if not found:  # what an unknown path would have set is not known
            for entry in opening:
                found.extend(_entry_problems(tree, before, now, entry))
        found.extend(_lost(tree, before, now, month, timeline))
        if found:
            # what follows from a change that is wrong itself would only be noise
            problems.extend(found)
            timeline = [entry for entry in timeline if entry.at != month]
            continue
        validation = validate(now, sold)
        for problem in validation.problems:
            if problem not in reported:
                reported.add(problem)
                problems.append(replace(problem, message=f"{problem.message} (from {_date(first.keys, month)})"))
        if validation.keys is None:
            break
        epochs.append(Epoch(month, validation.keys, now))
        sold |= _sold(validation.keys)
        for entry in opening:
            migrations.extend(_migrations(len(epochs) - 1, entry, before, validation.keys))
        before = now
    return History(tuple(epochs), tuple(dict.fromkeys(migrations)), tuple(problems))


def _dates(timeline: Iterable[Entry], months: int) -> list[int]:
    """Months at which something changes, ends of temporary changes among them."""
    dates = {entry.at for entry in timeline}
    dates |= {entry.until for entry in timeline if entry.until is not None and entry.until < months}
    return sorted(dates)


def _tree_at(tree: Mapping, base: Mapping, timeline: list[Entry], month: int) -> tuple[Mapping, list[Problem]]:
    """The list values with every change in force laid on top, oldest first.

    A change that has ended is left out, so what was in force before it shows again; one that came later stays.
    """
    problems: list[Problem] = []
    node: Node = base
    for entry in timeline:
        if entry.at > month or (entry.until is not None and entry.until <= month):
            continue
        if entry.at == month:
            for setting in entry.settings:
                message = unknown_item(node, setting.path)
                if message:
                    problems.append(problem_at(tree, (*entry.path, "set", setting.written), message))
        node = applied(node, entry)
    return cast(Mapping, node), problems


def _entry_problems(tree: Mapping, before: Node, now: Node, entry: Entry) -> Iterator[Problem]:
    """What is wrong with one change at its date."""
    change = entry.change
    if change.retire is None:
        priced = list(priced_items(entry, before))
        if priced and change.existing is None:
            yield problem_at(
                tree,
                entry.path,
                "sets a price, so it must say what existing customers pay: add existing: keep (never the new "
                "price), at_renewal, now or {after: 2 months}",
            )
        if not priced and change.existing is not None:
            yield problem_at(
                tree, (*entry.path, "existing"), "is for prices of what is already sold; nothing here is one"
            )
        return
    kind = item_kind(now, change.retire)
    known = [*entries(find(now, ("plans",))), *entries(find(now, ("addons",)))]
    if kind is None:
        hint = did_you_mean(change.retire, known)
        yield problem_at(tree, (*entry.path, "retire"), f"there is no plan or add-on `{change.retire}`{hint}")
        return
    if getattr(find(before, (kind, change.retire, "sold")), "text", None) == "nobody":
        yield problem_at(tree, (*entry.path, "retire"), f"`{change.retire}` is sold to nobody already")
    if change.to is None:
        return
    if kind == "addons":
        message = f"for an add-on {NOT_BUILT.replace('remove it', 'write existing: keep instead')}"
        yield problem_at(tree, (*entry.path, "to"), message)
    elif change.to == change.retire:
        yield problem_at(tree, (*entry.path, "to"), "is the retired item itself")
    elif item_kind(now, change.to) != kind:
        hint = did_you_mean(change.to, entries(find(now, (kind,))))
        yield problem_at(tree, (*entry.path, "to"), f"there is no plan `{change.to}`{hint}")
    else:
        sold = find(now, (kind, change.to, "sold"))
        if getattr(sold, "text", None) == "nobody":
            yield problem_at(tree, (*entry.path, "to"), f"`{change.to}` is sold to nobody at this date")


def _lost(tree: Mapping, before: Node, now: Node, month: int, timeline: list[Entry]) -> Iterator[Problem]:
    """Plans, add-ons and segments that were there and are not: somebody may hold them."""
    causes = [entry for entry in timeline if month in (entry.at, entry.until)]
    path: Path = causes[0].path if causes else ("changes",)
    for block in ("plans", "addons", "segments"):
        for name in entries(find(before, (block,))):
            if find(now, (block, name)) is None:
                way = "a segment stays for the whole run" if block == "segments" else f"close it with retire: {name}"
                yield problem_at(tree, path, f"takes out {block}.{name}, which customers may hold; {way}")
    for name in entries(find(now, ("segments",))):
        if find(before, ("segments", name)) is None:
            yield problem_at(tree, path, f"adds the segment `{name}`; segments are there from the start")


def _migrations(epoch: int, entry: Entry, before: Node, keys: Keys) -> Iterator[Migration]:
    change = entry.change
    mode, after = cast(MigrationMode, change.mode), change.after
    if change.retire is not None:
        kind: ItemKind = "plan" if change.retire in keys.plans else "addon"
        yield Migration(epoch, None, kind, change.retire, mode, after, change.to)
        return
    for block, name in priced_items(entry, before):
        if block == "segments":
            yield from (Migration(epoch, str(name), "plan", plan, mode, after, None) for plan in keys.plans)
            yield from (Migration(epoch, str(name), "addon", addon, mode, after, None) for addon in keys.addons)
        else:
            yield Migration(epoch, None, "plan" if block == "plans" else "addon", str(name), mode, after, None)


def _sold(keys: Keys) -> frozenset[str]:
    items: chain[tuple[str, Plan | Addon]] = chain(keys.plans.items(), keys.addons.items())
    return frozenset(name for name, item in items if item.sold != "nobody")


def _unreadable(validation: Validation, *keys: str) -> bool:
    return any(path[:1] == (key,) for path in validation.wrong for key in keys)


def _date(keys: Keys, month: int) -> str:
    index = keys.start[1] - 1 + month
    return f"{keys.start[0] + index // 12}-{index % 12 + 1:02}"
