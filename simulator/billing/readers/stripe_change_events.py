"""Stripe Sigma's table of changes: one row each time that the MRR of a subscription item moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.minor_units import STRIPE
from simulator.billing.readers.levels import level_periods
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "free and trial customers: an item is there from its first MRR",
    "pauses: an item without MRR has ended",
    "discounts: amounts are after them",
    "changes of plan that move no MRR",
    "amounts below the minor unit",
    "reasons of changes and of leaving",
    "when a cancellation was asked for",
    "times within a second",
)
EVENTS = {"active_start": 1, "active_end": -1, "active_upgrade": 1, "active_downgrade": -1}
PART = Part(
    ("event_type", "mrr_change", "subscription_item_id", "customer_id", ("event_timestamp", "local_event_timestamp")),
    ("currency", "price_id", "product_id", "quantity_change", "subscription_id"),
)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["events"], options)
    sieve.knows = ("at",)
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.text("item", "subscription_item_id")
    sieve.text("subscription", "subscription_id", "subscription_item_id")
    sieve.text("plan", "price_id", "product_id")
    sieve.choice("event", EVENTS, "event_type")
    sieve.currency("currency")
    sieve.times(at=("event_timestamp", "local_event_timestamp"))
    sieve.drop(pl.col("at").is_null(), "no_date", column="event_timestamp")
    sieve.money("change", "mrr_change", minor=True, exponents=STRIPE)
    sieve.drop(pl.col("change").is_null(), "no_price", column="mrr_change")
    sieve.repeated_rows()
    keys = ["customer", "subscription", "item", "currency"]
    sieve.note(
        "wrong_direction",
        "events raise MRR and are called an end or a downgrade, or lower it and are called a start or an upgrade",
        pl.col("change").sign() * pl.col("event").replace_strict(EVENTS, default=0, return_dtype=pl.Int64) < 0,
    )
    # in order of time; within one moment an end comes before a start
    sieve.add(_turn=pl.col("event").replace_strict({"active_end": 0}, default=1, return_dtype=pl.Int64))
    sieve.frame = sieve.frame.sort(["at", "_turn", FILE, ROW])
    before = pl.col("change").cum_sum().over(keys) - pl.col("change")
    sieve.add(_before=before)
    sieve.note(
        "started_twice",
        "items start while they are active",
        (pl.col("event") == "active_start") & (pl.col("_before") > 0),
    )
    sieve.note(
        "end_leaves_mrr",
        "items end and keep MRR",
        (pl.col("event") == "active_end") & (pl.col("_before") + pl.col("change") > 0),
    )
    below = (pl.col("_before") + pl.col("change")).min().over(keys) < 0
    sieve.note("below_zero", "events of items whose MRR falls below 0: their start is not in the file", below)
    sieve.drop(below, "unknown_reference", column="subscription_item_id")
    columns = [*keys, "at", "change", FILE, ROW, "plan"]
    periods = level_periods(sieve.frame.select(columns), keys)
    return finish(sieve, "stripe-change-events", CANNOT, periods, notes=ends_nowhere(periods))


READERS = (
    VendorReader(
        "stripe-change-events",
        "Stripe Sigma subscription_item_change_events",
        {"events": PART},
        (frozenset({"events"}),),
        CANNOT,
        _read,
    ),
)
