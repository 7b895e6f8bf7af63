"""A result: the tables of a run, as they stand in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Result:
    """What a run, or an account of billed customers, has found.

    Attributes
    ----------
    metrics
        month (YYYY-MM), segment (`all` and each), metric, mean, sd, p05, p50, p95, replications
    movements
        month, kind, motion, reason, segment, plan, mean, p05, p50, p95; currency units, at the policy's grain
    offers
        month, segment, offer, stage, mean, p05, p50, p95: what became of each offer, by the month it was made
    teams
        month, team, figure, mean, p05, p50, p95: how busy the teams were; empty where nobody shares people
    runs
        the integer tables of every replication, from which all of the above can be rebuilt (see tables.py)
    summary
        what `summary.json` holds
    scenario_yaml
        the resolved scenario; running it again with the recorded seed gives the same bytes
    check
        month, segment, metric, mean, expected, sd, z, tested: the run held against the theory, where that was asked
    controlled
        month, segment, metric, mean, low95, high95, factor: means with less random error, where that was asked
    tables
        further tables by name, each a CSV file of the folder: of a run cohorts, journeys, plan_moves, usage and
        bills; of an account cohorts, plan_matrix, top_customers, reconciliation and aside
    """

    metrics: pl.DataFrame
    movements: pl.DataFrame
    offers: pl.DataFrame
    teams: pl.DataFrame
    runs: pl.DataFrame
    summary: dict[str, Any]
    scenario_yaml: str = ""
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    ledger: Any = field(default=None, compare=False)  # path of the ledger's file, copied when saved
    check: pl.DataFrame | None = None
    controlled: pl.DataFrame | None = None

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.summary["title"]

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.summary["currency"]

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the horizon, YYYY-MM."""
        return tuple(self.summary["horizon"]["labels"])

    @property
    def fiscal_year_start(self) -> int:
        """Month in which the fiscal year starts (1 = January)."""
        return self.summary["fiscal_year_start"]

    @property
    def replications(self) -> int:
        """Number of replications."""
        return self.summary["replications"]

    @property
    def seed(self) -> int | None:
        """The seed of the draws; None where nothing was drawn: an account of billed customers."""
        return self.summary["seed"]

    def metric(self, name: str, segment: str = "all") -> pl.DataFrame:
        """Return the rows of one metric of one segment, by month.

        Raises
        ------
        KeyError
            if there is no such metric or segment; the message lists those there are.
        """
        rows = self.metrics.filter((pl.col("metric") == name) & (pl.col("segment") == segment))
        if rows.is_empty():
            metrics = ", ".join(self.metrics["metric"].unique(maintain_order=True))
            segments = ", ".join(self.metrics["segment"].unique(maintain_order=True))
            raise KeyError(f"no metric {name!r} of segment {segment!r}; metrics: {metrics}; segments: {segments}")
        return rows

    def figure(self, name: str, lang: str = "en") -> Any:
        """Return a matplotlib Figure: movements, closing_mrr, bridge, ... (docs/figures.md)."""
        from simulator.reporting.figures import draw  # matplotlib is slow to import

        return draw(self, name, lang)

    def save(self, folder: Any, *, lang: str = "en", figures: bool = True) -> Any:
        """Write the result folder, whole or not at all, over an older result; return its path."""
        from simulator.results.folder import draw_here, draw_none, save

        return save(self, folder, lang=lang, draw=draw_here if figures else draw_none)
