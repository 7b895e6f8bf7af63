"""Tornado: one number at a time from its low to its high end, all else as it is; which matters most?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.results.intervals import interval
from simulator.results.measure import Measure
from simulator.results.paired import paired, rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.errors import Problem, ScenarioError, did_you_mean, listed
from simulator.scenario.overriding import dated, text_at, why_not, with_keys
from simulator.scenario.range_reading import shortest, written_number
from simulator.scenario.ranges import certain, likely
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Listing, Path, Scalar, entries, find, key_text, leaves, parse_path
from simulator.studies.axes import SOURCE, kind_of
from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.observe import observe, study_summary
from simulator.studies.point import read_point
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers
from simulator.studies.sweep import shown

DEFAULT_BY = 0.1
USUAL: tuple[tuple[str, ...], ...] = (
    ("plans", "*", "price"),
    ("plans", "*", "usage_price"),
    ("plans", "*", "usage_price", "unit"),
    ("addons", "*", "price"),
    ("bundles", "*", "discount"),
    ("offers", "*", "acceptance"),
    ("offers", "*", "acceptance", "base"),
    ("segments", "*", "arrivals", "per_month"),
    ("segments", "*", "cancel", "*"),
)
"""What is varied where a scenario has no ranges: what a pricing team sets, and what customers answer with."""


@dataclass(frozen=True)
class Swing:
    """A key with the texts of its low end, of where it stands, and of its high end, and the scenarios at the ends."""

    key: str
    low_text: str
    now_text: str
    high_text: str
    low: Scenario
    high: Scenario


def tornado(
    scenario: Scenario,
    *,
    metric: str = "closing_mrr",
    keys: Sequence[str] | None = None,
    by: float = DEFAULT_BY,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate a scenario with each key at its low and at its high end, and rank the keys by what that does.

    A range goes from its low to its high end; a single value from 1 - `by` to 1 + `by` times what it is. All other
    ranges stay at their likely values, and all scenarios live with the same draws.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    metric
        `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`.
    keys
        dotted keys; by default all ranges, or where there are none, the values of USUAL that are not 0.
    by
        relative distance of the ends of a single value, between 0 and 1.
    replications, seed, engine, threads, executor, progress
        as of `run`.

    Returns
    -------
    Study
        table `tornado`: key, end (low, high), value_text, now_text, mean, low95, high95, difference,
        difference_low95, difference_high95, p_better, swing (high end minus low end), swing_low95, swing_high95;
        the largest swing first.

    Raises
    ------
    WrongStudy
        if there is no such metric, nothing to vary, or `by` is out of range.
    ScenarioError
        if a key cannot be varied.
    """
    check_numbers(replications, seed)
    point = read_point(metric, scenario)
    found = swings(scenario, keys, by)
    base = likely(scenario)
    scenarios = [base, *(one for swing in found for one in (swing.low, swing.high))]

    def look(measure: Measure) -> np.ndarray:
        return point.of(measure)

    first, *others = observe(
        scenarios,
        look,
        range(replications),
        seed,
        executor or Here(threads),
        engine=engine,
        twin=point.metric == "saved_mrr",
        progress=progress,
    )
    labels = month_labels(scenario.start, scenario.months)
    table = _table(found, first, others, point.metric)
    summary = study_summary("tornado", scenario, replications=replications, seed=seed, engine=engine) | {
        "shown": shown(point, scenario, labels),
        "by": by,
        "chosen": "given" if keys is not None else "ranges" if scenario.ranges else "usual",
        "value": float(interval(first).mean) if not np.isnan(first).all() else None,
    }
    return Study("tornado", {"tornado": table}, summary)


