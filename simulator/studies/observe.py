"""Look at the replications of many scenarios with the same draws, and keep only what a study asks about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from simulator.engines.output import Replication
from simulator.results.measure import Measure
from simulator.results.summary import versions
from simulator.results.tables import month_labels
from simulator.scenario.scenario import Scenario
from simulator.studies.executor import Executor, Progress
from simulator.studies.replicate import give
from simulator.studies.tasks import PER_DRAW, cut, engine_of, model_of

T = TypeVar("T")


def observe(
    scenarios: Sequence[Scenario],
    look: Callable[[Measure], T],
    replications: range | Sequence[range],
    seed: int,
    executor: Executor,
    *,
    engine: str = "auto",
    twin: bool = False,
    progress: Progress | None = None,
) -> list[T]:
    """Return what `look` sees in the measured replications of each scenario; the measures are then let go.

    `replications` are those of all scenarios, or one range for each. Without the `twin`, saved MRR is not measured.
    """
    ranges = [replications] * len(scenarios) if isinstance(replications, range) else replications
    tasks = [
        cut(scenario, seed, some, engine=engine, twin=twin) for scenario, some in zip(scenarios, ranges, strict=True)
    ]
    into = [
        _Looking(scenario, look, sum(len(task.replications) for task in some if task.shard == 0))
        for scenario, some in zip(scenarios, tasks, strict=True)
    ]
    return [one.seen[0] for one in give(tasks, into, executor, progress)]


@dataclass
class _Looking(Generic[T]):
    """Measures the replications of a scenario, and looks at them once the last has come."""

    scenario: Scenario
    look: Callable[[Measure], T]
    awaited: int
    measure: Measure | None = None
    seen: tuple[T, ...] = ()

    def add(self, replication: Replication, drawn: Scenario | None = None) -> None:
        self._measure().add(replication, drawn)
        self._taken()

    def _measure(self) -> Measure:
        if self.measure is None:
            self.measure = Measure(self.scenario, model_of(self.scenario))
        return self.measure

    def _taken(self) -> None:
        self.awaited -= 1
        if not self.awaited:
            self.seen, self.measure = (self.look(self._measure()),), None


def per_draw_of(scenarios: Sequence[Scenario]) -> int:
    """Return how many replications share a draw of the ranges, where any of the scenarios has ranges."""
    return PER_DRAW if any(scenario.ranges for scenario in scenarios) else 1


def study_summary(
    kind: str, scenario: Scenario, *, replications: int, seed: int, engine: str, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the summary of every study of one scenario says."""
    labels = month_labels(scenario.start, scenario.months)
    model = model_of(scenario)
    return {
        "kind": kind,
        "title": scenario.title,
        "scenario": scenario.name,
        "currency": scenario.currency,
        "fiscal_year_start": scenario.fiscal_year_start,
        "horizon": {"start": labels[0], "months": len(labels), "labels": labels},
        "replications": replications,
        "seed": seed,
        "engine": engine_of(engine),
        "versions": versions(),
        "warnings": [*model.warnings, *warnings],
    }
