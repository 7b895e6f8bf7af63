"""Pieces that writers share: which periods a format can show, and how amounts and times are spelt."""

from __future__ import annotations

import polars as pl

from simulator.billing.items import ACTIVE, PAUSED, TRIAL, UNPAID

SECONDS = "%Y-%m-%d %H:%M:%S"
MINUTES = "%Y-%m-%d %H:%M"
DAYS = "%Y-%m-%d"


def net_mrr() -> pl.Expr:
    """Return what a period counts for: MRR after its discounts."""
    return pl.col("mrr") - pl.col("lasting_discount") - pl.col("temporary_discount")


def minor(amount: pl.Expr, exponent: int) -> pl.Expr:
    """Return ten-thousandths as whole minor units of a currency with that ISO 4217 exponent; the rest is cut off."""
    return (amount // 10 ** (4 - exponent)).cast(pl.String)


def major(amount: pl.Expr) -> pl.Expr:
    """Return ten-thousandths as a decimal number, all four decimals."""
    return pl.format("{}.{}", amount // 10_000, (amount % 10_000).cast(pl.String).str.zfill(4))


def spelt(time: pl.Expr, form: str) -> pl.Expr:
    """Return times as text; null stays null."""
    return time.dt.strftime(form)


def paying(items: pl.DataFrame) -> pl.DataFrame:
    """Return the periods that count for something."""
    return items.filter(pl.col("status").is_in([ACTIVE, UNPAID]) & (net_mrr() > 0))


def one_row_each(items: pl.DataFrame, resolution: str, *, trials: bool = True) -> pl.DataFrame:
    """Return the periods as subscriptions of their own, for formats that show one price a subscription.

    A change of price or plan becomes the end of one subscription and the start of the next at the same moment. A
    trial and the period after it are one subscription with `trial_start` and `trial_end`. Paused periods are left
    out: what has no row was not there. `resolution` is what times are cut to (`1s`, `1m`, `1d`); periods that start
    and end at the same moment then are left out. Without `trials` a subscription starts when its trial is over.
    """
    if not trials:
        items = items.filter(pl.col("status") != TRIAL)
    same = pl.col("customer").shift(-1) == pl.col("customer")
    follows = same & (pl.col("start").shift(-1) == pl.col("end"))
    kept = (
        items.sort(["customer", "start"], maintain_order=True)
        .with_columns(before_trial=((pl.col("status") == TRIAL) & follows).fill_null(False))
        .with_columns(
            trial_start=pl.when(pl.col("before_trial").shift(1)).then(pl.col("start").shift(1)),
            trial_end=pl.when(pl.col("before_trial").shift(1)).then(pl.col("start")),
        )
        .filter(~pl.col("before_trial") & (pl.col("status") != PAUSED))
    )
    kept = kept.with_columns(
        start=pl.coalesce("trial_start", "start"),
        trial_start=pl.when(pl.col("status") == TRIAL).then(pl.col("start")).otherwise(pl.col("trial_start")),
        trial_end=pl.when(pl.col("status") == TRIAL).then(pl.col("end")).otherwise(pl.col("trial_end")),
    )
    times = [pl.col(name).dt.truncate(resolution) for name in ("start", "end", "trial_start", "trial_end")]
    return (
        kept.with_columns(times)
        .filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))
        .with_columns(subscription=pl.format("{}.{}", "subscription", pl.int_range(pl.len()).over("subscription") + 1))
    )
