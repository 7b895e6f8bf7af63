"""Recharge's tables as pipelines export them: subscriptions to deliveries, and their history where it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish, noted
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Note, Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "currencies: no table that is read states one; declare it",
    "prices before the first row of a subscription's history: the first one known is taken from its start",
    "prices of the past, where only the table `subscription` is given",
    "trials",
    "pauses: a skipped delivery leaves no trace",
    "discounts: an address has a code, and not from when to when",
    "prepaid deliveries: whether the price is for one delivery or for the payment is not stated",
    "reasons of changes and of leaving: the reason of a cancellation is free text",
    "when a cancellation was asked for",
    "unpaid bills",
    "times within a second",
)
STATUSES = ("active", "cancelled", "canceled", "expired")
_ROW = ("customer_id", "price", "order_interval_unit", "status")
_MORE = (
    "created_at",
    "updated_at",
    "cancelled_at",
    "quantity",
    "order_interval_frequency",
    "charge_interval_frequency",
    "product_title",
    "address_id",
)
PARTS = {
    "history": Part(("subscription_id", *_ROW, "updated_at"), _MORE, lacks=frozenset({"id"})),
    "subscription": Part(("id", *_ROW, "created_at", "cancelled_at"), _MORE, lacks=frozenset({"subscription_id"})),
    "address": Part(("id", "customer_id", "address_1", "country_code"), reference=True),
    "customer": Part(("id", "hash", "subscriptions_active_count"), reference=True),
    "discount": Part(("id", "code", "value", "usage_limits"), reference=True),
    "address_discount": Part(("id", "address_id", "index"), lacks=frozenset({"price"}), reference=True),
}


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    part = "history" if "history" in tables else "subscription"
    sieve = _rows(tables[part], options)
    periods = _periods(sieve)
    said, notes, others = [], ends_nowhere(periods), []
    if part == "subscription":
        said.append("without the table subscription_history each subscription has the price of today from its start")
    elif "subscription" in tables:
        today = _rows(tables["subscription"], options)
        notes += _disagree(sieve, today)
        # the history counts; a subscription that has none counts as it is today
        alone = today.frame.join(sieve.frame, on="subscription", how="anti")
        today.drop(~pl.col("subscription").is_in(alone["subscription"].implode()), "not_current", column="id")
        periods = pl.concat([periods, _periods(today)], how="diagonal")
        others = [today]
    notes += _other_addresses(sieve, tables.get("address", ()))
    begun = sieve.frame.group_by("subscription").agg(pl.col("begun", "updated").min())
    late = begun.filter(pl.col("updated") > pl.col("begun")).height if part == "history" else 0
    if late:
        said.append(f"{late} subscriptions began before their history: the first price known is taken from their start")
    reference = [t for name, one in PARTS.items() if one.reference for t in tables.get(name, ())]
    return finish(sieve, "recharge", CANNOT, periods, others=others, notes=notes, said=said, reference=reference)


def _rows(tables: Sequence[Table], options: ReadOptions) -> Sieve:
    sieve = Sieve(tables, options)
    sieve.knows = ("begun", "updated", "cancelled")
    sieve.text("subscription", "subscription_id", "id")
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.text("plan", "product_title")
    sieve.choice("state", dict.fromkeys(STATUSES), "status")
    sieve.currency()
    sieve.times(begun=("created_at",), updated=("updated_at", "created_at"), cancelled=("cancelled_at",))
    sieve.drop(pl.col("updated").is_null(), "no_date", column="updated_at")
    over = pl.col("state").is_in(["cancelled", "canceled"])
    sieve.drop(over & pl.col("cancelled").is_null(), "no_date", column="cancelled_at")
    sieve.quantity("charge_interval_frequency")
    sieve.add(_charge=pl.col("quantity"))
    sieve.quantity("order_interval_frequency")
    prepaid = pl.col("_charge") != pl.col("quantity")
    sieve.drop(prepaid, "unreadable_interval", column="charge_interval_frequency")
    sieve.interval(("order_interval_unit",), ("order_interval_frequency",))
    sieve.quantity("quantity")
    sieve.money("each", "price", minor=options.minor_units)
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1))
    sieve.price("whole", "price")
    sieve.duplicates("subscription", "updated")
    return sieve


def _periods(sieve: Sieve) -> pl.DataFrame:
    """Return what held from each row to the next, from the start of the subscription; a cancelled row ends it."""
    rows = sieve.frame.sort(["subscription", "updated", FILE, ROW])
    over = pl.col("state").is_in(["cancelled", "canceled", "expired"])
    first = pl.int_range(pl.len()).over("subscription") == 0
    rows = rows.with_columns(
        over=over,
        first=first,
        start=pl.when(first).then(pl.min_horizontal("begun", "updated")).otherwise(pl.col("updated")),
        left=pl.when(over).then(pl.coalesce("cancelled", "updated")),
    )
    following = pl.coalesce("left", "start").shift(-1).over("subscription")
    # where the first row known is a cancelled one, the subscription lasted until then
    held = rows.with_columns(end=pl.coalesce("left", following)).filter(~pl.col("over") | pl.col("first"))
    return held.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))


def _disagree(history: Sieve, today: Sieve) -> list[Note]:
    """Return notes on subscriptions that the two tables tell differently."""
    newest = history.frame.sort("updated").unique("subscription", keep="last")
    names = ["customer", "begun", "mrr", "state"]
    both = today.frame.join(newest.select("subscription", *names), on="subscription", suffix="_then")
    sentences = {
        "customer": "subscriptions have another customer in their history",
        "begun": "subscriptions have another start in their history; the history counts",
        "mrr": "subscriptions have another price in the newest row of their history; the history counts",
        "state": "subscriptions have another status in the newest row of their history; the history counts",
    }
    notes = []
    for name in names:
        rows = both.filter(pl.col(name) != pl.col(f"{name}_then"))
        if rows.height:
            notes.append(noted(f"other_{name}", sentences[name], rows))
    return notes


def _other_addresses(sieve: Sieve, addresses: Sequence[Table]) -> list[Note]:
    """Return a note on subscriptions that are delivered to an address of another customer."""
    if not addresses or not sieve.has("address_id"):
        return []
    owners = pl.concat([table.frame.select(_at="id", _owner="customer_id") for table in addresses]).unique("_at")
    newest = sieve.frame.sort("updated").unique("subscription", keep="last", maintain_order=True)
    rows = newest.with_columns(_at="~address_id").join(owners, on="_at").filter(pl.col("_owner") != pl.col("customer"))
    sentence = "subscriptions go to an address that belongs to another customer; the subscription's customer counts"
    return [noted("address_of_other_customer", sentence, rows)] if rows.height else []


READERS = (
    VendorReader(
        "recharge",
        "Recharge tables (as exported by pipelines)",
        PARTS,
        (frozenset({"history"}), frozenset({"subscription"})),
        CANNOT,
        _read,
    ),
)
