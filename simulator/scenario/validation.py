"""A tree against the keys: every problem with its line, and what can be used in spite of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simulator.scenario.checks import check
from simulator.scenario.errors import Problem, did_you_mean, listed
from simulator.scenario.keys import Keys
from simulator.scenario.keys.block import Block
from simulator.scenario.kinds import MONTHLY, Names
from simulator.scenario.tree import Mapping, Node, Path, entries, find, key_text, plain, reach, replaced

_PLACEHOLDERS: dict[str, object] = {
    "currency": "XXX",
    "start": "2000-01",
    "months": "1",
    "plans": {},
    "segments": {},
}
"""Stand-ins for required top-level keys that are missing or wrong, so that the rest can still be checked.

A horizon of one month keeps growth from being held against months that nobody asked for."""

_MAX_PASSES = 20


@dataclass(frozen=True)
class Validation:
    """What a tree says: its keys (incomplete where there are problems) and the problems."""

    keys: Keys | None
    problems: tuple[Problem, ...]
    wrong: tuple[Path, ...]
    """Paths that could not be read."""


def names_of(tree: Node) -> Names:
    """The names a tree defines, whether or not what stands behind them is right."""

    def named(block: str) -> tuple[str, ...]:
        return tuple(entries(find(tree, (block,))))

    signals = (
        name for segment in entries(find(tree, ("segments",))).values() for name in entries(find(segment, ("signals",)))
    )

    def having(block: str, *path: str) -> tuple[str, ...]:
        return tuple(name for name, node in entries(find(tree, (block,))).items() if find(node, path) is not None)

    return Names(
        plans=named("plans"),
        addons=named("addons"),
        bundles=named("bundles"),
        segments=named("segments"),
        terms=(MONTHLY, *named("terms")),
        offers=named("offers"),
        teams=named("teams"),
        signals=tuple(dict.fromkeys(signals)),
        rated=having("segments", "satisfaction"),
        including={what: having("plans", "included", what) for what in ("usage", "seats")},
    )


def validate(tree: Mapping, formerly_sold: frozenset[str] = frozenset()) -> Validation:
    """Read a resolved tree (without `extends` and `changes`) as keys and check that they fit together.

    `formerly_sold`: plans and add-ons that earlier epochs sold, which customers may therefore hold.
    """
    names = names_of(tree)
    problems: list[Problem] = []
    wrong: list[Path] = []
    keys = _read(tree, names, problems, wrong)
    if keys is not None:
        for path, message in check(keys.completed(), names, formerly_sold):
            if not _touches(path, wrong):
                problems.append(problem_at(tree, path, message))
    return Validation(keys.completed() if keys is not None else None, tuple(problems), tuple(wrong))


def problem_at(tree: Node, path: Path, message: str) -> Problem:
    """A problem at the line where a path, or the part of it that is written, stands."""
    _, place = reach(tree, path)
    return Problem(place.file, place.line, key_text(path), message)


def _read(tree: Mapping, names: Names, problems: list[Problem], wrong: list[Path]) -> Keys | None:
    """Keys of a tree; what is wrong is reported and taken out until the rest can be read."""
    rest: Node = tree
    filled: dict[str, object] = {}
    for _ in range(_MAX_PASSES):
        written = plain(rest)
        assert isinstance(written, dict)
        try:
            return Keys.model_validate({**filled, **written}, context=names)
        except ValidationError as error:
            found = list(problems_of(error, tree, Keys))
        fresh = [path for problem, path in found if not _touches(path, wrong)]
        problems.extend(problem for problem, path in found if path in fresh)
        for _, path in found:
            wrong.append(path)
            reached, _ = reach(rest, path)
            cut = next((i for i, part in enumerate(reached) if isinstance(part, int)), len(reached))
            if reached and len(path) > len(reached) and len(reached) == cut and find(rest, reached) is not None:
                rest = replaced(rest, reached, None)  # a required key is missing: its block cannot be read
            elif reached:
                rest = replaced(rest, reached[:cut], None)
            if len(path) == 1 and path[0] in _PLACEHOLDERS:
                filled[str(path[0])] = _PLACEHOLDERS[str(path[0])]
    return None


def problems_of(
    error: ValidationError, tree: Node, model: type[BaseModel], prefix: Path = ()
) -> Iterator[tuple[Problem, Path]]:
    """Problems of a validation, each with its path: as far as it is written, and a missing key's name."""
    for detail in error.errors(include_url=False):
        path = (*prefix, *_written(detail["loc"]))
        missing = detail["type"] == "missing"
        reached, _ = reach(tree, path)
        key = path if missing else reached
        yield problem_at(tree, key, _message(detail, model, path[len(prefix) :])), key


def _touches(path: Path, others: list[Path]) -> bool:
    """Whether a path lies on or under one of the others, or one of them under it."""
    return any(path[: len(other)] == other or other[: len(path)] == path for other in others)


def _written(loc: tuple[int | str, ...]) -> Path:
    """A validation's location without its own marks: tags of unions and `[key]`."""
    return tuple(part for part in loc if not (isinstance(part, str) and (part == "[key]" or part.startswith("="))))


def _message(detail: ErrorDetails, model: type[BaseModel], path: Path) -> str:
    """What is wrong and what is allowed, in the language's own words."""
    kind, value = detail["type"], detail["input"]
    match kind:
        case "missing":
            block = _block_at(model, path[:-1])
            meaning = _description(block, str(path[-1]))
            return f"is required: {meaning}" if meaning else "is required"
        case "extra_forbidden":
            known = _spellings(_block_at(model, path[:-1]))
            return f"unknown key{did_you_mean(str(path[-1]), known)}; known here: {', '.join(known)}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
            if not isinstance(value, str):
                return f"is one of {', '.join(allowed)}"
            return f"`{value}` is not allowed; write one of {', '.join(allowed)}{did_you_mean(value, allowed)}"
        case "tuple_type" | "list_type":
            return "is a list; write [a, b], or one entry a line after `- `"
    known = _spellings(_block_at(model, path))
    if known:
        return f"is a mapping with {listed(known)}; write key: value under it"
    return "is a mapping; write name: value under it"


def _spellings(block: type[BaseModel] | None) -> list[str]:
    if block is None:
        return []
    return [field.alias or name for name, field in block.model_fields.items()]


def _description(block: type[BaseModel] | None, spelling: str) -> str:
    if block is not None:
        for name, field in block.model_fields.items():
            if (field.alias or name) == spelling:
                return field.description or ""
    return ""


def _block_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The block of keys that a path leads to."""
    annotation: Any = model
    for part in path:
        annotation = next((inner for option in _options(annotation) for inner in _step(option, part)), None)
    return next((o for o in _options(annotation) if isinstance(o, type) and issubclass(o, Block)), None)


def _step(option: Any, part: str | int) -> Iterator[Any]:
    if isinstance(option, type) and issubclass(option, BaseModel):
        yield from (f.annotation for name, f in option.model_fields.items() if (f.alias or name) == part)
    elif get_origin(option) is dict:
        yield get_args(option)[1]
    elif get_origin(option) is tuple and isinstance(part, int):
        yield get_args(option)[0]


def _options(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation, without the wrappers of `Annotated` and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _options(get_args(annotation)[0])
    elif origin is Union or type(annotation).__name__ == "UnionType":
        for inner in get_args(annotation):
            yield from _options(inner)
    else:
        yield annotation
