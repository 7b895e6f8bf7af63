"""The import format of Baremetrics."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.cells.minor_units import exponent
from simulator.billing.writers.periods import DAYS, minor, net_mrr, one_row_each, spelt


def subscriptions(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return one row a subscription, dates without times; each price is a subscription of its own."""
    rows = one_row_each(items, "1d", trials=False)
    units = exponent(rows["currency"][0]) if rows.height else 2
    return {
        "baremetrics.csv": rows.select(
            pl.format("{}:{}", pl.col("plan").fill_null("plan"), net_mrr()).alias("plan_oid"),
            pl.col("plan").alias("plan_name"),
            pl.col("currency").alias("plan_currency"),
            minor(net_mrr(), units).alias("plan_amount"),
            pl.lit("month").alias("plan_interval"),
            pl.lit("1").alias("plan_interval_count"),
            pl.col("customer").alias("customer_oid"),
            pl.lit("").alias("customer_name"),
            pl.lit("").alias("customer_email"),
            pl.col("subscription").alias("subscription_oid"),
            spelt(pl.col("start"), DAYS).alias("subscription_started_at"),
            spelt(pl.col("end"), DAYS).alias("subscription_canceled_at"),
            pl.lit("1").alias("subscription_quantity"),
        )
    }
