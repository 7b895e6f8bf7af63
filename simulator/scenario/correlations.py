"""Correlated ranges: a Gaussian copula on the uniform numbers that decide draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary

from pydantic import ValidationError

from simulator.scenario.errors import Problem, did_you_mean
from simulator.scenario.keys.uncertainty import Correlated
from simulator.scenario.laws import clipped, normal_cdf, normal_quantile
from simulator.scenario.tree import Listing, Mapping, Path, Scalar, find, key_text, parse_path, plain
from simulator.scenario.uncertainty import Correlation, Range
from simulator.scenario.validation import problem_at, problems_of

_LEAST_PIVOT = 1e-9
"""Squared Cholesky pivots below this are those of a matrix that is singular, up to rounding."""


def read_correlations(tree: Mapping, ranges: Sequence[Range]) -> tuple[tuple[Correlation, ...], list[Problem]]:
    """Return the correlations of a tree, and what is wrong with them.

    A key that is one value in this scenario (a what-if may have made it one) is no mistake, and has no effect.
    """
    node = tree.entries.get("correlations")
    if node is None:
        return (), []
    if not isinstance(node, Listing):
        example = "is a list; write one a line after `- `, e.g. {between: [KEY, KEY], is: 0.6}"
        return (), [problem_at(tree, ("correlations",), example)]
    found: list[Correlation] = []
    problems: list[Problem] = []
    seen: set[frozenset[str]] = set()
    for position, item in enumerate(node.items):
        path: Path = ("correlations", position)
        if isinstance(item, Scalar):
            problems.append(problem_at(tree, path, "is a mapping, e.g. {between: [KEY, KEY], is: 0.6}"))
            continue
        try:
            read = Correlated.model_validate(plain(item))
        except ValidationError as error:
            problems.extend(problem for problem, _ in problems_of(error, tree, Correlated, path))
            continue
        wrong = list(_unknown(tree, path, read, ranges))
        pair = frozenset(read.between)
        if not wrong and pair in seen:
            wrong = [problem_at(tree, path, f"{' and '.join(read.between)} have a correlation already; keep one")]
        seen.add(pair)
        problems.extend(wrong)
        if not wrong:
            found.append(Correlation(read.between[0], read.between[1], read.is_))
    known = {one.path for one in ranges}
    effective = tuple(one for one in found if one.one in known and one.other in known)
    if not problems and _cholesky(effective) is None:
        problems.append(
            problem_at(
                tree,
                ("correlations",),
                "contradict each other: no numbers can be correlated like this (the matrix is not positive definite); "
                "bring the strongest ones nearer to 0",
            )
        )
    return effective, problems


def correlated(independent: Dictionary[str, float], correlations: Sequence[Correlation]) -> dict[str, float]:
    """Return uniform numbers that go together as stated, made of independent ones; those of other keys stay.

    The first key of the first correlation keeps its number; each further key, in the order in which they are named,
    takes what it has in common with those before it and adds its own (Cholesky).
    """
    used = [one for one in correlations if one.one in independent and one.other in independent]
    result = dict(independent)
    if not used:
        return result
    keys, rows = _order(used), _cholesky(used)
    assert rows is not None  # some rows and columns of a positive definite matrix are one
    own = [normal_quantile(independent[key]) for key in keys]
    for position, key in enumerate(keys):
        if any(rows[position][:position]):
            mixed = math.fsum(weight * z for weight, z in zip(rows[position], own, strict=True))
            result[key] = clipped(normal_cdf(mixed))
    return result


def _unknown(tree: Mapping, path: Path, read: Correlated, ranges: Sequence[Range]) -> Iterator[Problem]:
    known = [one.path for one in ranges]
    for position, text in enumerate(read.between):
        if text in known:
            continue
        try:
            target = parse_path(text)
        except ValueError as error:
            yield problem_at(tree, (*path, "between", position), str(error))
            continue
        if find(tree, target) is None or isinstance(find(tree, target), Mapping | Listing):
            shorter = key_text(target[:-1])
            hint = f"; did you mean `{shorter}`?" if shorter in known else did_you_mean(text, known)
            yield problem_at(tree, (*path, "between", position), f"`{text}` is not a range of this scenario{hint}")


def _order(correlations: Sequence[Correlation]) -> list[str]:
    return list(dict.fromkeys(key for one in correlations for key in (one.one, one.other)))


def _cholesky(correlations: Sequence[Correlation]) -> list[list[float]] | None:
    """The lower triangle L of the correlations' matrix, L Lᵀ, in the order of the keys; None where there is none."""
    keys = _order(correlations)
    size = len(keys)
    matrix = [[float(i == j) for j in range(size)] for i in range(size)]
    for one in correlations:
        i, j = keys.index(one.one), keys.index(one.other)
        matrix[i][j] = matrix[j][i] = one.value
    rows = [[0.0] * size for _ in keys]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - math.fsum(rows[i][k] * rows[j][k] for k in range(j))
            if i == j:
                if rest < _LEAST_PIVOT:
                    return None
                rows[i][i] = math.sqrt(rest)
            else:
                rows[i][j] = rest / rows[j][j]
    return rows
