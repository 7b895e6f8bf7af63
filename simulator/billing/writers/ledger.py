"""A simulated ledger as the periods that readers give: the company of a run, as its billing would know it."""

from __future__ import annotations

import polars as pl

from simulator.billing.items import ACTIVE, ITEMS, PAUSED, TRIAL


def items_of_ledger(ledger: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return one period for each state that a customer was in, in the schema ITEMS, by customer and time.

    A time in months becomes that part of its calendar month, in whole microseconds; of a customer's changes at one
    moment each comes a microsecond after the one before it. A customer of the opening base is there from one month
    before the ledger's first. Each return after leaving is another subscription.

    Parameters
    ----------
    ledger
        one replication, as `ledger.parquet` has it.
    currency
        of its amounts: ISO 4217.

    Raises
    ------
    ValueError
        if there is more than one replication: their customers have the same names.
    """
    if ledger["replication"].n_unique() > 1:
        raise ValueError("a ledger of one replication is needed: the customers of several have the same names")
    states = pl.concat([_opening(ledger), _changes(ledger)]).sort(["customer", "start"], maintain_order=True)
    after = [pl.col(name).shift(-1).over("customer") for name in ("start", "reason", "left")]
    states = states.with_columns(
        end=after[0],
        next_reason=after[1],
        end_reason=pl.when(after[2]).then(after[1]),
        stay=pl.col("left").cum_sum().over("customer"),
    ).filter(~pl.col("left"))
    converts = pl.col("next_reason") == "trial_conversion"
    status = (
        pl.when(pl.col("paused"))
        .then(pl.lit(PAUSED))
        .when((pl.col("mrr") == 0) & converts.fill_null(False))
        .then(pl.lit(TRIAL))
        .otherwise(pl.lit(ACTIVE))
    )
    filled = states.with_columns(
        row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        file=pl.lit("ledger"),
        subscription=pl.format("{}#{}", "customer", pl.col("stay") + 1),
        item=pl.lit(""),
        currency=pl.lit(currency),
        quantity=pl.lit(None),
        requested_end=pl.lit(None),
        status=status,
        lasting_discount=pl.lit(0),
        temporary_discount=pl.lit(0),
        metered=pl.lit(False),
    )
    return filled.select(pl.col(name).cast(kind) for name, kind in ITEMS.items())


def _changes(ledger: pl.DataFrame) -> pl.DataFrame:
    """The state after each change."""
    first_day = pl.col("month").str.to_date("%Y-%m").cast(pl.Datetime("us"))
    length = first_day.dt.offset_by("1mo") - first_day
    part = (pl.col("time") - pl.col("time").floor()) * length.dt.total_microseconds()
    moment = first_day.dt.epoch("us") + part.floor().cast(pl.Int64)
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    apart = ((moment - number).cum_max() + number).over("customer")  # each at least one later than the one before
    return ledger.select(
        "customer",
        apart.cast(pl.Datetime("us")).alias("start"),
        "segment",
        pl.col("plan_to").alias("plan"),
        pl.col("mrr_after").alias("mrr"),
        "reason",
        pl.col("plan_to").is_null().alias("left"),
        ((pl.col("reason") == "pause") & (pl.col("mrr_after") == 0)).fill_null(False).alias("paused"),
    )


def _opening(ledger: pl.DataFrame) -> pl.DataFrame:
    """The state of the opening base before its first change."""
    begins = ledger["month"].min()
    first = ledger.group_by("customer", maintain_order=True).first().filter(pl.col("plan_from").is_not_null())
    start = pl.lit(begins).str.to_date("%Y-%m").cast(pl.Datetime("us")).dt.offset_by("-1mo")
    return first.select(
        "customer",
        start.alias("start"),
        "segment",
        pl.col("plan_from").alias("plan"),
        pl.col("mrr_before").alias("mrr"),
        pl.lit(None, pl.String).alias("reason"),
        pl.lit(False).alias("left"),
        pl.lit(False).alias("paused"),
    )
