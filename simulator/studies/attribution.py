"""Attribution: which difference between two scenarios brought how much?

Each lever's part is its Shapley value (Shapley 1953): what it adds on average over all orders in which the levers could
be pulled. It is the one way of sharing that adds up to the whole, treats equal levers equally, and gives nothing to a
lever that does nothing. What a lever adds alone and what it adds to all others are given beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import polars as pl

from simulator.accounting.movements import LINE_SIGN, LINES
from simulator.accounting.totals import UNIT
from simulator.results.intervals import interval, probability_of_better
from simulator.results.measure import Measure
from simulator.results.paired import rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.errors import listed
from simulator.scenario.levers import Levers, WrongLevers, levers_between
from simulator.scenario.scenario import Scenario
from simulator.studies.comparable import check_comparable
from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.observe import observe, per_draw_of, study_summary
from simulator.studies.point import EVERYBODY, Point, read_point
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers
from simulator.studies.sweep import shown
from simulator.studies.tasks import model_of

MOST_LEVERS = 8  # 256 scenarios
MONEY_DIGITS, RATE_DIGITS = 4, 10
OPENING = ("opening", "none", "opening")
"""The line of MRR that is there at the start, where a lever changes that."""


@dataclass(frozen=True)
class Seen:
    """What one coalition brought: the metric (R,), and MRR by the month by opening and line (R, 1 + L)."""

    values: np.ndarray
    lines: np.ndarray


def attribute(
    base: Scenario,
    what_if: Scenario,
    *,
    metric: str = "closing_mrr",
    levers: Sequence[str] | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate the base with every combination of what the what-if changes, and share the difference among the levers.

    All combinations live with the same draws; n levers take 2^n scenarios.

    Parameters
    ----------
    base, what_if
        what `simulator.load` returns.
    metric
        `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`.
    levers
        names of differences, or beginnings of names, `+` between those that go together; all others become the lever
        `rest`. By default see `levers_between`.
    replications, seed, engine, threads, executor, progress
        as of `run`.

    Returns
    -------
    Study
        tables `attribution` (lever, value, low95, high95, p_better: its Shapley value; alone, alone_low95,
        alone_high95: pulled by itself; last, last_low95, last_high95: pulled after all others, which is what would be
        lost without it) and `movements_by_lever` (lever, kind, motion, reason, amount, low95, high95: Shapley values
        of MRR movements up to the month, losses negative). Values add up to `summary["difference"]`, amounts to the
        difference of closing MRR.

    Raises
    ------
    WrongStudy
        if the scenarios cannot be compared or do not differ, a lever is not there or makes no scenario without
        another, or there are more than eight.
    """
    check_numbers(replications, seed)
    point = read_point(metric, base)
    found = checked_levers(base, what_if, levers)
    n = len(found.levers)
    coalitions = [frozenset(some) for size in range(n + 1) for some in combinations(range(n), size)]
    scenarios = [found.scenario(some) for some in coalitions]

    def look(measure: Measure) -> Seen:
        return _seen(measure, point, base)

    seen = observe(
        scenarios,
        look,
        range(replications),
        seed,
        executor or Here(threads),
        engine=engine,
        twin=point.metric == "saved_mrr",
        progress=progress,
    )
    by_coalition = dict(zip(coalitions, seen, strict=True))
    per_draw = per_draw_of([base, what_if])
    labels = month_labels(base.start, base.months)
    whole = frozenset(range(n))
    first, last = by_coalition[frozenset()], by_coalition[whole]
    total = interval(last.values - first.values, per_draw)
    tables = {
        "attribution": _attribution(found, by_coalition, point.metric, per_draw),
        "movements_by_lever": _movements(found, by_coalition, per_draw),
    }
    summary = study_summary("attribution", base, replications=replications, seed=seed, engine=engine) | {
        "warnings": list(dict.fromkeys((*model_of(base).warnings, *model_of(what_if).warnings))),
        "title": f"{base.title} / {what_if.title}",
        "what_if": what_if.name,
        "shown": shown(point, base, labels),
        "levers": {lever.name: [part.name for part in lever.parts] for lever in found.levers},
        "scenarios": len(scenarios),
        "base_value": _number(interval(first.values, per_draw).mean),
        "what_if_value": _number(interval(last.values, per_draw).mean),
        "difference": {name: _number(value) for name, value in zip(("mean", "low95", "high95"), total, strict=True)},
        "closing_mrr": {
            name: _number(one.lines.sum(axis=1).mean()) for name, one in (("base", first), ("what_if", last))
        },
    }
    return Study("attribution", tables, summary)


def checked_levers(base: Scenario, what_if: Scenario, wanted: Sequence[str] | None = None) -> Levers:
    """Return the levers between two scenarios, all of whose combinations are scenarios.

    Raises
    ------
    WrongStudy
        as `attribute` does.
    """
    check_comparable([base, what_if])
    try:
        found = levers_between(base, what_if, wanted)
    except WrongLevers as error:
        raise WrongStudy(str(error)) from None
    names = [lever.name for lever in found.levers]
    if len(names) > MOST_LEVERS:
        raise WrongStudy(
            f"there are {len(names)} levers, which would take {2 ** len(names):,} scenarios; an attribution takes at "
            f"most {MOST_LEVERS}. Name those you ask about, `+` between those that go together, all others become one: "
            f"--levers {names[0]},{names[1]}+{names[2]}. There are {listed(names)}"
        )
    for size in range(1, len(names)):
        for some in combinations(range(len(names)), size):
            problem = found.problem(some)
            if problem:
                raise WrongStudy(_incomplete(found, some, problem))
    return found


