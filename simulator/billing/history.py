"""From periods of items to changes of customers: what each customer had and has, when, and why it changed.

All items of a customer that change at one moment make one change, so that an upgrade that a billing system logs as an
end and a start is one movement. Every step is over whole columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.movements import Cause
from simulator.accounting.policy import Policy
from simulator.accounting.replay import CHANGE
from simulator.billing import causes
from simulator.billing.counting import counted_periods
from simulator.billing.errors import BillingError

NOT_TOLD = "unspecified"  # name of the segment, and of the plan, where the source tells none
AT_ONCE = 20_000_000  # pairs of a moment and an item alive at it that are looked at together
AT_MOST = 400_000_000  # such pairs of one customer
OPEN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class History:
    """The changes of all customers, and what their numbers stand for."""

    changes: np.ndarray  # rows of CHANGE, by customer and time
    times: np.ndarray  # int64 microseconds since 1970, UTC: of each row
    customers: pl.Series  # names, in order of their numbers
    segments: tuple[str, ...]
    plans: tuple[str, ...]
    first: tuple[int, int]  # year and month of month 0
    months: int
    several_segments: int  # customers whose periods name more than one; the first one counts

    def starting(self, month: int) -> History:
        """Return the same history counted from an earlier month, year x 12 + month - 1."""
        later = self.first[0] * 12 + self.first[1] - 1 - month
        changes = self.changes.copy()
        changes["month"] += later
        return replace(self, changes=changes, first=(month // 12, month % 12 + 1), months=self.months + later)

    def month_ends(self) -> Steps:
        """Return the last change of each customer and month."""
        rows = self.changes
        last = np.ones(len(rows), bool)
        last[:-1] = (rows["customer"][1:] != rows["customer"][:-1]) | (rows["month"][1:] != rows["month"][:-1])
        return Steps.of(rows[last])


@dataclass(frozen=True)
class Steps:
    """Changes, and for each whether the one before it is of the same customer."""

    rows: np.ndarray
    same: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> Steps:
        """Take changes that are in order of customers and time."""
        return cls(rows, np.concatenate([[False], rows["customer"][1:] == rows["customer"][:-1]]))

    def before(self, values: np.ndarray, first: int) -> np.ndarray:
        """Return the values of the change before; `first` where there is none of that customer."""
        return np.where(self.same, np.roll(values, 1), first)

    def after(self, values: np.ndarray, last: int) -> np.ndarray:
        """Return the values of the change after; `last` where there is none of that customer."""
        return np.where(np.roll(self.same, -1), np.roll(values, -1), last)


@dataclass(frozen=True)
class _Moments:
    """The moments at which something of a customer changes, by customer and time, and its state from each on."""

    customer: np.ndarray
    time: np.ndarray
    begins: np.ndarray  # position of the moment at which each period begins
    ends: np.ndarray  # and ends; an open one at the first moment of the next customer

    def __len__(self) -> int:
        return len(self.customer)

    def level(self, amount: np.ndarray) -> np.ndarray:
        """Return, for each moment, the sum of `amount` over the periods that hold from it on."""
        steps = np.zeros(len(self) + 1, np.int64)
        np.add.at(steps, self.begins, amount)
        np.subtract.at(steps, self.ends, amount)
        return np.cumsum(steps)[:-1]

    def before(self, values: np.ndarray, first: int) -> np.ndarray:
        """Return the values that held before each moment; `first` before a customer's first."""
        shifted = np.roll(values, 1)
        shifted[self.firsts()] = first
        return shifted

    def firsts(self) -> np.ndarray:
        """Return which moments are the first of their customer."""
        return np.concatenate([[True], self.customer[1:] != self.customer[:-1]])


