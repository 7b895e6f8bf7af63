"""Generic monthly snapshots: what each customer paid in each month, a row a month or a column a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from simulator.billing.cells.amounts import read_amounts
from simulator.billing.cells.dates import EARLIEST, parse_month, read_months
from simulator.billing.cells.minor_units import from_minor
from simulator.billing.errors import BillingError, listed
from simulator.billing.items import ACTIVE, PAUSED, TRIAL
from simulator.billing.readers import attributes as rows
from simulator.billing.readers.fields import find, resolve
from simulator.billing.readers.statuses import ENDED
from simulator.billing.reading import Note, Reading, ReadOptions, as_items, set_aside
from simulator.billing.table import FILE, ROW, Table

FIELDS = (*(f for f in rows.FIELDS if f != "metered"), "month", "mrr", "mrr_cents")
WIDE_FIELDS = ("customer_id", "subscription_id", "plan", "segment", "currency")
STATE = ("mrr", "plan", "quantity", "status", "segment")  # what makes a month differ from the one before

CANNOT = (
    "the day of a change, and changes that cancel each other within a month: only what held in each month",
    "discounts, cancellations that were asked for, reasons where no column gives them",
)
NO_FREE = "a free plan: without a column of statuses an MRR of 0 is taken as no subscription"


class Snapshots:
    """One row a customer (or subscription) and month."""

    name = "snapshots"
    title = "generic monthly snapshots, a row a month"
    needs = "customer_id, month, mrr; wanted: plan, currency, subscription_id, quantity, status"
    fields = frozenset(FIELDS)
    generic = True

    def recognises(self, columns: frozenset[str]) -> str | None:
        found = find(columns, FIELDS).keys()
        return "snapshots" if {"customer_id", "month"} <= found and found & {"mrr", "mrr_cents"} else None

    def complete(self, parts: frozenset[str]) -> bool:
        return "snapshots" in parts

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        parts, said = [], []
        for table in tables:
            part, more = _long(table, options)
            parts.append(part)
            said += more
        frame, more = rows.complete_currency(pl.concat(parts))
        return _reading(frame, rows.headers(tables, FIELDS), options, [*said, *more], self.name)


class WideSnapshots:
    """One row a customer (or subscription), one column a month."""

    name = "snapshots-wide"
    title = "generic monthly snapshots, a column a month"
    needs = "customer_id and columns named by months (2026-01, 2026-02, ...); wanted: plan, currency"
    fields = frozenset(WIDE_FIELDS)
    generic = True

    def recognises(self, columns: frozenset[str]) -> str | None:
        there = "customer_id" in find(columns, WIDE_FIELDS) and any(_month_of(name) for name in columns)
        return "snapshots" if there else None

    def complete(self, parts: frozenset[str]) -> bool:
        return "snapshots" in parts

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        parts, said = [], []
        for table in tables:
            part, more = _wide(table, options)
            parts.append(part)
            said += more
        frame, more = rows.complete_currency(pl.concat(parts))
        return _reading(frame, rows.headers(tables, WIDE_FIELDS), options, [*said, *more], self.name)


READERS = (Snapshots(), WideSnapshots())


def _month_of(column: str) -> datetime | None:
    """Return the month that a column is named by: `2026_04`, `202604`, `2026年4月`, `apr_2026`."""
    parts = column.split("_")
    if len(parts) > 2 or not any(character.isdigit() for character in column):
        return None
    return parse_month(column.replace("_", " " if parts[0].isalpha() or parts[-1].isalpha() else "-"))


def _long(table: Table, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    found = resolve(table, FIELDS)
    field = "mrr" if "mrr" in found else "mrr_cents"
    amounts = read_amounts(table, found[field], options)
    frame, said = rows.attributes(table, found, options, amounts.currency)
    months = read_months(table, found["month"], options)
    frame = frame.with_columns(
        mrr=amounts.value,
        no_price=amounts.blank,
        bad_price=amounts.unreadable,
        large_price=amounts.too_large,
        price_cell=table.frame[found[field]],
        month=months.value,
        no_date=months.blank,
        bad_date=months.unreadable,
        date_cell=table.frame[found["month"]],
    )
    said += [*_in_units(table, field, options), *months.said]
    return _minor(frame, field == "mrr_cents" or options.minor_units), said


def _wide(table: Table, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    """Return a row for each cell of a month; a row of the table with one bad cell is bad as a whole."""
    found = resolve(table, WIDE_FIELDS)
    months = {column: month for column in table.frame.columns if column != ROW and (month := _month_of(column))}
    twice = [c for c in months if list(months.values()).count(months[c]) > 1]
    if twice:
        names = ", ".join(repr(table.header(c)) for c in twice)
        raise BillingError(f"{table.name}: columns {names} are the same month; leave one out")
    long = (
        table.frame.select(ROW, *months)
        .unpivot(index=ROW, variable_name="column", value_name="cell")
        .with_columns(pl.col("column").replace_strict(months, return_dtype=pl.Datetime("us")).alias("month"))
    )
    as_table = replace(
        table,
        frame=long,
        numeric=frozenset({"cell"}) if months.keys() <= table.numeric else frozenset(),
        headers={**table.headers, "cell": "one of the months"},
        lines=_lines(table, long[ROW]),
        line_of_first=None,
    )
    amounts = read_amounts(as_table, "cell", options)
    states = pl.DataFrame({ROW: long[ROW], "stated": amounts.currency}).drop_nulls().unique(ROW, keep="first")
    stated = table.frame.select(ROW).join(states, on=ROW, how="left", maintain_order="left")["stated"]
    frame, said = rows.attributes(table, found, options, stated)
    cells = long.select(ROW, "month", "column", pl.col("cell").alias("price_cell")).with_columns(
        # an empty month is a month without MRR
        mrr=amounts.value.set(amounts.blank, 0),
        no_price=pl.lit(False),
        bad_price=amounts.unreadable,
        large_price=amounts.too_large,
        no_date=pl.lit(False),
        bad_date=pl.lit(False),
        date_cell=pl.lit(None, pl.String),
    )
    zone = read_months(
        replace(table, frame=pl.DataFrame({"month": [f"{m:%Y-%m}" for m in months.values()]})), "month", options
    ).value
    to_utc = dict(zip(months.values(), zone, strict=True))
    cells = cells.with_columns(pl.col("month").replace_strict(to_utc, return_dtype=pl.Datetime("us")))
    joined = frame.join(cells, on=ROW, how="left", maintain_order="left")
    spelt = listed(table.header(c) for c in months)
    said += [f"{table.name}: one column a month: {spelt}", *_in_units(table, "mrr", options)]
    return _minor(joined.drop("column"), options.minor_units), said


def _lines(table: Table, row: pl.Series) -> pl.Series | None:
    """Return the line of each of these rows, for messages."""
    if table.lines is not None:
        return table.lines.gather(row - 1)
    return row + (table.line_of_first - 1) if table.line_of_first is not None else row


def _in_units(table: Table, field: str, options: ReadOptions) -> list[str]:
    minor = field.endswith("_cents") or options.minor_units
    return [f"{table.name}: amounts are read in {'minor units (cents)' if minor else 'currency units'}"]


def _minor(frame: pl.DataFrame, minor: bool) -> pl.DataFrame:
    return frame.with_columns(mrr=from_minor(pl.col("mrr"), pl.col("currency"))) if minor else frame


def _reading(frame: pl.DataFrame, headers: dict[str, str], options: ReadOptions, said: list[str], name: str) -> Reading:
    aside: list[pl.DataFrame] = []
    notes: list[Note] = []
    wide = name == "snapshots-wide"

    def out(condition: pl.Expr, reason: str, column: str | None = None, value: str | None = None) -> None:
        nonlocal frame
        if wide and frame.height:  # the row goes as a whole, told by its first bad cell; its MRR is the latest one
            bad = condition.fill_null(False)
            marked = frame.with_columns(
                price_cell=pl.col("price_cell").filter(bad).first().over(FILE, ROW),
                mrr=pl.col("mrr").sort_by("month").last().over(FILE, ROW),
                goes=bad.any().over(FILE, ROW),
            )
            told = marked.filter("goes").unique([FILE, ROW], keep="first", maintain_order=True)
            _, gone = set_aside(told, pl.lit(True), reason, column=column, value=value, headers=headers)
            frame = frame.filter(~marked["goes"])
        else:
            frame, gone = set_aside(frame, condition, reason, column=column, value=value, headers=headers)
        aside.append(gone)

    c = pl.col
    amount = "one of the months" if wide else "mrr" if "mrr" in headers else "mrr_cents"
    out(c("customer").is_null(), "no_customer", "customer_id")
    out(c("bad_date"), "unreadable_date", "month", "date_cell")
    out(c("no_date"), "no_date", "month")
    out(c("no_price"), "no_price", amount, "price_cell")
    out(c("large_price"), "amount_too_large", amount, "price_cell")
    out(c("bad_price"), "unreadable_amount", amount, "price_cell")
    out(c("bad_currency"), "unknown_currency", "currency")
    out(c("currency").is_null(), "no_currency", "currency")
    out(c("bad_quantity"), "unreadable_quantity", "quantity")
    out(c("mrr") < 0, "negative_amount", amount, "price_cell")
    out(c("bad_status"), "unreadable_status", "status")
    if options.as_of is not None and not wide:
        out(c("month") > options.as_of, "future", "month")
    frame = frame.with_columns(subscription=pl.coalesce("subscription", "customer"))
    key = ["customer", "subscription", "currency", "item", "month"]
    if frame.height and frame.select(key).n_unique() < frame.height:
        # several plans of a customer in one month stand side by side
        side = (pl.len().over(key) > 1).any().over("customer", "subscription")
        frame = frame.with_columns(item=pl.when(side & c("plan").is_not_null()).then(c("plan")).otherwise(c("item")))
        place = [FILE, ROW] if wide else []
        again = pl.struct(*key).is_first_distinct()
        same = pl.struct(*key, "mrr").is_first_distinct()
        if wide:
            repeated = frame.filter(~again).select(place).unique().with_columns(repeated=pl.lit(True))
            frame = frame.join(repeated, on=place, how="left", maintain_order="left")
            out(c("repeated"), "duplicate_id")
            frame = frame.drop("repeated")
        else:
            frame = frame.with_columns(first=again, same=~same & ~again)
            out(c("same"), "duplicate")
            out(~c("first"), "duplicate_id")
    used = frame.select(c(FILE).alias("file"), c(ROW).alias("row"))
    if not frame.height:
        as_of = options.as_of or EARLIEST
        return Reading(as_items(_empty(frame)), pl.concat(aside), used, name, as_of, (), tuple(said))
    used = used.unique() if wide else used
    last = frame["month"].max()
    assert isinstance(last, datetime)
    _check_every_month(frame, options)
    notes += _holes(frame, pl.concat(aside))
    as_of = options.as_of or _next(pl.Series([last], dtype=pl.Datetime("us")), options)[0] - timedelta(microseconds=1)
    has_status = frame["status"].is_not_null().any()
    said = [*said, f"the last month is {_local(last, options):%Y-%m}; who is in it goes on"]
    cannot = CANNOT if has_status else (*CANNOT, NO_FREE)
    items = as_items(_runs(frame, options, last, has_status))
    return Reading(items, pl.concat(aside), used, name, as_of, tuple(notes), tuple(said), cannot)


def _holes(frame: pl.DataFrame, aside: pl.DataFrame) -> list[Note]:
    """Find customers who seem to leave and come back, or to leave, because a month of theirs was set aside."""
    lost = aside.filter(
        pl.col("reason").is_in(["no_price", "unreadable_amount", "negative_amount", "amount_too_large"])
    )
    concerned = frame.filter(pl.col("customer").is_in(lost["customer"].drop_nulls().unique().implode()))
    if not concerned.height:
        return []
    theirs = lost.filter(pl.col("customer").is_in(concerned["customer"].unique().implode()))
    examples = tuple(theirs.head(3).select("file", "row").rows())
    latest = concerned.sort("month").group_by("customer").last()["mrr"].sum()
    text = "customers have a month that was set aside: in it they count as gone"
    return [Note("month_set_aside", text, concerned["customer"].n_unique(), int(latest), examples)]


def _empty(frame: pl.DataFrame) -> pl.DataFrame:
    time = pl.lit(None, pl.Datetime("us"))
    return frame.with_columns(start=time, end=time, requested_end=time)


def _runs(frame: pl.DataFrame, options: ReadOptions, last: datetime, has_status: bool) -> pl.DataFrame:
    """Join months that follow each other without change into periods; the last month of the source goes on."""
    key = ["customer", "subscription", "currency", "item"]
    c = pl.col
    there = c("mrr") > 0
    if has_status:
        there = (there | c("status").is_in([ACTIVE, TRIAL, PAUSED])) & (c("status").fill_null(ACTIVE) != ENDED)
    else:
        frame = frame.with_columns(status=pl.lit(ACTIVE))
    frame = frame.filter(there.fill_null(False)).sort([*key, "month"], maintain_order=True)
    following = _next(frame["month"], options)
    frame = frame.with_columns(following=following, status=c("status").fill_null(ACTIVE))
    same = pl.all_horizontal(c(name).eq_missing(c(name).shift(1)) for name in (*key, *STATE))
    goes_on = same & (c("month") == c("following").shift(1))
    frame = frame.with_columns(run=(~goes_on.fill_null(False)).cum_sum())
    others = ("plan", "segment", "quantity", "status", "mrr", "reason")
    runs = frame.group_by("run", maintain_order=True).agg(
        *(c(name).first() for name in (FILE, ROW, *key, *others)),
        c("end_reason").last(),
        c("month").first().alias("start"),
        c("following").last().alias("end"),
    )
    until = _next(pl.Series([last], dtype=pl.Datetime("us")), options)[0]
    return runs.with_columns(end=pl.when(c("end") < until).then(c("end")))


def _next(months: pl.Series, options: ReadOptions) -> pl.Series:
    """Return the beginning of the month after each, both in UTC, months being those of the time zone."""
    local = months.dt.replace_time_zone("UTC").dt.convert_time_zone(options.timezone)
    return local.dt.offset_by("1mo").dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _local(month: datetime, options: ReadOptions) -> datetime:
    there = (
        pl.Series([month], dtype=pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(options.timezone)
    )
    found = there.dt.replace_time_zone(None)[0]
    assert isinstance(found, datetime)
    return found


def _check_every_month(frame: pl.DataFrame, options: ReadOptions) -> None:
    """Refuse a source in which a whole month is missing: everybody would have left and come back."""
    months = frame["month"].unique().sort()
    following = _next(months, options)
    gaps = [
        f"after {_local(before, options):%Y-%m} comes {_local(after, options):%Y-%m}"
        for before, expected, after in zip(months[:-1], following[:-1], months[1:], strict=True)
        if expected != after
    ]
    if gaps:
        raise BillingError(
            f"{listed(frame[FILE].unique().sort())}: months are missing: {listed(gaps)}; everybody would have left and "
            f"come back; export every month"
        )
