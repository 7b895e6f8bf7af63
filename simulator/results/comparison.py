"""The tables of a comparison: what differs between scenarios that lived with the same draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.results.intervals import choice, interval, probability_of_better

DIGITS = 10  # of shares and rates in tables; amounts have four


def differences_frame(
    metrics: Sequence[dict[str, np.ndarray]],
    names: Sequence[str],
    segments: Sequence[Sequence[str]],
    labels: Sequence[str],
    per_draw: int,
) -> pl.DataFrame:
    """Return month, segment, scenario, metric, base, value, difference, low95, high95, p_better.

    Parameters
    ----------
    metrics
        of every scenario by name, (R, M, G) each, replications paired; the first scenario is the base.
    names, segments
        of the scenarios; groups are everybody, then the segments. Those that the base lacks are left out.
    per_draw
        replications that share a draw of the parameters.

    `base` and `value` are means over the replications that have a value on both sides, so that their difference is
    `difference`; its interval is that of a mean of paired replications.
    """
    base, groups = metrics[0], ["all", *segments[0]]
    frames = []
    for k in range(1, len(metrics)):
        shared = [g for g in groups if g == "all" or g in segments[k]]
        here = [groups.index(g) for g in shared]
        there = [0 if g == "all" else 1 + list(segments[k]).index(g) for g in shared]
        common = [name for name in base if name in metrics[k]]
        before = np.stack([base[name][:, :, here] for name in common], axis=-1)
        after = np.stack([metrics[k][name][:, :, there] for name in common], axis=-1)
        frames.append(_rows(before, after, names[k], shared, common, labels, per_draw))
    return pl.concat(frames)


def _rows(
    before: np.ndarray,
    after: np.ndarray,
    scenario: str,
    groups: Sequence[str],
    metrics: Sequence[str],
    labels: Sequence[str],
    per_draw: int,
) -> pl.DataFrame:
    difference = after - before
    paired = ~np.isnan(difference)
    found = interval(difference, per_draw)
    better = np.stack([probability_of_better(difference[..., i], name) for i, name in enumerate(metrics)], axis=-1)
    columns = {
        "base": interval(np.where(paired, before, np.nan), per_draw).mean,
        "value": interval(np.where(paired, after, np.nan), per_draw).mean,
        "difference": found.mean,
        "low95": found.low,
        "high95": found.high,
        "p_better": better,
    }
    m, g, k = (axis.ravel() for axis in np.indices(found.mean.shape))
    frame = pl.DataFrame(
        {
            "month": pl.Series(list(labels), dtype=pl.String)[m],
            "segment": pl.Series(list(groups), dtype=pl.String)[g],
            "scenario": pl.Series([scenario] * len(m), dtype=pl.String),
            "metric": pl.Series(list(metrics), dtype=pl.String)[k],
        }
    )
    return frame.with_columns(
        pl.Series(name, np.round(values.ravel(), DIGITS) + 0.0, dtype=pl.Float64, nan_to_null=True).alias(name)
        for name, values in columns.items()
    )


def choices_frame(
    metrics: Sequence[dict[str, np.ndarray]], names: Sequence[str], labels: Sequence[str]
) -> pl.DataFrame:
    """Return month, metric, scenario, value, p_best, cost_if_wrong, for everybody: how good a choice each scenario is.

    `p_best` is the share of replications in which the scenario is the best of all (ties shared), `cost_if_wrong` what
    the best one would have brought more on average: the cost of having chosen this one.
    """
    common = [name for name in metrics[0] if all(name in other for other in metrics)]
    rows = []
    for name in common:
        options = np.stack([one[name][:, :, 0] for one in metrics])  # (K, R, M)
        found = choice(options, name)
        means = interval(options.swapaxes(0, 1)).mean
        for k, scenario in enumerate(names):
            rows.append(
                pl.DataFrame(
                    {
                        "month": pl.Series(list(labels), dtype=pl.String),
                        "metric": pl.Series([name] * len(labels), dtype=pl.String),
                        "scenario": pl.Series([scenario] * len(labels), dtype=pl.String),
                        **{
                            column: pl.Series(np.round(values, DIGITS) + 0.0, dtype=pl.Float64, nan_to_null=True)
                            for column, values in (
                                ("value", means[k]),
                                ("p_best", found.best[k]),
                                ("cost_if_wrong", found.regret[k]),
                            )
                        },
                    }
                )
            )
    return pl.concat(rows)


def variance_reduction(before: np.ndarray, after: np.ndarray) -> float | None:
    """Return how many times fewer replications the shared draws need than independent runs would: variance ratio.

    (Var base + Var value) / Var of the paired difference; None where a difference does not vary.
    """
    paired = ~np.isnan(after - before)
    if paired.sum() < 2:
        return None
    x, y = before[paired], after[paired]
    spread = np.var(y - x, ddof=1)
    return float((np.var(x, ddof=1) + np.var(y, ddof=1)) / spread) if spread > 0 else None
