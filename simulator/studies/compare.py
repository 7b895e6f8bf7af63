"""Compare scenarios: which is better, by how much, how sure?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from simulator.results.collect import Collector
from simulator.results.comparison import choices_frame, differences_frame, variance_reduction
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.results.variance import PER_DRAW, decompose, grouped
from simulator.scenario.differences import Difference
from simulator.scenario.differences import differences as scenario_differences
from simulator.scenario.ranges import uniforms
from simulator.scenario.scenario import Scenario
from simulator.studies.comparable import check_comparable
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.replicate import collect
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers
from simulator.studies.tasks import engine_of

# What a comparison says about variance reduction and choices, at the last month, where the scenarios have it.
HEADLINES = ("closing_mrr", "net_mrr_churn_rate", "nrr_12m", "paying_customers", "saved_mrr", "contribution")


class Comparison(Study):
    """Scenarios that lived with the same draws, held against the first of them."""

    @property
    def differences(self) -> pl.DataFrame:
        """month, segment, scenario, metric, base, value, difference, low95, high95, p_better."""
        return self.table("differences")

    @property
    def choices(self) -> pl.DataFrame:
        """month, metric, scenario, value, p_best, cost_if_wrong."""
        return self.table("choices")


def compare(
    base: Scenario,
    *others: Scenario,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate scenarios with the same draws and return what differs from the first.

    The same customers meet the same chances in every scenario (draws are addressed by name), so that a difference
    between replications of the same number shows the effect of what was changed and little else.

    Parameters
    ----------
    base, others
        what `simulator.load` returns; at least one other.
    replications, seed, engine, threads, executor, progress
        as of `run`.

    Raises
    ------
    NotComparable
        if currency or horizon differ, two scenarios have one name, or no other is given.
    """
    check_numbers(replications, seed)
    scenarios = [base, *others]
    check_comparable(scenarios)
    collectors = collect(
        scenarios, range(replications), seed, executor or Here(threads), engine=engine, progress=progress
    )
    return comparison(collectors, seed, engine)


def comparison(collectors: Sequence[Collector], seed: int, engine: str = "auto") -> Comparison:
    """Return the comparison of collected scenarios, the first of them the base."""
    base = collectors[0]
    scenarios = [collector.scenario for collector in collectors]
    names = [scenario.name for scenario in scenarios]
    metrics = [collector.measure.metrics() for collector in collectors]
    labels = month_labels(base.scenario.start, base.scenario.months)
    per_draw = PER_DRAW if any(scenario.ranges for scenario in scenarios) else 1
    runs = {collector.scenario.name: collector.result(seed=seed, engine=engine_of(engine)) for collector in collectors}
    segments = [collector.model.names.segments for collector in collectors]
    differences = differences_frame(metrics, names, segments, labels, per_draw)
    first = runs[names[0]].summary
    summary: dict[str, Any] = {
        "kind": "comparison",
        "title": " / ".join(scenario.title for scenario in scenarios),
        **{
            key: first[key]
            for key in ("currency", "fiscal_year_start", "horizon", "replications", "seed", "engine", "versions")
        },
        "base": names[0],
        "runs": names,
        "titles": {scenario.name: scenario.title for scenario in scenarios},
        "differs": {
            scenario.name: [
                {"key": d.key, "before": d.before, "after": d.after}
                for d in _outermost(scenario_differences(base.scenario, scenario))
            ]
            for scenario in scenarios[1:]
        },
        "variance_reduction": {
            name: {
                headline: variance_reduction(metrics[0][headline][:, -1, 0], metrics[k][headline][:, -1, 0])
                for headline in HEADLINES
                if headline in metrics[0] and headline in metrics[k]
            }
            for k, name in enumerate(names)
            if k
        },
        **_told_apart(scenarios, metrics, seed),
        "warnings": list(dict.fromkeys(w for result in runs.values() for w in result.summary["warnings"])),
    }
    tables = {"differences": differences, "choices": choices_frame(metrics, names, labels)}
    return Comparison("comparison", tables, summary, runs)


def _outermost(found: Sequence[Difference]) -> list[Difference]:
    """Return the differences without those inside another: a new offer is told whole."""
    keys = {one.key for one in found}
    return [one for one in found if not any(one.key.startswith(f"{key}.") for key in keys if key != one.key)]


def _told_apart(scenarios: Sequence[Scenario], metrics: Sequence[dict[str, np.ndarray]], seed: int) -> dict[str, Any]:
    """Return how much of the variance of each difference in closing MRR comes of the ranges; nothing without any."""
    found = {}
    for scenario, measured in zip(scenarios[1:], metrics[1:], strict=True):
        places: dict[str, np.ndarray] = {}
        for one in (scenarios[0], scenario):
            drawn = [uniforms(one, seed, d) for d in range(len(measured["closing_mrr"]) // PER_DRAW)]
            places |= {path: np.array([of_draw[path] for of_draw in drawn]) for path in one.uncertain}
        if not places:
            continue
        difference = measured["closing_mrr"][:, -1, 0] - metrics[0]["closing_mrr"][:, -1, 0]
        decomposed = decompose(grouped(difference, PER_DRAW), places)
        if decomposed is not None:
            found[scenario.name] = decomposed.summary()
    return {"uncertainty_of_difference": found} if found else {}
