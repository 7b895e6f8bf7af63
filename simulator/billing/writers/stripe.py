"""Exports of Stripe."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.cells.minor_units import exponent
from simulator.billing.writers.periods import MINUTES, SECONDS, major, minor, net_mrr, one_row_each, paying, spelt

_WHY = {"failed_payment": "payment_failed", "voluntary": "cancellation_requested"}


def subscriptions(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return the subscriptions CSV of the dashboard: each price is a subscription of its own."""
    rows = one_row_each(items, "1m")
    ended = pl.col("end").is_not_null()
    return {
        "subscriptions.csv": rows.select(
            pl.col("subscription").alias("id"),
            pl.col("customer").alias("Customer ID"),
            pl.lit("").alias("Customer Name"),
            pl.col("plan").alias("Plan"),
            pl.col("quantity").fill_null(1).cast(pl.String).alias("Quantity"),
            pl.col("currency").str.to_lowercase().alias("Currency"),
            pl.lit("month").alias("Interval"),
            major(net_mrr()).alias("Amount"),
            pl.when(ended).then(pl.lit("canceled")).otherwise(pl.lit("active")).alias("Status"),
            pl.col("end_reason")
            .replace_strict(_WHY, default=None, return_dtype=pl.String)
            .alias("Cancellation Reason"),
            spelt(pl.col("start"), MINUTES).alias("Created (UTC)"),
            spelt(pl.col("start"), MINUTES).alias("Start (UTC)"),
            spelt(pl.col("trial_start"), MINUTES).alias("Trial Start (UTC)"),
            spelt(pl.col("trial_end"), MINUTES).alias("Trial End (UTC)"),
            spelt(pl.coalesce("requested_end", "end"), MINUTES).alias("Canceled At (UTC)"),
            spelt(pl.col("end"), MINUTES).alias("Ended At (UTC)"),
            pl.col("segment").alias("segment (metadata)"),
        )
    }


