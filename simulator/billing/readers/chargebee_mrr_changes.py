"""Chargebee's `subscription_mrr_changes`: one record for each MRR that a subscription has had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.items import ACTIVE, PAUSED, TRIAL
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "plans",
    "quantities",
    "discounts: amounts are after them",
    "reasons of changes and of leaving",
    "when a cancellation was asked for",
    "unpaid bills",
    "times within a second",
)
STATUSES = {
    "future": None,
    "in_trial": TRIAL,
    "active": ACTIVE,
    "non_renewing": ACTIVE,
    "paused": PAUSED,
    "cancelled": None,
    "canceled": None,
    "transferred": None,
}
PART = Part(
    ("customer_id", "subscription_id", "mrr", "status", ("record_start_at", "record_recorded_at")),
    ("id", "currency_code", "mrr_previous", "mrr_change", "record_end_at"),
)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["changes"], options)
    sieve.knows = ("start",)
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.text("subscription", "subscription_id", "customer_id")
    sieve.currency("currency_code")
    sieve.choice("state", STATUSES, "status")
    sieve.drop(pl.col("state") == "future", "future", column="status")
    sieve.times(start=("record_start_at", "record_recorded_at"), end=("record_end_at",))
    sieve.drop(pl.col("start").is_null(), "no_date", column="record_start_at")
    sieve.money("mrr", "mrr", minor=options.minor_units)
    sieve.money("was", "mrr_previous", minor=options.minor_units)
    sieve.money("change", "mrr_change", minor=options.minor_units)
    sieve.drop(pl.col("mrr").is_null(), "no_price", column="mrr")
    sieve.drop(pl.col("mrr") < 0, "negative_amount", column="mrr")
    if sieve.has("id"):
        sieve.text("record", "id")
        sieve.duplicates("record")
    else:
        sieve.repeated_rows()
    sieve.drop(pl.col("end") < pl.col("start"), "end_before_start", column="record_end_at")
    sieve.drop(pl.col("end") == pl.col("start"), "same_day", column="record_end_at")
    sieve.frame = sieve.frame.sort(["subscription", "start", FILE, ROW])
    last = pl.col("mrr").shift(1).over("subscription")
    sieve.note(
        "other_change",
        "records have a change that is not MRR less MRR before",
        pl.col("change") != pl.col("mrr") - pl.col("was"),
    )
    sieve.note(
        "other_previous", "records have an MRR before that is not the MRR of the record before", pl.col("was") != last
    )
    gone = (
        pl.col("state").replace_strict(STATUSES, default=ACTIVE, return_dtype=pl.String).is_null()
        & pl.col("state").is_not_null()
    )
    sieve.note(
        "cancelled_with_mrr",
        "records of a cancelled subscription have MRR; it does not count",
        gone & (pl.col("mrr") > 0),
    )
    following = pl.col("start").shift(-1).over("subscription")
    sieve.add(
        status=pl.col("state").replace_strict(STATUSES, default=ACTIVE, return_dtype=pl.String).fill_null(ACTIVE),
        end=pl.min_horizontal(pl.coalesce("end", following), following),
        _gone=gone,
    )
    periods = sieve.frame.filter(~pl.col("_gone"))
    return finish(sieve, "chargebee-mrr-changes", CANNOT, periods, notes=ends_nowhere(periods))


READERS = (
    VendorReader(
        "chargebee-mrr-changes",
        "Chargebee subscription_mrr_changes",
        {"changes": PART},
        (frozenset({"changes"}),),
        CANNOT,
        _read,
    ),
)
