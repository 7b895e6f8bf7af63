"""What reporting needs to know of a result, and how it picks cells from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from simulator.accounting.movements import KINDS, SIGN

LOSSES = frozenset(kind for kind in KINDS if SIGN[kind] < 0)
"""Kinds that lower MRR; their amounts are non-negative in the tables and shown with a minus."""


class ResultView(Protocol):
    """A finished run as reporting reads it. Months are 'YYYY-MM', amounts currency units, rates fractions."""

    @property
    def title(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def months(self) -> tuple[str, ...]: ...
    @property
    def fiscal_year_start(self) -> int: ...
    @property
    def replications(self) -> int: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def metrics(self) -> pl.DataFrame: ...
    @property
    def movements(self) -> pl.DataFrame: ...
    @property
    def teams(self) -> pl.DataFrame: ...
    @property
    def summary(self) -> Mapping[str, Any]: ...


def is_observed(result: ResultView) -> bool:
    """Whether this is what billed customers did: then nothing was drawn, and there is no interval to speak of."""
    return result.summary.get("source") == "billing"


FX = "fx"
"""What exchange rates alone moved: beside the kinds of movements, where currencies were converted; with its sign."""


def kinds_of(result: ResultView) -> tuple[str, ...]:
    """What lies between opening and closing MRR: the kinds of movements, and FX where currencies were converted."""
    converted = (result.metrics["metric"] == f"{FX}_mrr").any()
    return (*KINDS, FX) if converted else KINDS


@dataclass(frozen=True)
class Cell:
    """One metric in one month. None where the metric is not defined (a zero denominator, too early)."""

    month: str
    mean: float | None = None
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None

    @property
    def has_band(self) -> bool:
        """Whether both ends of the 5-95 % interval are known."""
        return self.p05 is not None and self.p95 is not None


def series(result: ResultView, metric: str, segment: str = "all") -> list[Cell]:
    """The metric month by month, one cell for every month of the horizon, empty where there is none.

    With one replication the quantiles are left out: they would be the value itself, not a band.
    """
    rows = result.metrics.filter((pl.col("metric") == metric) & (pl.col("segment") == segment))
    found = {row["month"]: row for row in rows.iter_rows(named=True)}
    return [_cell(month, found.get(month), banded=result.replications > 1) for month in result.months]


def further(result: ResultView, name: str) -> pl.DataFrame | None:
    """A further table of the result, or None if it has none of that name (an older folder, an account)."""
    found = getattr(result, "tables", {}).get(name)  # not every view has further tables
    return found if isinstance(found, pl.DataFrame) else None


def last_known(cells: list[Cell]) -> Cell | None:
    """The latest cell that has a mean."""
    return next((cell for cell in reversed(cells) if cell.mean is not None), None)


def known(value: Any) -> float | None:
    """The number as a float, or None if it is missing or not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


def _cell(month: str, row: Mapping[str, Any] | None, *, banded: bool) -> Cell:
    if row is None:
        return Cell(month)
    mean = known(row["mean"])
    if not banded or mean is None:
        return Cell(month, mean)
    return Cell(month, mean, known(row["p05"]), known(row["p50"]), known(row["p95"]))