def swings(scenario: Scenario, keys: Sequence[str] | None = None, by: float = DEFAULT_BY) -> list[Swing]:
    """Return the keys that are varied with the scenarios at their ends; see `tornado`.

    Raises
    ------
    WrongStudy, ScenarioError
        as `tornado` does.
    """
    if not 0.0 < by < 1.0:
        raise WrongStudy(f"--by: {by:g} is out of range; write a share between 0% and 100%, e.g. 10%")
    chosen = list(dict.fromkeys(keys)) if keys is not None else list(scenario.uncertain) or usual_keys(scenario)
    if not chosen:
        known = [key_text(path) for path, _ in leaves(scenario.tree) if not isinstance(path[-1], int)]
        raise WrongStudy(
            f"{scenario.name} has no ranges, and none of the numbers that are varied without them "
            f"({listed('.'.join(pattern) for pattern in USUAL)}); name some with --keys, e.g. {listed(known[-3:])}"
        )
    base = likely(scenario)
    found: list[Swing] = []
    problems: list[Problem] = []
    for key in chosen:
        try:
            found.append(_of_range(scenario, key) or _of_value(scenario, base, key, by))
        except WrongStudy as error:
            problems.append(Problem(SOURCE, 0, key, str(error)))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def usual_keys(scenario: Scenario) -> list[str]:
    """Return the keys of USUAL that a scenario writes, at its start and at dates, without those that are 0."""
    found = []
    for path, text in _written(scenario):
        key, month = dated(text)
        wanted = any(
            len(path) == len(pattern) and all(part in ("*", name) for part, name in zip(pattern, path, strict=True))
            for pattern in USUAL
        )
        if wanted and why_not(scenario, text) == "":
            number = written_number(text_at(scenario, text) or "0", kind_of(key))[0]
            if number:
                found.append(key if month is None else text)
    return found


def _written(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Every single value with its path, and the key it is named by."""
    for path, value in leaves(scenario.tree):
        if path[0] != "changes" and value.text is not None:
            yield path, key_text(path)
    timeline = scenario.tree.entries.get("changes")
    for item in timeline.items if isinstance(timeline, Listing) else ():
        at = find(item, ("at",))
        for target, node in entries(find(item, ("set",))).items():
            for path, _ in leaves(node, parse_path(target)):
                yield path, f"{key_text(path)}@{at.text if isinstance(at, Scalar) else ''}"


def _of_range(scenario: Scenario, key: str) -> Swing | None:
    """A range from end to end, where it is set at dates too, the others at their likely values; None if it is none."""
    name, month = dated(key)
    try:
        names = (name, key_text(shortest(parse_path(name))))
    except ValueError:
        return None  # told where the value is looked for
    here = [one for one in scenario.ranges if one.path in names and month in (None, one.since)]
    if not here:
        return None
    standing: dict[Path, str] = {one.tree_path: one.likely for one in scenario.ranges}
    low = certain(scenario, standing | {one.tree_path: one.low for one in here})
    high = certain(scenario, standing | {one.tree_path: one.high for one in here})
    return Swing(key, here[0].low, here[0].likely, here[0].high, low, high)


def _of_value(scenario: Scenario, base: Scenario, key: str, by: float) -> Swing:
    """A single value from 1 - by to 1 + by times what it is."""
    message = why_not(scenario, key)
    if message:
        raise WrongStudy(message if scenario.ranges == () else f"{message}{_near_range(scenario, key)}")
    text = text_at(base, key)
    if text is None:
        raise WrongStudy("is not written, so that there is nothing to vary by a share of; write it, or give it a range")
    kind = kind_of(key)
    try:
        value, unit = written_number(text, kind)
    except ValueError:
        raise WrongStudy(f"`{text}` is no number, so that it has no ends") from None
    most = {"share": 100.0 if unit.after.strip().startswith("%") else 1.0}.get(kind.name if kind else "", np.inf)
    ends = sorted(min(float(f"{value * factor:.12g}"), most) for factor in (1.0 - by, 1.0 + by))
    low, high = (unit.text(end) for end in ends)
    if low == high or (unit.whole and text in (low, high)):
        raise WrongStudy(f"± {100 * by:g} % of {text} is {low} to {high}: give it a range, or a larger --by")
    return Swing(key, low, text, high, with_keys(base, {key: low}), with_keys(base, {key: high}))


def _near_range(scenario: Scenario, key: str) -> str:
    return did_you_mean(key, scenario.uncertain)


def _table(found: Sequence[Swing], base: np.ndarray, values: Sequence[np.ndarray], metric: str) -> pl.DataFrame:
    rows = []
    for i, swing in enumerate(found):
        low, high = values[2 * i], values[2 * i + 1]
        whole = interval(high - low)
        columns = dict(zip(("swing", "swing_low95", "swing_high95"), whole, strict=True))
        for end, text, some in (("low", swing.low_text, low), ("high", swing.high_text, high)):
            where = {
                "key": pl.Series([swing.key], dtype=pl.String),
                "end": pl.Series([end], dtype=pl.String),
                "value_text": pl.Series([text], dtype=pl.String),
                "now_text": pl.Series([swing.now_text], dtype=pl.String),
            }
            rows.append(pl.DataFrame(where | rounded(paired(base, some, metric, 1) | columns)))
    order = pl.col("swing").abs().fill_null(-1.0)
    return pl.concat(rows).sort(order, descending=True, maintain_order=True)
