"""Draw the ranges of a scenario: from an uncertain scenario to certain ones.

A range is drawn by its key and the number of the draw, so that another range more, or another order in the file, moves
no draw; a what-if that extends the scenario shares the draws of all ranges whose keys it shares.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import replace
from functools import lru_cache
from typing import cast

from simulator.scenario.correlations import correlated
from simulator.scenario.epochs import read_history
from simulator.scenario.errors import ScenarioError, did_you_mean
from simulator.scenario.laws import clipped
from simulator.scenario.range_reading import with_texts
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Mapping, Path
from simulator.scenario.uncertainty import Correlation, Range

__all__ = ["Correlation", "Range", "at", "certain", "drawn", "high", "likely", "low", "uniforms", "with_values"]


def drawn(scenario: Scenario, seed: int, number: int) -> Scenario:
    """Return a scenario with one draw of all ranges; a scenario without ranges is returned as it is.

    Raises
    ------
    ValueError
        if the seed or the number of the draw is out of range.
    ScenarioError
        if drawn values do not fit together, where single ends did.
    """
    return at(scenario, uniforms(scenario, seed, number)) if scenario.ranges else scenario


def uniforms(scenario: Scenario, seed: int, number: int) -> dict[str, float]:
    """Return the uniform number, in (0, 1), behind each range of one draw, by key; correlations are in them."""
    return correlated({path: _uniform(path, seed, number) for path in scenario.uncertain}, scenario.correlations)


def at(scenario: Scenario, places: Dictionary[str, float]) -> Scenario:
    """Return a scenario with ranges at their quantiles; ranges that are not named are at their likely value.

    The numbers, in (0, 1), are taken as they are: `simulator.scenario.correlations.correlated` makes correlated ones
    of the independent ones of a design.

    Raises
    ------
    ValueError
        if a key is of no range, or a number not between 0 and 1.
    """
    for path, u in places.items():
        _known(scenario, path)
        if not 0.0 < u < 1.0:
            raise ValueError(f"{path}: a place in a range lies between 0 and 1, not {u}")
    texts: dict[Path, str] = {
        one.tree_path: one.at(clipped(places[one.path])) if one.path in places else one.likely
        for one in scenario.ranges
    }
    return certain(scenario, texts)


def likely(scenario: Scenario) -> Scenario:
    """Return a scenario with every range at the value that stands for it: likely, mean, or the middle sample."""
    if not scenario.ranges:
        return scenario
    texts: dict[Path, str] = {one.tree_path: one.likely for one in scenario.ranges}
    return replace(scenario, ranges=(), correlations=(), tree=_without_correlations(with_texts(scenario.tree, texts)))


def low(scenario: Scenario) -> Scenario:
    """Return a scenario with every range at its low end: the stated one, or its 5 % quantile."""
    return certain(scenario, {one.tree_path: one.low for one in scenario.ranges})


def high(scenario: Scenario) -> Scenario:
    """Return a scenario with every range at its high end: the stated one, or its 95 % quantile."""
    return certain(scenario, {one.tree_path: one.high for one in scenario.ranges})


def with_values(scenario: Scenario, texts: Dictionary[str, str]) -> Scenario:
    """Return a scenario with single values, as a scenario writes them, in place of some ranges; the others stay.

    A range that a date sets again has the value from the start on.

    Raises
    ------
    ValueError
        if a key is of no range.
    ScenarioError
        if a value is not of the kind of its key, or does not fit.
    """
    for path in texts:
        _known(scenario, path)
    kept = tuple(one for one in scenario.ranges if one.path not in texts)
    written: dict[Path, str] = {one.tree_path: texts[one.path] for one in scenario.ranges if one.path in texts}
    if not kept:
        return certain(scenario, written)
    tree = with_texts(scenario.tree, written)
    at_likely = certain(replace(scenario, tree=tree), {one.tree_path: one.likely for one in kept})
    return replace(at_likely, ranges=kept, correlations=scenario.correlations, tree=tree)


def _known(scenario: Scenario, path: str) -> None:
    if path not in scenario.uncertain:
        hint = did_you_mean(path, scenario.uncertain)
        raise ValueError(f"{scenario.name} has no range `{path}`{hint}")


def certain(scenario: Scenario, texts: Dictionary[Path, str]) -> Scenario:
    """Return the scenario with values at paths of its tree, all its ranges among them; customer files stay as read.

    Raises
    ------
    ScenarioError
        if a value is not of the kind of its key, or does not fit.
    """
    if not texts:
        return scenario
    tree = _without_correlations(with_texts(scenario.tree, texts))
    history = read_history(tree)
    if history.problems:
        raise ScenarioError(history.problems)
    return replace(
        scenario,
        epochs=history.epochs,
        migrations=history.migrations,
        tree=tree,
        ranges=(),
        correlations=(),
    )


def _without_correlations(tree: Mapping) -> Mapping:
    kept = {key: node for key, node in tree.entries.items() if key != "correlations"}
    return Mapping(kept, tree.keys, tree.place)


def _uniform(path: str, seed: int, number: int) -> float:
    """The uniform number at the address (seed, draw, key of the range), with 52 bits, centred in its cell."""
    import numpy as np  # with the draws, slow to import; only drawing needs them

    from simulator.draws.address import purpose, replication_key
    from simulator.draws.philox import philox

    k0, k1 = replication_key(seed, number)
    stream, index = _words(path)
    zero = np.uint64(0)
    words = philox(zero, purpose("range"), np.uint64(index), np.uint64(stream), np.uint64(k0), np.uint64(k1))
    first, second = int(words[0]), int(words[1])
    return ((first >> 6) * 67108864 + (second >> 6) + 0.5) / 4503599627370496


@lru_cache(maxsize=4096)
def _words(path: str) -> tuple[int, int]:
    from simulator.draws.address import two_words

    return cast(tuple[int, int], two_words("range/" + path))
