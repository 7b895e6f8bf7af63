"""Recurly's tables as pipelines export them: each row of `subscription_history` is what held from its update on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.intervals import read_intervals
from simulator.billing.items import ACTIVE, PAUSED
from simulator.billing.readers.discounts import discounted
from simulator.billing.readers.recurly_coupons import recurly_discounts
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.stripe_subscriptions import trials
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "prices before the first row of a subscription's history: the first one known is taken from its start",
    "discounts of an amount: on which bills of an account they count is not in the tables",
    "for which plans a coupon is: its share comes off all subscriptions of the account",
    "add-ons apart from their subscription: their sum is part of its price",
    "amounts used",
    "unpaid bills",
    "reasons of changes",
    "times within a second",
)
STATES = ("active", "canceled", "expired", "failed", "future", "paused", "trial", "pending")
END_REASONS = {
    "canceled": "voluntary",
    "nonpayment": "failed_payment",
    "nonpayment_gift": "failed_payment",
    "tax_location_invalid": "failed_payment",
}
PARTS = {
    "subscription": Part(
        ("id", "account_id", "plan_id", "state", "unit_amount", "activated_at"),
        (
            "updated_at",
            "created_at",
            "quantity",
            "add_ons_total",
            "subtotal",
            "currency",
            "canceled_at",
            "expires_at",
            "trial_ends_at",
            "paused_at",
            "expiration_reason",
        ),
    ),
    "plan": Part(("id", "code", "interval_unit", "interval_length"), ("name", "updated_at"), reference=True),
    "plan_currency": Part(
        ("plan_id", "currency", "unit_amount"), lacks=frozenset({"subscription_id", "id"}), reference=True
    ),
    "account": Part(("id", "code", "bill_to"), reference=True),
    "add_on": Part(("id", "plan_add_on_id", "subscription_id", "unit_amount"), reference=True),
    "change": Part(("id", "subscription_id", "plan_id", "activate_at"), reference=True),
    "redemption": Part(
        ("id", "account_id", "coupon_id", "state"), ("created_at", "updated_at", "removed_at"), reference=True
    ),
    "coupon": Part(("coupon_id", "percentage", "amount"), reference=True),
}


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["subscription"], options)
    sieve.knows = ("updated", "begun", "past")
    sieve.text("subscription", "id")
    sieve.text("customer", "account_id", missing="no_customer")
    sieve.text("plan_id", "plan_id")
    sieve.choice("state", dict.fromkeys(STATES), "state")
    sieve.drop(pl.col("state").is_in(["future", "pending"]), "future", column="state")
    sieve.drop(pl.col("state") == "failed", "unpaid_start", column="state")
    sieve.currency("currency")
    sieve.times(
        begun=("activated_at", "created_at"),
        updated=("updated_at", "created_at"),
        trial_end=("trial_ends_at",),
        asked=("canceled_at",),
        expires=("expires_at",),
    )
    sieve.drop(pl.col("begun").is_null() | pl.col("updated").is_null(), "no_date", column="activated_at")
    sieve.quantity("quantity")
    sieve.text("why", "expiration_reason")
    sieve.add(item=pl.lit(""))
    _join_plans(sieve, tables.get("plan", ()))
    sieve.money("each", "unit_amount", minor=options.minor_units)
    sieve.money("extra", "add_ons_total", minor=options.minor_units)
    sieve.money("stated", "subtotal", minor=options.minor_units)
    sieve.add(whole=pl.col("each") * pl.col("quantity").fill_null(1) + pl.col("extra").fill_null(0))
    sieve.price("whole", "unit_amount")
    sieve.note(
        "other_subtotal",
        "rows have a subtotal that is not price times quantity and add-ons; price and quantity count",
        pl.col("stated") != pl.col("whole"),
    )
    sieve.duplicates("subscription", "updated")
    discounts, coupons_said = recurly_discounts(tables, options, sieve.frame)
    periods = discounted(_periods(sieve), discounts)
    return finish(
        sieve,
        "recurly",
        CANNOT,
        periods,
        notes=ends_nowhere(periods),
        said=[*_said(sieve), *coupons_said],
        reference=[t for name, part in PARTS.items() if part.reference for t in tables.get(name, ())],
    )


def _periods(sieve: Sieve) -> pl.DataFrame:
    """Return what held from each row to the next, from the start of the subscription; an expired row ends it."""
    rows = sieve.frame.sort(["subscription", "updated", FILE, ROW])
    over = pl.col("state") == "expired"
    first = pl.int_range(pl.len()).over("subscription") == 0
    rows = rows.with_columns(
        over=over,
        first=first,
        start=pl.when(first).then(pl.min_horizontal("begun", "updated")).otherwise(pl.col("updated")),
        left=pl.when(over).then(pl.coalesce("expires", "updated")),
        why=pl.col("why").replace_strict(END_REASONS, default=None, return_dtype=pl.String),
    )

    def after(value: pl.Expr) -> pl.Expr:
        return value.shift(-1).over("subscription")

    # a cancelled subscription goes on until it expires, which may be still to come
    comes = pl.when(pl.col("state") == "canceled").then(pl.col("expires"))
    ends = pl.col("over") | after(pl.col("over")).fill_null(False)
    held = rows.with_columns(
        end=pl.coalesce("left", after(pl.coalesce("left", "start")), comes),
        end_reason=pl.when(pl.col("over")).then(pl.col("why")).when(ends).then(after(pl.col("why"))),
        asked=pl.when(ends & ~pl.col("over")).then(after(pl.col("asked"))).otherwise(pl.col("asked")),
        status=pl.when(pl.col("state") == "paused").then(pl.lit(PAUSED)).otherwise(pl.lit(ACTIVE)),
    ).filter(~pl.col("over") | pl.col("first"))
    held = held.with_columns(requested_end=pl.when(pl.col("asked") < pl.col("end")).then(pl.col("asked")))
    return trials(held.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start"))))


def _join_plans(sieve: Sieve, tables: Sequence[Table]) -> None:
    """Add `unit` and `count` of the plan's interval, and `plan`: its code; rows without an interval go."""
    blank: dict[str, pl.DataType | type[pl.DataType]] = {
        "plan_id": pl.String,
        "code": pl.String,
        "unit": pl.String,
        "count": pl.Int64,
        "at": pl.Datetime("us"),
    }
    frames = [pl.DataFrame(schema=blank)]
    for table in tables:
        plans = Sieve([table], sieve.options)
        plans.text("plan_id", "id")
        plans.text("code", "code", "name")
        plans.times(at=("updated_at", "created_at"))
        plans.interval(("interval_unit",), ("interval_length",))
        frames.append(plans.frame.select(list(blank)))
    newest = pl.concat(frames).sort("at", nulls_last=False).unique("plan_id", keep="last")
    sieve.frame = sieve.frame.join(newest.drop("at"), on="plan_id", how="left", maintain_order="left")
    if sieve.options.interval:
        declared = read_intervals(pl.Series([sieve.options.interval]))
        sieve.add(
            count=pl.when(pl.col("unit").is_null()).then(declared["count"][0]).otherwise(pl.col("count")),
            unit=pl.col("unit").fill_null(declared["unit"][0]),
        )
    sieve.add(plan=pl.coalesce("code", "plan_id"))
    sieve.drop(pl.col("unit").is_null(), "no_interval", column="plan_id")


def _said(sieve: Sieve) -> tuple[str, ...]:
    """Return what is said of what the history does not reach."""
    said = []
    life = sieve.frame.group_by("subscription").agg(pl.col("begun", "updated").min())
    late = life.filter(pl.col("updated") > pl.col("begun")).height
    if late:
        said.append(f"{late} subscriptions began before their history: the first price known is taken from their start")
    return tuple(said)


READERS = (
    VendorReader(
        "recurly",
        "Recurly tables (as exported by pipelines)",
        PARTS,
        (frozenset({"subscription"}),),
        CANNOT,
        _read,
    ),
)
