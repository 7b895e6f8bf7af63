"""A simulated company as its billing would know it: the periods of its customers, with the cause of every change."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from simulator.accounting.movements import Cause
from simulator.billing.items import ACTIVE, ITEMS, PAUSED
from simulator.billing.reading import as_items
from simulator.engines.output import Replication
from simulator.model.compile import Model
from tests.engines.ledgers import in_order

MOMENT = timedelta(microseconds=1)


def month_starts(start: tuple[int, int], months: int) -> list[datetime]:
    first = start[0] * 12 + start[1] - 1
    return [datetime((first + k) // 12, (first + k) % 12 + 1, 1) for k in range(months + 1)]


def items_of(one: Replication, model: Model, start: tuple[int, int], currency: str = "JPY") -> pl.DataFrame:
    """Items of all who signed up. Changes of one customer at one moment follow each other by a microsecond, so that
    each stays a change of its own."""
    begins = month_starts(start, model.months)
    rows, last, place, stay = [], None, None, 0
    for row in in_order(one.ledger):
        who = (int(row["stream"]), int(row["index"]))
        month = int(row["time"])
        length = (begins[month + 1] - begins[month]) // MOMENT
        moment = begins[month] + MOMENT * int((float(row["time"]) - month) * (length - 1000))
        if who == last:
            moment = max(moment, place + MOMENT)
        else:
            stay = 0
        assert moment < begins[month + 1]
        cause = Cause(int(row["cause"])).name.lower()
        if rows and who == last and rows[-1]["end"] is None and rows[-1]["start"] != moment:
            rows[-1]["end"] = moment
        last, place = who, moment
        if row["plan_to"] < 0:
            if rows and rows[-1]["customer"] == f"{who[0]}/{who[1]}":
                rows[-1]["end_reason"] = cause
            stay += 1
            continue
        rows.append(
            {
                "customer": f"{who[0]}/{who[1]}",
                "subscription": f"{who[0]}/{who[1]}#{stay}",
                "plan": model.names.plans[row["plan_to"]],
                "segment": model.names.segments[row["segment"]],
                "start": moment,
                "end": None,
                "status": PAUSED if row["cause"] == Cause.PAUSE and row["after"] == 0 else ACTIVE,
                "mrr": int(row["after"]),
                "reason": cause,
                "end_reason": None,
            }
        )
    schema = {name: kind for name, kind in ITEMS.items() if rows and name in rows[0]}
    frame = as_items(pl.DataFrame(rows, schema=schema).with_columns(currency=pl.lit(currency)))
    return frame.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64), file=pl.lit("ledger"))


def without_opening(tree: dict) -> dict:
    """The scenario tree with nobody at the start: a ledger holds only those who change."""
    for segment in tree["segments"].values():
        segment.pop("opening", None)
        segment.setdefault("arrivals", {"per_month": 8})
        segment.setdefault("choose", dict.fromkeys(list(tree["plans"])[:1], "100%"))
    return tree


def as_of(model: Model, start: tuple[int, int]) -> datetime:
    return month_starts(start, model.months)[-1] - MOMENT


def same_cells(account: pl.DataFrame, run: pl.DataFrame, months_later: int) -> bool:
    """Whether the rows of runs.parquet say the same: movements at both grains, MRR, payers, paused, retention."""

    def wanted(frame: pl.DataFrame) -> pl.DataFrame:
        stock = pl.col("reason").is_in(["mrr", "paying", "paused"])
        kept = pl.col("table").is_in(["movement", "movement_event", "retention"]) | (
            (pl.col("table") == "stock") & stock
        )
        return frame.filter(kept).drop("replication")

    columns = ["table", "month", "segment", "plan", "kind", "motion", "reason", "amount", "count"]
    ours = wanted(account).with_columns(pl.col("month") + months_later).select(columns).sort(columns, nulls_last=True)
    theirs = wanted(run).select(columns).sort(columns, nulls_last=True)
    return ours.equals(theirs)


def differences(account: pl.DataFrame, run: pl.DataFrame, months_later: int) -> pl.DataFrame:
    """The first cells that differ, for a failing test's message."""
    keys = ["table", "month", "segment", "plan", "kind", "motion", "reason"]
    ours = account.with_columns(pl.col("month") + months_later).drop("replication")
    joined = ours.join(run.drop("replication"), on=keys, how="full", nulls_equal=True, coalesce=True)
    differ = ~pl.col("amount").eq_missing(pl.col("amount_right")) | ~pl.col("count").eq_missing(pl.col("count_right"))
    return joined.filter(differ & ~pl.col("table").is_in(["offer", "counter"])).head(12)


def first_month(frame: pl.DataFrame, start: tuple[int, int]) -> int:
    earliest = frame["start"].min()
    return earliest.year * 12 + earliest.month - 1 - (start[0] * 12 + start[1] - 1)


def is_empty(one: Replication) -> bool:
    return not len(one.ledger) or not np.any(one.ledger["after"])
