"""Collect replications into a result, one at a time, so that memory holds tables and not books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from simulator.accounting.totals import Totals
from simulator.customer.tally import NOT_FOLLOWED
from simulator.engines.output import Replication
from simulator.model.compile import Model
from simulator.results.behaviour import offer_totals, rescue_funnel, rescue_total
from simulator.results.journeys import journeys_frame, journeys_summary, plan_moves_frame
from simulator.results.measure import Measure
from simulator.results.result import Result
from simulator.results.sign_up_cohorts import cohort_table, run_cohorts_frame
from simulator.results.summary import headline, negative_churn, versions
from simulator.results.tables import (
    metrics_frame,
    month_labels,
    movements_frame,
    offers_frame,
    replication_rows,
    without_rescue_rows,
)
from simulator.results.teams import teams_frame
from simulator.results.usage import bills_frame, usage_frame, usage_summary
from simulator.results.variance import PER_DRAW, decompose, grouped
from simulator.scenario.policy_reach import knobs_that_matter
from simulator.scenario.ranges import uniforms
from simulator.scenario.scenario import Scenario

# Figures of the last month whose variance is told apart: that of the ranges, and that of luck.
DECOMPOSED = ("closing_mrr", "net_mrr_churn_rate", "nrr_12m", "paying_customers", "contribution")
AT_ONCE = 32  # replications whose books are kept until they become rows


@dataclass
class Collector:
    """Takes replications in order and makes a Result of them."""

    scenario: Scenario
    model: Model
    rows: list[pl.DataFrame] = field(default_factory=list)
    fresh: list[Replication] = field(default_factory=list)  # taken, and not among the rows yet
    twins: list[int] = field(default_factory=list)
    teams: list[np.ndarray] = field(default_factory=list)
    cohorts: np.ndarray | None = None  # the sum over replications
    events: int = 0
    measure: Measure = field(init=False)

    def __post_init__(self) -> None:
        self.measure = Measure(self.scenario, self.model)

    def add(self, replication: Replication, drawn: Scenario | None = None) -> None:
        """Take one replication; its books must add up. `drawn` is its scenario, where that has ranges."""
        self.measure.add(replication, drawn)
        self.fresh.append(replication)
        if len(self.fresh) == AT_ONCE:
            self._tabulate()
        cohorts = cohort_table(replication.books)
        self.cohorts = cohorts if self.cohorts is None else self.cohorts + cohorts
        self.events += replication.events
        if replication.without_rescue is not None:
            self.twins.append(replication.number)
        if replication.teams is not None:
            self.teams.append(replication.teams)

    def _tabulate(self) -> None:
        """Turn books into rows: of several replications at once, since most of it costs the same for one."""
        if self.fresh:
            self.rows.append(replication_rows(self.fresh, self.model.names))
            self.fresh = []

    def runs(self) -> pl.DataFrame:
        """Return the integer tables of every replication taken."""
        self._tabulate()
        if not self.twins:
            return pl.concat(self.rows)
        closing = np.stack(self.measure.closing_without_rescue)[:, :, 1:]
        return pl.concat([*self.rows, without_rescue_rows(self.twins, closing, self.model.names)])

    def result(self, *, seed: int, engine: str) -> Result:
        """Return the result of all replications taken."""
        labels = month_labels(self.scenario.start, self.model.months)
        totals = Totals.stack(self.measure.totals)
        metrics = self.measure.metrics()
        runs = self.runs()
        distribution, by_month = negative_churn(totals, labels)
        replications = len(self.measure.totals)
        summary = {
            "title": self.scenario.title,
            "currency": self.scenario.currency,
            "fiscal_year_start": self.scenario.fiscal_year_start,
            "horizon": {"start": labels[0], "months": len(labels), "labels": labels},
            "segments": list(self.model.names.segments),
            "plans": list(self.model.names.plans),
            "replications": replications,
            "seed": seed,
            "engine": engine,
            "versions": versions(),
            "policy": self.scenario.policy.summary() | {"matters": list(knobs_that_matter(self.scenario))},
            "headline": headline(metrics, labels),
            "rescue": rescue_funnel(self.measure.tallies, self.model),
            "rescue_total": rescue_total(self.measure.tallies, self.model),
            "offers": offer_totals(self.measure.tallies, self.model),
            "journeys": journeys_summary(self.measure.tallies),
            "usage": usage_summary(self.measure.tallies, self.model),
            "negative_churn": distribution,
            "negative_churn_probability": by_month,
            **self.uncertainty(metrics, seed),
            "events": self.events,
            "warnings": self.warnings(),
        }
        return Result(
            metrics=metrics_frame(metrics, self.model.names.segments, labels),
            movements=movements_frame(runs, replications, labels, self.scenario.policy.grain),
            offers=offers_frame(runs, replications, labels),
            teams=teams_frame(self.teams, self.model.names.teams, labels),
            runs=runs,
            summary=summary,
            scenario_yaml=self.scenario.resolved_yaml(),
            tables=self.tables(labels),
        )

    def tables(self, labels: Sequence[str]) -> dict[str, pl.DataFrame]:
        """Return the further tables of the result, by name; their columns are in docs/results.md."""
        tallies, names = self.measure.tallies, self.model.names
        assert self.cohorts is not None
        return {
            "cohorts": run_cohorts_frame(self.cohorts, len(tallies), names.segments, self.scenario.start),
            "journeys": journeys_frame(tallies, names),
            "plan_moves": plan_moves_frame(tallies, names, labels),
            "usage": usage_frame(tallies, self.model),
            "bills": bills_frame(tallies, self.model),
        }

    def uncertainty(self, metrics: dict[str, np.ndarray], seed: int) -> dict[str, Any]:
        """Return how much of the variance of the last month's figures comes of the ranges; nothing without ranges."""
        if not self.scenario.ranges:
            return {}
        draws = len(self.measure.totals) // PER_DRAW
        places = [uniforms(self.scenario, seed, d) for d in range(draws)]
        by_range = {path: np.array([one[path] for one in places]) for path in self.scenario.uncertain}
        found = {
            name: decompose(grouped(metrics[name][:, -1, 0], PER_DRAW), by_range)
            for name in DECOMPOSED
            if name in metrics
        }
        return {"uncertainty": {name: one.summary() for name, one in found.items() if one is not None}}

    def warnings(self) -> list[str]:
        """Return what a reader must know: assumptions of the model, caps that bound, customers not followed."""
        said = list(self.model.warnings)
        capped = np.sum([t.offers[..., 2].sum(axis=(0, 1)) for t in self.measure.tallies], axis=0)
        made = np.sum([t.offers[..., 0].sum(axis=(0, 1)) for t in self.measure.tallies], axis=0)
        for name, times, of in zip(self.model.names.offers, capped, made, strict=True):
            if times:
                said.append(
                    f"offers.{name}.acceptance: base and factors came to more than 100 % in {times:,} of {of:,} "
                    f"offers made; they were capped at 100 %"
                )
        lost = sum(int(t.counters[..., NOT_FOLLOWED].sum()) for t in self.measure.tallies)
        if lost:
            said.append(
                f"{lost:,} accepted rescues are missing from the rescue funnel's later stages: those customers had "
                f"accepted more rescues within 12 months than are followed at once"
            )
        return said
