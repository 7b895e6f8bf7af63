"""The customers behind the largest movements of each kind, by month and over all months."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT
from simulator.accounting.movements import KINDS, LINES
from simulator.accounting.policy import ANY_GAP, Policy
from simulator.accounting.replay import replay
from simulator.accounting.totals import UNIT
from simulator.billing.history import History, Steps
from simulator.billing.posting import TABLES, since
from simulator.results.tables import month_labels

TOP = 10
ROOM = 10_000_000  # bytes of one part's movements: so few that memory is used again and not asked for anew
ALL_MONTHS = "all"
TOP_CUSTOMERS = {
    "month": pl.String,
    "kind": pl.String,
    "rank": pl.Int64,
    "customer": pl.String,
    "segment": pl.String,
    "amount": pl.Float64,
    "share": pl.Float64,
}


def top_customers(history: History, policy: Policy, first: int = 0, top: int = TOP) -> pl.DataFrame:
    """Return month (and `all`: over all of them), kind, rank, customer, segment, amount, share.

    The share is of the amount of that kind in that month, or in all. Which kind a movement has is the accounting's to
    say, so those who may be among the `top` are chosen by the size and direction of their changes, and accounted again
    each by itself. Of equal amounts the first by name comes first.
    """
    chosen = _candidates(history, policy, first, top)
    cells = _accounted(history, policy, first, chosen)
    whole = cells.group_by("customer", "kind").agg(pl.col("amount").sum()).with_columns(month=pl.lit(-1, pl.Int64))
    both = pl.concat([cells, whole.select(cells.columns)])
    ranked = (
        both.sort(["month", "kind", "amount", "customer"], descending=[False, False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("month", "kind"))
        .filter(pl.col("rank") <= top)
    )
    labels = pl.Series([*month_labels(history.first, history.months), ALL_MONTHS], dtype=pl.String)
    segments = np.zeros(len(history.customers), np.int64)
    segments[history.changes["customer"]] = history.changes["segment"]
    named = ranked.select(
        "month",
        pl.col("kind").cast(pl.Enum(KINDS)),
        "rank",
        customer=history.customers[ranked["customer"]],
        segment=pl.Series(history.segments, dtype=pl.String)[segments[ranked["customer"].to_numpy()]],
        amount=pl.col("amount") / UNIT,
    ).sort("month", "kind", "rank")
    return named.with_columns(month=labels[named["month"].to_numpy()])


def with_shares(rows: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their share of all movements of that kind, in that month or in all months."""
    by_month = movements.group_by("month", "kind").agg(pl.col("mean").sum().alias("of"))
    overall = by_month.group_by("kind").agg(pl.col("of").sum()).select(month=pl.lit(ALL_MONTHS), kind="kind", of="of")
    of = pl.concat([by_month, overall])
    joined = rows.cast({"kind": pl.String}).join(of, on=["month", "kind"], how="left", maintain_order="left")
    return joined.with_columns(share=pl.col("amount") / pl.col("of")).select(*TOP_CUSTOMERS)


def _candidates(history: History, policy: Policy, first: int, top: int) -> np.ndarray:
    """Return the customers, in order, who may have one of the largest movements of some kind.

    A kind is a union of classes of changes, so the largest of a kind are among the largest of its classes.
    """
    steps = history.month_ends() if policy.grain == "month" else Steps.of(history.changes)
    rows, mrr = steps.rows, steps.rows["mrr"]
    before = steps.before(mrr, 0)
    amount = np.abs(mrr - before)
    begins = np.flatnonzero(~steps.same)
    customer = np.cumsum(~steps.same) - 1
    paid = np.cumsum(mrr > 0)
    paid_before = np.where(steps.same, np.roll(paid, 1), 0) > (paid[begins] - (mrr[begins] > 0))[customer]
    kind = 4 * (mrr > before) + 2 * (before == 0) + (mrr == 0)
    kind = 2 * kind + paid_before
    kind = 4 * kind + np.where(before == 0, steps.before(rows["standing"], ABSENT), 0)
    kind = 4 * kind + np.where(mrr == 0, rows["standing"], 0)
    if policy.reactivation_gap != ANY_GAP:
        ended = np.maximum.accumulate(np.where(mrr == 0, np.arange(len(rows)), begins[customer]))
        away = rows["month"] - steps.before(rows["month"][ended], 0)
        kind = (history.months + 1) * kind + np.where((before == 0) & paid_before, away, 0)
    counts = (amount > 0) & (rows["month"] >= first)
    if policy.grain == "event" and policy.new_and_churned != "both":
        counts &= ~_taken_back(steps, (before == 0) & (mrr > 0) & ~paid_before)
    who, month, kind, amount = rows["customer"][counts], rows["month"][counts], kind[counts], amount[counts]
    kinds, kind = np.unique(kind, return_inverse=True)
    by_month = _largest(who, month * len(kinds) + kind, amount, top)
    return np.union1d(by_month, _largest(who, kind, amount, top))


