"""A scenario that extends another: both merged into one tree, each value still knowing its own file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath

from simulator.scenario.errors import Problem, ScenarioError, did_you_mean
from simulator.scenario.reading import read_file, read_text
from simulator.scenario.tree import (
    Mapping,
    Node,
    Scalar,
    entries,
    find,
    key_text,
    merge,
    nulls,
    reach,
    replaced,
    without_nulls,
)

EXTENDS = "extends"
MAX_CHAIN = 50
"""Files that may extend each other in a row; far beyond what anyone can follow."""


def resolve_file(path: FilePath) -> Mapping:
    """The tree of a scenario file with everything it extends merged in."""
    return _resolve(read_file(path), path.parent, (path.resolve(),))


def resolve_text(text: str, label: str, folder: FilePath) -> Mapping:
    """The tree of a scenario given as text; relative file names in it start from `folder`."""
    return _resolve(read_text(text, label), folder, ())


def _resolve(tree: Mapping, folder: FilePath, chain: tuple[FilePath, ...]) -> Mapping:
    tree = _with_absolute_files(tree, folder)
    extends = tree.entries.get(EXTENDS)
    if extends is None:
        problems = [
            _problem(tree, path, "null takes an entry out of the file that this one extends; it extends none")
            for path in nulls(tree)
        ]
        if problems:
            raise ScenarioError(problems)
        return tree
    if not isinstance(extends, Scalar) or not extends.text:
        raise ScenarioError([_problem(tree, (EXTENDS,), "is the name of a file, e.g. extends: base.yaml")])
    target = folder / extends.text
    real = target.resolve()
    if real in chain:
        names = " extends ".join(str(file) for file in (*chain[chain.index(real) :], real))
        raise ScenarioError([_problem(tree, (EXTENDS,), f"goes round in a circle: {names}")])
    if len(chain) >= MAX_CHAIN:
        raise ScenarioError([_problem(tree, (EXTENDS,), f"more than {MAX_CHAIN} files extend each other")])
    if not target.is_file():
        raise ScenarioError([_problem(tree, (EXTENDS,), f"there is no file {target}")])
    base = _resolve(read_file(target), target.parent, (*chain, real))
    over = replaced(tree, (EXTENDS,), None)
    problems = [
        _problem(
            tree,
            path,
            f"there is nothing to take out{did_you_mean(str(path[-1]), entries(find(base, path[:-1])))}",
        )
        for path in nulls(over)
        if find(base, path) is None
    ]
    if problems:
        raise ScenarioError(problems)
    merged = without_nulls(merge(base, over))
    if not isinstance(merged, Mapping):
        raise TypeError("two mappings merge to a mapping")
    return merged


def _with_absolute_files(tree: Mapping, folder: FilePath) -> Mapping:
    """Customer files with their full path, since a merged tree has no folder of its own."""
    node: Node = tree
    for name, segment in entries(find(tree, ("segments",))).items():
        opening = entries(segment).get("opening")
        if isinstance(opening, Scalar) and opening.text:
            full = replace(opening, text=str((folder / opening.text).resolve()))
            node = replaced(node, ("segments", name, "opening"), full)
    if not isinstance(node, Mapping):
        raise TypeError("a mapping stays a mapping")
    return node


def _problem(tree: Mapping, path: tuple[str | int, ...], message: str) -> Problem:
    place = reach(tree, path)[1]
    return Problem(place.file, place.line, key_text(path), message)
