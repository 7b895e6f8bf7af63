"""Whether values fit together at the ends of what ranges can draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulator.scenario.epochs import read_history
from simulator.scenario.errors import Problem
from simulator.scenario.range_reading import with_texts
from simulator.scenario.tree import Mapping, Path
from simulator.scenario.uncertainty import Range

_ORDERED = ("minimum", "maximum", "up_to", "until", "tenure_above", "tenure_below")
"""Keys whose values must stay in order with others of the same block."""


def ends_problems(tree: Mapping, ranges: Sequence[Range]) -> Iterator[Problem]:
    """Yield what would be wrong at the ends of what can be drawn: sums and limits with all ranges at one end, order
    with one range of a block at one end and the others of the block at the other.

    Rules of a single value have been checked where the range was read; sums and limits grow with every value.
    """
    if not ranges:
        return
    lowest = {one.tree_path: one.unit.text(one.law.support[0]) for one in ranges}
    highest = {one.tree_path: one.unit.text(one.law.support[1]) for one in ranges}
    cases = [("all ranges at their lowest", lowest), ("all ranges at their highest", highest)]
    for one in ranges:
        group = [other for other in ranges if _block(other.tree_path) == _block(one.tree_path)]
        if one.tree_path[-1] in _ORDERED and len(group) > 1:
            rest = {other.tree_path: lowest[other.tree_path] for other in group if other is not one}
            cases.append((f"{one.path} at its highest and others at their lowest", highest | rest))
            rest = {other.tree_path: highest[other.tree_path] for other in group if other is not one}
            cases.append((f"{one.path} at its lowest and others at their highest", lowest | rest))
    told: set[tuple[str, int, str]] = set()
    for when, texts in cases:
        for problem in read_history(with_texts(tree, texts)).problems:
            where = (problem.file, problem.line, problem.key)
            if where not in told:
                told.add(where)
                yield replace(problem, message=f"{problem.message} (with {when})")


def _block(path: Path) -> Path:
    """The named entry that a path lies in."""
    return path[:2]
