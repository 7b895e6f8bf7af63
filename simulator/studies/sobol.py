"""Sobol indices: which share of the variance does each range explain, by itself and together with others?

Luck is one more factor: each row of the design has draws of customers' luck of its own, and they are swapped like the
values of a range are (Iooss and Ribatet 2009, Reliability Engineering and System Safety 94, 1194-1204). So a single
replication a point gives indices without bias, and the share of luck comes with them. The design and the estimators are
those of Saltelli et al. (2010, Computer Physics Communications 181, 259-270), through SALib.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from simulator.results.measure import Measure
from simulator.results.paired import rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.laws import clipped
from simulator.scenario.ranges import at
from simulator.scenario.scenario import Scenario
from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.observe import observe, study_summary
from simulator.studies.point import read_point
from simulator.studies.run import DEFAULT_SEED, check_numbers
from simulator.studies.sweep import shown

LUCK = "luck"
RESAMPLES = 1_000
LEVEL = 0.95
FEWEST = 8  # base points: the bootstrap of fewer says nothing
MOST = 1 << 16


def sobol(
    scenario: Scenario,
    *,
    base_points: int,
    metric: str = "closing_mrr",
    replications: int = 1,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Return first-order and total-order Sobol indices of a scenario's ranges, and of customers' luck.

    Parameters
    ----------
    scenario
        what `simulator.load` returns; it has ranges.
    base_points
        N, a power of two; N x (ranges + 3) points are simulated.
    metric
        `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`.
    replications
        of each point; their mean is what the variance is of, so that more of them make the share of luck smaller.
    seed, engine, threads, executor, progress
        as of `run`.

    Returns
    -------
    Study
        table `sobol`: key (a range, or `luck`), first, first_low95, first_high95 (share of the variance that the key
        explains by itself), total, total_low95, total_high95 (together with all others); bootstrap intervals. The
        most influential range comes first, luck last.

    Raises
    ------
    WrongStudy
        if the scenario has no ranges, N is no power of two in [8, 65536], SALib is not installed, there is no such
        metric, or it has no value or does not vary.
    """
    check_numbers(replications, seed)
    check_design(scenario, base_points)
    point = read_point(metric, scenario)
    from SALib.analyze import sobol as estimate  # an extra
    from SALib.sample import sobol as sample

    names = [*scenario.uncertain, LUCK]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    generator = np.random.default_rng(seed)
    design = sample.sample(problem, base_points, calc_second_order=False, seed=generator)  # (N (D + 2), D)
    luck = luck_of(design[:, -1], len(names))
    scenarios = [
        at(scenario, {name: clipped(float(u)) for name, u in zip(names[:-1], row[:-1], strict=True)}) for row in design
    ]

    def look(measure: Measure) -> float:
        return float(np.mean(point.of(measure)))

    values = np.array(
        observe(
            scenarios,
            look,
            [range(block * replications, (block + 1) * replications) for block in luck],
            seed,
            executor or Here(threads),
            engine=engine,
            twin=point.metric == "saved_mrr",
            progress=progress,
        )
    )
    if np.isnan(values).any():
        raise WrongStudy(
            f"{point.text} has no value in {np.isnan(values).sum():,} of {len(values):,} points, so that its variance "
            f"cannot be taken apart; choose a month or a metric that always has one"
        )
    if np.ptp(values) == 0.0:
        raise WrongStudy(f"{point.text} is the same in all {len(values):,} points; there is no variance to take apart")
    found = estimate.analyze(
        problem,
        values,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        seed=int(generator.integers(2**32)),
    )
    labels = month_labels(scenario.start, scenario.months)
    warnings = []
    if scenario.correlations:
        warnings.append("the correlations of ranges are left out: Sobol indices are of independent ranges")
    summary = study_summary(
        "sobol", scenario, replications=replications, seed=seed, engine=engine, warnings=warnings
    ) | {
        "shown": shown(point, scenario, labels),
        "base_points": base_points,
        "points": len(values),
        "mean": float(values.mean()),
        "variance": float(values.var(ddof=1)),
        "resamples": RESAMPLES,
    }
    return Study("sobol", {"sobol": _table(names, found)}, summary)


def check_design(scenario: Scenario, base_points: int) -> None:
    """Refuse what Sobol indices cannot be estimated of.

    Raises
    ------
    WrongStudy
        as `sobol` does.
    """
    problems = []
    if not scenario.ranges:
        problems.append(
            f"{scenario.name} has no ranges, whose shares of the variance are asked for; write some in place of "
            f"numbers, e.g. acceptance: {{low: 10%, likely: 20%, high: 30%}}, or leave --sobol out"
        )
    if not FEWEST <= base_points <= MOST or base_points & (base_points - 1):
        near = 1 << max(3, min(16, int(base_points).bit_length() - 1 if base_points > 0 else 3))
        problems.append(
            f"--sobol: {base_points} is not a power of two from {FEWEST} to {MOST:,}, which the design needs; "
            f"write e.g. {near}"
        )
    if not _has_salib():
        problems.append("--sobol needs SALib, which is not installed: pip install 'plansim[sensitivity]'")
    if problems:
        raise WrongStudy("\n".join(problems))


def points_of(scenario: Scenario, base_points: int) -> int:
    """Return how many points are simulated: two of each row, and one for each range and for luck."""
    return base_points * (len(scenario.uncertain) + 3)


def luck_of(column: np.ndarray, factors: int) -> list[int]:
    """Return which block of replications each row of the design lives with: one for each value of the luck column.

    Rows come in groups of factors + 2: the first base row, one with each factor swapped, the second base row. Group j
    has the blocks 2j and 2j + 1.
    """
    groups = column.reshape(-1, factors + 2)
    swapped = np.zeros(groups.shape, np.int64)
    swapped[:, factors:] = 1  # the row in which luck is swapped, and the second base row
    if not (groups[:, :factors] == groups[:, :1]).all() or not (groups[:, factors:] == groups[:, -1:]).all():
        raise AssertionError("the design does not swap one factor at a time")
    return [int(block) for block in (2 * np.arange(len(groups))[:, None] + swapped).ravel()]


def _has_salib() -> bool:
    from importlib.util import find_spec

    return find_spec("SALib") is not None


def _table(names: list[str], found: Any) -> pl.DataFrame:
    columns: dict[str, np.ndarray] = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
        columns |= {name: value, f"{name}_low95": value - half, f"{name}_high95": value + half}
    table = pl.DataFrame({"key": pl.Series(names, dtype=pl.String)} | rounded(columns))
    by_rank = [pl.col("key") == LUCK, pl.col("total")]
    return table.sort(by_rank, descending=[False, True], maintain_order=True)
