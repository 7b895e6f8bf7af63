"""Measure replications, one at a time: from books and tallies to every metric by replication."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.accounting.metrics import compute
from simulator.accounting.totals import UNIT, Totals
from simulator.customer.tally import Tallies
from simulator.engines.output import Replication
from simulator.model.compile import Model
from simulator.results.behaviour import behaviour_metrics
from simulator.results.economics import economics_metrics, has_economics
from simulator.scenario.scenario import Scenario


@dataclass
class Measure:
    """Takes replications in order and measures them.

    `model` is any model of the scenario: its names and its size matter, its numbers do not.
    """

    scenario: Scenario
    model: Model
    totals: list[Totals] = field(default_factory=list)
    tallies: list[Tallies] = field(default_factory=list)
    closing_without_rescue: list[np.ndarray] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)  # of each replication, its ranges drawn

    def add(self, replication: Replication, drawn: Scenario | None = None) -> None:
        """Take one replication; its books must add up. `drawn` is its scenario, where that has ranges."""
        if (without := replication.without_rescue) is not None:
            self.closing_without_rescue.append(np.concatenate([without.sum(axis=1, keepdims=True), without], axis=1))
        self.totals.append(Totals.of(replication.books, self.scenario.policy))
        self.tallies.append(replication.tallies)
        self.scenarios.append(self.scenario if drawn is None else drawn)

    def metrics(self) -> dict[str, np.ndarray]:
        """Return every metric by name, (R, M, G) each: replications, months, everybody and the segments."""
        metrics = compute(Totals.stack(self.totals)) | behaviour_metrics(self.tallies, self.model)
        if self.closing_without_rescue:
            without = np.stack(self.closing_without_rescue) / UNIT
            metrics["saved_mrr"] = metrics["closing_mrr"] - without
        if has_economics(self.scenario):
            metrics |= self._economics(metrics)
        return metrics

    def _economics(self, metrics: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the metrics of economics: costs and margins may be ranges, so each draw is counted by itself."""
        parts = []
        starts = [r for r in range(len(self.scenarios)) if r == 0 or self.scenarios[r] is not self.scenarios[r - 1]]
        for first, last in zip(starts, [*starts[1:], len(self.scenarios)], strict=True):
            of_draw = {name: values[first:last] for name, values in metrics.items()}
            parts.append(economics_metrics(of_draw, self.tallies[first:last], self.scenarios[first]))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