def mrr_per_subscriber(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return the monthly MRR of each subscriber, one column a month up to the month of `until`."""
    rows = paying(items)
    first = rows["start"].min()
    assert isinstance(first, datetime) or first is None
    months = pl.datetime_range(first or until, until, "1mo", eager=True).dt.truncate("1mo").unique(maintain_order=True)
    ids = ["Customer ID", "Customer", "Customer Email", "Currency"]
    sums = []
    for month in months:
        end = pl.lit(month).dt.offset_by("1mo")
        there = (pl.col("start") < end) & (pl.col("end").is_null() | (pl.col("end") >= end))
        sums.append(pl.when(there).then(net_mrr()).otherwise(0).sum().alias(f"{month:%Y-%m}"))
    table = rows.group_by(pl.col("customer").alias("Customer ID"), pl.col("currency"), maintain_order=True).agg(sums)
    amounts = [major(pl.col(f"{month:%Y-%m}")).alias(f"{month:%Y-%m}") for month in months]
    named = table.with_columns(
        pl.lit("").alias("Customer"), pl.lit("").alias("Customer Email"), pl.col("currency").alias("Currency")
    )
    return {"MRR_per_Subscriber__monthly_.csv": named.select(*ids, *amounts)}


def change_events(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return the change events of Sigma: one row each time that an item's MRR changes."""
    rows = paying(items).sort(["subscription", "item", "start"], maintain_order=True)
    units = exponent(rows["currency"][0]) if rows.height else 2
    rows = rows.with_columns(
        mrr=minor(net_mrr(), units).cast(pl.Int64),
        start=pl.col("start").dt.truncate("1s"),
        end=pl.col("end").dt.truncate("1s"),
    ).filter((pl.col("mrr") > 0) & (pl.col("end").is_null() | (pl.col("end") > pl.col("start"))))
    item = ["subscription", "item"]
    joined = (pl.col("end").shift(1).over(item) == pl.col("start")).fill_null(False)
    rows = rows.with_columns(
        change=pl.col("mrr") - pl.when(joined).then(pl.col("mrr").shift(1).over(item)).otherwise(0)
    )
    rows = rows.with_columns(
        joined=joined,
        last=(pl.col("start").shift(-1).over(item) != pl.col("end")).fill_null(pl.col("end").is_not_null()),
    )
    kind = pl.when(~pl.col("joined")).then(pl.lit("ACTIVE_START"))
    begins = rows.filter(pl.col("change") != 0).select(
        *item,
        "customer",
        "currency",
        "plan",
        pl.col("start").alias("at"),
        "change",
        kind.when(pl.col("change") > 0)
        .then(pl.lit("ACTIVE_UPGRADE"))
        .otherwise(pl.lit("ACTIVE_DOWNGRADE"))
        .alias("event"),
    )
    ends = rows.filter("last").select(
        *item,
        "customer",
        "currency",
        "plan",
        pl.col("end").alias("at"),
        -pl.col("mrr").alias("change"),
        pl.lit("ACTIVE_END").alias("event"),
    )
    events = pl.concat([begins, ends]).sort(["at", *item], maintain_order=True)
    return {
        "subscription_item_change_events.csv": events.select(
            spelt(pl.col("at"), SECONDS).alias("event_timestamp"),
            pl.col("event").alias("event_type"),
            pl.format("si_{}{}", *item).alias("subscription_item_id"),
            pl.col("currency").str.to_lowercase(),
            pl.col("customer").alias("customer_id"),
            spelt(pl.col("at"), SECONDS).alias("local_event_timestamp"),
            pl.col("change").cast(pl.String).alias("mrr_change"),
            pl.col("plan").alias("price_id"),
            pl.col("plan").alias("product_id"),
            pl.lit("0").alias("quantity_change"),
            pl.col("subscription").alias("subscription_id"),
        )
    }


def tables(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return the tables that pipelines export; each price is a subscription of its own."""
    rows = one_row_each(items, "1s")
    units = exponent(rows["currency"][0]) if rows.height else 2
    decimal = pl.format(
        "{}.{}",
        net_mrr() // 10 ** (4 - units),
        (net_mrr() % 10 ** (4 - units)).cast(pl.String).str.zfill(4 - units),
    )
    price = pl.format("{}:{}", pl.col("plan").fill_null(""), net_mrr())
    rows = rows.with_columns(price=price, decimal=decimal)
    synced = pl.lit(f"{until:{SECONDS}}").alias("_fivetran_synced")
    ended = pl.col("end").is_not_null()
    subscription = rows.select(
        pl.col("subscription").alias("id"),
        synced,
        pl.lit("true").alias("_fivetran_active"),
        spelt(pl.coalesce("requested_end", "end"), SECONDS).alias("canceled_at"),
        spelt(pl.col("start"), SECONDS).alias("created"),
        pl.col("customer").alias("customer_id"),
        spelt(pl.col("end"), SECONDS).alias("ended_at"),
        spelt(pl.col("start"), SECONDS).alias("start_date"),
        pl.when(ended).then(pl.lit("canceled")).otherwise(pl.lit("active")).alias("status"),
        spelt(pl.col("trial_end"), SECONDS).alias("trial_end"),
        spelt(pl.col("trial_start"), SECONDS).alias("trial_start"),
    )
    item = rows.select(
        synced,
        spelt(pl.col("start"), SECONDS).alias("created"),
        pl.format("si_{}", "subscription").alias("id"),
        pl.col("price").alias("plan_id"),
        pl.lit("1").alias("quantity"),
        pl.col("subscription").alias("subscription_id"),
    )
    prices = rows.unique("price", maintain_order=True).select(
        pl.col("price").alias("id"),
        synced,
        pl.lit("per_unit").alias("billing_scheme"),
        pl.col("currency").str.to_lowercase(),
        pl.col("plan").alias("nickname"),
        pl.lit(None, pl.String).alias("product_id"),
        pl.lit("month").alias("recurring_interval"),
        pl.lit("1").alias("recurring_interval_count"),
        pl.lit("licensed").alias("recurring_usage_type"),
        pl.lit("recurring").alias("type"),
        pl.col("decimal").str.split(".").list.first().alias("unit_amount"),
        pl.col("decimal").alias("unit_amount_decimal"),
    )
    return {
        "subscription_history_data.csv": subscription,
        "subscription_item_data.csv": item,
        "price_data.csv": prices,
    }
