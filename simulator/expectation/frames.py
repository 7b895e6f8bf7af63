"""From the moments of the segments to the tables of an expectation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.accounting.account import FREE, MRR, ON_PAUSE, ON_TRIAL, PAYING, RETAINED
from simulator.accounting.metrics import compute
from simulator.accounting.movements import KINDS, LINES
from simulator.accounting.totals import UNIT, Totals
from simulator.expectation.law import Booked
from simulator.expectation.propagate import Cell
from simulator.expectation.result import Expectation, Replacement
from simulator.expectation.segment import Moments
from simulator.model.compile import Model
from simulator.results.behaviour import rescue_offers
from simulator.results.summary import headline, negative_churn, versions
from simulator.results.tables import AMOUNTS, month_labels
from simulator.scenario.scenario import Scenario

COUNTERS = (
    "cancel_intents",
    "lured_intents",
    "sign_ups",
    "renewals",
    "refused_renewals",
    "trials_started",
    "trials_converted",
    "shocks",
    "payments_failed",
    "payments_lost",
)
BY_MOTION = {
    "upsell_mrr": "upsell",
    "cross_sell_mrr": "cross_sell",
    "price_mrr": "price",
    "restoration_mrr": "restoration",
}
NOT_TOLD = ("nrr_12m_without_price", "grr_12m")  # they need the law of two month-ends a year apart

Table = tuple[np.ndarray, np.ndarray]


def expectation(
    model: Model, scenario: Scenario, parts: Sequence[Moments], replaced: tuple[Replacement, ...]
) -> Expectation:
    """Return the Expectation of a model whose segments have these moments."""
    labels = month_labels(scenario.start, model.months)
    totals = _totals(parts)
    tables = _metrics(parts, totals, model)
    values = {name: mean[None] for name, (mean, _) in tables.items()}
    distribution, by_month = negative_churn(totals, labels)
    summary = {
        "title": scenario.title,
        "currency": scenario.currency,
        "fiscal_year_start": scenario.fiscal_year_start,
        "horizon": {"start": labels[0], "months": len(labels), "labels": labels},
        "segments": list(model.names.segments),
        "plans": list(model.names.plans),
        "replications": 0,
        "seed": None,
        "engine": "expectation",
        "versions": versions(),
        "headline": headline(values | {"grr_12m": np.full_like(values["nrr_12m"], np.nan)}, labels),
        "negative_churn": distribution,
        "negative_churn_probability": by_month,
        "replaced": [vars(r) for r in replaced],
        "warnings": list(model.warnings),
    }
    return Expectation(
        metrics=_metrics_frame(tables, model.names.segments, labels),
        movements=_movements_frame(parts, model, labels),
        events=_events_frame(parts, model, labels),
        replaced=replaced,
        summary=summary,
        scenario=scenario,
        tables=tables,
    )


def _totals(parts: Sequence[Moments]) -> Totals:
    """Return the expected amounts in the form that metrics are computed from: one replication that holds the means."""
    months, groups = parts[0].months, len(parts) + 1
    moved, movers = (np.zeros((1, months, groups, len(LINES))) for _ in range(2))
    stock = np.zeros((1, months + 1, groups, 5))
    retained = np.zeros((1, months, groups, len(RETAINED)))
    for g, part in enumerate(parts, start=1):
        stock[0, :, g] = part.stock
        retained[0, :, g, 0:2] = part.retained
        for m in range(months):
            for cell, amount in part.mean[m].items():
                moved[0, m, g, _line(cell)] += amount
            for cell, number in part.number[m].items():
                movers[0, m, g, _line(cell)] += number
    for table in (moved, movers, stock, retained):
        table[:, :, 0] = table[:, :, 1:].sum(axis=2)
    return Totals(moved, movers, stock, retained)


def _line(cell: Cell) -> int:
    """Return a line of the books of that kind, and of its motion and reason where they are told."""
    motion = cell.motion or "unspecified"
    return next(
        i for i, x in enumerate(LINES) if (x.kind, x.motion) == (cell.kind, motion) and cell.reason in (None, x.reason)
    )


def _metrics(parts: Sequence[Moments], totals: Totals, model: Model) -> dict[str, Table]:
    """Return mean and deviation of every metric, (M, G) each."""
    means = {name: values[0] for name, values in compute(totals).items()}
    unknown = np.full((parts[0].months, len(parts) + 1), np.nan)

    def deviation(variances: Sequence[np.ndarray], unit: float = 1.0) -> np.ndarray:
        by_segment = np.stack(variances, axis=1) / unit**2
        return np.sqrt(np.concatenate([by_segment.sum(axis=1, keepdims=True), by_segment], axis=1))

    sds: dict[str, np.ndarray] = {}
    for kind in KINDS:
        sds[f"{kind}_mrr"] = deviation([p.kind_variance[kind] for p in parts], UNIT)
    sds["opening_mrr"] = deviation([p.stock_variance[:-1, MRR] for p in parts], UNIT)
    sds["closing_mrr"] = deviation([p.stock_variance[1:, MRR] for p in parts], UNIT)
    sds["arr"] = 12.0 * sds["closing_mrr"]
    sds["net_new_mrr"] = deviation([p.net_variance for p in parts], UNIT)
    for name, column in (("paying", PAYING), ("free", FREE), ("trial", ON_TRIAL), ("paused", ON_PAUSE)):
        sds[f"{name}_customers"] = deviation([p.stock_variance[1:, column] for p in parts])
    for name, kind in (("new", "new"), ("reactivated", "reactivation"), ("churned", "churn")):
        sds[f"{name}_customers"] = deviation([p.kind_number_variance[kind] for p in parts])

    silent = _motion_not_told(parts)
    for name, motion in BY_MOTION.items():
        means[name] = np.where(silent, np.nan, means[name])
        variances = [
            np.array(
                [
                    sum(v for c, v in p.variance[m].items() if c.kind == "expansion" and c.motion == motion)
                    for m in range(p.months)
                ]
            )
            for p in parts
        ]
        # plans of one motion exclude each other within a customer, so variances of cells do not add: only where one is
        single = [all(_of_motion(p, m, motion) <= 1 for m in range(p.months)) for p in parts]
        alone = np.array([all(single), *single])
        sds[name] = np.where(silent | ~alone, np.nan, deviation(variances, UNIT))
    means["expansion_rate_chosen"] = np.where(silent, np.nan, means["expansion_rate_chosen"])
    for name in NOT_TOLD:
        del means[name]

    for name in COUNTERS:
        means[name] = _counted(parts, name)
    means["pause_lost_mrr"] = _counted(parts, "pause_lost") / UNIT
    rescues = [int(o) for o in rescue_offers(model)]
    means["rescue_offered"] = sum((_counted(parts, ("offer", o, "made")) for o in rescues), np.zeros_like(unknown))
    means["rescue_accepted"] = sum((_counted(parts, ("offer", o, "accepted")) for o in rescues), np.zeros_like(unknown))
    if rescues:
        with np.errstate(invalid="ignore", divide="ignore"):
            means["rescue_acceptance"] = np.where(
                means["rescue_offered"] > 0, means["rescue_accepted"] / means["rescue_offered"], np.nan
            )
    sds["sign_ups"] = np.sqrt(means["sign_ups"])  # Poisson
    return {name: (values, sds.get(name, unknown)) for name, values in means.items()}


def _of_motion(part: Moments, month: int, motion: str) -> int:
    return sum(1 for c, v in part.mean[month].items() if c.kind == "expansion" and c.motion == motion and v != 0.0)


def _motion_not_told(parts: Sequence[Moments]) -> np.ndarray:
    """Return by group whether some expansion has causes of several motions."""
    silent = [
        any(c.kind == "expansion" and c.motion is None and v != 0.0 for month in part.mean for c, v in month.items())
        for part in parts
    ]
    return np.array([any(silent), *silent])


def _counted(parts: Sequence[Moments], what: object) -> np.ndarray:
    by_segment = np.array(
        [[month.get(what, 0.0) for part in parts for month in (part.counted[m],)] for m in range(parts[0].months)]
    )
    return np.concatenate([by_segment.sum(axis=1, keepdims=True), by_segment], axis=1)


def _metrics_frame(tables: dict[str, Table], segments: Sequence[str], labels: Sequence[str]) -> pl.DataFrame:
    """Return the long frame of metrics, ordered and rounded as a run's."""
    mean = np.stack([table[0] for table in tables.values()], axis=-1)
    sd = np.stack([table[1] for table in tables.values()], axis=-1)
    amounts = np.array([name.endswith("_mrr") or name in AMOUNTS for name in tables])
    m, g, k = (axis.ravel() for axis in np.indices(mean.shape))
    groups = ["all", *segments]
    columns = {
        "month": pl.Series(list(labels), dtype=pl.String)[m],
        "segment": pl.Series(groups, dtype=pl.String)[g],
        "metric": pl.Series(list(tables), dtype=pl.String)[k],
    }
    for name, values in (("mean", mean), ("sd", sd)):
        values = np.where(amounts, np.round(values, 4), values) + 0.0
        columns[name] = pl.Series(values.ravel(), dtype=pl.Float64, nan_to_null=True)
    for name in ("p05", "p50", "p95"):
        columns[name] = pl.Series([None] * mean.size, dtype=pl.Float64)
    columns["replications"] = pl.Series(np.zeros(mean.size, np.int32))
    return pl.DataFrame(columns)


