"""What a row of subscription periods costs a month: from MRR as it stands, or from an amount and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from simulator.billing.cells.amounts import LARGEST, Amounts, read_amounts
from simulator.billing.cells.blanks import blank
from simulator.billing.cells.intervals import monthly, parse_interval, read_intervals
from simulator.billing.cells.minor_units import from_minor
from simulator.billing.cells.quantities import read_quantities
from simulator.billing.errors import BillingError
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table

FIELDS = (
    *("mrr", "mrr_cents", "amount", "amount_cents", "unit_amount", "unit_amount_cents"),
    *("interval", "interval_count", "discount", "discount_percent"),
)
PRICES = FIELDS[:6]  # the first that is there is taken


@dataclass(frozen=True)
class Price:
    """Which column the price is in, and the column as amounts."""

    field: str
    column: str
    amounts: Amounts

    @property
    def minor(self) -> bool:
        return self.field.endswith("_cents")


def price_of(table: Table, found: Mapping[str, str], options: ReadOptions) -> Price:
    """Return the price column of a table.

    Raises
    ------
    BillingError
        if there is none, or if it needs an interval and there is none.
    """
    field = next((name for name in PRICES if name in found), None)
    if field is None:
        raise BillingError(f"{table.name}: no column of prices; one of {', '.join(PRICES)} is needed")
    if not field.startswith("mrr") and "interval" not in found and options.interval is None:
        raise BillingError(
            f'{table.name}, column "{table.header(found[field])}": an amount without its billing interval would be '
            f"wrong up to 12 times; add a column interval (month, year, ...), or declare one for all rows: "
            f"--interval month; if the amounts are monthly: --map {table.header(found[field])!r}=mrr"
        )
    return Price(field, found[field], read_amounts(table, found[field], options))


def monthly_price(
    table: Table, found: Mapping[str, str], options: ReadOptions, price: Price, frame: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Add to a frame of attributes what each row costs a month, and return what is to be said.

    Added: mrr and discount (Int64 ten-thousandths a month), and the flags no_price, bad_price, large_price,
    no_interval, bad_interval, bad_discount.
    """
    minor = price.minor or (options.minor_units and not price.minor)
    said = [f"{table.name}: amounts are read in {'minor units (cents)' if minor else 'currency units'}"]
    a = price.amounts
    frame = frame.with_columns(
        mrr=a.value, no_price=a.blank, bad_price=a.unreadable, large_price=a.too_large
    ).with_columns(no_interval=pl.lit(False), bad_interval=pl.lit(False), bad_discount=pl.lit(False))
    by_interval = not price.field.startswith("mrr")
    if by_interval:
        frame = _with_interval(table, found, options, frame)
    frame = frame.with_columns(mrr=_a_month(pl.col("mrr"), minor, by_interval))
    if price.field.startswith("unit_"):
        units = pl.col("quantity").fill_null(1)
        large = (pl.col("mrr").cast(pl.Float64).abs() * units) > LARGEST
        frame = frame.with_columns(large_price=pl.col("large_price") | large.fill_null(False))
        frame = frame.with_columns(mrr=pl.when(~pl.col("large_price")).then(pl.col("mrr") * units))
        said.append(f"{table.name}: {table.header(price.column)!r} is the price of one unit, times the quantity")
    frame = _with_discount(table, found, options, frame, minor, by_interval, said)
    return frame.drop("unit", "count", strict=False), said


def _a_month(amount: pl.Expr, minor: bool, by_interval: bool) -> pl.Expr:
    whole = from_minor(amount, pl.col("currency")) if minor else amount
    return monthly(whole, "unit", "count") if by_interval else whole


def _with_interval(table: Table, found: Mapping[str, str], options: ReadOptions, frame: pl.DataFrame) -> pl.DataFrame:
    height = frame.height
    declared = None
    if options.interval is not None:
        declared = parse_interval(options.interval)
        if declared is None:
            raise BillingError(
                f"--interval: {options.interval!r} is no interval; for instance month, year, week, '3 months'"
            )
    if "interval" in found:
        read = read_intervals(table.frame[found["interval"]])
    else:
        read = pl.DataFrame(
            {"unit": [None], "count": [None], "blank": [True], "unreadable": [False]},
            schema={"unit": pl.String, "count": pl.Int64, "blank": pl.Boolean, "unreadable": pl.Boolean},
        ).sample(height, with_replacement=True)
    unit, count, missing, bad = read["unit"], read["count"], read["blank"], read["unreadable"]
    if declared is not None:
        unit, count = unit.set(missing, declared[0]), count.set(missing, declared[1])
        missing = missing & False
    if "interval_count" in found:
        times, wrong = read_quantities(table.frame[found["interval_count"]])
        times = times.set(blank(table.frame[found["interval_count"]]), 1)
        wrong |= ((times < 1) | (times > 1000)).fill_null(False)
        bad, count = bad | wrong, count * times.set(wrong, None)
    return frame.with_columns(unit=unit, count=count, no_interval=missing, bad_interval=bad)


def _with_discount(
    table: Table,
    found: Mapping[str, str],
    options: ReadOptions,
    frame: pl.DataFrame,
    minor: bool,
    by_interval: bool,
    said: list[str],
) -> pl.DataFrame:
    frame = frame.with_columns(discount=pl.lit(0, pl.Int64))
    for field in ("discount", "discount_percent"):
        if field not in found:
            continue
        cells = table.frame[found[field]].str.strip_chars()
        share, bad_share = _percents(cells, always=field == "discount_percent")
        if field == "discount":
            percent_signs = cells.str.ends_with("%").fill_null(False)
            bare = table.frame.with_columns(cells.set(percent_signs, None).alias(found[field]))
            amounts = read_amounts(replace(table, frame=bare), found[field], options)
            frame = frame.with_columns(
                given=amounts.value, bad_discount=pl.col("bad_discount") | amounts.unreadable | amounts.too_large
            ).with_columns(given=_a_month(pl.col("given"), minor, by_interval))
            frame = frame.with_columns(discount=pl.col("discount") + pl.col("given").fill_null(0)).drop("given")
            said.append(f"{table.name}: {table.header(found[field])!r} comes off the price, which stands before it")
        frame = frame.with_columns(bad_discount=pl.col("bad_discount") | bad_share, share=share).with_columns(
            discount=pl.col("discount")
            + ((pl.col("mrr").cast(pl.Int128) * pl.col("share") + 500_000) // 1_000_000).cast(pl.Int64).fill_null(0)
        )
        frame = frame.drop("share")
    wrong = (pl.col("discount") < 0) | (pl.col("discount") > pl.col("mrr"))
    return frame.with_columns(bad_discount=pl.col("bad_discount") | wrong.fill_null(False))


def _percents(cells: pl.Series, *, always: bool) -> tuple[pl.Series, pl.Series]:
    """Return shares in millionths; `20` and `20%` are 20 %; 0.2 without a sign could be either: unreadable."""
    signed = cells.str.ends_with("%").fill_null(False)
    numbers = cells.str.strip_suffix("%").str.strip_chars().cast(pl.Float64, strict=False)
    meant = signed | (pl.Series([always]).new_from_index(0, len(cells)) & ~blank(cells))
    unclear = ~signed & (numbers > 0).fill_null(False) & (numbers < 1).fill_null(False)
    good = meant & numbers.is_between(0, 100).fill_null(False) & ~unclear
    share = (numbers.set(~good, None) * 10_000).round().cast(pl.Int64)
    return share, meant & ~good
