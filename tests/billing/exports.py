"""Small exports as CSV text, and what an account of them says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import simulator as sim

HEADER = "customer_id,subscription_id,start_date,end_date,mrr,plan,quantity,currency"


def export(folder: Path, *rows: str, header: str = HEADER, name: str = "subs.csv") -> Path:
    """Write rows such as `a,s1,2026-01-10,,1000,basic,1,JPY`."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def account(folder: Path, *rows: str, **options: Any) -> sim.Result:
    return sim.account(export(folder, *rows), **options)


def figure(result: sim.Result, name: str, month: str, segment: str = "all") -> float | None:
    rows = result.metric(name, segment).filter(pl.col("month") == month)
    assert rows.height == 1, f"{month} is not shown"
    return rows["mean"][0]


def moved(result: sim.Result, month: str) -> dict[tuple[str, str, str], float]:
    """(kind, motion, reason) -> amount of a month."""
    rows = (
        result.movements.filter(pl.col("month") == month).group_by("kind", "motion", "reason").agg(pl.col("mean").sum())
    )
    return {row[:3]: row[3] for row in rows.iter_rows()}
