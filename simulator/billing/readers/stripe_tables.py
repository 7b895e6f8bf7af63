"""Stripe's tables as pipelines export them: subscriptions, their items, prices or plans, discounts and coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.minor_units import STRIPE
from simulator.billing.items import ACTIVE
from simulator.billing.readers.discounts import discounted
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish, noted
from simulator.billing.readers.stripe_discounts import stripe_discounts
from simulator.billing.readers.stripe_subscriptions import END_REASONS, NEVER_STARTED, OVER, STATUSES, trials
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "prices and plans of the past: an item has the price of today, and items that were removed are not there",
    "older versions of a subscription: only the newest row counts, so that the moment from which a bill was unpaid "
    "is not known",
    "amounts used: a metered item has no amount",
    "prices in tiers",
    "pauses",
    "reasons of changes",
    "times within a second",
)
_TIMES = ("trial_end", "current_period_start", "cancel_at_period_end", "ended_at", "start_date")
PARTS = {
    "subscription": Part(
        ("id", "customer_id", "status", ("start_date", "start", "created"), _TIMES),
        ("canceled_at", "cancellation_reason", "fivetran_active", "fivetran_start", "fivetran_synced"),
        lacks=frozenset({"amount", "plan_amount", "subtotal", "account_id", "invoice_id", "plan_id"}),
    ),
    "item": Part(
        ("id", "subscription_id", ("plan_id", "price_id")),
        ("quantity", "created", "fivetran_deleted"),
        lacks=frozenset({"invoice_id", "customer_id", "unit_amount"}),
    ),
    "price": Part(
        ("id", "product_id", ("unit_amount", "unit_amount_decimal"), ("recurring_interval", "interval")),
        (
            "nickname",
            "currency",
            "recurring_interval_count",
            "recurring_usage_type",
            "billing_scheme",
            "type",
        ),
        lacks=frozenset({"customer_id"}),
        reference=True,
    ),
    "plan": Part(
        ("id", "amount", "interval", "currency"),
        ("nickname", "interval_count", "usage_type", "billing_scheme", "product_id"),
        lacks=frozenset({"customer_id"}),
        reference=True,
    ),
    "product": Part(("id", "name", ("unit_label", "statement_descriptor", "shippable")), reference=True),
    "coupon": Part(("id", "duration", "percent_off"), ("amount_off", "currency"), reference=True),
    "discount": Part(
        ("coupon_id", "subscription_id", "start"),
        ("id", "end"),
        lacks=frozenset({"promotion_code"}),
        reference=True,
    ),
    "customer": Part(("id", "invoice_prefix", ("delinquent", "livemode")), reference=True),
}


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    subscriptions = _subscriptions(tables["subscription"], options)
    prices = _prices(tables, options)
    sieve = Sieve(tables["item"], options)
    sieve.knows = ()
    sieve.text("item", "id")
    sieve.text("subscription", "subscription_id")
    sieve.text("price", "price_id", "plan_id")
    sieve.times(added=("created",))
    sieve.quantity("quantity")
    sieve.duplicates("item")
    sieve.flag("removed", "fivetran_deleted")
    sieve.drop(pl.col("removed"), "deleted", column="fivetran_deleted")
    life = ["subscription", "customer", "start", "end", "end_reason", "requested_end", "status", "trial_end"]
    sieve.frame = sieve.frame.join(
        subscriptions.frame.select(life), on="subscription", how="left", maintain_order="left"
    ).join(prices, on="price", how="left", maintain_order="left")
    sieve.drop(pl.col("start").is_null(), "unknown_reference", column="subscription_id")
    sieve.drop(pl.col("known").is_null(), "unknown_reference", column="plan_id")
    sieve.drop(pl.col("kind") == "one_time", "not_recurring", column="plan_id")
    sieve.drop(pl.col("scheme") == "tiered", "no_price", column="plan_id")
    sieve.drop(pl.col("usage") == "metered", "no_price", column="plan_id")
    sieve.drop(pl.col("unit").is_null(), "no_interval", column="plan_id")
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1))
    sieve.price("whole", "plan_id")
    outside = (pl.col("added") < pl.col("start")) | (pl.col("end").is_not_null() & (pl.col("added") >= pl.col("end")))
    sieve.note(
        "item_outside_subscription",
        "items were created outside the life of their subscription; they are taken to last as long as it",
        outside,
    )
    sieve.add(start=pl.when(pl.col("added").is_null() | outside).then(pl.col("start")).otherwise(pl.col("added")))
    discounts, discounts_said = stripe_discounts(tables, options)
    periods = discounted(trials(sieve.frame), discounts)
    lonely = subscriptions.frame.filter(~pl.col("subscription").is_in(sieve.frame["subscription"].implode()))
    without = [noted("no_items", "subscriptions have no item that counts", lonely)] if lonely.height else []
    return finish(
        sieve,
        "stripe-tables",
        CANNOT,
        periods,
        others=[subscriptions],
        notes=[*without, *ends_nowhere(periods)],
        said=discounts_said,
        reference=[t for name, part in PARTS.items() if part.reference for t in tables.get(name, ())],
    )


def _subscriptions(tables: Sequence[Table], options: ReadOptions) -> Sieve:
    """Return the newest row of each subscription, with its life."""
    sieve = Sieve(tables, options)
    sieve.knows = ("start", "end", "asked", "synced")
    sieve.text("subscription", "id")
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.choice("state", STATUSES, "status")
    sieve.flag("newest", "fivetran_active")
    sieve.times(
        start=("start_date", "start", "created"),
        trial_end=("trial_end",),
        asked=("canceled_at",),
        end=("ended_at",),
        synced=("fivetran_start", "fivetran_synced"),
    )
    sieve.frame = sieve.frame.sort(
        [pl.col("newest").fill_null(True), "synced", FILE, ROW], descending=[True, True, False, False]
    )
    sieve.drop(pl.int_range(pl.len()).over("subscription") > 0, "not_current", column="id")
    sieve.note(
        "newest_version_missing",
        "subscriptions are there only in an older version; the last one known is taken",
        ~pl.col("newest"),
    )
    sieve.drop(pl.col("state").is_in(NEVER_STARTED), "unpaid_start", column="status")
    sieve.drop(pl.col("start").is_null(), "no_date", column="start_date")
    over = pl.col("state").is_in(OVER)
    sieve.add(end=pl.when(over).then(pl.coalesce("end", "asked")).otherwise(pl.col("end")))
    sieve.drop(over & pl.col("end").is_null(), "no_date", column="ended_at")
    sieve.note(
        "open_but_ended",
        "subscriptions have an end, and a status that says they go on",
        ~over & pl.col("end").is_not_null(),
    )
    sieve.text("end_reason", "cancellation_reason", "cancellation_details_reason")
    sieve.add(
        requested_end=pl.when(pl.col("asked") < pl.col("end")).then(pl.col("asked")),
        end_reason=pl.col("end_reason").replace_strict(END_REASONS, default=None, return_dtype=pl.String),
        status=pl.col("state").replace_strict(STATUSES, default=ACTIVE),
    )
    sieve.order()
    return sieve


def _prices(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> pl.DataFrame:
    """Return price, known, plan, currency, each (ten-thousandths), unit, count, usage, scheme, kind."""
    names = _product_names(tables)
    found = []
    for part in ("price", "plan"):
        for table in tables.get(part, ()):
            sieve = Sieve([table], options)
            sieve.text("price", "id")
            sieve.text("name", "nickname")
            sieve.text("product", "product_id")
            sieve.currency("currency")
            sieve.text("kind", "type")
            sieve.text("scheme", "billing_scheme")
            sieve.text("usage", "recurring_usage_type", "usage_type")
            one_off = sieve.frame.with_columns(known=pl.lit(True))
            sieve.interval(("recurring_interval", "interval"), ("recurring_interval_count", "interval_count"))
            for target, column in (("exact", "unit_amount_decimal"), ("whole", "unit_amount"), ("old", "amount")):
                sieve.money(target, column, minor=True, exponents=STRIPE)
            good = sieve.frame.with_columns(each=pl.coalesce("exact", "whole", "old"), known=pl.lit(True))
            # a price without an interval is known, and its items go for that reason
            rest = one_off.join(good, on="price", how="anti")
            found.append(pl.concat([good, rest], how="diagonal"))
    columns = {
        "price": pl.String,
        "known": pl.Boolean,
        "name": pl.String,
        "product": pl.String,
        "currency": pl.String,
        "each": pl.Int64,
        "unit": pl.String,
        "count": pl.Int64,
        "usage": pl.String,
        "scheme": pl.String,
        "kind": pl.String,
    }
    parts = [one.select(list(columns)) for one in found]
    every = pl.concat([pl.DataFrame(schema=columns), *parts], how="vertical_relaxed")
    every = every.unique("price", keep="first", maintain_order=True).join(names, on="product", how="left")
    return every.with_columns(plan=pl.coalesce("name", "product_name", "price")).drop("name", "product", "product_name")


def _product_names(tables: Mapping[str, Sequence[Table]]) -> pl.DataFrame:
    """Return product and product_name."""
    frames = [table.frame.select(product="id", product_name="name") for table in tables.get("product", ())]
    schema = {"product": pl.String, "product_name": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *frames]).unique("product", keep="first")


READERS = (
    VendorReader(
        "stripe-tables",
        "Stripe tables (as exported by pipelines)",
        PARTS,
        (frozenset({"subscription", "item", "price"}), frozenset({"subscription", "item", "plan"})),
        CANNOT,
        _read,
    ),
)