def _incomplete(found: Levers, some: Sequence[int], problem: str) -> str:
    """Say which differences some levers cannot do without."""
    pulled = [found.levers[i].name for i in some]
    parts = [part.name for i in some for part in found.levers[i].parts]
    apart = found.apart()
    names = [lever.name for lever in apart.levers]
    needed = [names[i] for i in sorted(apart.company(names.index(part) for part in parts)) if names[i] not in parts]
    return (
        f"{' and '.join(pulled)}: makes no scenario without {' and '.join(needed)} ({problem}); let them be one lever: "
        f"{'+'.join(dict.fromkeys([*parts, *needed]))}"
    )


def shapley(values: dict[frozenset[int], np.ndarray], n: int) -> np.ndarray:
    """Return the Shapley value of each of n players, (n, ...), from the values (...) of all 2^n coalitions."""
    found = []
    for i in range(n):
        parts = [(values[some | {i}] - values[some]) / (n * comb(n - 1, len(some))) for some in values if i not in some]
        found.append(np.sum(parts, axis=0))
    return np.stack(found)


def adding_up(parts: np.ndarray, total: float, digits: int) -> np.ndarray:
    """Return parts rounded to digits so that they add up to the rounded total; the largest takes what is left over."""
    scale = 10**digits
    whole = [round(float(part) * scale) for part in parts]
    whole[int(np.argmax(np.abs(parts)))] += round(float(total) * scale) - sum(whole)
    return np.array([one / scale for one in whole])


def _seen(measure: Measure, point: Point, base: Scenario) -> Seen:
    names = [EVERYBODY, *measure.model.names.segments]
    group = names.index([EVERYBODY, *base.segment_names][point.group])
    metrics = measure.metrics()
    if point.metric not in metrics:
        raise WrongStudy(
            f"{point.metric}: {measure.scenario.name} with some of the levers has no such metric, so that it cannot be "
            f"shared among them"
        )
    moved = np.concatenate([one.moved[:, : point.month + 1, group].sum(axis=1) for one in measure.totals]) * LINE_SIGN
    opening = np.concatenate([one.opening()[:, 0, group] for one in measure.totals])
    lines = np.concatenate([opening[:, None], moved / UNIT], axis=1)
    return Seen(metrics[point.metric][:, point.month, group], lines)


def _attribution(found: Levers, seen: dict[frozenset[int], Seen], metric: str, per_draw: int) -> pl.DataFrame:
    n = len(found.levers)
    values = {some: one.values for some, one in seen.items()}
    whole, nothing = frozenset(range(n)), frozenset[int]()
    parts = shapley(values, n)  # (n, R)
    alone = np.stack([values[frozenset({i})] - values[nothing] for i in range(n)])
    last = np.stack([values[whole] - values[whole - {i}] for i in range(n)])
    columns: dict[str, np.ndarray] = {}
    for prefix, some in (("", parts), ("alone_", alone), ("last_", last)):
        mean, low, high = interval(np.swapaxes(some, 0, 1), per_draw)
        columns |= {prefix.rstrip("_") or "value": mean, f"{prefix}low95": low, f"{prefix}high95": high}
    total = float(interval(values[whole] - values[nothing], per_draw).mean)
    if not np.isnan(total):
        largest = max(abs(float(np.nanmean(values[some]))) for some in (whole, nothing))
        columns["value"] = adding_up(columns["value"], total, MONEY_DIGITS if largest >= 10 else RATE_DIGITS)
    columns["p_better"] = probability_of_better(np.swapaxes(parts, 0, 1), metric)
    names = pl.Series("lever", [lever.name for lever in found.levers], dtype=pl.String)
    order = ["value", "low95", "high95", "p_better"]
    order += [name for name in columns if name not in order]
    return pl.DataFrame({"lever": names} | {name: rounded(columns)[name] for name in order})


def _movements(found: Levers, seen: dict[frozenset[int], Seen], per_draw: int) -> pl.DataFrame:
    n = len(found.levers)
    parts = shapley({some: one.lines for some, one in seen.items()}, n)  # (n, R, 1 + L)
    lines = [OPENING, *LINES]
    frames = []
    for lever, some in zip(found.levers, parts, strict=True):
        moved = np.flatnonzero(np.abs(some).max(axis=0) > 0)
        mean, low, high = interval(some[:, moved], per_draw)
        where = {
            "lever": pl.Series([lever.name] * len(moved), dtype=pl.String),
            **{
                name: pl.Series([lines[k][i] for k in moved], dtype=pl.String)
                for i, name in enumerate(("kind", "motion", "reason"))
            },
        }
        frames.append(pl.DataFrame(where | rounded({"amount": mean, "low95": low, "high95": high})))
    return pl.concat(frames)


def _number(value: float | np.ndarray) -> float | None:
    return None if np.isnan(value) else float(value)
