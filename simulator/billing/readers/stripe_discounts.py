"""The coupons of Stripe's exported tables as discounts of subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.amounts import read_amounts
from simulator.billing.cells.minor_units import STRIPE, from_minor
from simulator.billing.readers.sieve import Sieve
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table


def stripe_discounts(
    tables: Mapping[str, Sequence[Table]], options: ReadOptions
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the discounts as `discounted` takes them, and what is said of them.

    A coupon with the duration `forever` is lasting; others end.
    """
    if not tables.get("discount") or not tables.get("coupon"):
        return pl.DataFrame(), ()
    found = _discounts(tables, options)
    unknown = found.filter(pl.col("duration").is_null()).height
    known = found.filter(pl.col("duration").is_not_null()).with_columns(lasting=pl.col("duration") == "forever")
    return known, (f"{unknown} discounts name a coupon that is in no table, and are left out",) * (unknown > 0)


def _discounts(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> pl.DataFrame:
    """Return subscription, from, until, duration (null: no such coupon), percent_off, amount_off (ten-thousandths)."""
    coupons = Sieve(tables["coupon"], options)
    coupons.text("coupon", "id")
    coupons.text("duration", "duration")
    # a coupon of a share needs no currency
    coupons.text("currency", "currency")
    coupons.money("amount_off", "amount_off")
    coupons.add(amount_off=from_minor(pl.col("amount_off"), pl.col("currency").str.to_uppercase(), STRIPE))
    share = read_amounts(coupons.whole, "percent_off", coupons.options).value
    coupons.add(percent_off=share.gather(coupons.frame["~#"]))
    discounts = Sieve(tables["discount"], options)
    discounts.text("subscription", "subscription_id")
    discounts.text("coupon", "coupon_id")
    discounts.times(start=("start",), end=("end",))
    known = coupons.frame.select("coupon", "duration", "percent_off", "amount_off").unique("coupon", keep="first")
    return (
        discounts.frame.filter(pl.col("start").is_not_null())
        .select("subscription", "coupon", pl.col("start").alias("from"), pl.col("end").alias("until"))
        .join(known, on="coupon", how="left")
    )
