"""Run or compare until the interval of one metric is as narrow as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.results.collect import Collector
from simulator.results.result import Result
from simulator.results.variance import PER_DRAW
from simulator.scenario.scenario import Scenario
from simulator.studies.comparable import check_comparable
from simulator.studies.compare import Comparison, comparison
from simulator.studies.executor import Executor, Here
from simulator.studies.point import Point, read_point
from simulator.studies.precision import Precision, replicate_until
from simulator.studies.replicate import extend
from simulator.studies.run import DEFAULT_SEED, check_numbers
from simulator.studies.tasks import engine_of, model_of

MOST = 10_000
FIRST = 20


def run_until(
    scenario: Scenario,
    precision: float,
    *,
    metric: str = "closing_mrr",
    first: int = FIRST,
    most: int = MOST,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    executor: Executor | None = None,
) -> Result:
    """Run a scenario until the 95 % interval of the mean of a metric has a half-width of `precision` times the mean.

    `metric` is `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`. The result is that of `run` with as many
    replications; its summary says under `precision` what was asked and what was reached.

    Raises
    ------
    WrongStudy
        if there is no such metric, month or segment.
    """
    point = read_point(metric, scenario)
    collectors, found = _until([scenario], point, precision, first, most, seed, engine, executor)
    result = collectors[0].result(seed=seed, engine=engine_of(engine))
    return replace(result, summary=result.summary | {"precision": _said(point, precision, found)})


def compare_until(
    base: Scenario,
    *others: Scenario,
    precision: float,
    metric: str = "closing_mrr",
    first: int = FIRST,
    most: int = MOST,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    executor: Executor | None = None,
) -> Comparison:
    """Compare scenarios until the intervals of all differences of a metric are as narrow as asked.

    The half-width of a difference is held against the mean of the base: a difference may well be 0.

    Raises
    ------
    WrongStudy
        if there is no such metric, month or segment, or the scenarios cannot be compared.
    """
    scenarios = [base, *others]
    check_comparable(scenarios)
    point = read_point(metric, base)
    collectors, found = _until(scenarios, point, precision, first, most, seed, engine, executor)
    study = comparison(collectors, seed, engine)
    summary = study.summary | {"precision": _said(point, precision, found)}
    return Comparison(study.kind, study.tables, summary, study.runs)


def _until(
    scenarios: Sequence[Scenario],
    point: Point,
    precision: float,
    first: int,
    most: int,
    seed: int,
    engine: str,
    executor: Executor | None,
) -> tuple[list[Collector], Precision]:
    check_numbers(most, seed)
    used = executor or Here()
    collectors = [Collector(scenario, model_of(scenario)) for scenario in scenarios]

    def add(replications: range) -> None:
        extend(collectors, replications, seed, used, engine=engine)

    def values() -> np.ndarray:
        base, *others = (point.of(collector.measure) for collector in collectors)
        if not others:
            return base
        widest = max((other - base for other in others), key=lambda difference: float(np.nanvar(difference)))
        return np.stack([widest, base])

    per_draw = PER_DRAW if any(scenario.ranges for scenario in scenarios) else 1
    return collectors, replicate_until(precision, most, first, add, values, per_draw)


def _said(point: Point, precision: float, found: Precision) -> dict[str, object]:
    return {
        "metric": point.text,
        "asked": precision,
        "half_width": None if np.isnan(found.half_width) or np.isinf(found.half_width) else found.half_width,
        "reached": found.reached,
    }
