"""The subscriptions CSV of Stripe's dashboard: one row a subscription, with the price of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.minor_units import STRIPE
from simulator.billing.items import ACTIVE, PAUSED, TRIAL, UNPAID
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "prices of the past: a row has the price of today, so expansion and contraction within a subscription do not show",
    "plans of the past",
    "discounts: a coupon's value is not in the file",
    "pauses",
    "reasons of changes, but for the end of a subscription",
    "the moment from which a bill was unpaid",
    "times within a minute",
)

# Of Cancellation Reason.
END_REASONS = {
    "cancellation_requested": "voluntary",
    "payment_failed": "failed_payment",
    "payment_disputed": "voluntary",
}
STATUSES = {
    "active": ACTIVE,
    "trialing": TRIAL,
    "past_due": UNPAID,
    "unpaid": UNPAID,
    "canceled": ACTIVE,  # until it ended
    "cancelled": ACTIVE,
    "ended": ACTIVE,
    "paused": PAUSED,  # the trial is over and there is nothing to pay with
    "incomplete": ACTIVE,
    "incomplete_expired": ACTIVE,
}
NEVER_STARTED = ("incomplete", "incomplete_expired")
OVER = ("canceled", "cancelled", "ended")

PART = Part(
    (
        "id",
        "customer_id",
        "status",
        ("amount", "plan_amount"),
        ("start", "start_date", "created"),
        # a list of payments has an id, a customer, a status and an amount, too
        ("plan", "plan_name", "plan_price_id", "plan_amount", "interval", "plan_interval", "current_period_start"),
    ),
    (
        "product",
        "quantity",
        "currency",
        "plan_currency",
        "interval_count",
        "plan_interval_count",
        "trial_end",
        "canceled_at",
        "ended_at",
        "cancellation_reason",
    ),
    lacks=frozenset({"subscription_item_id", "captured", "amount_refunded", "invoice_id"}),
)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["subscriptions"], options)
    sieve.text("subscription", "id")
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.text("plan", "plan", "plan_name", "product", "plan_price_id")
    sieve.currency("currency", "plan_currency")
    sieve.choice("state", STATUSES, "status")
    sieve.drop(pl.col("state").is_in(NEVER_STARTED), "unpaid_start", column="status")
    sieve.times(
        start=("start_date", "start", "created"),
        trial_end=("trial_end",),
        asked=("canceled_at",),
        end=("ended_at",),
    )
    sieve.drop(pl.col("start").is_null(), "no_date", column="start_date")
    sieve.quantity("quantity")
    sieve.interval(("interval", "plan_interval"), ("interval_count", "plan_interval_count"))
    # `Amount` is what the quantity costs, `Plan Amount` the price of one
    sieve.money("whole", "amount", minor=options.minor_units, exponents=STRIPE)
    sieve.money("each", "plan_amount", minor=options.minor_units, exponents=STRIPE)
    sieve.add(whole=pl.coalesce("whole", pl.col("each") * pl.col("quantity").fill_null(1)))
    sieve.price("whole", "amount")
    sieve.duplicates("subscription")
    over = pl.col("state").is_in(OVER)
    sieve.add(end=pl.when(over).then(pl.coalesce("end", "asked")).otherwise(pl.col("end")))
    sieve.drop(over & pl.col("end").is_null(), "no_date", column="ended_at")
    sieve.note(
        "open_but_ended",
        "subscriptions have an end, and a status that says they go on",
        ~over & pl.col("end").is_not_null(),
    )
    sieve.text("end_reason", "cancellation_reason")
    sieve.add(
        requested_end=pl.when(pl.col("asked") < pl.col("end")).then(pl.col("asked")),
        end_reason=pl.col("end_reason").replace_strict(END_REASONS, default=None, return_dtype=pl.String),
        status=pl.col("state").replace_strict(STATUSES, default=ACTIVE),
    )
    sieve.order()
    said = () if sieve.has("trial_end") else ("the file has no trial dates: a trial counts as paid from its start",)
    return finish(
        sieve, "stripe-subscriptions", CANNOT, trials(sieve.frame), notes=ends_nowhere(sieve.frame), said=said
    )


def trials(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the periods of subscriptions of which some begin with a trial, which lasts until `trial_end`.

    The trial is a period of its own; a status of trial holds for nothing else where the end of the trial is known.
    """
    if frame["trial_end"].null_count() == frame.height:
        return frame
    first = pl.col("trial_end").is_not_null() & (pl.col("trial_end") > pl.col("start"))
    paid_for = pl.when(pl.col("status") == TRIAL).then(pl.lit(ACTIVE)).otherwise(pl.col("status"))
    goes_on = pl.col("end").is_null() | (pl.col("end") > pl.col("trial_end"))
    started = frame.filter(first.fill_null(False))
    trial = started.with_columns(
        status=pl.lit(TRIAL),
        end=pl.when(goes_on).then(pl.col("trial_end")).otherwise(pl.col("end")),
        end_reason=pl.when(~goes_on).then(pl.col("end_reason")),
        requested_end=pl.when(~goes_on).then(pl.col("requested_end")),
    )
    after = started.filter(goes_on).with_columns(start=pl.col("trial_end"), status=paid_for)
    rest = frame.filter(~first.fill_null(False)).with_columns(
        status=pl.when(pl.col("trial_end").is_not_null()).then(paid_for).otherwise(pl.col("status"))
    )
    return pl.concat([rest, trial, after]).sort([FILE, ROW, "start"], maintain_order=True)


READERS = (
    VendorReader(
        "stripe-subscriptions",
        "Stripe subscriptions (dashboard CSV)",
        {"subscriptions": PART},
        (frozenset({"subscriptions"}),),
        CANNOT,
        _read,
    ),
)
