"""Results with all that customers did: journeys, cohorts, offers, usage and teams, made by rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl

from tests.reporting.synthetic import SyntheticResult, synthetic

PLANS = ("free", "standard", "premium")
RESCUES = ("lite_rescue", "pause", "stay_cheap")
OFFERS = {"first_plan": "upsell", "suite": "cross_sell", "lite_rescue": "downsell", "back": "win_back", "call": "care"}
TEAMS = ("onboarding", "success")
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "x" * 300,
    "\u202e\u05d0\u05d1\u05d2 \U0001f680",
    "Pay $5 for $x^2$ or _more_",
    "松竹梅の竹プラン（年払い・税抜）",
)


def told(mean: float | None, width: float, one: bool = False) -> dict[str, float | None]:
    """Mean, p05 and p95 as the summary tells them."""
    if mean is None:
        return {"mean": None, "p05": None, "p95": None}
    half = 0.0 if one else width * abs(mean)
    return {"mean": mean, "p05": mean - half, "p95": mean + half}


def behaving(
    months: int = 36,
    *,
    plans: Sequence[str] = PLANS,
    rescues: Sequence[str] = RESCUES,
    offers: dict[str, str] | None = None,
    teams: Sequence[str] = TEAMS,
    metered: Sequence[str] = (),
    size: float = 1_000.0,
    nrr: float = 1.03,
    width: float = 0.05,
    gain: float = 400_000.0,
    **options: Any,
) -> SyntheticResult:
    """A result of that size in which everything happens; `options` are those of `synthetic`."""
    result = synthetic(months, width=width, **options)
    one = result.replications == 1
    stages = {"still_3m": 0.93, "still_6m": 0.7, "still_12m": 0.55 if months > 12 else None, "returned_12m": 0.16}
    flow = {
        "offered": size,
        "accepted": 0.2 * size,
        "acceptance": 0.2,
        **stages,
        "stayed_after_end": None,
    }
    rescue = {
        name: {
            key: value
            for stage, mean in {**flow, "stayed_after_end": 0.4 if i == 1 else None}.items()
            for key, value in _flat(stage, told(mean, width, one)).items()
        }
        for i, name in enumerate(rescues)
    }
    total = {
        "intents": told(2.5 * size, width, one),
        "lured": told(0.1 * size, width, one),
        "accepted": told(0.2 * size * len(rescues), width, one),
        "rescued": told(0.24, width, one),
        **{name: told(mean, width, one) for name, mean in stages.items()},
    }
    journeys = _journeys(plans, size)
    summary = {
        **result.summary,
        "plans": list(plans),
        "rescue": rescue,
        "rescue_total": total if rescues else None,
        "offers": {
            name: {
                "motion": motion,
                "made": told(size * (1 + i), width, one),
                "accepted": told(size * (1 + i) * 0.12, width, one),
                "acceptance": told(0.12, width, one),
                "mrr": told(
                    gain * (-1 if motion == "downsell" else 0 if motion == "care" else 1) / (1 + i), width, one
                ),
            }
            for i, (name, motion) in enumerate((OFFERS if offers is None else offers).items())
        },
        "journeys": _shares(journeys, width, one),
        "usage": {
            plan: {
                "customers": size,
                "median": {"used": 2_600.0, "bill": 11_000.0},
                "p90": {"used": 15_000.0, "bill": 42_000.0},
            }
            for plan in metered
        },
    }
    rates = pl.DataFrame(
        [
            (month, "all", name, value, 0.01, value * (1 - width), value, value * (1 + width), result.replications)
            for k, month in enumerate(result.months)
            if k >= 11
            for name, value in (("nrr_12m", nrr + 0.001 * (k - 11)), ("grr_12m", 0.85))
        ],
        orient="row",
        schema=result.metrics.schema,
    )
    metrics = pl.concat([result.metrics.filter(pl.col("metric") != "nrr_12m"), rates])
    return replace(
        result,
        metrics=metrics,
        summary=summary,
        teams=_teams(result, teams),
        tables={
            "journeys": journeys,
            "cohorts": _cohorts(result),
            "usage": _usage(metered, size),
            "bills": _bills(metered),
        },
    )


def _flat(stage: str, row: dict[str, float | None]) -> dict[str, float | None]:
    return {stage if field == "mean" else f"{stage}_{field}": value for field, value in row.items()}


def _journeys(plans: Sequence[str], size: float) -> pl.DataFrame:
    rows = []
    for entered, factor in (("opening", 1.0), ("later", 1.6)):
        for i, plan in enumerate(plans):
            count = factor * size / (1 + i) ** 2
            rows.append((entered, plan, "(gone)", "no", 0.4 * count))
            rows.append((entered, plan, plan, "no", 0.5 * count))
            rows.append((entered, plan, plans[(i + 1) % len(plans)], "no", 0.07 * count))
            rows.append((entered, plan, plans[0], "yes", 0.03 * count))
    schema = {"entered": pl.String, "plan_from": pl.String, "plan_to": pl.String, "rescued": pl.String}
    frame = pl.DataFrame(rows, orient="row", schema={**schema, "mean": pl.Float64})
    return frame.with_columns(pl.lit("smb").alias("segment"), *(pl.col("mean").alias(q) for q in ("p05", "p50", "p95")))


def _shares(journeys: pl.DataFrame, width: float, one: bool) -> dict[str, Any]:
    shares = {}
    for entered in ("opening", "later"):
        of = journeys.filter(pl.col("entered") == entered)
        everybody = of["mean"].sum()
        here = of.filter((pl.col("plan_to") != "(gone)") & (pl.col("rescued") == "no"))
        same = pl.col("plan_to") == pl.col("plan_from")
        parts = {
            "gone": of.filter(pl.col("plan_to") == "(gone)")["mean"].sum(),
            "rescued": of.filter(pl.col("rescued") == "yes")["mean"].sum(),
            "moved": here.filter(~same)["mean"].sum(),
            "stayed": here.filter(same)["mean"].sum(),
        }
        shares[entered] = {"customers": told(everybody, 0.0)}
        shares[entered] |= {name: told(part / everybody, width, one) for name, part in parts.items()}
    return shares


def _cohorts(result: SyntheticResult) -> pl.DataFrame:
    rows = []
    for j, cohort in enumerate(("opening", *result.months)):
        first = 1_000_000.0 if cohort == "opening" else 50_000.0 * (1 + j % 3)
        for age in range(len(result.months) - max(j - 1, 0) + (cohort == "opening")):
            kept = math.exp(-0.02 * age) if j % 2 else math.exp(0.004 * age)
            rows.append(("all", cohort, age, first * kept))
    return pl.DataFrame(rows, orient="row", schema=["segment", "cohort", "age", "mrr"])


def _usage(plans: Sequence[str], size: float) -> pl.DataFrame:
    bounds = [2 ** (i / 4) - 1 for i in range(80)]
    rows = [
        ("smb", plan, low, high, size * math.exp(-((i - 45) ** 2) / 60))
        for plan in plans
        for i, (low, high) in enumerate(pairwise(bounds))
    ]
    schema = {"segment": pl.String, "plan": pl.String, "used_from": pl.Float64, "used_to": pl.Float64}
    return pl.DataFrame(rows, orient="row", schema={**schema, "mean": pl.Float64})


def _bills(plans: Sequence[str]) -> pl.DataFrame:
    rows = [
        (plan, float(used), 2_000.0 * (1 + i) + 4 * min(used, 1_000) + 2.5 * max(used - 1_000, 0))
        for i, plan in enumerate(plans)
        for used in (0, 10, 100, 1_000, 1_001, 5_000, 20_000, 90_000)
    ]
    return pl.DataFrame(rows, orient="row", schema={"plan": pl.String, "used": pl.Float64, "bill": pl.Float64})


def _teams(result: SyntheticResult, teams: Sequence[str]) -> pl.DataFrame:
    rows = []
    for i, team in enumerate(teams):
        for k, month in enumerate(result.months):
            busy = 0.55 + 0.1 * i + 0.3 * math.sin(k / 3)
            for figure, mean in (("utilisation", busy), ("waiting_days", 2 * busy), ("dropped", 0.5 * i)):
                rows.append((month, team, figure, mean, 0.9 * mean, mean, 1.1 * mean))
    return pl.DataFrame(rows, orient="row", schema=result.teams.schema)


MANY = tuple(f"plan_{i:02}" for i in range(14))
CASES = {
    "usual": behaving(),
    "metered": behaving(24, metered=("metered",)),
    "one replication": behaving(24, replications=1, metered=("metered",)),
    "few replications": behaving(18, replications=6, rescues=("only",)),
    "hostile names": behaving(
        plans=HOSTILE,
        rescues=HOSTILE[:3],
        offers=dict(zip(HOSTILE, OFFERS.values(), strict=False)),
        teams=HOSTILE[:4],
        metered=HOSTILE[2:5],
        title=" ".join(HOSTILE),
    ),
    "hostile alone": behaving(14, plans=HOSTILE[2:3], rescues=HOSTILE[2:3], metered=HOSTILE[2:3], teams=HOSTILE[2:3]),
    "many": behaving(
        120,
        plans=MANY,
        rescues=MANY,
        offers=dict.fromkeys(MANY, "upsell"),
        teams=MANY[:8],
        metered=MANY[:8],
        size=3_000_000.0,
        gain=9.0e10,
        opening=9.0e11,
    ),
    "small": behaving(13, plans=("one",), rescues=("only",), teams=("solo",), size=3.0, gain=20.0, currency="USD"),
    "nothing left": behaving(12, nrr=0.02, width=0.9),
}
