"""Stripe's report of MRR per subscriber: one row a customer, one column a month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from simulator.billing.cells.minor_units import STRIPE
from simulator.billing.errors import BillingError
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

MONTH = r"(\d{4})_(\d{1,2})"
CANNOT = (
    "times within a month: a change counts from the first of the month at whose end it shows",
    "several changes within one month",
    "subscriptions: a customer has one amount",
    "plans",
    "quantities",
    "discounts: amounts are after them",
    "free and trial customers",
    "pauses: a month without MRR is a month without the customer",
    "reasons of changes and of leaving",
    "when a cancellation was asked for",
)
PART = Part(("customer_id", "currency", ("customer_email", "customer")), pattern=MONTH)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["months"], options)
    months = _months(sieve)
    sieve.text("customer", "customer_id", missing="no_customer")
    sieve.currency("currency")
    for name, month in months.items():
        sieve.money(f"{month:%Y-%m}", name, minor=options.minor_units, exponents=STRIPE)
        sieve.drop(pl.col(f"{month:%Y-%m}") < 0, "negative_amount", column=name)
    sieve.duplicates("customer", "currency")
    last = max(months.values())
    beyond = (pl.lit(last).dt.offset_by("1mo")).cast(pl.Datetime("us"))
    long = (
        sieve.frame.select(FILE, ROW, "customer", "currency", *(f"{month:%Y-%m}" for month in months.values()))
        .unpivot(index=[FILE, ROW, "customer", "currency"], variable_name="month", value_name="mrr")
        .with_columns(start=pl.col("month").str.to_datetime("%Y-%m", time_unit="us"), mrr=pl.col("mrr").fill_null(0))
        .sort(["customer", "currency", "start"])
    )
    run = (pl.col("mrr") != pl.col("mrr").shift(1)).fill_null(True).cum_sum().over("customer", "currency")
    periods = (
        long.with_columns(run=run)
        .group_by(["customer", "currency", "run"], maintain_order=True)
        .agg(pl.col(FILE, ROW, "mrr", "start").first(), pl.col("start").last().dt.offset_by("1mo").alias("end"))
        .filter(pl.col("mrr") > 0)
        .with_columns(end=pl.when(pl.col("end") < beyond).then(pl.col("end")), subscription=pl.col("customer"))
    )
    sieve.add(known=beyond - pl.duration(microseconds=1))
    sieve.knows = ("known",)
    return finish(sieve, "stripe-mrr-per-subscriber", CANNOT, periods, notes=ends_nowhere(periods))


def _months(sieve: Sieve) -> dict[str, datetime]:
    """Return the months of the columns; every month between the first and the last must be there."""
    names = (name.removeprefix("~") for name in sieve.frame.columns)
    found = {name: match for name in names if (match := re.fullmatch(MONTH, name)) and 1 <= int(match[2]) <= 12}
    months = {name: datetime(int(match[1]), int(match[2]), 1) for name, match in found.items()}
    numbers = sorted(m.year * 12 + m.month for m in months.values())
    missing = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
    if missing or len(set(numbers)) < len(numbers):
        wrong = [f"{(n - 1) // 12}-{(n - 1) % 12 + 1:02}" for n in missing]
        problem = f"the months {', '.join(wrong)} have no column" if missing else "a month has two columns"
        raise BillingError(f"{sieve.whole.name}: {problem}; every month from the first to the last is needed, once")
    return months


READERS = (
    VendorReader(
        "stripe-mrr-per-subscriber",
        "Stripe MRR per subscriber (monthly CSV)",
        {"months": PART},
        (frozenset({"months"}),),
        CANNOT,
        _read,
    ),
)
