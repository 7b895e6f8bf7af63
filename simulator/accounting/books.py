"""The books: integer tables that customers' accounts are written to. Sums of integers do not depend on order."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.accounting.account import (
    ACCOUNT,
    BASE,
    CUSTOMERS,
    EVENT_AMOUNT,
    EVENT_COUNT,
    MONTH_AMOUNT,
    MONTH_COUNT,
    MOVED,
    MRR,
    N_CAUSES,
    NOW,
    PAYING,
    RETAINED,
    WITHOUT_PRICE,
)
from simulator.accounting.movements import LINE_SIGN, LINES
from simulator.accounting.policy_row import BOTH


class Books(NamedTuple):
    """Tables of one replication: M months, S segments, P plans, L lines; all int64, amounts in ten-thousandths.

    While accounts are written, stock and cohort hold the changes from one month-end to the next; see `sum_up`.
    """

    movements: np.ndarray  # (M, S, P, L, 4) see MOVED: what is written together lies together
    stock: np.ndarray  # (M + 1, S, P, 5) month-ends, 0 = opening: paying, free, trial, paused customers, MRR
    retention: np.ndarray  # (S, 6, M) see RETAINED: customers paying 12 months before, and what became of them
    cohort: np.ndarray  # (S, M + 1, M, 2) paying customers and MRR by month of sign-up (0 = opening base) and month

    @property
    def month_amount(self) -> np.ndarray:
        """Movements of month grain: (M, S, P, L) non-negative amounts."""
        return self.movements[..., MONTH_AMOUNT]

    @property
    def month_count(self) -> np.ndarray:
        """Movements of month grain: (M, S, P, L) customers; one of several reasons counts."""
        return self.movements[..., MONTH_COUNT]

    @property
    def event_amount(self) -> np.ndarray:
        """Movements of event grain: (M, S, P, L) non-negative amounts."""
        return self.movements[..., EVENT_AMOUNT]

    @property
    def event_count(self) -> np.ndarray:
        """Movements of event grain: (M, S, P, L) how many there were."""
        return self.movements[..., EVENT_COUNT]

    @property
    def retained(self) -> np.ndarray:
        """12-month retention: (M, S, 6), see RETAINED."""
        return np.moveaxis(self.retention, -1, -3)


class History(NamedTuple):
    """What one customer's account remembers: int64."""

    mrr: Any  # (M + 1,) month-ends, 0 = opening
    price: Any  # (M + 1,) price movements up to that month-end
    causes: Any  # (N_CAUSES,) signed sums of the month in progress
    undo: Any  # (rows, 4) plan, line, amount, count: what to take back of a customer who is new in the month


class BooksDoNotAddUp(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The MRR identity failed: the program is wrong, and no table may be printed."""


def empty_books(months: int, segments: int, plans: int) -> Books:
    """Return books of that size, all zero."""
    return Books(
        movements=np.zeros((months, segments, plans, len(LINES), len(MOVED)), np.int64),
        stock=np.zeros((months + 1, segments, plans, 5), np.int64),
        retention=np.zeros((segments, len(RETAINED), months), np.int64),
        cohort=np.zeros((segments, months + 1, months, 2), np.int64),
    )


def empty_accounts(customers: int, months: int, undo: int = 0) -> tuple[np.ndarray, History]:
    """Return `customers` accounts (record array) and their histories (arrays with one row a customer).

    `undo` is what `rows_to_undo` returns.
    """
    accounts = np.zeros(customers, ACCOUNT).view(np.recarray)
    sizes = ((months + 1,), (months + 1,), (N_CAUSES,), (undo, 4))
    return accounts, History(*(np.zeros((customers, *size), np.int64) for size in sizes))


def rows_to_undo(policy: np.ndarray, plans: int) -> int:
    """Return how many rows of events a customer may have to take back: none unless the policy asks for it."""
    return plans * len(LINES) if policy[0].new_and_churned != BOTH else 0


def sum_up(books: Books) -> None:
    """Turn the changes of stock and cohorts, which accounts write, into month-ends; once, when all have been written.

    A customer changes less often than months end: written so, the month-ends of one who stays as it is cost nothing.
    Who paid twelve months before is then known from the stock, and accounts need not write it.
    """
    np.cumsum(books.stock, axis=0, out=books.stock)
    np.cumsum(books.cohort, axis=2, out=books.cohort)
    kept = books.retained
    before = books.stock[: max(len(kept) - 11, 0)].sum(axis=2)
    kept[11:, :, BASE] = before[..., MRR]
    kept[11:, :, CUSTOMERS] = before[..., PAYING]
    kept[..., WITHOUT_PRICE] += kept[..., NOW]  # accounts write what price movements have added


def check_identity(books: Books) -> None:
    """Hold opening + movements = closing for every month and segment, at both grains.

    Raises
    ------
    BooksDoNotAddUp
        naming the first month, segment and grain at which it fails, with both sides.
    """
    mrr = books.stock[..., 4].sum(axis=2)
    for grain, amounts in (("month", books.month_amount), ("event", books.event_amount)):
        moved = (amounts.sum(axis=2) * LINE_SIGN).sum(axis=2)
        wrong = np.argwhere(mrr[:-1] + moved != mrr[1:])
        if len(wrong):
            m, s = wrong[0]
            raise BooksDoNotAddUp(
                f"month {m}, segment {s}, {grain} grain: opening {mrr[m, s]} with movements of {moved[m, s]} "
                f"is not closing {mrr[m + 1, s]} (ten-thousandths of a currency unit)"
            )
