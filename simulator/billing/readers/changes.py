"""Generic change events: one row for each change of a customer's MRR, with what it was before and is after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from simulator.billing.cells.amounts import read_amounts
from simulator.billing.cells.dates import EARLIEST, read_dates
from simulator.billing.items import ACTIVE, PAUSED, TRIAL
from simulator.billing.readers import attributes as rows
from simulator.billing.readers.fields import find, resolve
from simulator.billing.readers.statuses import ENDED
from simulator.billing.reading import Note, Reading, ReadOptions, as_items, set_aside
from simulator.billing.table import FILE, ROW, Table

FIELDS = (*(f for f in rows.FIELDS if f not in ("metered", "end_reason")), "time", "mrr_before", "mrr_after")
KEY = ("customer", "subscription", "item", "currency")

CANNOT = (
    "discounts, and cancellations that were asked for",
    "customers who never changed within the file",
)
NO_FREE = "free plans, trials and pauses: without a column of statuses an MRR of 0 is taken as the end"


class Changes:
    """One row a change: customer_id, time, mrr_before, mrr_after."""

    name = "changes"
    title = "generic change events"
    needs = (
        "customer_id, time, mrr_before, mrr_after; wanted: subscription_id, plan, quantity, currency, reason, status"
    )
    fields = frozenset(FIELDS)
    generic = True

    def recognises(self, columns: frozenset[str]) -> str | None:
        wanted = {"customer_id", "time", "mrr_before", "mrr_after"}
        return "changes" if wanted <= find(columns, FIELDS).keys() else None

    def complete(self, parts: frozenset[str]) -> bool:
        return "changes" in parts

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        parts, said = [], []
        for table in tables:
            part, more = _of_table(table, options)
            parts.append(part)
            said += more
        frame, more = rows.complete_currency(pl.concat(parts))
        return _reading(frame, rows.headers(tables, FIELDS), options, [*said, *more])


READERS = (Changes(),)


def _of_table(table: Table, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    found = resolve(table, FIELDS)
    before = read_amounts(table, found["mrr_before"], options)
    after = read_amounts(table, found["mrr_after"], options)
    frame, said = rows.attributes(table, found, options, after.currency.fill_null(before.currency))
    times = read_dates(table, found["time"], options)
    units = "minor units (cents)" if options.minor_units else "currency units"
    said += [f"{table.name}: amounts are read in {units}", *times.said]
    frame = frame.with_columns(
        # who was not there before paid nothing
        before=before.value.set(before.blank, 0),
        mrr=after.value,
        no_price=after.blank,
        bad_before=before.unreadable | before.too_large,
        bad_after=after.unreadable,
        large_price=after.too_large,
        before_cell=table.frame[found["mrr_before"]],
        after_cell=table.frame[found["mrr_after"]],
        start=times.value,
        no_date=times.blank,
        bad_date=times.unreadable,
        date_cell=table.frame[found["time"]],
        day_only=times.day_only,
    )
    if options.minor_units:
        from simulator.billing.cells.minor_units import from_minor

        frame = frame.with_columns(from_minor(pl.col(n), pl.col("currency")).alias(n) for n in ("before", "mrr"))
    return frame, said


def _reading(frame: pl.DataFrame, headers: dict[str, str], options: ReadOptions, said: list[str]) -> Reading:
    aside: list[pl.DataFrame] = []
    c = pl.col

    def out(condition: pl.Expr, reason: str, column: str | None = None, value: str | None = None) -> None:
        nonlocal frame
        frame, gone = set_aside(frame, condition, reason, column=column, value=value, headers=headers)
        aside.append(gone)

    out(c("customer").is_null(), "no_customer", "customer_id")
    out(c("bad_date"), "unreadable_date", "time", "date_cell")
    out(c("no_date"), "no_date", "time")
    out(c("no_price"), "no_price", "mrr_after", "after_cell")
    out(c("large_price"), "amount_too_large", "mrr_after", "after_cell")
    out(c("bad_before"), "unreadable_amount", "mrr_before", "before_cell")
    out(c("bad_after"), "unreadable_amount", "mrr_after", "after_cell")
    out(c("bad_currency"), "unknown_currency", "currency")
    out(c("currency").is_null(), "no_currency", "currency")
    out(c("bad_quantity"), "unreadable_quantity", "quantity")
    out((c("mrr") < 0) | (c("before") < 0), "negative_amount", "mrr_after", "after_cell")
    out(c("bad_status"), "unreadable_status", "status")
    if options.as_of is not None:
        out(c("start") > options.as_of, "future", "time", "date_cell")
    frame = frame.with_columns(subscription=pl.coalesce("subscription", "customer"))
    same = pl.struct(*KEY, "start", "before", "mrr", "plan", "quantity", "status")
    out(~same.is_first_distinct() & (c("before") != c("mrr")), "duplicate")
    used = frame.select(c(FILE).alias("file"), c(ROW).alias("row"))
    if not frame.height:
        empty = frame.with_columns(end=pl.lit(None, pl.Datetime("us")), requested_end=pl.lit(None, pl.Datetime("us")))
        return Reading(as_items(empty), pl.concat(aside), used, "changes", options.as_of or EARLIEST, (), tuple(said))
    frame = frame.sort([*KEY, "start", FILE, ROW], maintain_order=True)
    has_status = frame["status"].is_not_null().any()
    frame = frame.with_columns(
        previous=c("mrr").shift(1).over(KEY),
        position=pl.int_range(pl.len()).over(KEY),
        end=c("start").shift(-1).over(KEY),
        next_reason=c("reason").shift(-1).over(KEY),
    )
    notes = _notes(frame)
    latest = frame["start"].max()
    assert isinstance(latest, datetime)
    as_of = options.as_of or (
        latest + timedelta(days=1) - timedelta(microseconds=1) if frame["day_only"].all() else latest
    )
    opening, more = _opening(frame, options)
    there = c("mrr") > 0
    if has_status:
        there = (there | c("status").is_in([ACTIVE, TRIAL, PAUSED])) & (c("status").fill_null(ACTIVE) != ENDED)
    there = there.fill_null(False)
    gone = ~there.shift(-1).over(KEY).fill_null(True) & c("end").is_not_null()
    periods = frame.with_columns(
        status=c("status").fill_null(ACTIVE), end_reason=pl.when(gone).then(c("next_reason"))
    ).filter(there & (c("end").is_null() | (c("end") > c("start"))))
    items = pl.concat([as_items(opening), as_items(periods)]) if opening.height else as_items(periods)
    said = [*said, *more, f"the source is taken to know everything up to {as_of:%Y-%m-%d}"]
    cannot = CANNOT if has_status else (*CANNOT, NO_FREE)
    return Reading(items, pl.concat(aside), used, "changes", as_of, tuple(notes), tuple(said), cannot)


def _opening(frame: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    """Return periods of who paid already before the first event: from the month before the file's first."""
    c = pl.col
    first = frame.filter((c("position") == 0) & (c("before") > 0))
    if not first.height:
        return first, []
    begins = pl.Series([frame["start"].min()], dtype=pl.Datetime("us"))
    local = (
        begins.dt.replace_time_zone("UTC")
        .dt.convert_time_zone(options.timezone)
        .dt.truncate("1mo")
        .dt.offset_by("-1mo")
    )
    start = local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)[0]
    gone = (c("mrr") == 0) & (c("status").fill_null(ENDED) == ENDED)
    opening = first.with_columns(
        start=pl.lit(start, pl.Datetime("us")),
        end=c("start"),
        mrr=c("before"),
        plan=pl.lit(None, pl.String),
        quantity=pl.lit(None, pl.Int64),
        status=pl.lit(ACTIVE),
        end_reason=pl.when(gone).then(c("reason")),
        reason=pl.lit(None, pl.String),
    )
    paid = f"{first.height:,} customers or subscriptions paid before their first event"
    said = f"{paid}: they begin in {local[0]:%Y-%m}, as new"
    return opening, [said]


def _notes(frame: pl.DataFrame) -> list[Note]:
    """Find events whose `before` is not what the event before them left: something is missing between."""
    broken = frame.filter((pl.col("position") > 0) & (pl.col("before") != pl.col("previous")))
    if not broken.height:
        return []
    gap = int((broken["before"] - broken["previous"]).abs().sum())
    examples = tuple(broken.head(3).select(FILE, ROW).rows())
    text = "mrr_before is not the mrr_after of the event before; what is after counts"
    return [Note("broken_chain", text, broken.height, gap, examples)]
