"""Runs of single replications as plain rows, and what ACCOUNTING says about them, worked out customer by customer.

Nothing here shares code with the accounting: a history of month-ends is made for every customer, and each table of
the books is filled from it again. Only the names of causes, kinds and reasons are taken from there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.accounting.movements import FALLS, LEAVES, LINES, RETURNS, RISES, STARTS, Cause
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model


def compiled(model: Model, seed: int = 1, **options: Any) -> Replication:
    (one,) = run_compiled(model, seed, range(1), ledger=True, **options)
    return one


def with_simpy(model: Model, seed: int = 1) -> Replication:
    (one,) = run_simpy(model, seed, range(1), ledger=True)
    return one


def in_order(rows: np.ndarray) -> np.ndarray:
    """Rows by customer and time; those of one moment stay in the order in which they happened."""
    return rows[np.lexsort((rows["time"], rows["index"], rows["stream"]))]


def by_customer(rows: np.ndarray) -> dict[tuple[int, int], list[tuple]]:
    """The rows of each customer without its segment's position, which another segment in the file may move."""
    kept = [name for name in rows.dtype.names if name != "segment"]
    customers: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    for row in in_order(rows):
        customers[int(row["stream"]), int(row["index"])].append(tuple(row[kept].item()))
    return dict(customers)


def tables(one: Replication) -> dict[str, np.ndarray]:
    return {**one.books._asdict(), **one.tallies._asdict()}


@dataclass
class Retold:
    """The books of a replication, filled again from its ledger rows."""

    model: Model
    opening: np.ndarray  # (S,) MRR
    month_amount: dict[tuple, int] = field(default_factory=lambda: defaultdict(int))
    month_customers: dict[tuple, int] = field(default_factory=lambda: defaultdict(int))
    event_amount: dict[tuple, int] = field(default_factory=lambda: defaultdict(int))
    retained: dict[tuple, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 6))

    def add(self, rows: list[Any]) -> None:
        """Add one customer, given by its rows in order."""
        segment, months = int(rows[0]["segment"]), self.model.months
        mrr = int(rows[0]["before"])
        paid, left = mrr > 0, False  # ever; since it last paid
        paused = False
        closed_paying = mrr > 0  # at some month-end
        left_since_close = False
        churned = False  # counted at month-ends, and not paying at one since
        first_payment = last_return = last_leaving = Cause.UNSPECIFIED
        paid_plan = plan = int(rows[0]["plan_from"])
        ends, prices = [mrr], [0]
        place = 0
        for month in range(months):
            causes: dict[Cause, int] = defaultdict(int)
            while place < len(rows) and rows[place]["time"] < month + 1:
                row, place = rows[place], place + 1
                cause, before, after = Cause(int(row["cause"])), int(row["before"]), int(row["after"])
                assert before == mrr, "each row starts where the one before it ended"
                if before != after:
                    here = int(row["plan_to"]) if after > 0 or cause == Cause.PAUSE else paid_plan
                    self.event_amount[month, segment, here, _event(cause, before, after, paid, left)] += abs(
                        after - before
                    )
                causes[cause] += after - before
                if before == 0 and after > 0:
                    if not paid:
                        first_payment = cause
                    elif left:
                        last_return = cause
                    paid, left = True, False
                if after == 0 and cause == Cause.PAUSE:
                    paused = True
                elif after == 0 and (before > 0 or paused):
                    if paused and ends[-1] == 0 and closed_paying and not churned:  # lost, at an MRR of 0
                        self.month_customers[month, segment, "churn"] += 1
                        churned = True
                    last_leaving, left, left_since_close, paused = cause, True, True, False
                elif after > 0:
                    paused = False
                mrr = after
                plan = int(row["plan_to"]) if row["plan_to"] >= 0 else plan
                paid_plan = plan if mrr > 0 else paid_plan
            net, was = mrr - ends[-1], ends[-1]
            moved: dict[tuple[int, tuple], int] = {}
            if net and was == 0 and not closed_paying:
                moved[plan, ("new", *STARTS.get(first_payment, ("upsell", "free_conversion")))] = net
            elif net and was == 0 and left_since_close:
                moved[plan, ("reactivation", *RETURNS.get(last_return, ("none", "other")))] = net
            elif net and mrr == 0 and not paused:
                moved[paid_plan, ("churn", *LEAVES.get(last_leaving, ("none", "to_free")))] = net
                churned = True
            elif net:
                kind, words = ("expansion", RISES) if net > 0 else ("contraction", FALLS)
                for cause, amount in _netted(causes, net).items():
                    line = (plan, (kind, *words.get(cause, ("unspecified",) * 2)))
                    moved[line] = moved.get(line, 0) + amount  # several causes may land on one line
            for (where, line), amount in moved.items():
                self.month_amount[month, segment, where, line] += abs(amount)
            if net:
                self.month_customers[month, segment, next(iter(moved))[1][0]] += 1
            if mrr > 0:
                closed_paying, left_since_close, churned = True, False, False
            ends.append(mrr)
            of_price = [a for (_, (_, motion, reason)), a in moved.items() if "price" in (motion, reason.split("_")[0])]
            prices.append(prices[-1] + sum(of_price))
        for month in range(11, months):
            base, now = ends[month - 11], ends[month + 1]
            if base > 0:
                without_price = now - (prices[month + 1] - prices[month - 11]) if now else 0
                here = (base, now, min(base, now), without_price, 1, now > 0)
                self.retained[month, segment] = [
                    a + b for a, b in zip(self.retained[month, segment], here, strict=True)
                ]


