"""The coupons that accounts of Recurly have redeemed, as discounts of their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.amounts import read_amounts
from simulator.billing.readers.sieve import PLACE, Sieve
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table


def recurly_discounts(
    tables: Mapping[str, Sequence[Table]], options: ReadOptions, subscriptions: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the discounts as `discounted` takes them, and what is said of them.

    A redemption is the account's: its share comes off each of the account's subscriptions from when it was redeemed
    until it was removed. One that was not removed is lasting. An amount is left out: on which of an account's bills it
    counts is not in the tables.

    Parameters
    ----------
    subscriptions
        subscription, customer.
    """
    if not tables.get("redemption"):
        return pl.DataFrame(), ()
    redeemed = Sieve(tables["redemption"], options)
    redeemed.text("id", "id")
    redeemed.text("customer", "account_id")
    redeemed.text("coupon", "coupon_id")
    redeemed.times(start=("created_at",), end=("removed_at",), updated=("updated_at", "created_at"))
    newest = redeemed.frame.sort("updated", nulls_last=False).unique("id", keep="last", maintain_order=True)
    shares = _shares(tables.get("coupon", ()), options)
    found = newest.select("customer", "coupon", pl.col("start").alias("from"), pl.col("end").alias("until"))
    found = found.join(shares, on="coupon", how="left").filter(pl.col("from").is_not_null())
    left_out = found.filter(pl.col("percent_off").is_null()).height
    known = found.filter(pl.col("percent_off").is_not_null()).with_columns(
        lasting=pl.col("until").is_null(), amount_off=pl.lit(None, pl.Int64)
    )
    of_subscriptions = known.join(subscriptions.select("subscription", "customer").unique(), on="customer").drop(
        "customer"
    )
    sentence = f"{left_out} coupon redemptions are of an amount, or of a coupon that is in no table, and are left out"
    return of_subscriptions, (sentence,) * (left_out > 0)


def _shares(tables: Sequence[Table], options: ReadOptions) -> pl.DataFrame:
    """Return coupon and percent_off (ten-thousandths of a percent)."""
    if not tables:
        return pl.DataFrame(schema={"coupon": pl.String, "percent_off": pl.Int64})
    coupons = Sieve(tables, options)
    coupons.text("coupon", "coupon_id")
    share = read_amounts(coupons.whole, "percentage", coupons.options).value
    coupons.add(percent_off=share.gather(coupons.frame[PLACE]))
    return coupons.frame.select("coupon", "percent_off").unique("coupon", keep="first")
