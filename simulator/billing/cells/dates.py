"""Dates, times and months: ISO, `2026/4/1`, `2026年4月1日`, `令和8年4月1日`, Excel serial numbers, epoch seconds.

Fast where every row is written one way, which is nearly always; the rest is read value by value. Nothing lands in 1970
or in the year 20: what is out of range is unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from simulator.billing.cells.blanks import blank
from simulator.billing.errors import BillingError, shown
from simulator.billing.reading import ReadOptions
from simulator.billing.table import Table

EARLIEST, LATEST = datetime(1980, 1, 1), datetime(2101, 1, 1)
NEVER_ENDS = 9999  # the year by which many systems say "no end"

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d")
_TIMES = tuple(f"{day} {time}" for day in _DAYS[:3] for time in ("%H:%M:%S%.f", "%H:%M"))
_ZONED = r"(?i)\d{1,2}:\d\d(:\d\d(\.\d+)?)? ?(z|utc|gmt|[+-]\d\d(:?\d\d)?)$"
_NUMBER = re.compile(r"\d+(\.\d+)?")
_EXCEL_ZERO = datetime(1899, 12, 30)  # day 60 of Excel is a 29 February 1900 that never was
_EPOCHS = ((9, 10, 1), (12, 13, 1_000), (15, 16, 1_000_000), (18, 19, 1_000_000_000))  # digits, per second
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA_LETTERS = {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[mtshr])\.?\s*(元|\d{1,2})[年./-]\s*(\d{1,2})(?:[月./-]\s*(?:(\d{1,2})日?)?)?", re.I
)
_MONTHS = {
    name: i % 12 + 1
    for i, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
        ]
    )
} | {"sept": 9}
_CLOCK = r"(?:[ t]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*([ap]\.?m\.?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?(?:\s*\([^)]\))?{_CLOCK}", re.I)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_CLOCK}", re.I)
_NAMED = re.compile(
    rf"(?:[a-z]{{3,9}},?\s+)?(\d{{1,2}}|[a-z]{{3,9}})\.?[ -](\d{{1,2}}|[a-z]{{3,9}})\.?,?[ -](\d{{4}}),?{_CLOCK}", re.I
)
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?[ -](\d{4})|(\d{4})[ -]([a-z]{3,9})", re.I)


@dataclass(frozen=True)
class Dates:
    """A column of dates, one entry a row."""

    value: pl.Series  # Datetime("us"), UTC without zone; null where blank or unreadable
    blank: pl.Series
    unreadable: pl.Series
    day_only: pl.Series  # the cell gives no time of day
    said: tuple[str, ...]  # how numbers and ambiguous dates were read


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises
    ------
    BillingError
        if there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BillingError(
            f"--timezone: there is no zone {name!r}; for instance UTC, Asia/Tokyo, Europe/Berlin"
        ) from None


def read_dates(
    table: Table, column: str, options: ReadOptions, *, zone: str | None = None, never: bool = False
) -> Dates:
    """Return a column as times in UTC.

    A time without a zone, and the beginning of a day, is in `zone`: by default `options.timezone`, and UTC where the
    header ends in "UTC".

    Parameters
    ----------
    never
        the 31st of December 9999 means "no end" and becomes blank.

    Raises
    ------
    BillingError
        where day and month could be either way round and `options.day_first` does not say; where the zone is unknown.
    """
    zone_of(options.timezone)
    if zone is None and table.header(column).upper().rstrip(") ").endswith("UTC"):
        zone = "UTC"
    cells = table.frame[column].str.strip_chars()
    empty = blank(cells)
    said: list[str] = []
    if never:
        endless = cells.str.starts_with(str(NEVER_ENDS)).fill_null(False)
        if endless.any():
            said.append(f"{table.name}: {table.header(column)!r} in the year {NEVER_ENDS} is taken as no end")
        empty |= endless
    value = pl.Series(column, [None], dtype=pl.Datetime("us")).new_from_index(0, len(cells))
    day_only = pl.Series("day_only", [False]).new_from_index(0, len(cells))
    todo = ~empty

    def left() -> bool:
        return bool(todo.any())

    for form in (*_DAYS, *_TIMES):
        if not left():
            break
        if form == "%Y%m%d":
            fits = todo & cells.str.contains(r"^(19|20|21)[0-9]{6}$").fill_null(False)
        elif form in _DAYS:
            fits = todo & (cells.str.len_chars() <= 11).fill_null(False)
        else:
            fits = todo
        if not fits.any():
            continue
        ours = cells.set(~fits, None)
        if form in _TIMES:
            ours = ours.str.replace("T", " ", literal=True)
        read = ours.str.to_datetime(form, strict=False, time_unit="us")
        got = read.is_not_null()
        value = value.fill_null(read)
        if form in _DAYS:
            day_only |= got
        todo &= ~got
    instant = pl.Series("instant", [None], dtype=pl.Datetime("us")).new_from_index(0, len(cells))
    if left():
        zoned = todo & cells.str.contains(_ZONED).fill_null(False)
        if zoned.any():
            instant = _with_zone(cells.set(~zoned, None))
            todo &= instant.is_null()
    if left():
        odd = cells.filter(todo).unique()
        parsed, more = _parse_unique(odd, table, column, options)
        said += more
        joined = pl.DataFrame({"cell": cells}).join(parsed, on="cell", how="left", maintain_order="left")
        absolute = (joined["kind"] == "instant").fill_null(False)
        value = value.fill_null(joined["value"].set(~todo | absolute, None))
        instant = instant.fill_null(joined["value"].set(~todo | ~absolute, None))
        day_only |= todo & (joined["kind"] == "day").fill_null(False)
    value = _to_utc(value, zone or options.timezone).fill_null(instant)
    value = value.set(((value < EARLIEST) | (value >= LATEST)).fill_null(False), None)
    return Dates(value, empty, ~empty & value.is_null(), day_only, tuple(said))


def read_months(table: Table, column: str, options: ReadOptions) -> Dates:
    """Return a column as the first moments of months of `options.timezone`, in UTC; a day counts as its month."""
    cells = table.frame[column].str.strip_chars()
    empty = blank(cells)
    found = {cell: parse_month(cell) for cell in cells.filter(~empty).unique()}
    value = cells.replace_strict(found, default=None, return_dtype=pl.Datetime("us"))
    value = _to_utc(value, options.timezone)
    always = pl.Series("day_only", [True]).new_from_index(0, len(cells))
    return Dates(value, empty, ~empty & value.is_null(), always, ())


def parse_month(cell: str) -> datetime | None:
    """Return the first moment of a month, or None: `2026-04`, `2026/4`, `2026年4月`, `令和8年4月`, `Apr 2026`,
    or a day in it, as `2026-04-30`."""
    text = unicodedata.normalize("NFKC", cell).strip()
    year = month = 0
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        if len(text) < 6:  # 20264 is no month
            return None
    elif found := _NAMED_MONTH.fullmatch(text):
        year = int(found[2] or found[3])
        month = _MONTHS.get((found[1] or found[4]).lower(), 0)
    elif found := _ERA.fullmatch(text):
        year, month = _era_year(found[1], found[2]), int(found[3])
    elif found := _YEAR_FIRST.match(text):
        year, month = int(found[1]), int(found[2])
    if not (EARLIEST.year <= year < LATEST.year and 1 <= month <= 12):
        return None
    return datetime(year, month, 1)


def _to_utc(value: pl.Series, zone: str) -> pl.Series:
    """Return times of a zone as UTC; of an hour that comes twice the first, of one that is skipped nothing."""
    if zone_of(zone).key == "UTC":
        return value
    there = value.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _with_zone(cells: pl.Series) -> pl.Series:
    """Return times that carry a zone as UTC."""
    plain = (
        cells.str.replace(r"(?i) ?(z|utc|gmt)$", "+00:00")
        .str.replace("T", " ", literal=True)
        .str.replace(r" ([+-]\d\d)", "${1}")
        .str.replace(r"(:\d\d(?:\.\d+)?)([+-]\d\d)$", "${1}${2}:00")
        .str.replace(r"^(\S+ \d{1,2}:\d\d)([+-])", "${1}:00${2}")
        .str.replace_all("/", "-", literal=True)
    )
    read = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", strict=False, time_unit="us", time_zone="UTC")
    return read.dt.replace_time_zone(None)


def _parse_unique(cells: pl.Series, table: Table, column: str, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    """Return cell, value and kind ("day", "local", "instant": UTC) of cells that no fast form fits."""
    texts = {cell: unicodedata.normalize("NFKC", cell).strip() for cell in cells}
    day_first, said = _order(texts, table, column, options.day_first)
    rows: list[tuple[str, datetime | None, str | None]] = []
    kinds: dict[str, str] = {}
    for cell, text in texts.items():
        value, kind, way = parse_date(text, day_first)
        rows.append((cell, value, kind))
        if way:
            kinds.setdefault(way, cell)
    header = table.header(column)
    said += [
        f"{table.name}: {header!r} holds {way}, such as {shown(cell)}; read as dates" for way, cell in kinds.items()
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]]
    schema = {"cell": pl.String, "value": pl.Datetime("us"), "kind": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row"), said


def _order(texts: dict[str, str], table: Table, column: str, declared: bool | None) -> tuple[bool | None, list[str]]:
    """Return whether the day comes first in 03/04/2026: as declared, or as another date of the column shows."""
    slashed = {cell: found for cell, text in texts.items() if (found := _YEAR_LAST.fullmatch(text)) and found[2] != "."}
    if not slashed or declared is not None:
        return declared, []
    day = next((c for c, f in slashed.items() if int(f[1]) > 12), None)
    month = next((c for c, f in slashed.items() if int(f[3]) > 12), None)
    if (day is None) == (month is None):
        cell = next(iter(slashed))
        row = int((table.frame[column].str.strip_chars() == cell).arg_max() or 0) + 1
        why = (
            f"{shown(day)} has the day first and {shown(month)} the month"
            if day is not None
            else f"{shown(cell)} could have the day or the month first"
        )
        raise BillingError(
            f"{table.where(row, column)}: {why}; declare it: --day-first or --month-first, or write dates as 2026-04-01"
        )
    order = "the day" if day is not None else "the month"
    return day is not None, [
        f"{table.name}: {table.header(column)!r} has {order} first, as {shown(day or month)} shows"
    ]


def parse_date(text: str, day_first: bool | None) -> tuple[datetime | None, str | None, str | None]:
    """Return one date or time, its kind ("day", "local", "instant": UTC) and, where said, how a number was read."""
    if _NUMBER.fullmatch(text):
        return _number(text)
    clock: tuple[str | None, ...] = ()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        clock = found.groups()[3:]
    elif found := _ERA.fullmatch(text):
        if found[4] is None:
            return None, None, None
        year, month, day = _era_year(found[1], found[2]), int(found[3]), int(found[4])
    elif found := _YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        # with points the day comes first wherever dates are written so
        day, month = (first, second) if day_first or found[2] == "." else (second, first)
        clock = found.groups()[4:]
    elif found := _NAMED.fullmatch(text):
        parts = [_MONTHS.get(found[i].lower()) for i in (1, 2)]
        if (parts[0] is None) == (parts[1] is None):
            return None, None, None
        named = 0 if parts[0] is not None else 1
        other = found[2 - named]
        if not other.isdigit():
            return None, None, None
        year, month, day = int(found[3]), parts[named] or 0, int(other)
        clock = found.groups()[3:]
    else:
        return None, None, None
    try:
        value = datetime(year, month, day)
        if not any(clock):
            return value, "day", None
        hour, half = int(clock[0] or 0), (clock[4] or "").lower()[:1]
        if half:
            if not 1 <= hour <= 12:
                return None, None, None
            hour = hour % 12 + (12 if half == "p" else 0)
        micro = int((clock[3] or "0").ljust(6, "0")[:6])
        return (
            value.replace(hour=hour, minute=int(clock[1] or 0), second=int(clock[2] or 0), microsecond=micro),
            "local",
            None,
        )
    except ValueError:
        return None, None, None


def _number(text: str) -> tuple[datetime | None, str | None, str | None]:
    """Return what a bare number means as a time: days of a spreadsheet, or seconds and their parts since 1970."""
    whole, _, part = text.partition(".")
    if len(whole) == 5:
        days = float(text)
        value = _EXCEL_ZERO + timedelta(seconds=round(days * 86_400))
        if EARLIEST <= value < LATEST:
            return value, "day" if not part.strip("0") else "local", "serial numbers of a spreadsheet (days since 1900)"
        return None, None, None
    for fewest, most, per_second in _EPOCHS:
        if fewest <= len(whole) <= most:
            micros = int(whole) * 1_000_000 // per_second
            value = datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(microseconds=micros)
            if EARLIEST <= value < LATEST:
                name = {1: "seconds", 1_000: "milliseconds", 1_000_000: "microseconds"}.get(per_second, "nanoseconds")
                return value, "instant", f"{name} since 1970"
    return None, None, None


def _era_year(era: str, year: str) -> int:
    first = _ERAS.get(era) or _ERA_LETTERS[era.lower()]
    return first + (1 if year == "元" else int(year))