def _event(cause: Cause, before: int, after: int, paid: bool, left: bool) -> tuple:
    """Kind, motion and reason of one change."""
    kind, words, other = "contraction", FALLS, ("unspecified",) * 2
    if before == 0 and not paid:
        kind, words, other = "new", STARTS, ("upsell", "free_conversion")
    elif before == 0 and left:
        kind, words, other = "reactivation", RETURNS, ("none", "other")
    elif after == 0 and cause != Cause.PAUSE:
        kind, words, other = "churn", LEAVES, ("none", "to_free")
    elif after > before:
        kind, words = "expansion", RISES
    return (kind, *words.get(cause, other))


def _netted(causes: dict[Cause, int], net: int) -> dict[Cause, int]:
    """Amounts against the net direction taken off the largest of that direction, then off the next."""
    sign = 1 if net > 0 else -1
    with_it = {cause: amount * sign for cause, amount in causes.items() if amount * sign > 0}
    against = -sum(amount * sign for amount in causes.values() if amount * sign < 0)
    for cause in sorted(with_it, key=lambda c: (-with_it[c], c)):
        taken = min(against, with_it[cause])
        with_it[cause] -= taken
        against -= taken
    return {cause: amount * sign for cause, amount in with_it.items() if amount}


def retold(model: Model, one: Replication) -> Retold:
    """The books of a replication from its ledger alone; customers without a row have not moved."""
    story = Retold(model, one.books.stock[0, :, :, 4].sum(axis=1))
    rows = in_order(one.ledger)
    customers: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        customers[int(row["stream"]), int(row["index"])].append(row)
    known = np.zeros_like(story.opening)
    payers = np.zeros_like(story.opening)
    for own in customers.values():
        story.add(own)
        known[own[0]["segment"]] += own[0]["before"]
        payers[own[0]["segment"]] += own[0]["before"] > 0
    still = story.opening - known
    still_payers = one.books.stock[0, :, :, 0].sum(axis=1) - payers
    for month in range(11, model.months):
        for s in range(len(still)):
            same = (still[s], still[s], still[s], still[s], still_payers[s], still_payers[s])
            story.retained[month, s] = [a + int(b) for a, b in zip(story.retained[month, s], same, strict=True)]
    return story


def lines_of(table: np.ndarray) -> dict[tuple, int]:
    """Non-zero cells of a (month, segment, plan, line) table by kind, motion and reason."""
    return {
        (int(m), int(s), int(p), tuple(LINES[line])): int(table[m, s, p, line])
        for m, s, p, line in zip(*np.nonzero(table), strict=True)
    }
