"""Exports of Chargebee."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.items import PAUSED, TRIAL
from simulator.billing.writers.periods import SECONDS, major, net_mrr, one_row_each, spelt


def subscriptions(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return `Subscriptions.csv`: each price is a subscription of its own."""
    rows = one_row_each(items, "1s")
    ended = pl.col("end").is_not_null()
    return {
        "Subscriptions.csv": rows.select(
            pl.col("subscription").alias("subscriptions.id"),
            pl.col("plan").alias("subscriptions.plan_id"),
            pl.lit("1").alias("subscriptions.plan_quantity"),
            major(net_mrr()).alias("subscriptions.plan_unit_price"),
            pl.col("currency").alias("subscriptions.currency_code"),
            pl.lit("1").alias("subscriptions.billing_period"),
            pl.lit("month").alias("subscriptions.billing_period_unit"),
            pl.when(ended).then(pl.lit("cancelled")).otherwise(pl.lit("active")).alias("subscriptions.status"),
            spelt(pl.col("start"), SECONDS).alias("subscriptions.started_at"),
            spelt(pl.col("trial_start"), SECONDS).alias("subscriptions.trial_start"),
            spelt(pl.col("trial_end"), SECONDS).alias("subscriptions.trial_end"),
            spelt(pl.col("start"), SECONDS).alias("subscriptions.created_at"),
            spelt(pl.col("end"), SECONDS).alias("subscriptions.cancelled_at"),
            pl.col("customer").alias("customers.id"),
        )
    }


def mrr_changes(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return `subscription_mrr_changes`: one record for each state, times in epoch seconds."""
    status = pl.col("status").replace_strict({TRIAL: "in_trial", PAUSED: "paused"}, default="active")
    rows = (
        items.with_columns(
            mrr=net_mrr(),
            start=pl.col("start").dt.truncate("1s"),
            end=pl.col("end").dt.truncate("1s"),
            status=status,
        )
        .filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))
        .sort(["subscription", "item", "start"], maintain_order=True)
    )
    gone = pl.col("end").is_not_null() & (pl.col("start").shift(-1).over("subscription") != pl.col("end")).fill_null(
        True
    )
    ids = ["customer", "subscription", "currency"]
    states = rows.select(*ids, "status", "mrr", "start", "end")
    ends = rows.filter(gone).select(
        *ids,
        pl.lit("cancelled").alias("status"),
        pl.lit(0, pl.Int64).alias("mrr"),
        pl.col("end").alias("start"),
        pl.lit(None, pl.Datetime("us")).alias("end"),
    )
    every = pl.concat([states, ends]).sort(["subscription", "start"], maintain_order=True)
    was = pl.col("mrr").shift(1).over("subscription").fill_null(0)
    return {
        "subscription_mrr_changes.csv": every.select(
            pl.int_range(1, pl.len() + 1).cast(pl.String).alias("id"),
            pl.col("customer").alias("customer_id"),
            pl.col("subscription").alias("subscription_id"),
            pl.col("currency").alias("currency_code"),
            "status",
            pl.col("status").shift(1).over("subscription").alias("status_previous"),
            major(pl.col("mrr")).alias("mrr"),
            major(was).alias("mrr_previous"),
            ((pl.col("mrr") - was) / 10_000).cast(pl.String).alias("mrr_change"),
            *(
                pl.col(ours).dt.epoch("s").cast(pl.String).alias(theirs)
                for theirs, ours in (
                    ("record_recorded_at", "start"),
                    ("record_start_at", "start"),
                    ("record_end_at", "end"),
                )
            ),
        )
    }
