"""Books of several currencies as one, at a table of monthly rates; what only the rates have moved is a line of its own.

Every cell of a month is converted at the rate of that month and rounded by itself. FX is what is then missing:

    fx = closing - opening - (new + reactivation + expansion - contraction - churn)

so opening + movements + fx = closing holds exactly, in integers, for every month and segment. It is opening x (rate of
the month - rate of the month before), but for at most half a ten-thousandth a cell, which rounding leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl

from simulator.accounting.account import MRR, RETAINED
from simulator.accounting.movements import LINES, SIGN, Line
from simulator.accounting.policy import Policy
from simulator.accounting.totals import Totals
from simulator.billing.cells.currencies import DECIMALS
from simulator.billing.cells.dates import parse_month
from simulator.billing.errors import BillingError, listed, shown
from simulator.billing.reading import ReadOptions
from simulator.billing.source import open_tables
from simulator.billing.table import ROW

FX = {"movement": "fx", "movement_event": "fx_event"}
"""Tables of movements in runs, and the table of the FX line beside each: amount with its sign, no plan."""
STOCK = ("paying", "free", "trial", "paused", "mrr")
_COUNTS = ("customers", "still_paying")  # of the retention table, where they stand among the amounts
KEYS = ("replication", "table", "month", "segment", "plan", "kind", "motion", "reason")
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Rates:
    """How many units of `to` one unit of a currency is worth in a month."""

    to: str
    by_month: Mapping[tuple[str, str], Fraction]  # (YYYY-MM, currency)

    def of(self, currency: str, months: Sequence[str]) -> list[Fraction]:
        """Return a currency's rate in each month.

        Raises
        ------
        BillingError
            naming every month for which there is none.
        """
        if currency == self.to:
            return [Fraction(1)] * len(months)
        missing = [month for month in months if (month, currency) not in self.by_month]
        if missing:
            raise BillingError(
                f"rates: no rate of {currency} to {self.to} in {listed(missing)}; each month that is accounted, "
                f"and the one before the first, needs one"
            )
        return [self.by_month[month, currency] for month in months]


def read_rates(path: Path | str, to: str) -> Rates:
    """Return the rates of a table with columns month (YYYY-MM), currency and rate: units of `to` for one of currency.

    Raises
    ------
    BillingError
        with every row that cannot be used.
    """
    (table,) = open_tables([path], options=ReadOptions(decimal="point"))
    if to not in DECIMALS:
        raise BillingError(f"{to!r} is not a currency of ISO 4217; for instance JPY, USD, EUR")
    wanted = ("month", "currency", "rate")
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise BillingError(f"{table.name}: columns month, currency and rate are needed; {listed(missing)} is missing")
    problems: list[str] = []
    rates: dict[tuple[str, str], Fraction] = {}
    for row, month, currency, rate in table.frame.select(ROW, *wanted).iter_rows():
        when = parse_month(month or "")
        code = (currency or "").strip().upper()
        if when is None:
            problems.append(f"{table.where(row, 'month')}: {shown(month)} is not a month; write e.g. 2026-04")
        if code not in DECIMALS:
            problems.append(f"{table.where(row, 'currency')}: {shown(currency)} is not a currency of ISO 4217")
        worth = _rate(rate)
        if worth is None:
            problems.append(f"{table.where(row, 'rate')}: {shown(rate)} is not a rate above 0, such as 151.25")
        if when is None or code not in DECIMALS or worth is None:
            continue
        key = (f"{when:%Y-%m}", code)
        if rates.get(key, worth) != worth:
            problems.append(f"{table.where(row, 'rate')}: {code} in {key[0]} has two rates")
        if code == to and worth != 1:
            problems.append(f"{table.where(row, 'rate')}: one {to} is one {to}, not {shown(rate)}")
        rates[key] = worth
    if problems:
        raise BillingError(problems)
    return Rates(to, rates)


def _rate(cell: str | None) -> Fraction | None:
    text = (cell or "").strip()
    if not text.replace(".", "", 1).isdigit() or not text.isascii() or len(text) > 30:
        return None
    worth = Fraction(text)
    return worth if worth > 0 else None


def convert(amounts: Iterable[int], rates: Iterable[Fraction]) -> np.ndarray:
    """Return amounts times rates in whole ten-thousandths, half of one rounded away from 0.

    Raises
    ------
    BillingError
        if one does not fit 64 bits.
    """
    out = []
    for amount, rate in zip(amounts, rates, strict=True):
        top, bottom = abs(int(amount)) * rate.numerator, rate.denominator
        value = (2 * top + bottom) // (2 * bottom)
        if value > LARGEST:
            raise BillingError(
                f"rates: an amount of {value / 1e4:.3g} units is beyond what is counted; is a rate wrong?"
            )
        out.append(-value if amount < 0 else value)
    return np.array(out, np.int64)


def convert_runs(runs: pl.DataFrame, rates: Sequence[Fraction], before: Fraction) -> pl.DataFrame:
    """Return one currency's rows of `runs` (results.tables) in the currency of the rates, with rows of `FX`.

    Parameters
    ----------
    runs
        tables movement, movement_event, stock and retention.
    rates
        of each month of the books (`Rates.of`).
    before
        of the month before the first, which the opening is converted at.
    """
    at = [*rates, before]  # month -1 is the opening
    money = (
        pl.col("table").is_in(list(FX))
        | ((pl.col("table") == "stock") & (pl.col("reason") == "mrr"))
        | ((pl.col("table") == "retention") & ~pl.col("reason").is_in(list(_COUNTS)))
    )
    mine, others = runs.filter(money), runs.filter(~money)
    amounts = convert(mine["amount"].to_list(), [at[month] for month in mine["month"].to_list()])
    converted = pl.concat([mine.with_columns(amount=pl.Series(amounts, dtype=pl.Int64)), others])
    return pl.concat([converted, *(_fx(converted, table, len(rates)) for table in FX)])


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all currencies as one book: equal cells are added."""
    rows = pl.concat(list(parts))
    sums = rows.group_by(KEYS, maintain_order=True).agg(pl.col("amount").sum(), pl.col("count").sum())
    return sums.select(rows.columns)


