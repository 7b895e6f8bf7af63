"""Check a run against the theory: z-scores by metric and month, and one test of all of them together.

The overall test is a rotation test (Langsrud 2005, Statistics and Computing 15, 53). If the expectation is right, a
replication's deviations from it are independent of those of the others and (sums over many customers) nearly normal;
turning the replications into one another by a random rotation then changes nothing about their law, however months,
metrics and segments depend on each other. So the largest |z| of the run is held against the largest |z| of the same
deviations rotated: the level is exact for normal deviations, with any number of replications and of comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import polars as pl

from simulator.accounting.metrics import METRICS
from simulator.accounting.totals import Totals
from simulator.results.rebuild import totals_of
from simulator.results.result import Result

CHECKED = {
    # amounts and counts whose sd the theory knows, and the count that tells how many customers stand behind a cell
    "closing_mrr": "paying_customers",
    "new_mrr": "new_customers",
    "reactivation_mrr": "reactivated_customers",
    "expansion_mrr": None,
    "contraction_mrr": None,
    "churn_mrr": "churned_customers",
    "upsell_mrr": None,
    "cross_sell_mrr": None,
    "price_mrr": None,
    "restoration_mrr": None,
    "paying_customers": "paying_customers",
    "free_customers": "free_customers",
    "trial_customers": "trial_customers",
    "paused_customers": "paused_customers",
    "new_customers": "new_customers",
    "reactivated_customers": "reactivated_customers",
    "churned_customers": "churned_customers",
}
LEVEL = 0.05
ROTATIONS = 9_999
FEWEST_REPLICATIONS = 10
ENOUGH = 25.0
"""Events, over all replications, from which a cell takes part in the overall test: with fewer it is far from normal."""
ROUNDING = 1e-9
CHUNK = 500
"""Rotations at a time."""
ROUNDED = 5e-5
"""Half a ten-thousandth: what rounding may move an amount by."""


class Expected(Protocol):
    """What the check needs of an expectation."""

    @property
    def tables(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Mean and sd of one replication by metric, (M, G) each, sd NaN where it is not known."""


@dataclass(frozen=True)
class Check:
    """A run held against its expectation.

    Attributes
    ----------
    table
        month, segment, metric, mean (of the replications), expected, sd (of one replication, by theory), z, tested
        (whether the cell takes part in the overall test); in file order of metrics
    p_value
        probability of a largest |z| as large as this one, or larger, if the expectation is right
    band
        what the largest |z| of all tested cells stays below with probability 1 - LEVEL if the expectation is right
    replications
        of the run
    """

    table: pl.DataFrame
    p_value: float
    band: float
    replications: int

    @property
    def agrees(self) -> bool:
        """Whether the run is compatible with the expectation at LEVEL."""
        return self.p_value > LEVEL

    @property
    def worst(self) -> dict[str, object]:
        """The row of the tested cell with the largest |z|."""
        tested = self.table.filter("tested")
        return tested.row(int(tested["z"].abs().arg_max() or 0), named=True)

    def summary(self) -> dict[str, object]:
        """Return what `summary.json` holds of it; a z that is infinite (nothing is random there) is null."""
        worst = self.worst
        z = float(worst["z"])  # type: ignore[arg-type]
        return {
            "p_value": self.p_value,
            "level": LEVEL,
            "agrees": self.agrees,
            "band": self.band,
            "cells": len(self.table),
            "tested": int(self.table["tested"].sum()),
            "worst": {
                "month": worst["month"],
                "segment": worst["segment"],
                "metric": worst["metric"],
                "z": z if np.isfinite(z) else None,
            },
        }


class CannotCheck(ValueError):  # noqa: N818  (it reads as the sentence it is)
    """The run cannot be held against an expectation; the message says why and what would be right."""


def check_replications(replications: int) -> None:
    """Refuse too few replications for a test that could notice anything.

    Raises
    ------
    CannotCheck
        naming how many are needed.
    """
    if replications < FEWEST_REPLICATIONS:
        raise CannotCheck(
            f"{replications} replications are too few to be held against the theory; take {FEWEST_REPLICATIONS} or more"
        )


def check(result: Result, expected: Expected) -> Check:
    """Hold a run against the expectation of its scenario.

    Raises
    ------
    CannotCheck
        with fewer than FEWEST_REPLICATIONS replications, or if there is no cell to test.
    """
    groups = ["all", *result.summary["segments"]]
    return check_totals(totals_of(result), expected, result.months, groups, result.summary["seed"])


def with_check(result: Result, checked: Check) -> Result:
    """Return the result with the check's table and summary in it, so that it is saved and drawn with the rest."""
    return replace(result, check=checked.table, summary={**result.summary, "check": checked.summary()})


