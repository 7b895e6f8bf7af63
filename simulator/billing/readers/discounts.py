"""What discounts take off the items of a subscription, and when."""

from __future__ import annotations

import polars as pl

from simulator.billing.cells.intervals import monthly

HUNDRED = 1_000_000  # percent, in ten-thousandths


def discounted(periods: pl.DataFrame, discounts: pl.DataFrame) -> pl.DataFrame:
    """Return the periods cut where discounts begin and end, with what they take off.

    A share is taken off each item; an amount, which is for one bill, off the first item of the subscription, at most
    its price. Several discounts add up, at most to the price.

    Parameters
    ----------
    periods
        subscription, item, start, end, end_reason, mrr, unit, count.
    discounts
        subscription, from, until (null: no end), lasting (Boolean), percent_off and amount_off (ten-thousandths of a
        percent, of a unit; null: 0).
    """
    if not discounts.height:
        return periods
    order = ["subscription", "item", "start"]
    numbered = periods.sort(order).with_row_index("_n")
    cuts = pl.concat(
        [
            numbered.select("_n", cut="start"),
            *(
                numbered.select("_n", "subscription", "start", "end")
                .join(discounts.select("subscription", cut=moment), on="subscription")
                .filter((pl.col("cut") > pl.col("start")) & (pl.col("end").is_null() | (pl.col("cut") < pl.col("end"))))
                .select("_n", "cut")
                for moment in ("from", "until")
            ),
        ]
    ).unique()
    pieces = cuts.join(numbered, on="_n").sort(["_n", "cut"])
    following = pl.col("cut").shift(-1).over("_n")
    last = following.is_null()
    pieces = pieces.with_columns(
        start=pl.col("cut"),
        end=pl.coalesce(following, "end"),
        end_reason=pl.when(last).then(pl.col("end_reason")),
        first=pl.col("item") == pl.col("item").min().over("subscription"),
    ).with_row_index("_p")
    off = (
        pieces.join(discounts, on="subscription")
        .filter((pl.col("from") <= pl.col("start")) & (pl.col("until").is_null() | (pl.col("start") < pl.col("until"))))
        .with_columns(
            amount=pl.when(pl.col("first"))
            .then(monthly(pl.col("amount_off").fill_null(0), "unit", "count"))
            .otherwise(0)
            + _share(pl.col("mrr"), pl.col("percent_off").fill_null(0))
        )
        .group_by("_p")
        .agg(
            off_lasting=pl.col("amount").filter("lasting").sum(),
            off_temporary=pl.col("amount").filter(~pl.col("lasting")).sum(),
        )
    )
    pieces = pieces.join(off, on="_p", how="left", maintain_order="left").with_columns(
        lasting_discount=pl.min_horizontal(pl.col("off_lasting").fill_null(0), "mrr")
    )
    left = pl.col("mrr") - pl.col("lasting_discount")
    return pieces.with_columns(temporary_discount=pl.min_horizontal(pl.col("off_temporary").fill_null(0), left))


def _share(amount: pl.Expr, percent: pl.Expr) -> pl.Expr:
    """Return a share of an amount, half a ten-thousandth rounded up; in 128 bits, as large amounts need between."""
    return ((amount.cast(pl.Int128) * percent + HUNDRED // 2) // HUNDRED).cast(pl.Int64)
