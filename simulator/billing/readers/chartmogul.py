"""ChartMogul's export of MRR movements: one row a movement, amounts in cents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.currencies import DECIMALS
from simulator.billing.readers.levels import level_periods
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "subscriptions: a movement is the customer's, over all its subscriptions",
    "free and trial customers",
    "pauses: they have gone through ChartMogul's own rules",
    "discounts: amounts are after them",
    "changes of plan that move no MRR",
    "amounts below the minor unit",
    "quantities",
    "reasons of changes and of leaving: the movement type is a kind, and kinds are worked out again under the policy",
    "when a cancellation was asked for",
    "times within a second",
)
KINDS = {
    "new_biz": "new",
    "new_business": "new",
    "reactivation": "reactivation",
    "expansion": "expansion",
    "contraction": "contraction",
    "churn": "churn",
}
PART = Part(
    ("date", "mrr_movement", "movement_type", ("customer_external_id", "customer_uuid")),
    ("mrr", "currency_code", "plan_external_id", "rank"),
)


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["movements"], options)
    sieve.knows = ("at",)
    sieve.text("customer", "customer_external_id", "customer_uuid", missing="no_customer")
    sieve.text("plan", "plan_external_id")
    sieve.choice("kind", KINDS, "movement_type")
    sieve.currency("currency_code")
    sieve.times(at=("date",))
    sieve.drop(pl.col("at").is_null(), "no_date", column="date")
    sieve.money("change", "mrr_movement", minor=True)
    sieve.money("after", "mrr", minor=True)
    sieve.drop(pl.col("change").is_null(), "no_price", column="mrr_movement")
    sieve.quantity("rank")
    sieve.repeated_rows()
    keys = ["customer", "currency"]
    sieve.frame = sieve.frame.sort(["at", "quantity", FILE, ROW])
    sieve.add(_level=pl.col("change").cum_sum().over(keys))
    sieve.add(_was=pl.col("_level") - pl.col("change"), _ever=pl.col("_level").cum_max().shift(1).over(keys) > 0)
    kind = (
        pl.when(pl.col("_level") == 0)
        .then(pl.lit("churn"))
        .when(pl.col("_was") == 0)
        .then(pl.when(pl.col("_ever").fill_null(False)).then(pl.lit("reactivation")).otherwise(pl.lit("new")))
        .when(pl.col("change") > 0)
        .then(pl.lit("expansion"))
        .otherwise(pl.lit("contraction"))
    )
    stated = pl.col("kind").replace_strict(KINDS, default=None, return_dtype=pl.String)
    below = pl.col("_level").min().over(keys) < 0
    sieve.note("below_zero", "movements of customers whose MRR falls below 0: their start is not in the file", below)
    sieve.note(
        "other_kind",
        "movements have a type that does not fit the customer's MRR before and after; the MRR counts",
        (stated != kind) & ~below,
    )
    sieve.note(
        "other_sum",
        "movements have an MRR that is not the sum of the customer's movements so far; the movements count",
        (pl.col("after") != pl.col("_level")) & ~below,
    )
    sieve.drop(below, "unknown_reference", column="customer_external_id")
    columns = [*keys, "at", "change", FILE, ROW, "plan"]
    periods = level_periods(sieve.frame.select(columns), keys).with_columns(subscription=pl.col("customer"))
    return finish(
        sieve, "chartmogul-movements", CANNOT, periods, notes=ends_nowhere(periods), said=minor_units_said(sieve)
    )


def minor_units_said(sieve: Sieve) -> tuple[str, ...]:
    """Return what is said of currencies without cents in a format that states cents: the amounts are whole units."""
    whole = sorted({c for c in sieve.frame["currency"].unique().drop_nulls() if DECIMALS.get(c) == 0})
    if not whole:
        return ()
    codes = ", ".join(whole)
    return (
        f"{codes}: the format states cents, and ISO 4217 gives {codes} none, so that amounts are read as whole units; "
        "hold one known customer against it: hundredths would show as 100 times its MRR",
    )


READERS = (
    VendorReader(
        "chartmogul-movements",
        "ChartMogul MRR movements",
        {"movements": PART},
        (frozenset({"movements"}),),
        CANNOT,
        _read,
    ),
)
