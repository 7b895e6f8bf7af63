"""The tables of Recharge that pipelines export."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.writers.periods import SECONDS, major, net_mrr, one_row_each, spelt


def tables(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return `subscription_history`: one row for each state of a subscription."""
    shown = one_row_each(items, "1s", trials=False).with_columns(
        subscription=pl.col("subscription").str.replace(r"\.\d+$", "")
    )
    rows = shown.sort(["subscription", "start"], maintain_order=True).with_columns(
        begun=pl.col("start").min().over("subscription"),
        gone=pl.col("end").is_not_null()
        & (pl.col("start").shift(-1).over("subscription") != pl.col("end")).fill_null(True),
    )
    ids = ["customer", "subscription", "plan", "begun"]
    states = rows.select(
        *ids,
        pl.col("start").alias("at"),
        net_mrr().alias("mrr"),
        pl.lit("ACTIVE").alias("status"),
        pl.lit(None, pl.Datetime("us")).alias("cancelled"),
    )
    ends = rows.filter("gone").select(
        *ids,
        pl.col("end").alias("at"),
        net_mrr().alias("mrr"),
        pl.lit("CANCELLED").alias("status"),
        pl.col("end").alias("cancelled"),
    )
    every = pl.concat([states, ends]).sort(["subscription", "at"], maintain_order=True)
    return {
        "subscription_history_data.csv": every.select(
            pl.col("subscription").alias("subscription_id"),
            spelt(pl.col("at"), SECONDS).alias("updated_at"),
            pl.col("customer").alias("customer_id"),
            spelt(pl.col("begun"), SECONDS).alias("created_at"),
            spelt(pl.col("cancelled"), SECONDS).alias("cancelled_at"),
            major(pl.col("mrr")).alias("price"),
            pl.lit("1").alias("quantity"),
            "status",
            pl.lit("month").alias("order_interval_unit"),
            pl.lit("1").alias("order_interval_frequency"),
            pl.lit("1").alias("charge_interval_frequency"),
            pl.col("plan").alias("product_title"),
        )
    }