def history(items: pl.DataFrame, policy: Policy, cutoff: datetime, timezone: str = "UTC") -> History:
    """Return the changes that the accounting replays.

    Parameters
    ----------
    items
        schema ITEMS, all in one currency.
    policy
        says what of a period counts, and whether customers or subscriptions are followed.
    cutoff
        the first moment (UTC) of which nothing is known.
    timezone
        of the months.

    Raises
    ------
    BillingError
        if nothing is left to account, or one customer has too many subscriptions at once.
    """
    frame = counted_periods(items, policy, cutoff, timezone)
    if not frame.height:
        raise BillingError("there is nothing to account: no period starts before the as-of date")
    p, names = _columns(frame)
    moments = _moments(p["customer"], p["start"], p["end"])
    held = np.bincount(p["standing"], minlength=PAUSED + 1)  # most sources hold no trials and no pauses
    counts = {
        s: moments.level(p["standing"] == s) if held[s] else np.zeros(len(moments), np.int64)
        for s in (PRESENT, TRIAL, PAUSED)
    }
    standing = np.full(len(moments), ABSENT)
    for stands in (PAUSED, TRIAL, PRESENT):
        standing[counts[stands] > 0] = stands
    mrr = moments.level(p["net"])
    plan = _plans(p, moments, standing, counts)
    rows = _rows(p, moments, mrr, standing, plan)
    month = _months(moments.time, timezone)
    last = _months(np.array([_micros(cutoff) - 1]), timezone)[0]
    first = int(month.min())
    changes = np.zeros(len(rows["moment"]), CHANGE)
    at = rows["moment"]
    changes["customer"] = moments.customer[at]
    changes["month"] = month[at] - first
    changes["plan"], changes["standing"] = plan[at], standing[at]
    changes["cause"], changes["mrr"] = rows["cause"], rows["mrr"]
    segment, several = _segments(p, len(names["customer"]))
    changes["segment"] = segment[changes["customer"]]
    return History(
        changes=changes,
        times=moments.time[at],
        customers=names["customer"],
        segments=tuple(names["segment"]),
        plans=tuple(names["plan"]),
        first=(first // 12, first % 12 + 1),
        months=int(last) - first + 1,
        several_segments=several,
    )


def _columns(frame: pl.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, pl.Series]]:
    """Return the periods as integer columns, by item and time, and the names that integers stand for."""
    names = {
        "customer": frame["entity"].unique().sort(),
        "segment": frame["segment"].fill_null(NOT_TOLD).unique().sort(),
        "plan": frame["plan"].fill_null(NOT_TOLD).unique().sort(),
    }

    def coded(column: str, among: pl.Series) -> pl.Expr:
        # an enumeration turns text to positions faster than a join
        return pl.col(column).cast(pl.Enum(among)).to_physical().cast(pl.Int64)

    def rank(column: str) -> pl.Expr:
        if frame[column].n_unique() == frame.height:  # an export with one row a subscription is the usual one
            return pl.int_range(pl.len(), dtype=pl.Int64)
        return pl.col(column).cast(pl.Categorical).to_physical().cast(pl.Int64)

    coded_frame = frame.select(
        customer=coded("entity", names["customer"]),
        subscription=rank("subscription").fill_null(-1),
        item=rank("item").fill_null(-1),
        segment=pl.col("segment").fill_null(NOT_TOLD).cast(pl.Enum(names["segment"])).to_physical().cast(pl.Int64),
        held=pl.col("plan").fill_null(NOT_TOLD).cast(pl.Enum(names["plan"])).to_physical().cast(pl.Int64),
        plan=coded("plan", names["plan"]).fill_null(-1),
        quantity=pl.col("quantity").fill_null(-1),
        start=pl.col("start").dt.epoch("us"),
        end=pl.col("end").dt.epoch("us").fill_null(OPEN),
        net="net",
        gross="gross",
        off="off",
        standing="standing",
        metered="metered",
        unpaid="unpaid",
        stated=pl.Series(causes.stated(frame["reason"])),
        stated_end=pl.Series(causes.stated(frame["end_reason"], leaving=True)),
    ).sort(["customer", "subscription", "item", "start", "end", "held", "net"])
    return {name: coded_frame[name].to_numpy() for name in coded_frame.columns}, names


