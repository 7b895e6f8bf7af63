"""Generic subscription periods: one row for each time in which a subscription had one price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from simulator.billing.cells.dates import EARLIEST, Dates, read_dates
from simulator.billing.cells.quantities import read_flags
from simulator.billing.items import ACTIVE, TRIAL
from simulator.billing.readers import attributes as rows
from simulator.billing.readers import prices
from simulator.billing.readers.fields import find, resolve
from simulator.billing.readers.overlaps import first_come
from simulator.billing.readers.statuses import ENDED
from simulator.billing.reading import Note, Reading, ReadOptions, as_items, set_aside
from simulator.billing.table import FILE, ROW, Table

FIELDS = (
    *rows.FIELDS,
    *prices.FIELDS,
    *("start_date", "end_date", "cancelled_at", "discount_end", "trial_end", "is_trial"),
)
LATE_END = timedelta(days=31)  # an end so long after the latest start may be planned, and is mentioned
KEY = ("customer", "subscription", "item")


class Periods:
    """One row a period: customer_id, start_date, end_date, mrr or amount and interval, and what else is known."""

    name = "periods"
    title = "generic subscription periods"
    needs = "customer_id, start_date, mrr (or amount and interval); wanted: subscription_id, end_date, plan, currency"
    fields = frozenset(FIELDS)
    generic = True

    def recognises(self, columns: frozenset[str]) -> str | None:
        found = find(columns, FIELDS)
        priced = any(name in found for name in prices.PRICES)
        return "periods" if {"customer_id", "start_date"} <= found.keys() and priced else None

    def complete(self, parts: frozenset[str]) -> bool:
        return "periods" in parts

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        parts, said, cannot = [], [], []
        for table in tables:
            part, more, missing = _of_table(table, options)
            parts.append(part)
            said += more
            cannot += missing
        frame, more = rows.complete_currency(pl.concat(parts))
        return _reading(frame, rows.headers(tables, FIELDS), options, [*said, *more], cannot)


READERS = (Periods(),)


def _of_table(table: Table, options: ReadOptions) -> tuple[pl.DataFrame, list[str], list[str]]:
    """Return the rows of one table with every column read, what is said, and what it cannot carry."""
    found = resolve(table, FIELDS)
    price = prices.price_of(table, found, options)
    frame, said = rows.attributes(table, found, options, price.amounts.currency)
    frame, more = prices.monthly_price(table, found, options, price, frame)
    said += more
    dates: dict[str, Dates] = {}
    for field in ("start_date", "end_date", "cancelled_at", "discount_end", "trial_end"):
        if field in found:
            dates[field] = read_dates(table, found[field], options, never=field != "start_date")
            said += dates[field].said
    start = dates["start_date"]
    nothing = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, frame.height)

    def time(field: str) -> pl.Series:
        return dates[field].value if field in dates else nothing

    end, requested = time("end_date"), time("cancelled_at")
    if "end_date" not in dates:
        end, requested = requested, nothing
        if "cancelled_at" in dates:
            said.append(f"{table.name}: {table.header(found['cancelled_at'])!r} is taken as the end")
    ends = dates.get("end_date", dates.get("cancelled_at"))
    days = start.day_only & (end.is_null() if ends is None else ends.day_only | end.is_null())
    if options.end_inclusive and ends is not None:
        next_day = (
            (end.dt.replace_time_zone("UTC").dt.convert_time_zone(options.timezone).dt.offset_by("1d"))
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
        end = end.set(ends.day_only, None).fill_null(next_day.set(~ends.day_only, None))
    trial = pl.Series([False]).new_from_index(0, frame.height)
    if "is_trial" in found:
        trial, bad = read_flags(table.frame[found["is_trial"]])
        trial = trial.fill_null(False)
        frame = frame.with_columns(bad_status=pl.col("bad_status") | bad)
    unreadable = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    value = unreadable
    for field, read in dates.items():
        unreadable = unreadable.set(read.unreadable & unreadable.is_null(), field)
        cells = table.frame[found[field]]
        value = value.fill_null(cells.set(~read.unreadable, None))
    frame = frame.with_columns(
        start=start.value,
        end=end,
        requested_end=requested,
        discount_end=time("discount_end"),
        trial_end=time("trial_end"),
        is_trial=trial,
        no_start=start.blank,
        bad_date=unreadable,
        bad_date_value=value,
        price_cell=table.frame[price.column],
        by_id=pl.lit("subscription_id" in found),
        day_only=days,
    ).with_columns(
        subscription=pl.coalesce("subscription", "customer"),
        item=pl.when(pl.col("subscription").is_null()).then(pl.format("row {}", ROW)).otherwise(pl.col("item")),
    )
    if "subscription_id" not in found:
        said.append(f"{table.name}: no subscription ids: periods of a customer that overlap are taken as side by side")
    over = frame["status"] == ENDED
    frame = frame.with_columns(
        end=pl.when(pl.lit(over)).then(pl.coalesce("end", "requested_end")).otherwise(pl.col("end"))
    )
    return frame, said, _cannot(table, found, frame)


def _cannot(table: Table, found: dict[str, str], frame: pl.DataFrame) -> list[str]:
    """Say what a table of these columns does not hold, above all where that would look like good news."""
    cannot = []
    if "end_date" not in found and "cancelled_at" not in found:
        cannot.append(
            f"{table.name}: no column of ends, so that nobody can be seen to leave: churn is not 0, it is unknown"
        )
    elif frame["end"].null_count() == frame.height:
        cannot.append(
            f"{table.name}: no period ends, so that nobody is seen to leave; is it an export of current ones only?"
        )
    if "discount" not in found and "discount_percent" not in found:
        cannot.append(f"{table.name}: no discounts; if prices are after them, policies cannot leave them out")
    if "plan" not in found:
        cannot.append(f"{table.name}: no plans, so that upgrades cannot be told from other changes of price")
    if "end_date" not in found or "cancelled_at" not in found:
        cannot.append(f"{table.name}: not when a cancellation was asked for, only when it took effect")
    return cannot


def _reading(
    frame: pl.DataFrame, headers: dict[str, str], options: ReadOptions, said: list[str], cannot: list[str]
) -> Reading:
    aside: list[pl.DataFrame] = []
    notes: list[Note] = []

    def out(condition: pl.Expr, reason: str, column: str | None = None, value: str | None = None) -> None:
        nonlocal frame
        frame, gone = set_aside(frame, condition, reason, column=column, value=value, headers=headers)
        aside.append(gone)

    c = pl.col
    price = next((name for name in prices.PRICES if name in headers), None)
    out(c("customer").is_null(), "no_customer", "customer_id")
    for field in ("start_date", "end_date", "cancelled_at", "discount_end", "trial_end"):
        out(c("bad_date") == field, "unreadable_date", field, "bad_date_value")
    out(c("no_start"), "no_date", "start_date")
    out(c("no_price"), "no_price", price, "price_cell")
    out(c("large_price"), "amount_too_large", price, "price_cell")
    out(c("bad_price"), "unreadable_amount", price, "price_cell")
    out(c("no_interval"), "no_interval", "interval")
    out(c("bad_interval"), "unreadable_interval", "interval")
    out(c("bad_currency"), "unknown_currency", "currency")
    out(c("currency").is_null(), "no_currency", "currency")
    out(c("bad_quantity"), "unreadable_quantity", "quantity")
    out(c("mrr") < 0, "negative_amount", price, "price_cell")
    out(c("bad_discount"), "unreadable_discount", "discount")
    out(c("bad_status") | c("bad_metered"), "unreadable_status", "status")
    out((c("status") == ENDED) & c("end").is_null(), "no_end", "end_date")
    out(c("end") < c("start"), "end_before_start", "end_date")
    out(c("end") == c("start"), "same_day", "end_date")
    if options.as_of is not None:
        out(c("start") > options.as_of, "future", "start_date")
    identity = ["customer", "subscription", "start", "end", "mrr", "plan", "currency", "quantity", "discount"]
    if frame.height and not _all_differ(frame):
        same = pl.struct(*identity, pl.when(c("by_id")).then(c("item")))
        out(~same.is_first_distinct(), "duplicate")
        frame, gone, more = first_come(frame, KEY)
        aside += gone
        notes += more
    as_of = options.as_of
    if as_of is None and frame.height:
        as_of, more_said = _as_of(frame)
        said = [*said, *more_said]
    if frame.height:
        known = c("end") <= as_of
        ended = frame.filter(known & c("status").is_in([ACTIVE]))
        if ended.height:
            examples = tuple(ended.head(3).select(FILE, ROW).rows())
            text = "the status says active, but the period has ended; the end is taken"
            notes.append(Note("active_but_ended", text, ended.height, int(ended["mrr"].sum()), examples))
    used = frame.select(pl.col(FILE).alias("file"), pl.col(ROW).alias("row"))
    items = as_items(_split(frame))
    return Reading(
        items=items,
        aside=pl.concat(aside),
        used=used,
        format="periods",
        as_of=as_of or EARLIEST,
        notes=tuple(notes),
        said=tuple(said),
        cannot=tuple(cannot),
    )


def _all_differ(frame: pl.DataFrame) -> bool:
    """Tell whether no two rows are of one item, which is the usual export and saves a comparison of everything."""
    return bool(frame["by_id"].all()) and frame["subscription"].n_unique() == frame.height


def _as_of(frame: pl.DataFrame) -> tuple[datetime, list[str]]:
    """Return the latest moment that the source knows of: its latest date, and the whole day where it gives no times."""
    last_start = frame["start"].max()
    last_end = frame["end"].max()
    assert isinstance(last_start, datetime)
    latest = max(last_start, last_end) if isinstance(last_end, datetime) else last_start
    says = f"the source is taken to know everything up to {latest:%Y-%m-%d}, its latest date"
    if latest - last_start > LATE_END:
        says += f" (an end; the latest start is {last_start:%Y-%m-%d}): if such ends are planned ones, give --as-of"
    if frame["day_only"].all():
        latest += timedelta(days=1) - timedelta(microseconds=1)
    return latest, [says]


def _split(frame: pl.DataFrame) -> pl.DataFrame:
    """Cut periods where a trial or a discount ends, and give each part its status and its discount."""
    c = pl.col
    whole = c("end").fill_null(datetime.max)
    cuts = [pl.when((c(name) > c("start")) & (c(name) < whole)).then(c(name)) for name in ("trial_end", "discount_end")]
    frame = frame.with_columns(first=pl.min_horizontal(*cuts), second=pl.max_horizontal(*cuts))
    parts = [frame.with_columns(end=pl.coalesce("first", "end"), last=c("first").is_null(), is_first=pl.lit(True))]
    cut = frame.filter(c("first").is_not_null())
    if cut.height:
        both = cut.filter(c("second") > c("first"))
        parts += [
            both.with_columns(start=c("first"), end=c("second"), last=pl.lit(False), is_first=pl.lit(False)),
            cut.with_columns(start=c("second"), last=pl.lit(True), is_first=pl.lit(False)),
        ]
    frame = pl.concat(parts) if len(parts) > 1 else parts[0]
    on_trial = (
        pl.when(c("trial_end").is_not_null())
        .then(c("start") < c("trial_end"))
        .otherwise(c("is_trial") | (c("status") == TRIAL))
        .fill_null(False)
    )
    paying = pl.when(c("status").is_in([TRIAL, ENDED])).then(pl.lit(ACTIVE)).otherwise(c("status"))
    temporary = c("discount_end").is_not_null()
    discounted = c("start") < c("discount_end")
    return frame.with_columns(
        status=pl.when(on_trial).then(pl.lit(TRIAL)).otherwise(paying),
        lasting_discount=pl.when(temporary).then(0).otherwise(c("discount")),
        temporary_discount=pl.when(temporary & discounted).then(c("discount")).otherwise(0),
        # only the first part begins as the source says, and only the last one ends so
        requested_end=pl.when(c("last")).then(c("requested_end")),
        end_reason=pl.when(c("last")).then(c("end_reason")),
        reason=pl.when(c("is_first")).then(c("reason")),
    )
