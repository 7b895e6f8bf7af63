"""Collect replications into a result, one at a time, so that memory holds tables and not books."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.accounting.account import MRR
from simulator.accounting.metrics import compute
from simulator.accounting.totals import UNIT, Totals
from simulator.customer.tally import NOT_FOLLOWED, Tallies
from simulator.engines.output import Replication
from simulator.model.compile import Model
from simulator.results.behaviour import behaviour_metrics, rescue_funnel
from simulator.results.economics import economics_metrics, has_economics
from simulator.results.result import Result
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
from simulator.scenario.policy_reach import knobs_that_matter
from simulator.scenario.scenario import Scenario


@dataclass
class Collector:
    """Takes replications in order and makes a Result of them."""

    scenario: Scenario
    model: Model
    totals: list[Totals] = field(default_factory=list)
    tallies: list[Tallies] = field(default_factory=list)
    rows: list[pl.DataFrame] = field(default_factory=list)
    closing_without_rescue: list[np.ndarray] = field(default_factory=list)
    teams: list[np.ndarray] = field(default_factory=list)
    events: int = 0

    def add(self, replication: Replication) -> None:
        """Take one replication; its books must add up."""
        self.totals.append(Totals.of(replication.books, self.scenario.policy))
        self.tallies.append(replication.tallies)
        self.rows.append(replication_rows(replication, self.model.names))
        self.events += replication.events
        if replication.teams is not None:
            self.teams.append(replication.teams)

    def add_without_rescue(self, replication: Replication) -> None:
        """Take the same replication run without any offer in the cancellation flow."""
        closing = Totals.of(replication.books, self.scenario.policy).stock[0, 1:, :, MRR]
        self.closing_without_rescue.append(closing)
        self.rows.append(without_rescue_rows(replication.number, closing[:, 1:], self.model.names))

    def result(self, *, seed: int, engine: str) -> Result:
        """Return the result of all replications taken."""
        labels = month_labels(self.scenario.start, self.model.months)
        totals = Totals.stack(self.totals)
        metrics = compute(totals) | behaviour_metrics(self.tallies, self.model)
        if self.closing_without_rescue:
            without = np.stack(self.closing_without_rescue) / UNIT
            metrics["saved_mrr"] = metrics["closing_mrr"] - without
        if has_economics(self.scenario):
            metrics |= economics_metrics(metrics, self.tallies, self.scenario)
        runs = pl.concat(self.rows)
        distribution, by_month = negative_churn(totals, labels)
        replications = len(self.totals)
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
            "rescue": rescue_funnel(self.tallies, self.model),
            "negative_churn": distribution,
            "negative_churn_probability": by_month,
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
        )

    def warnings(self) -> list[str]:
        """Return what a reader must know: assumptions of the model, caps that bound, customers not followed."""
        said = list(self.model.warnings)
        capped = np.sum([t.offers[..., 2].sum(axis=(0, 1)) for t in self.tallies], axis=0)
        made = np.sum([t.offers[..., 0].sum(axis=(0, 1)) for t in self.tallies], axis=0)
        for name, times, of in zip(self.model.names.offers, capped, made, strict=True):
            if times:
                said.append(
                    f"offers.{name}.acceptance: base and factors came to more than 100 % in {times:,} of {of:,} "
                    f"offers made; they were capped at 100 %"
                )
        lost = sum(int(t.counters[..., NOT_FOLLOWED].sum()) for t in self.tallies)
        if lost:
            said.append(
                f"{lost:,} accepted rescues are missing from the rescue funnel's later stages: those customers had "
                f"accepted more rescues within 12 months than are followed at once"
            )
        return said
