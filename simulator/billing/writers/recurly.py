"""The tables of Recurly that pipelines export."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.items import PAUSED, TRIAL
from simulator.billing.writers.periods import SECONDS, major, net_mrr, spelt

_WHY = {"failed_payment": "nonpayment", "voluntary": "canceled"}


def tables(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return `subscription_history`, one row for each state of a subscription, and `plan_history`."""
    rows = (
        items.with_columns(start=pl.col("start").dt.truncate("1s"), end=pl.col("end").dt.truncate("1s"))
        .filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))
        .sort(["subscription", "start"], maintain_order=True)
        .with_columns(
            begun=pl.col("start").min().over("subscription"),
            gone=pl.col("end").is_not_null()
            & (pl.col("start").shift(-1).over("subscription") != pl.col("end")).fill_null(True),
            trial=pl.col("status") == TRIAL,
        )
    )
    trial_start = pl.col("start").filter(pl.col("trial")).min().over("subscription")
    trial_end = pl.col("end").filter(pl.col("trial")).max().over("subscription")
    rows = rows.with_columns(trial_start=trial_start, trial_end=trial_end)
    ids = ["customer", "subscription", "currency", "plan", "begun", "trial_start", "trial_end"]
    states = rows.select(
        *ids,
        pl.col("start").alias("at"),
        pl.when(pl.col("status") == PAUSED).then(pl.lit("paused")).otherwise(pl.lit("active")).alias("state"),
        net_mrr().alias("mrr"),
        pl.lit(None, pl.Datetime("us")).alias("expires"),
        pl.lit(None, pl.String).alias("why"),
    )
    ends = rows.filter("gone").select(
        *ids,
        pl.col("end").alias("at"),
        pl.lit("expired").alias("state"),
        net_mrr().alias("mrr"),
        pl.col("end").alias("expires"),
        pl.col("end_reason").replace_strict(_WHY, default="unknown", return_dtype=pl.String).alias("why"),
    )
    every = pl.concat([states, ends]).sort(["subscription", "at"], maintain_order=True)
    history = every.select(
        pl.col("subscription").alias("id"),
        spelt(pl.col("begun"), SECONDS).alias("created_at"),
        spelt(pl.col("at"), SECONDS).alias("updated_at"),
        spelt(pl.col("begun"), SECONDS).alias("activated_at"),
        spelt(pl.col("expires"), SECONDS).alias("canceled_at"),
        spelt(pl.col("expires"), SECONDS).alias("expires_at"),
        pl.col("customer").alias("account_id"),
        pl.col("plan").fill_null("").alias("plan_id"),
        "state",
        spelt(pl.col("trial_start"), SECONDS).alias("trial_started_at"),
        spelt(pl.col("trial_end"), SECONDS).alias("trial_ends_at"),
        pl.when(pl.col("state") == "paused").then(spelt(pl.col("at"), SECONDS)).alias("paused_at"),
        "currency",
        major(pl.col("mrr")).alias("unit_amount"),
        pl.lit("1").alias("quantity"),
        pl.lit("0.0").alias("add_ons_total"),
        major(pl.col("mrr")).alias("subtotal"),
        pl.col("why").alias("expiration_reason"),
    )
    plans = every.unique("plan", maintain_order=True).select(
        pl.col("plan").fill_null("").alias("id"),
        pl.lit("2000-01-01 00:00:00").alias("created_at"),
        pl.lit("2000-01-01 00:00:00").alias("updated_at"),
        pl.col("plan").alias("code"),
        pl.lit("active").alias("state"),
        pl.lit("months").alias("interval_unit"),
        pl.lit("1").alias("interval_length"),
    )
    return {"subscription_history_data.csv": history, "plan_history_data.csv": plans}
