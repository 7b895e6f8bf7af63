"""Proration: the money of a change within a billing cycle, as a line that credits and a line that charges.

The convention: what is left of the cycle, over its length, counted to the microsecond in UTC; the moment of the change
belongs to the new price; each line is rounded half up by itself, to the smallest unit of the currency. The next
cycle's bill is the new price in full, so at any moment nobody has paid for anything twice.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

Moment = TypeVar("Moment", date, datetime)
MICROSECOND = timedelta(microseconds=1)


class Lines(NamedTuple):
    """Two lines of a bill, neither negative: in the unit of the amounts given."""

    credit: int  # for the rest of the cycle at the old price, which was paid in advance
    charge: int  # for the same time at the new price

    @property
    def due(self) -> int:
        """What is to be paid; negative: to be paid back."""
        return self.charge - self.credit


def prorate(old: int, new: int, begin: Moment, change: Moment, end: Moment, *, unit: int = 1) -> Lines:
    """Return the lines of a change from `old` to `new` within the cycle from `begin` to `end`.

    Parameters
    ----------
    old, new
        amounts of a whole cycle, before and after.
    begin, change, end
        dates, or times of one zone; a date is its first moment.
    unit
        what lines are rounded to: 1 where amounts are in the currency's smallest unit, 100 for cents where they are
        in ten-thousandths.

    Raises
    ------
    ValueError
        if the cycle is empty, the change outside it, or an amount negative.
    """
    if not begin < end:
        raise ValueError(f"the cycle from {begin} to {end} has no length")
    if not begin <= change <= end:
        raise ValueError(f"the change at {change} is not within the cycle from {begin} to {end}")
    if old < 0 or new < 0:
        raise ValueError(f"amounts are not negative, as {min(old, new)} is")
    left, whole = (end - change) // MICROSECOND, (end - begin) // MICROSECOND
    return Lines(_share(old, left, whole, unit), _share(new, left, whole, unit))


def switch_interval(old: int, new: int, begin: Moment, change: Moment, end: Moment, *, unit: int = 1) -> Lines:
    """Return the lines of a change to a price of another interval, as from months to years.

    The rest of the cycle is credited; a cycle of the new length begins with the change and is charged in full.

    Raises
    ------
    ValueError
        as `prorate`.
    """
    return Lines(prorate(old, 0, begin, change, end, unit=unit).credit, new)


def anniversary(begin: Moment, months: int) -> Moment:
    """Return the same day `months` later; the last day of the month where it has no such day."""
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    return begin.replace(year=year, month=month + 1, day=min(begin.day, calendar.monthrange(year, month + 1)[1]))


def _share(amount: int, left: int, whole: int, unit: int) -> int:
    """Amount x left / whole, rounded half up to whole units."""
    return (2 * amount * left + whole * unit) // (2 * whole * unit) * unit
