"""The MRR movements of ChartMogul."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from simulator.billing.cells.minor_units import exponent
from simulator.billing.writers.periods import SECONDS, minor, net_mrr, paying, spelt


def movements(items: pl.DataFrame, until: datetime) -> dict[str, pl.DataFrame]:
    """Return one row each time that a customer's MRR changes."""
    rows = paying(items).sort(["customer", "start"], maintain_order=True)
    units = exponent(rows["currency"][0]) if rows.height else 2
    rows = rows.with_columns(
        mrr=minor(net_mrr(), units).cast(pl.Int64),
        start=pl.col("start").dt.truncate("1s"),
        end=pl.col("end").dt.truncate("1s"),
    ).filter((pl.col("mrr") > 0) & (pl.col("end").is_null() | (pl.col("end") > pl.col("start"))))
    before = pl.col("end").shift(1).over("customer") == pl.col("start")
    gone = pl.col("end").is_not_null() & (pl.col("start").shift(-1).over("customer") != pl.col("end")).fill_null(True)
    rows = rows.with_columns(
        joined=before.fill_null(False),
        gone=gone,
        first=pl.int_range(pl.len()).over("customer") == 0,
        was=pl.col("mrr").shift(1).over("customer"),
        plan_was=pl.col("plan").shift(1).over("customer"),
    )
    was = pl.when(pl.col("joined")).then(pl.col("was")).otherwise(0)
    rows = rows.with_columns(change=pl.col("mrr") - was)
    kind = (
        pl.when(pl.col("first"))
        .then(pl.lit("new_biz"))
        .when(~pl.col("joined"))
        .then(pl.lit("reactivation"))
        .when(pl.col("change") > 0)
        .then(pl.lit("expansion"))
        .otherwise(pl.lit("contraction"))
    )
    ids = ["customer", "subscription", "currency", "plan"]
    begins = rows.filter(pl.col("change") != 0).select(
        *ids,
        pl.col("start").alias("at"),
        "change",
        pl.col("mrr").alias("after"),
        kind.alias("kind"),
        pl.when(pl.col("joined")).then(pl.col("plan_was")).alias("plan_was"),
    )
    ends = rows.filter("gone").select(
        *ids,
        pl.col("end").alias("at"),
        -pl.col("mrr").alias("change"),
        pl.lit(0, pl.Int64).alias("after"),
        pl.lit("churn").alias("kind"),
        pl.col("plan").alias("plan_was"),
    )
    events = pl.concat([begins, ends]).sort(["at", "customer"], maintain_order=True)
    return {
        "mrr_movements.csv": events.select(
            spelt(pl.col("at"), SECONDS).alias("DATE"),
            pl.lit("").alias("CUSTOMER_NAME"),
            pl.col("change").cast(pl.String).alias("MRR_MOVEMENT"),
            pl.col("after").cast(pl.String).alias("MRR"),
            pl.col("kind").alias("MOVEMENT_TYPE"),
            pl.col("currency").alias("CURRENCY_CODE"),
            pl.col("customer").alias("CUSTOMER_EXTERNAL_ID"),
            pl.format("cus_{}", "customer").alias("CUSTOMER_UUID"),
            pl.col("subscription").alias("SUBSCRIPTION_EXTERNAL_ID"),
            pl.col("plan").alias("PLAN_EXTERNAL_ID"),
            pl.int_range(1, pl.len() + 1).cast(pl.String).alias("RANK"),
            pl.col("plan_was").alias("PREVIOUS_PLAN_EXTERNAL_ID"),
        )
    }
