"""Small results made by rule, for the tests of reporting: every figure is known and nothing is random."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import polars as pl

KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
LOSSES = ("contraction", "churn")

PARTS = [
    ("new", "", "sign_up", 0.75),
    ("new", "upsell", "trial_conversion", 0.15),
    ("new", "upsell", "free_conversion", 0.10),
    ("reactivation", "", "win_back", 1.0),
    ("expansion", "upsell", "plan_upgrade", 0.40),
    ("expansion", "upsell", "seats", 0.20),
    ("expansion", "upsell", "rescue_return", 0.02),
    ("expansion", "upsell", "usage", 0.01),
    ("expansion", "cross_sell", "addon", 0.17),
    ("expansion", "cross_sell", "bundle", 0.10),
    ("expansion", "price", "price_change", 0.08),
    ("expansion", "restoration", "resume", 0.02),
    ("contraction", "downsell", "rescue", 0.35),
    ("contraction", "downsell", "pause", 0.10),
    ("contraction", "", "downgrade", 0.45),
    ("contraction", "", "addon_removed", 0.10),
    ("churn", "", "voluntary", 0.80),
    ("churn", "", "failed_payment", 0.15),
    ("churn", "", "shock", 0.05),
]


NO_TEAMS = pl.DataFrame(
    schema={
        **dict.fromkeys(("month", "team", "figure"), pl.String),
        **dict.fromkeys(("mean", "p05", "p50", "p95"), pl.Float64),
    }
)


@dataclass(frozen=True)
class SyntheticResult:
    """The fields that reporting reads."""

    title: str
    currency: str
    months: tuple[str, ...]
    fiscal_year_start: int
    replications: int
    seed: int
    metrics: pl.DataFrame
    movements: pl.DataFrame
    summary: dict[str, Any] = field(default_factory=dict)
    teams: pl.DataFrame = field(default_factory=NO_TEAMS.clone)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def months_from(start: str, count: int) -> tuple[str, ...]:
    """`count` months 'YYYY-MM' from `start` on."""
    year, month = (int(part) for part in start.split("-"))
    return tuple(f"{year + (month - 1 + k) // 12}-{(month - 1 + k) % 12 + 1:02d}" for k in range(count))


def synthetic(
    months: int = 36,
    *,
    opening: float = 10_500_000.0,
    rates: dict[str, tuple[float, float]] | None = None,
    width: float = 0.05,
    replications: int = 100,
    currency: str = "JPY",
    title: str = "Three tiers with a free entry plan",
    start: str = "2026-04",
    parts: list[tuple[str, str, str, float]] | None = None,
    share: float | None = None,
    turns: tuple[str, str, str] | None = None,
    warnings: tuple[str, ...] = (),
    plan: str = "standard",
) -> SyntheticResult:
    """A result with known rates: `rates` gives each kind's share of opening MRR in the first and last month.

    `width` is the half width of the 5-95 % band of closing MRR as a share in the last month; `share` and
    `turns` (median, p05, p95) are what the summary tells of negative churn; by default what the means give.
    """
    ends = rates or {
        "new": (0.03, 0.025),
        "reactivation": (0.002, 0.003),
        "expansion": (0.012, 0.03),
        "contraction": (0.006, 0.005),
        "churn": (0.028, 0.018),
    }
    names = months_from(start, months)
    metrics: list[tuple[Any, ...]] = []
    movements: list[tuple[Any, ...]] = []
    level = opening
    rates_by_month: dict[str, float | None] = {}
    for k, month in enumerate(names):
        t = k / max(months - 1, 1)
        wave = 1 + 0.15 * math.sin(k * 1.3)
        moved = {kind: level * (a + (b - a) * t) * wave for kind, (a, b) in ends.items()}
        after = level + sum(-v if kind in LOSSES else v for kind, v in moved.items())
        band = width * (k + 1) / months
        spread = band * after

        def add(metric: str, mean: float | None, half: float, month: str = month) -> None:
            ends = (None, None, None, None) if mean is None else (half / 1.645, mean - half, mean, mean + half)
            metrics.append((month, "all", metric, mean, *ends, replications))

        add("opening_mrr", level, width * k / months * level)
        for kind, value in moved.items():
            add(f"{kind}_mrr", value, 0.2 * value)
        add("net_new_mrr", after - level, 0.3 * abs(after - level) + spread * 0.1)
        add("closing_mrr", after, spread)
        rate = rates_by_month[month] = (
            (moved["churn"] + moved["contraction"] - moved["expansion"]) / level if level else None
        )
        add("net_mrr_churn_rate", rate, 0.1 * width + 0.002 * (width > 0))
        add("expansion_rate", moved["expansion"] / level if level else None, 0.001)
        add("nrr_12m", 1.02 + 0.001 * k if k >= 11 else None, 0.01)
        for kind, motion, reason, part in PARTS if parts is None else parts:
            value = moved[kind] * part
            movements.append((month, kind, motion, reason, "smb", plan, value, 0.8 * value, value, 1.2 * value))
        level = after
    if share is None:
        turns = _turns(names, rates_by_month)
        share = 1.0 if turns else 0.0
    median, p05, p95 = turns or (None, None, None)
    summary = {
        "title": title,
        "currency": currency,
        "horizon": {"start": start, "months": months},
        "replications": replications,
        "seed": 7,
        "headline": {
            "closing_mrr": {
                "month": names[-1],
                "mean": level,
                "p05": level * (1 - width),
                "p95": level * (1 + width),
            },
            "opening_mrr": opening,
            "expansion_rate_mean": sum(ends["expansion"]) / 2,
            "net_mrr_churn_rate_mean": (sum(ends["churn"]) + sum(ends["contraction"]) - sum(ends["expansion"])) / 2,
            "nrr_12m": {"month": names[-1], "mean": 1.04, "p05": 1.01, "p95": 1.07} if months >= 12 else None,
        },
        "negative_churn": {"share_of_replications": share, "median": median, "p05": p05, "p95": p95},
        "negative_churn_probability": [
            {"month": month, "probability": share * min(1.0, k / max(months - 1, 1) * 1.5)}
            for k, month in enumerate(names)
        ],
        "warnings": list(warnings),
    }
    return SyntheticResult(
        title,
        currency,
        names,
        4,
        replications,
        7,
        pl.DataFrame(
            metrics,
            orient="row",
            schema={
                "month": pl.String,
                "segment": pl.String,
                "metric": pl.String,
                "mean": pl.Float64,
                "sd": pl.Float64,
                "p05": pl.Float64,
                "p50": pl.Float64,
                "p95": pl.Float64,
                "replications": pl.Int64,
            },
        ),
        pl.DataFrame(
            movements,
            orient="row",
            schema={
                "month": pl.String,
                "kind": pl.String,
                "motion": pl.String,
                "reason": pl.String,
                "segment": pl.String,
                "plan": pl.String,
                "mean": pl.Float64,
                "p05": pl.Float64,
                "p50": pl.Float64,
                "p95": pl.Float64,
            },
        ),
        summary,
    )


def _turns(months: tuple[str, ...], rates: dict[str, float | None]) -> tuple[str, str, str] | None:
    """The first month from which the three-month mean rate stays below zero, thrice."""
    values = [rates[month] for month in months]
    found = None
    for k in reversed(range(2, len(months))):
        three = [value for value in values[k - 2 : k + 1] if value is not None]
        if len(three) < 3 or sum(three) >= 0:
            break
        found = months[k]
    return (found, found, found) if found else None