def _fx(converted: pl.DataFrame, table: str, months: int) -> pl.DataFrame:
    """Return the FX rows of a table of movements: what closes the identity, month by month and segment by segment."""
    signs = pl.col("kind").replace_strict(SIGN, default=0, return_dtype=pl.Int64)
    moved = (
        converted.filter(pl.col("table") == table)
        .group_by("replication", "segment", "month")
        .agg((pl.col("amount") * signs).sum().alias("moved"))
    )
    stock = converted.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr"))
    closing = stock.group_by("replication", "segment", "month").agg(pl.col("amount").sum().alias("closing"))
    opening = closing.with_columns(pl.col("month") + 1).rename({"closing": "opening"})
    keys = ["replication", "segment", "month"]
    cells = pl.concat([frame.select(keys) for frame in (moved, closing, opening)]).unique()
    cells = cells.filter(pl.col("month").is_between(0, months - 1)).sort(keys)
    for frame in (moved, closing, opening):
        cells = cells.join(frame, on=keys, how="left")
    cells = cells.with_columns(pl.col("closing", "opening", "moved").fill_null(0))
    cells = cells.with_columns(amount=pl.col("closing") - pl.col("opening") - pl.col("moved")).filter(
        pl.col("amount") != 0
    )
    empty = {name: pl.lit(None, pl.String).alias(name) for name in ("plan", "kind", "motion", "reason")}
    known = {"table": pl.lit(FX[table]), "count": pl.lit(0, pl.Int64), "amount": pl.col("amount"), **empty}
    return cells.select(known.get(name, pl.col(name)).alias(name) for name in converted.columns).cast(converted.schema)


def totals_of_runs(
    runs: pl.DataFrame, segments: Sequence[str], months: int, policy: Policy
) -> tuple[Totals, np.ndarray]:
    """Return the totals of rows of one replication, from which metrics are computed, and FX: (R=1, M, G), with sign."""
    groups = {name: 1 + i for i, name in enumerate(segments)}
    table = "movement" if policy.grain == "month" else "movement_event"
    lines = {line: i for i, line in enumerate(LINES)}
    moved = np.zeros((1, months, 1 + len(segments), len(LINES)), np.int64)
    movers = np.zeros_like(moved)
    stock = np.zeros((1, months + 1, 1 + len(segments), len(STOCK)), np.int64)
    retained = np.zeros((1, months, 1 + len(segments), len(RETAINED)), np.int64)
    fx = np.zeros((1, months, 1 + len(segments)), np.int64)
    for name, month, segment, kind, motion, reason, amount, count in runs.select(
        "table", "month", "segment", "kind", "motion", "reason", "amount", "count"
    ).iter_rows():
        for g in (0, groups[segment]):
            if name == table:
                line = lines[Line(kind, motion, reason)]
                moved[0, month, g, line] += amount
                movers[0, month, g, line] += count
            elif name == "stock":
                column = STOCK.index(reason)
                stock[0, month + 1, g, column] += amount if column == MRR else count
            elif name == "retention":
                retained[0, month, g, RETAINED.index(reason)] += amount
            elif name == FX[table]:
                fx[0, month, g] += amount
    return Totals(moved, movers, stock, retained, policy), fx
