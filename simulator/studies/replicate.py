"""Replicate scenarios: the tasks of all of them in one list, their outcomes collected scenario by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from simulator.engines.output import Replication
from simulator.results.collect import Collector
from simulator.results.measure import Measure
from simulator.scenario.scenario import Scenario
from simulator.studies.executor import Executor, Progress
from simulator.studies.tasks import Task, cut, merge, model_of, scenario_of


class Taking(Protocol):
    """What replications are given to: a Measure, or a Collector."""

    def add(self, replication: Replication, drawn: Scenario | None = None) -> None:
        """Take one replication."""
        ...


T = TypeVar("T", bound=Taking)


def collect(
    scenarios: Sequence[Scenario],
    replications: range,
    seed: int,
    executor: Executor,
    *,
    engine: str = "auto",
    progress: Progress | None = None,
) -> list[Collector]:
    """Return everything about the replications of each scenario, all with the same draws."""
    into = [Collector(scenario, model_of(scenario)) for scenario in scenarios]
    return extend(into, replications, seed, executor, engine=engine, progress=progress)


def extend(
    collectors: Sequence[Collector],
    replications: range,
    seed: int,
    executor: Executor,
    *,
    engine: str = "auto",
    progress: Progress | None = None,
) -> list[Collector]:
    """Give further replications, those after the ones they have, to the collectors of scenarios."""
    tasks = [cut(collector.scenario, seed, replications, engine=engine) for collector in collectors]
    return give(tasks, collectors, executor, progress)


def measure(
    scenarios: Sequence[Scenario],
    replications: range,
    seed: int,
    executor: Executor,
    *,
    engine: str = "auto",
    twin: bool = True,
    progress: Progress | None = None,
) -> list[Measure]:
    """Return the measures of each scenario's replications, all with the same draws: less to keep than `collect`.

    Without the `twin`, saved MRR is not measured, and scenarios with rescue offers take half the time.
    """
    into = [Measure(scenario, model_of(scenario)) for scenario in scenarios]
    tasks = [cut(scenario, seed, replications, engine=engine, twin=twin) for scenario in scenarios]
    return give(tasks, into, executor, progress)


def give(tasks: Sequence[Sequence[Task]], into: Sequence[T], executor: Executor, progress: Progress | None) -> list[T]:
    """Have the tasks performed and give what comes out to each scenario's taker, in order."""
    outcomes = executor.outcomes([task for some in tasks for task in some], progress)
    for some, taker in zip(tasks, into, strict=True):
        shards: list[list[Replication]] = []
        scenario: Scenario | None = None
        for task in some:
            shards.append(next(outcomes))
            if len(shards) < task.shards:
                continue
            for replication in merge(shards):
                if task.scenario.ranges:
                    scenario = _same(scenario, scenario_of(task.scenario, task.seed, replication.number))
                taker.add(replication, scenario)
            shards = []
    return list(into)


def _same(before: Scenario | None, now: Scenario) -> Scenario:
    """Return the scenario of the replication before where it is equal: replications of one draw share it."""
    return before if before is not None and before == now else now