def check_totals(
    totals: Totals,
    expected: Expected,
    months: tuple[str, ...],
    groups: list[str],
    seed: int,
    rotations: int = ROTATIONS,
) -> Check:
    """Hold the totals of R replications against an expectation; `seed` is that of the rotations."""
    replications = len(totals.moved)
    check_replications(replications)
    names = [name for name in CHECKED if name in expected.tables]
    observed = np.stack([METRICS[name](totals) for name in names], axis=-1).astype(float)  # (R, M, G, metrics)
    mean, sd = (np.stack([expected.tables[name][i] for name in names], axis=-1).astype(float) for i in (0, 1))
    tested = np.stack([has_enough(name, expected, replications) for name in names], axis=-1)
    z = z_scores(observed, mean, sd)
    known = np.isfinite(mean) & np.isfinite(sd)
    random = known & tested & (sd > 0.0)
    fixed = known & (sd == 0.0)
    if not random.any():
        raise CannotCheck(
            "nothing can be tested: every amount and count of the scenario is certain, or has fewer than "
            f"{ENOUGH:g} expected events in {replications} replications; take more replications"
        )
    p_value, band = rotation_test((observed - mean)[:, random] / sd[random], seed, rotations)
    if (z[fixed] != 0.0).any():
        p_value = 0.0  # nothing is random there, and yet it is not what it must be
    table = _table(observed.mean(axis=0), mean, sd, z, known, random | (fixed & (z != 0.0)), (months, groups, names))
    return Check(table, p_value, band, replications)


def z_scores(observed: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return the z-scores (...) of the means of observed (R, ...) with the sd of one replication; NaN where unknown.

    Where nothing is random, any difference beyond rounding is infinite.
    """
    difference = observed.mean(axis=0) - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        z = difference / (sd / np.sqrt(len(observed)))
    only_rounding = np.abs(difference) <= ROUNDED + ROUNDING * np.abs(mean)
    return np.where((sd == 0.0) & only_rounding, 0.0, z)


def rotation_test(deviations: np.ndarray, seed: int, rotations: int = ROTATIONS) -> tuple[float, float]:
    """Return the p-value of the largest |z|, and what it stays below with probability 1 - LEVEL.

    Parameters
    ----------
    deviations
        (R, cells): of replications from the expectation, in standard deviations of one replication.

    A z-score is the deviations' product with the unit vector (1, ..., 1) / sqrt(R); under the hypothesis any unit
    vector, drawn uniformly, gives the same law. The run's own counts as one of the draws, so that the level holds
    exactly with a finite number of them (Hemerik and Goeman 2018, TEST 27, 811).
    """
    replications = len(deviations)
    largest = np.abs(deviations.sum(axis=0)).max() / np.sqrt(replications)
    vectors = np.random.Generator(np.random.Philox(seed)).standard_normal((rotations, replications))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rotated = np.empty(rotations)
    for start in range(0, rotations, CHUNK):  # in pieces, so that memory stays small
        rotated[start : start + CHUNK] = np.abs(vectors[start : start + CHUNK] @ deviations).max(axis=1)
    p_value = (1 + int((rotated >= largest * (1.0 - ROUNDING)).sum())) / (1 + rotations)
    return p_value, float(np.sort(np.append(rotated, largest))[int(np.ceil((1.0 - LEVEL) * (1 + rotations))) - 1])


def has_enough(name: str, expected: Expected, replications: int) -> np.ndarray:
    """Return (M, G) whether there are events enough in a cell for its sum over replications to be nearly normal.

    Of a count its variance, mean^2 / variance of an amount (of a compound Poisson sum of equal amounts) are the
    expected number; a count that is certain does not speak against its amount.
    """
    count = CHECKED.get(name)
    if count is not None and count in expected.tables:
        variance = expected.tables[count][1] ** 2
        return (replications * variance >= ENOUGH) | (variance == 0.0)
    mean, sd = expected.tables[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        return replications * mean**2 / sd**2 >= ENOUGH


def _table(
    observed: np.ndarray,
    mean: np.ndarray,
    sd: np.ndarray,
    z: np.ndarray,
    known: np.ndarray,
    tested: np.ndarray,
    axes: tuple[tuple[str, ...], list[str], list[str]],
) -> pl.DataFrame:
    months, groups, names = axes
    m, g, k = np.nonzero(known)
    return pl.DataFrame(
        {
            "month": pl.Series(list(months), dtype=pl.String)[m],
            "segment": pl.Series(groups, dtype=pl.String)[g],
            "metric": pl.Series(names, dtype=pl.String)[k],
            "mean": observed[known],
            "expected": mean[known],
            "sd": sd[known],
            "z": z[known],
            "tested": tested[known],
        }
    )