def _movements_frame(parts: Sequence[Moments], model: Model, labels: Sequence[str]) -> pl.DataFrame:
    """Return the month-grain movements; those that cannot happen are left out."""
    rows = []
    for segment, part in zip(model.names.segments, parts, strict=True):
        for m in range(part.months):
            for cell, mean in part.mean[m].items():
                if mean > 0.0:
                    sd = float(np.sqrt(part.variance[m][cell])) / UNIT
                    place = (cell.motion, cell.reason, segment, model.names.plans[cell.plan])
                    rows.append((m, cell.kind, *place, round(mean / UNIT, 4), None, None, None, round(sd, 4)))
    columns = ("month", "kind", "motion", "reason", "segment", "plan", "mean", "p05", "p50", "p95", "sd")
    return _ordered(rows, columns, labels)


def _events_frame(parts: Sequence[Moments], model: Model, labels: Sequence[str]) -> pl.DataFrame:
    """Return the event-grain movements, every reason."""
    rows = []
    for segment, part in zip(model.names.segments, parts, strict=True):
        for m in range(part.months):
            by_line: dict[tuple[int, int], float] = {}
            for what, amount in part.counted[m].items():
                if isinstance(what, Booked):
                    key = (what.line, what.plan)
                    by_line[key] = by_line.get(key, 0.0) + amount
            for (line, plan), amount in by_line.items():
                rows.append((m, *LINES[line], segment, model.names.plans[plan], round(amount / UNIT, 4)))
    return _ordered(rows, ("month", "kind", "motion", "reason", "segment", "plan", "mean"), labels)


def _ordered(rows: list[tuple], columns: Sequence[str], labels: Sequence[str]) -> pl.DataFrame:
    """Return the rows as a frame in the order of a run's tables."""
    text = ("kind", "motion", "reason", "segment", "plan")
    schema = {c: pl.Int32 if c == "month" else pl.String if c in text else pl.Float64 for c in columns}
    columns_ = zip(*rows, strict=True) if rows else [()] * len(columns)
    frame = pl.DataFrame({c: pl.Series(c, list(v), dtype=schema[c]) for c, v in zip(columns, columns_, strict=True)})
    keys = [frame["month"], frame["kind"].cast(pl.Enum(KINDS)), *(frame[c] for c in text[1:])]
    frame = frame.sort(keys, nulls_last=True)
    return frame.with_columns(pl.Series(list(labels), dtype=pl.String)[frame["month"].to_numpy()].alias("month"))
