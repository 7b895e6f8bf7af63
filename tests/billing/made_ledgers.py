"""Ledgers as a run leaves them, of customers who do everything a customer can do, drawn without the engines."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl

from simulator.results.tables import month_labels

START, MONTHS = (2025, 11), 9
PAID = {"basic": (1_000_0000, 833_3333), "plus": (2_500_0000, 99_9900), "pro": (4_000_0000, 7_777_7700)}
NEXT = {
    "absent": ("sign_up", "free", "trial"),
    "paid": ("up", "down", "price", "seats", "discount", "pause", "leave", "leave", "fail", "to_free", "same_price"),
    "free": ("convert", "leave_free"),
    "trial": ("convert_trial",),
    "paused": ("resume", "lost"),
    "away": ("return", "return"),
}


def made_ledger(seed: int, customers: int = 25) -> pl.DataFrame:
    """Return a ledger in the columns of `ledger.parquet`; half of the customers are there before it begins."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(customers):
        rows += _life(random, f"customer {number}", opening=number % 2 == 0)
    labels = month_labels(START, MONTHS)
    frame = pl.DataFrame(rows, schema_overrides={"plan_from": pl.String, "plan_to": pl.String, "reason": pl.String})
    return frame.with_columns(
        replication=pl.lit(0, pl.Int32),
        month=pl.Series([labels[int(t)] for t in frame["time"]]),
        kind=pl.lit(None, pl.String),
        motion=pl.lit(None, pl.String),
    ).select(
        "replication",
        *("customer", "segment", "time", "month", "kind", "motion", "reason", "plan_from", "plan_to"),
        *("mrr_before", "mrr_after"),
    )


def _life(random: np.random.Generator, name: str, opening: bool) -> list[dict[str, Any]]:
    state, plan, mrr = ("paid", "basic", 1_000_0000) if opening else ("absent", None, 0)
    held, rows, time = mrr, [], float(random.uniform(0, 3))
    while time < MONTHS:
        act = str(random.choice(NEXT[state]))
        before, plan_before = mrr, plan
        reason, state, plan, mrr = _act(random, act, state, plan, mrr, held)
        if mrr:
            held = mrr
        rows.append(
            {
                "customer": name,
                "segment": "smb",
                "time": time,
                "reason": reason,
                "plan_from": plan_before,
                "plan_to": plan,
                "mrr_before": before,
                "mrr_after": mrr,
            }
        )
        # from seconds to months: changes within a minute, a day and a month
        time += math.exp(random.uniform(math.log(3e-7), math.log(4.0)))
    return rows


def _act(
    random: np.random.Generator, act: str, state: str, plan: str | None, mrr: int, held: int
) -> tuple[str | None, str, str | None, int]:
    """Return the reason, the state, the plan and the MRR after an act."""
    other = str(random.choice([p for p in PAID if p != plan]))
    price = int(random.choice(PAID[other]))
    if act == "sign_up":
        return "sign_up", "paid", other, price
    if act in ("free", "to_free"):
        return ("to_free" if act == "to_free" else None), "free", "free", 0
    if act == "trial":
        return None, "trial", other, 0
    if act == "convert":
        return "free_conversion", "paid", other, price
    if act == "convert_trial":
        return "trial_conversion", "paid", plan, int(random.choice(PAID[plan or other]))
    if act in ("up", "down"):
        return ("plan_upgrade" if price > mrr else "downgrade"), "paid", other, price
    if act == "same_price":
        return None, "paid", other, mrr
    if act in ("price", "seats", "discount"):
        amount = mrr + int(random.integers(1, 9)) * 123_4500 * (-1 if act == "discount" and mrr > 9 * 123_4500 else 1)
        return ("price_change" if act == "price" else act), "paid", plan, amount
    if act == "pause":
        return "pause", "paused", plan, 0
    if act == "resume":
        return "resume", "paid", plan, held
    if act == "return":
        return "win_back", "paid", other, price
    reason = {"fail": "failed_payment", "leave_free": None}.get(act, "voluntary")
    return reason, "away", None, 0
