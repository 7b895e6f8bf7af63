"""What an expectation gives: the tables of a run without its random error, and what had to be replaced for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from simulator.model.compile import Model
from simulator.results.teams import NO_TEAMS


@dataclass(frozen=True)
class Reason:
    """Something that is not expressible as a Markov chain: where it is written, why, and what could stand in for it."""

    key_path: str
    why: str
    replacement: str


@dataclass(frozen=True)
class Replacement:
    """Something that was replaced by a mean-field value: where it is written, what it was, what stands in for it."""

    key_path: str
    was: str
    replaced_by: str

    def __str__(self) -> str:
        return f"{self.key_path}: {self.was}; replaced by: {self.replaced_by}"


@dataclass(frozen=True)
class Core:
    """A model whose every part is expressible; `replaced` says what was not, and what stands in for it."""

    model: Model
    replaced: tuple[Replacement, ...]


class NotMarkov(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The scenario has parts whose law no Markov chain gives; the message lists all of them, and what to do."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(self.reasons)

    def __str__(self) -> str:
        lines = [f"{r.key_path}: {r.why}; --approximate replaces it by: {r.replacement}" for r in self.reasons]
        return "\n".join(
            [
                "no exact expectation, for the following reasons; `plansim run` simulates the scenario as it is, and "
                "--approximate (in Python: approximate=True) replaces each of them as stated:",
                *lines,
            ]
        )


class DoesNotAddUp(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The expected movements are not the expected change of MRR: the program is wrong, and no table may be printed."""


@dataclass(frozen=True)
class Expectation:
    """The exact expectation of what a run of the scenario estimates.

    Attributes
    ----------
    metrics
        the columns of a run's metrics: month, segment (`all` and each), metric, mean, sd, p05, p50, p95,
        replications. sd is that of one replication, null where it is not computed (rates, counts of events);
        quantiles are null and replications 0
    movements
        the columns of a run's movements and sd; amounts in currency units, month grain. motion and reason are null
        where the law of two month-ends does not tell them
    events
        month, kind, motion, reason, segment, plan, mean: event grain, every reason
    replaced
        what --approximate has replaced; empty: exact
    summary
        what `summary.json` holds
    """

    metrics: pl.DataFrame
    movements: pl.DataFrame
    events: pl.DataFrame
    replaced: tuple[Replacement, ...]
    summary: dict[str, Any]
    scenario: Any
    tables: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def teams(self) -> pl.DataFrame:
        """No team: customers who share people have no exact expectation."""
        return NO_TEAMS

    def table(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of a metric, (M, G) each: months, group 0 everybody, then the segments.

        The deviation is that of one replication; NaN where it, or the rate, is not there.

        Raises
        ------
        KeyError
            if there is no such metric; the message lists those there are.
        """
        if metric not in self.tables:
            raise KeyError(f"no metric {metric!r}; metrics: {', '.join(self.tables)}")
        return self.tables[metric]

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
        """0: nothing is drawn."""
        return 0

    @property
    def seed(self) -> int:
        """0: there is none."""
        return 0

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

    def save(self, folder: Any) -> Any:
        """Write the folder, whole or not at all, over an older expectation; return its path."""
        from simulator.expectation.folder import save

        return save(self, folder)