def _taken_back(steps: Steps, new: np.ndarray) -> np.ndarray:
    """Tell which changes are of a customer and month in which it is new, and gone at the end."""
    rows = steps.rows
    begins = ~steps.same | (rows["month"] != np.roll(rows["month"], 1))
    place = np.cumsum(begins) - 1
    last = np.flatnonzero(np.roll(begins, -1))
    is_new = np.bincount(place, weights=new) > 0
    return (is_new & (rows["mrr"][last] == 0))[place]


def _largest(who: np.ndarray, of: np.ndarray, amount: np.ndarray, top: int) -> np.ndarray:
    """Return the customers with the `top` largest sums in each class `of`; of equal sums the first by number.

    Rows come in order of customers.
    """
    order = _by_class(of)
    who, of, amount = who[order], of[order], amount[order]
    first = np.flatnonzero(np.concatenate([[True], (who[1:] != who[:-1]) | (of[1:] != of[:-1])])[: len(who)])
    if not len(first):
        return who
    who, of, amount = who[first], of[first], np.add.reduceat(amount, first)
    order = np.argsort(-amount, kind="stable")
    order = order[_by_class(of[order])]
    begins = np.searchsorted(of[order], of[order])
    return np.unique(who[order][np.arange(len(order)) - begins < top])


def _by_class(of: np.ndarray) -> np.ndarray:
    """Return the order by class that keeps the order within each; few classes are sorted by their digits."""
    few = len(of) == 0 or of.max() < 2**16
    return np.argsort(of.astype(np.uint16) if few else of, kind="stable")


def _accounted(history: History, policy: Policy, first: int, chosen: np.ndarray) -> pl.DataFrame:
    """Return customer, month, kind, amount of the chosen customers, each accounted as a segment of its own."""
    parts = [pl.DataFrame(schema={"customer": pl.Int64, "month": pl.Int64, "kind": pl.Int64, "amount": pl.Int64})]
    at_once = max(1, ROOM // (history.months * len(LINES) * TABLES * 8))
    rows = history.changes[np.isin(history.changes["customer"], chosen)]
    kinds = np.array([KINDS.index(line.kind) for line in LINES])
    for start in range(0, len(chosen), at_once):
        some = chosen[start : start + at_once]
        low, high = np.searchsorted(rows["customer"], [some[0], some[-1] + 1])
        part = rows[low:high].copy()
        part["segment"], part["plan"] = np.searchsorted(some, part["customer"]), 0
        books = since(replay(part, history.months, len(some), 1, policy), first)
        amounts = (books.month_amount if policy.grain == "month" else books.event_amount)[:, :, 0]
        m, s, line = np.nonzero(amounts)
        moved = {"customer": some[s], "month": m + first, "kind": kinds[line], "amount": amounts[m, s, line]}
        parts.append(pl.DataFrame(moved))
    cells = pl.concat(parts).group_by("customer", "month", "kind", maintain_order=True).agg(pl.col("amount").sum())
    return cells.with_columns(kind=pl.Series(KINDS, dtype=pl.String)[cells["kind"].to_numpy()])
