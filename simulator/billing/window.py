"""Which months are shown: from when, until when, and whether the last one is over."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.billing.errors import BillingError

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Window:
    """The months that are shown, and the first moment of which nothing is known. Times are UTC without zone."""

    cutoff: datetime
    first: int | None  # year x 12 + month - 1; None: the first of the source
    incomplete: str | None  # the last month, where the source ends within it


def window(
    as_of: datetime,
    timezone: str = "UTC",
    first: str | None = None,
    until: str | None = None,
    last_option: str = "--until",
) -> Window:
    """Return the window of a source that knows what happened up to `as_of`.

    Parameters
    ----------
    as_of
        the last moment that the source knows of, UTC without zone.
    timezone
        of the months.
    first, until
        months, YYYY-MM: what is before `first` is the opening; what is after `until` is left out.
    last_option
        what the user called `until`.

    Raises
    ------
    BillingError
        naming every month that cannot be read, or is beyond the data.
    """
    problems = []
    months = {"--from": first, last_option: until}
    numbers = {name: _number(month) for name, month in months.items() if month is not None}
    problems += [
        f"{name}: `{months[name]}` is not a month; write e.g. 2026-04" for name, n in numbers.items() if n is None
    ]
    zone = ZoneInfo(timezone)
    local = as_of.replace(tzinfo=UTC).astimezone(zone)
    last = local.year * 12 + local.month - 1
    known = {name: n for name, n in numbers.items() if n is not None}
    for name, n in known.items():
        if n > last:
            problems.append(f"{name}: {months[name]} is after the last month of the data, {_label(last)}")
    if known.get("--from", 0) > known.get(last_option, last):
        problems.append(f"--from {first} is after {last_option} {until}")
    if problems:
        raise BillingError(problems)
    end = known.get(last_option, last)
    cutoff = min(as_of + MOMENT, _begin(end + 1, zone))
    whole = cutoff == _begin(end + 1, zone)
    return Window(cutoff, known.get("--from"), None if whole else _label(end))


def end_of_day(day: str, timezone: str = "UTC") -> datetime:
    """Return the last moment of a day, YYYY-MM-DD, in UTC without zone.

    Raises
    ------
    BillingError
        if it is no day.
    """
    try:
        date = datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        raise BillingError(f"--as-of: `{day}` is not a date; write e.g. 2026-04-30") from None
    after = (date + timedelta(days=1)).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return after.replace(tzinfo=None) - MOMENT


def end_of_month(month: str, timezone: str = "UTC") -> datetime:
    """Return the last moment of a month, YYYY-MM, in UTC without zone."""
    year, number = map(int, month.split("-"))
    return end_of_day(f"{year:04d}-{number:02d}-{calendar.monthrange(year, number)[1]:02d}", timezone)


def checked_timezone(name: str) -> str:
    """Return the time zone, or say that there is none of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BillingError(f"--timezone: there is no time zone `{name}`; write e.g. UTC or Asia/Tokyo") from None
    return name


def _number(month: str) -> int | None:
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
    return int(match[1]) * 12 + int(match[2]) - 1 if match else None


def _label(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _begin(number: int, zone: ZoneInfo) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