def _moments(group: np.ndarray, start: np.ndarray, end: np.ndarray) -> _Moments:
    """Return the moments of each group: customers, or subscriptions."""
    closed = end != OPEN
    times, place = _places(np.concatenate([start, end[closed]]))
    address = np.concatenate([group, group[closed]]) * len(times) + place
    points, position = np.unique(address, return_inverse=True)
    ends = np.searchsorted(points, (group + 1) * len(times))
    ends[closed] = position[len(start) :]
    return _Moments(points // len(times), times[points % len(times)], position[: len(start)], ends)


def _plans(
    p: dict[str, np.ndarray], moments: _Moments, standing: np.ndarray, counts: dict[int, np.ndarray]
) -> np.ndarray:
    """Return the plan from each moment on: that of the item with the largest MRR; after leaving, the last one.

    Of equal ones that of the item which is present rather than on trial or paused, then the older, then by name.
    """
    live = counts[PRESENT] + counts[TRIAL] + counts[PAUSED]
    plan = moments.level(p["held"])  # where one item is live
    several = np.flatnonzero(live > 1)
    if len(several):
        plan[several] = _largest(p, moments, several)
    gone = live == 0
    last_held = np.maximum.accumulate(np.where(gone, 0, np.arange(len(moments))))
    return plan[last_held]


def _largest(p: dict[str, np.ndarray], moments: _Moments, several: np.ndarray) -> np.ndarray:
    """Return the plan of the largest item at each of the moments `several`."""
    low, high = np.searchsorted(several, moments.begins), np.searchsorted(several, moments.ends)
    some = np.flatnonzero(high > low)
    by_customer = np.bincount(p["customer"][some], weights=(high - low)[some])
    if by_customer.max() > AT_MOST:
        raise BillingError(
            "one customer has so many subscriptions at once that its plan cannot be told; is the column of the "
            "customer the right one? `--set entity=subscription` follows subscriptions instead"
        )
    out = np.zeros(len(several), np.int64)
    part = np.cumsum(by_customer)[p["customer"][some]] // AT_ONCE  # whole customers
    for one in np.unique(part):
        rows = some[part == one]
        sizes = (high - low)[rows]
        who = np.repeat(rows, sizes)
        ahead = np.repeat(np.cumsum(sizes) - sizes, sizes)
        where = np.repeat(low[rows], sizes) + np.arange(len(who)) - ahead
        order = np.lexsort((p["held"][who], p["start"][who], p["standing"][who], -p["net"][who], where))
        who, where = who[order], where[order]
        first = np.concatenate([[True], where[1:] != where[:-1]])
        out[where[first]] = p["held"][who[first]]
    return out


def _rows(
    p: dict[str, np.ndarray], moments: _Moments, mrr: np.ndarray, standing: np.ndarray, plan: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the changes: moment, cause and MRR after each; a moment at which nothing changes has none.

    One moment gives several changes only where MRR moves one way for several certain causes: then each has its own.
    """
    mrr_before = moments.before(mrr, 0)
    standing_before = moments.before(standing, ABSENT)
    plan_before = moments.before(plan, -1)
    step = mrr - mrr_before
    cause, item = _causes(p, moments, mrr_before, mrr)

    starts = (mrr_before == 0) & (mrr > 0)
    told = item["stated"][starts] | (cause[starts] == Cause.RESUME) | (cause[starts] == Cause.TRIAL_CONVERSION)
    cause[starts] = np.where(told, cause[starts], causes.of_start(standing_before[starts]))
    ends = (mrr == 0) & ((mrr_before > 0) | (standing == ABSENT))
    told = item["stated"][ends]
    cause[ends] = np.where(told, cause[ends], causes.of_end(standing[ends], cause[ends]))

    changed = moments.firsts() | (step != 0) | (standing != standing_before) | (plan != plan_before)
    several = item["moment"]
    changed[several] = False
    kept = np.flatnonzero(changed)
    order = np.argsort(np.concatenate([kept, several]), kind="stable")
    return {
        "moment": np.concatenate([kept, several])[order],
        "cause": np.concatenate([cause[kept], item["cause"]])[order],
        "mrr": np.concatenate([mrr[kept], item["mrr"]])[order],
    }


def _causes(
    p: dict[str, np.ndarray], moments: _Moments, mrr_before: np.ndarray, mrr: np.ndarray
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the cause of the change at each moment, and the changes of moments with several causes."""
    item = _item_changes(p, moments)
    cause = np.full(len(moments), int(Cause.UNSPECIFIED))
    stated = np.zeros(len(moments), bool)
    alone = np.bincount(item["moment"], minlength=len(moments))[item["moment"]] == 1
    cause[item["moment"][alone]] = item["cause"][alone]
    stated[item["moment"][alone]] = item["stated"][alone]

    together = pl.DataFrame({name: values[~alone] for name, values in item.items()})
    sums = (
        together.group_by(["moment", "cause"])
        .agg(pl.col("delta").sum(), pl.col("stated").any())
        .sort("moment")
        .with_columns(
            before=pl.col("moment").map_batches(lambda at: pl.Series(mrr_before[at.to_numpy()]), return_dtype=pl.Int64),
            after=pl.col("moment").map_batches(lambda at: pl.Series(mrr[at.to_numpy()]), return_dtype=pl.Int64),
        )
    )
    # the largest amount in the direction of the whole goes first; of equal ones the first in the list of causes
    along = pl.col("delta") * (pl.col("after") - pl.col("before")).sign()
    sums = sums.sort(["moment", along, "cause"], descending=[False, True, False])
    one = sums.group_by("moment", maintain_order=True).first()
    cause[one["moment"].to_numpy()] = one["cause"].to_numpy()
    stated[one["moment"].to_numpy()] = one["stated"].to_numpy()

    moving = sums.filter((pl.col("delta") != 0) & (pl.col("before") > 0) & (pl.col("after") > 0))
    several = moving.filter((pl.len().over("moment") > 1) & (along > 0).all().over("moment"))
    parts = several.with_columns(mrr=pl.col("before") + pl.col("delta").cum_sum().over("moment"))
    return cause, {
        "stated": stated,
        "moment": parts["moment"].to_numpy(),
        "cause": parts["cause"].to_numpy(),
        "mrr": parts["mrr"].to_numpy(),
    }


def _item_changes(p: dict[str, np.ndarray], moments: _Moments) -> dict[str, np.ndarray]:
    """Return what happened to single items: moment, cause, delta of MRR, whether the cause was stated.

    A period that follows another of its item is its change. An item that ends at the moment at which another of the
    customer begins has become that one, if they are the only two.
    """
    n = np.arange(len(p["start"]))
    same = np.ones(len(n) - 1, bool)
    for name in ("customer", "subscription", "item"):
        same &= p[name][1:] == p[name][:-1]
    follows = np.concatenate([[False], same & (p["start"][1:] == p["end"][:-1])])
    followed = np.concatenate([follows[1:], [False]])
    begun, ended = n[~follows], n[~followed & (p["end"] != OPEN)]
    size = len(moments)
    many_begin = np.bincount(moments.begins[begun], minlength=size)
    many_end = np.bincount(moments.ends[ended], minlength=size)
    turns = (many_begin == 1) & (many_end == 1)
    became = np.zeros(size, np.int64)
    became[moments.ends[ended]] = ended
    turned = begun[turns[moments.begins[begun]]]
    begun, ended = begun[~turns[moments.begins[begun]]], ended[~turns[moments.ends[ended]]]

    after = np.concatenate([n[follows], turned])
    before = np.concatenate([n[follows] - 1, became[moments.begins[turned]]])
    beside = _goes_on_beside(p, begun, ended)
    added = np.where(beside[: len(begun)], int(Cause.ADDON), int(Cause.UNSPECIFIED))
    removed = np.where(beside[len(begun) :], int(Cause.ADDON_REMOVED), int(Cause.UNSPECIFIED))
    removed = np.where(p["unpaid"][ended], int(Cause.FAILED_PAYMENT), removed)
    said_b, said_e = p["stated"][begun], p["stated_end"][ended]
    none = causes.NOT_STATED
    return {
        "moment": np.concatenate([moments.begins[after], moments.begins[begun], moments.ends[ended]]),
        "cause": np.concatenate(
            [
                causes.of_item(p, before, after),
                np.where(said_b != none, said_b, added),
                np.where(said_e != none, said_e, removed),
            ]
        ),
        "delta": np.concatenate([p["net"][after] - p["net"][before], p["net"][begun], -p["net"][ended]]),
        "stated": np.concatenate([p["stated"][after] != none, said_b != none, said_e != none]),
    }


def _goes_on_beside(p: dict[str, np.ndarray], begun: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """Tell, for items that begin and then for items that end, whether their subscription has others before and after.

    Only then an item was added to something, or taken from it.
    """
    goes_on = np.zeros(len(begun) + len(ended), bool)
    neighbours = (p["customer"][1:] == p["customer"][:-1]) & (p["subscription"][1:] == p["subscription"][:-1])
    inside = np.flatnonzero(np.concatenate([[False], neighbours]) | np.concatenate([neighbours, [False]]))
    if not len(inside):
        return goes_on
    group = np.cumsum(~np.concatenate([[False], neighbours]))[inside]
    moments = _moments(group, p["start"][inside], p["end"][inside])
    live = moments.level(np.ones(len(inside), np.int64))
    live_before = moments.before(live, 0)
    rows = np.concatenate([begun, ended])
    place = np.minimum(np.searchsorted(inside, rows), len(inside) - 1)
    found = inside[place] == rows
    at = np.where(np.arange(len(rows)) < len(begun), moments.begins[place], moments.ends[place])
    at = np.minimum(at, len(moments) - 1)  # of rows that are not inside
    goes_on[found] = (live[at[found]] > 0) & (live_before[at[found]] > 0)
    return goes_on


def _segments(p: dict[str, np.ndarray], customers: int) -> tuple[np.ndarray, int]:
    """Return each customer's segment, that of its earliest period, and how many customers name several."""
    if not p["segment"].any():
        return np.zeros(customers, np.int64), 0
    order = np.lexsort((p["segment"], p["start"], p["customer"]))
    customer, segment = p["customer"][order], p["segment"][order]
    first = np.concatenate([[True], customer[1:] != customer[:-1]])
    out = np.zeros(customers, np.int64)
    out[customer[first]] = segment[first]
    return out, len(np.unique(customer[segment != out[customer]]))


def _months(times: np.ndarray, timezone: str) -> np.ndarray:
    """Return the month, year x 12 + month - 1, of each moment (microseconds, UTC) in a time zone."""
    unique, place = _places(times)
    moment = pl.Series(unique).cast(pl.Datetime("us"))
    local = moment.dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
    month = local.dt.year().cast(pl.Int64) * 12 + local.dt.month().cast(pl.Int64) - 1
    return month.to_numpy()[place]


def _places(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different times in order, and the position of each; mostly days, which are few and need no sorting."""
    unique = pl.Series(times).unique().sort().to_numpy()
    return unique, np.searchsorted(unique, times)


def _micros(moment: datetime) -> int:
    return int(pl.Series([moment], dtype=pl.Datetime("us")).dt.epoch("us")[0])
