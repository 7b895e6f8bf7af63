"""From a vendor's rows to periods: columns are read by name, and a row that cannot be used leaves with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from simulator.billing.cells.amounts import read_amounts
from simulator.billing.cells.blanks import text
from simulator.billing.cells.currencies import DECIMALS, read_currencies
from simulator.billing.cells.dates import EARLIEST, read_dates
from simulator.billing.cells.intervals import monthly, read_intervals
from simulator.billing.cells.minor_units import from_minor
from simulator.billing.cells.quantities import read_flags, read_quantities
from simulator.billing.readers.attributes import checked_currency
from simulator.billing.reading import ASIDE, Note, Reading, ReadOptions, as_items, set_aside
from simulator.billing.table import FILE, ROW, Table

RAW = "~"  # before the name of a column as it was read
PLACE = "~#"  # position of a row in the whole table
EXAMPLES = 3  # rows that a note shows
DAY = timedelta(days=1) - timedelta(microseconds=1)  # to the last moment of a day
FEW = 5  # subscriptions from which a source without any end is suspicious


class Sieve:
    """The rows of one part of a format. Typed columns are added by name; rows that fail are set aside.

    Raises nothing on bad cells: what a cell cannot say is the row's reason to go.
    """

    def __init__(self, tables: Sequence[Table], options: ReadOptions) -> None:
        # vendors write the decimal point; a declared comma is honoured for files that a spreadsheet has rewritten
        self.options = options if options.decimal else replace(options, decimal="point")
        frames = [table.with_file() for table in tables]
        frame = frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")
        self.whole = replace(
            tables[0],
            name=", ".join(table.name for table in tables),
            frame=frame,
            headers={name: spelt for table in tables for name, spelt in table.headers.items()},
        )
        raw = {name: f"{RAW}{name}" for name in frame.columns if name not in (ROW, FILE)}
        self.frame = frame.rename(raw).with_columns(pl.int_range(pl.len()).alias(PLACE))
        self.rows = self.frame.select(FILE, ROW)
        self.asides: list[pl.DataFrame] = []
        self.notes: list[Note] = []
        self.said: list[str] = []
        self.knows: tuple[str, ...] = ("start", "end")  # moments that are past when the export is made
        self.days: set[str] = set()  # moments that some cells give without a time of day

    # columns

    def has(self, *names: str) -> str | None:
        """Return the first of these columns that the source has; None: it has none."""
        return next((name for name in names if f"{RAW}{name}" in self.frame.columns), None)

    def _cells(self, name: str) -> pl.Series:
        """A column as it was read, of the rows that are left."""
        return self.frame[f"{RAW}{name}"]

    def _left(self, whole: pl.Series) -> pl.Series:
        """The entries of a column of the whole table that belong to the rows that are left."""
        return whole.gather(self.frame[PLACE])

    def add(self, **columns: pl.Expr | pl.Series) -> None:
        """Add or replace typed columns."""
        self.frame = self.frame.with_columns(**columns)

    def text(self, target: str, *names: str, missing: str | None = None) -> None:
        """Add a column of text: of the columns `names`, the first that says something; `missing` is the reason of rows
        that go without."""
        found = [name for name in names if self.has(name)]
        cells = [text(self._cells(name)).alias(name) for name in found]
        value = pl.select(pl.coalesce(cells)).to_series() if cells else pl.lit(None, pl.String)
        self.add(**{target: value})
        if missing:
            self.drop(pl.col(target).is_null(), missing, column=found[0] if found else names[0])

    def choice(self, target: str, known: Mapping[str, object], *names: str) -> None:
        """Add a column of lower-case words; rows with a word that is not in `known` go."""
        self.text(target, *names)
        self.add(**{target: pl.col(target).str.to_lowercase().str.replace_all(r"[\s\-]+", "_")})
        odd = pl.col(target).is_not_null() & ~pl.col(target).is_in(list(known))
        self.drop(odd, "unreadable_status", column=self.has(*names))

    def flag(self, target: str, name: str) -> None:
        """Add a column of yes and no; null where the source says neither."""
        self.add(**{target: read_flags(self._cells(name))[0] if self.has(name) else pl.lit(None, pl.Boolean)})

    def currency(self, *names: str) -> None:
        """Add `currency`: what the row states, otherwise what is declared; rows with an unknown code go."""
        name = self.has(*names)
        if name:
            codes, unknown = read_currencies(self._cells(name))
            self.add(currency=codes, _odd=unknown)
            self.drop(pl.col("_odd"), "unknown_currency", column=name)
        else:
            self.add(currency=pl.lit(None, pl.String))
        if self.options.currency:
            self.add(currency=pl.col("currency").fill_null(checked_currency(self.options.currency)))
        elif self.frame["currency"].is_not_null().any():
            self.drop(pl.col("currency").is_null(), "no_currency", column=name)

    def times(self, **targets: Sequence[str]) -> None:
        """Add columns of moments: the first of the named columns that says one; rows with an unreadable one go."""
        odd = []
        for target, names in targets.items():
            found = [name for name in names if self.has(name)]
            values = []
            for name in found:
                dates = read_dates(self.whole, name, self.options, zone="UTC", never=True)
                self.said += [sentence for sentence in dates.said if sentence not in self.said]
                value = dates.value
                if dates.day_only.any():
                    self.days.add(target)
                if target == "end" and self.options.end_inclusive:
                    value = value.zip_with(~dates.day_only, value.dt.offset_by("1d"))
                values.append(self._left(value).alias(f"{RAW}{RAW}{name}"))
                odd.append((name, self._left(dates.unreadable).alias(f"!{target}{name}")))
            moment = pl.select(pl.coalesce(values)).to_series() if values else pl.lit(None, pl.Datetime("us"))
            self.add(**{target: moment})
        self.frame = self.frame.with_columns(bad for _, bad in odd)
        for name, bad in odd:
            self.drop(pl.col(bad.name), "unreadable_date", column=name)
        self.frame = self.frame.drop(bad.name for _, bad in odd)

    def quantity(self, *names: str) -> None:
        """Add `quantity`; null where the source says none."""
        name = self.has(*names)
        if name is None:
            self.add(quantity=pl.lit(None, pl.Int64))
            return
        value, odd = read_quantities(self._cells(name))
        self.add(quantity=value, _odd=odd)
        self.drop(pl.col("_odd"), "unreadable_quantity", column=name)

    def interval(self, names: Sequence[str], counts: Sequence[str] = ()) -> None:
        """Add `unit` and `count` of the billing interval: stated by the row, or declared; rows without one go."""
        name, many = self.has(*names), self.has(*counts)
        blank = pl.Series("unit", [None], dtype=pl.String).new_from_index(0, self.frame.height)
        read = read_intervals(self._cells(name) if name else blank)
        self.add(unit=read["unit"], count=read["count"], _odd=read["unreadable"])
        if many:
            times, odd = read_quantities(self._cells(many))
            self.add(
                count=pl.col("count") * times.fill_null(1), _odd=pl.col("_odd") | odd | (times == 0).fill_null(False)
            )
        self.drop(pl.col("_odd"), "unreadable_interval", column=name)
        if self.options.interval:
            declared = read_intervals(pl.Series([self.options.interval]))
            self.add(count=pl.when(pl.col("unit").is_null()).then(declared["count"][0]).otherwise(pl.col("count")))
            self.add(unit=pl.col("unit").fill_null(declared["unit"][0]))
        self.drop(pl.col("unit").is_null(), "no_interval", column=name or names[0])

    def money(self, target: str, name: str, *, minor: bool = False, exponents: Mapping[str, int] = DECIMALS) -> None:
        """Add an amount in ten-thousandths; `minor`: the format states cents, or the owner declares them."""
        if not self.has(name):
            self.add(**{target: pl.lit(None, pl.Int64)})
            return
        read = read_amounts(self.whole, name, self.options)
        self.add(
            **{target: self._left(read.value)}, _odd=self._left(read.unreadable), _large=self._left(read.too_large)
        )
        self.drop(pl.col("_odd"), "unreadable_amount", column=name)
        self.drop(pl.col("_large"), "amount_too_large", column=name)
        if minor:
            self.drop(pl.col("currency").is_null(), "no_currency", column="currency")
            self.add(**{target: from_minor(pl.col(target), pl.col("currency"), exponents)})

    def price(self, amount: str, column: str) -> None:
        """Add `mrr`: an amount per interval as an amount a month; rows without one, or below 0, go."""
        self.drop(pl.col(amount).is_null(), "no_price", column=column)
        self.add(mrr=monthly(amount, "unit", "count"))
        self.drop(pl.col("mrr") < 0, "negative_amount", column=column)

    # rows

    def drop(self, condition: pl.Expr, reason: str, *, column: str | None = None, value: str | None = None) -> None:
        """Set rows aside."""
        shown = value or (f"{RAW}{column}" if column and self.has(column) else None)
        self.frame, gone = set_aside(
            self.frame, condition, reason, column=column, value=shown, headers=self.whole.headers
        )
        self.asides.append(gone)

    def duplicates(self, *ids: str) -> None:
        """Set rows aside that repeat an id: `duplicate` where the row is the same, `duplicate_id` where it is not."""
        key = pl.col(ids[0]) if len(ids) == 1 else pl.struct(ids)
        if self.frame.select(key.n_unique()).item() == self.frame.height:
            return  # the usual export; saves a comparison of everything
        raw = [name for name in self.frame.columns if name.startswith(RAW) and name != PLACE]
        again = pl.int_range(pl.len()).over(list(ids)) > 0
        same = pl.int_range(pl.len()).over([*ids, *raw]) > 0
        self.add(_again=again, _same=same)
        column = next((name for name in ("id", *ids) if self.has(name)), None)
        self.drop(pl.col("_same"), "duplicate", column=column)
        self.drop(pl.col("_again"), "duplicate_id", column=column)

    def repeated_rows(self) -> None:
        """Set rows aside that say in every column what a row before says."""
        raw = [name for name in self.frame.columns if name.startswith(RAW) and name != PLACE]
        if not self.frame.select(pl.struct(raw).is_duplicated().any()).item():
            return
        self.add(_same=pl.int_range(pl.len()).over(raw) > 0)
        self.drop(pl.col("_same"), "duplicate")

    def order(self) -> None:
        """Set aside periods that end before they start or at the same moment."""
        self.drop(pl.col("end") < pl.col("start"), "end_before_start")
        self.drop(pl.col("end") == pl.col("start"), "same_day")

    # what is said

    def note(self, code: str, sentence: str, condition: pl.Expr) -> None:
        """Keep a contradiction if some rows show it."""
        rows = self.frame.filter(condition.fill_null(False))
        if rows.height:
            self.notes.append(noted(code, sentence, rows))

    def as_of(self) -> datetime:
        """Return the moment up to which the source knows: declared, or the latest that it has."""
        if self.options.as_of:
            return self.options.as_of
        known = []
        for name in self.knows:
            latest = self.frame[name].max() if name in self.frame.columns else None
            if isinstance(latest, datetime):
                whole_day = name in self.days and latest == datetime(latest.year, latest.month, latest.day)
                known.append(latest + DAY if whole_day else latest)
        return max(known, default=EARLIEST)


def noted(code: str, sentence: str, rows: pl.DataFrame) -> Note:
    """Return a note of rows that have `FILE`, `ROW` and, as far as known, `mrr`."""
    examples = tuple((str(f), int(r)) for f, r in rows.select(FILE, ROW).head(EXAMPLES).iter_rows())
    mrr = int(rows["mrr"].sum()) if "mrr" in rows.columns else None
    return Note(code, sentence, rows.height, mrr, examples)


def ends_nowhere(periods: pl.DataFrame) -> list[Note]:
    """Return the warning that a source with several subscriptions has no end at all: lost rows look like good news."""
    subscriptions = periods["subscription"].n_unique()
    if subscriptions < FEW or periods["end"].is_not_null().any():
        return []
    sentence = "subscriptions and not one that has ended: does the export leave out those that were cancelled?"
    return [replace(noted("nothing_ended", sentence, periods), count=subscriptions)]


def finish(
    sieve: Sieve,
    name: str,
    cannot: Sequence[str],
    periods: pl.DataFrame,
    *,
    others: Sequence[Sieve] = (),
    notes: Sequence[Note] = (),
    said: Sequence[str] = (),
    reference: Sequence[Table] = (),
) -> Reading:
    """Return the reading: the periods as items, the rows set aside, and all other rows as used."""
    sieves = [sieve, *others]
    asides = [aside for one in sieves for aside in one.asides]
    aside = pl.concat([pl.DataFrame(schema=ASIDE), *asides])
    every = pl.concat([one.rows for one in sieves])
    gone = aside.select(pl.col("file").alias(FILE), pl.col("row").alias(ROW))
    left = every.join(gone, on=[FILE, ROW], how="anti") if gone.height else every
    return Reading(
        items=as_items(periods),
        aside=aside,
        used=left.select(pl.col(FILE).alias("file"), pl.col(ROW).alias("row")),
        format=name,
        as_of=max(one.as_of() for one in sieves),
        notes=(*(note for one in sieves for note in one.notes), *notes),
        said=(*(sentence for one in sieves for sentence in one.said), *said),
        cannot=tuple(cannot),
        reference=tuple(table.name for table in reference),
    )
