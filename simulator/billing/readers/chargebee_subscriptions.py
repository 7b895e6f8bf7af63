"""Chargebee's `Subscriptions.csv` with its add-ons and coupons: one row a subscription, with the price of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.items import ACTIVE, PAUSED, TRIAL
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.stripe_subscriptions import trials
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "prices of the past: a row has the price of today",
    "plans, add-ons and quantities of the past; an add-on counts from the start of its subscription",
    "discounts: a coupon's value is not in the files",
    "whether an add-on is charged once or each time: each one counts",
    "pauses before the last one",
    "reasons of changes",
    "unpaid bills",
    "times within a second",
)
STATUSES = {
    "future": ACTIVE,
    "in_trial": TRIAL,
    "active": ACTIVE,
    "non_renewing": ACTIVE,
    "paused": PAUSED,
    "cancelled": ACTIVE,
    "canceled": ACTIVE,
    "transferred": ACTIVE,
}
END_REASONS = {
    "not_paid": "failed_payment",
    "no_card": "failed_payment",
    "fraud_review_failed": "failed_payment",
    "customer_request": "voluntary",
}
PARTS = {
    "subscriptions": Part(
        ("id", "plan_id", "status", "plan_unit_price", ("customers_id", "customer_id")),
        (
            "plan_quantity",
            "currency_code",
            "billing_period",
            "billing_period_unit",
            "start_date",
            "started_at",
            "created_at",
            "trial_end",
            "cancelled_at",
            "cancel_reason",
            "pause_date",
            "resume_date",
        ),
        prefix="subscriptions?_(?!id$)|subscriptions_",
    ),
    "addons": Part(("subscription_id", "addon_id", "addon_unit_price"), ("addon_quantity",)),
    "coupons": Part(("subscription_id", "coupon_id"), lacks=frozenset({"customer_id"}), reference=True),
}


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["subscriptions"], options)
    sieve.text("subscription", "id")
    sieve.text("customer", "customers_id", "customer_id", missing="no_customer")
    sieve.text("plan", "plan_id")
    sieve.currency("currency_code")
    sieve.choice("state", STATUSES, "status")
    sieve.drop(pl.col("state") == "future", "future", column="status")
    sieve.times(
        start=("started_at", "start_date", "created_at"),
        trial_end=("trial_end",),
        end=("cancelled_at",),
        paused=("pause_date",),
        resumed=("resume_date",),
    )
    sieve.knows = ("start", "known")
    sieve.drop(pl.col("start").is_null(), "no_date", column="started_at")
    over = pl.col("state").is_in(["cancelled", "canceled"])
    sieve.drop(over & pl.col("end").is_null(), "no_date", column="cancelled_at")
    sieve.quantity("plan_quantity")
    sieve.interval(("billing_period_unit",), ("billing_period",))
    sieve.money("each", "plan_unit_price", minor=options.minor_units)
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1))
    sieve.price("whole", "plan_unit_price")
    sieve.duplicates("subscription")
    ended = over | (pl.col("state") == "non_renewing")
    sieve.note(
        "open_but_cancelled",
        "subscriptions have a date of cancelling and a status that says they go on; they are taken as ended",
        pl.col("end").is_not_null() & ~ended,
    )
    sieve.text("end_reason", "cancel_reason")
    sieve.add(
        known=pl.when(over).then(pl.col("end")),
        end_reason=pl.col("end_reason").replace_strict(END_REASONS, default=None, return_dtype=pl.String),
        status=pl.col("state").replace_strict(STATUSES, default=ACTIVE),
        item=pl.lit("plan"),
        requested_end=pl.lit(None, pl.Datetime("us")),
    )
    sieve.order()
    addons = _addons(tables.get("addons", ()), sieve, options)
    periods = pl.concat([sieve.frame, addons.frame], how="diagonal") if addons else sieve.frame
    periods = _paused(trials(periods))
    coupons = tables.get("coupons", ())
    with_coupon = sum(table.frame["subscription_id"].n_unique() for table in coupons)
    said = [f"{with_coupon} subscriptions have coupons, whose values are in no file: MRR is before them"] * (
        with_coupon > 0
    )
    if addons:
        said.append("the price of an add-on is taken for the billing period of its subscription, on every bill")
    return finish(
        sieve,
        "chargebee-subscriptions",
        CANNOT,
        periods,
        others=[addons] if addons else [],
        notes=ends_nowhere(periods),
        said=said,
        reference=coupons,
    )


def _addons(tables: Sequence[Table], subscriptions: Sieve, options: ReadOptions) -> Sieve | None:
    """Return the add-ons as items of their subscriptions, with their life and billing period."""
    if not tables:
        return None
    sieve = Sieve(tables, options)
    sieve.knows = ()
    sieve.text("subscription", "subscription_id")
    sieve.text("plan", "addon_id")
    life = ["start", "end", "end_reason", "requested_end", "trial_end", "status", "paused", "resumed"]
    joined = subscriptions.frame.select("subscription", "customer", "currency", *life, "unit", "count")
    sieve.frame = sieve.frame.join(joined, on="subscription", how="left", maintain_order="left")
    sieve.drop(pl.col("start").is_null(), "unknown_reference", column="subscription_id")
    sieve.quantity("addon_quantity")
    sieve.money("each", "addon_unit_price", minor=options.minor_units)
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1), item=pl.format("addon:{}", "plan"))
    sieve.price("whole", "addon_unit_price")
    sieve.duplicates("subscription", "item")
    return sieve


def _paused(periods: pl.DataFrame) -> pl.DataFrame:
    """Cut a pause out of the periods in which it falls."""
    inside = (pl.col("paused") >= pl.col("start")) & (pl.col("end").is_null() | (pl.col("paused") < pl.col("end")))
    inside = inside.fill_null(False)
    goes_on = pl.col("end").is_null() | (pl.col("end") > pl.col("resumed"))
    hit = periods.filter(inside)
    nothing = pl.lit(None, pl.String)
    before = hit.with_columns(end=pl.col("paused"), end_reason=nothing, status=pl.lit(ACTIVE))
    during = hit.with_columns(
        start=pl.col("paused"),
        end=pl.when(goes_on).then(pl.col("resumed")).otherwise(pl.col("end")),
        end_reason=pl.when(~goes_on.fill_null(False)).then(pl.col("end_reason")),
        status=pl.lit(PAUSED),
    )
    after = hit.filter(goes_on & pl.col("resumed").is_not_null()).with_columns(
        start=pl.col("resumed"), status=pl.lit(ACTIVE)
    )
    parts = [
        part.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start"))) for part in (before, during, after)
    ]
    return pl.concat([periods.filter(~inside), *parts]).sort([FILE, ROW, "start"], maintain_order=True)


READERS = (
    VendorReader(
        "chargebee-subscriptions",
        "Chargebee Subscriptions.csv (with SubscriptionAddons.csv, SubscriptionCoupons.csv)",
        PARTS,
        (frozenset({"subscriptions"}),),
        CANNOT,
        _read,
    ),
)
