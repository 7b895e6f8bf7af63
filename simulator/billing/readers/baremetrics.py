"""The import format of Baremetrics: one row a subscription, amounts in cents, dates without times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.readers.chartmogul import minor_units_said
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import Table

CANNOT = (
    "prices of the past: a subscription has one plan and one price",
    "trials",
    "pauses",
    "discounts",
    "amounts below the minor unit",
    "reasons of changes and of leaving",
    "the end apart from the request: the date of cancelling is taken as the end",
    "unpaid bills",
    "times within a day, so that of several changes on one day only the last shows",
)
PART = Part(
    ("customer_oid", "plan_amount", "plan_interval", "subscription_started_at"),
    (
        "plan_oid",
        "plan_name",
        "plan_currency",
        "plan_interval_count",
        "subscription_oid",
        "subscription_canceled_at",
        "subscription_quantity",
    ),
)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["subscriptions"], options)
    sieve.text("customer", "customer_oid", missing="no_customer")
    sieve.text("subscription", "subscription_oid", "customer_oid")
    sieve.text("plan", "plan_name", "plan_oid")
    sieve.currency("plan_currency")
    sieve.times(start=("subscription_started_at",), end=("subscription_canceled_at",))
    sieve.drop(pl.col("start").is_null(), "no_date", column="subscription_started_at")
    sieve.quantity("subscription_quantity")
    sieve.interval(("plan_interval",), ("plan_interval_count",))
    sieve.money("each", "plan_amount", minor=True)
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1))
    sieve.price("whole", "plan_amount")
    if sieve.has("subscription_oid"):
        sieve.duplicates("subscription")
    sieve.note(
        "plan_of_two_prices",
        "subscriptions are on a plan id that has another price elsewhere",
        pl.struct("each", "unit", "count", "currency").n_unique().over("~plan_oid") > 1
        if sieve.has("plan_oid")
        else pl.lit(False),
    )
    sieve.order()
    return finish(
        sieve,
        "baremetrics",
        CANNOT,
        sieve.frame,
        notes=ends_nowhere(sieve.frame),
        said=minor_units_said(sieve),
    )


READERS = (
    VendorReader(
        "baremetrics",
        "Baremetrics import",
        {"subscriptions": PART},
        (frozenset({"subscriptions"}),),
        CANNOT,
        _read,
    ),
)
