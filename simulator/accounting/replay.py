"""Account a history of changes, wherever it comes from: the rules of a simulated customer, customer by customer."""

from __future__ import annotations

import numpy as np

from simulator.accounting.account import close_account, new_account, open_account, record_change
from simulator.accounting.books import (
    Books,
    History,
    check_identity,
    empty_accounts,
    empty_books,
    rows_to_undo,
    sum_up,
)
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.policy_row import policy_row
from simulator.borrow import borrow
from simulator.jit import main_loop

OPENING = -1  # month of a change that states a customer's MRR before the first month

CHANGE = np.dtype(
    [
        ("customer", "i8"),
        ("month", "i8"),  # OPENING: no movement
        ("segment", "i8"),
        ("plan", "i8"),
        ("standing", "i8"),  # ABSENT, PRESENT, TRIAL or PAUSED after the change
        ("cause", "i8"),  # movements.Cause
        ("mrr", "i8"),  # what counts after the change, ten-thousandths of a currency unit
    ],
    align=True,
)


@main_loop
def _replay(books, policies, changes, months, account_memory, history_memory):
    h = history_memory
    policy, account = policies[0], account_memory[0]
    history = borrow(History(h.mrr[0], h.price[0], h.causes[0], h.undo[0]))
    books = borrow(books)
    for i in range(len(changes)):
        row = changes[i]
        first = i == 0 or changes[i - 1].customer != row.customer
        if first:
            for cause in range(len(history.causes)):
                history.causes[cause] = 0
        if row.month < 0:
            open_account(books, policy, account, history, row.segment, row.plan, row.mrr, row.standing)
        else:
            if first:
                new_account(account, history, row.segment, row.month)
            record_change(books, policy, account, history, row.month, row.cause, row.mrr, row.plan, row.standing)
        if i + 1 == len(changes) or changes[i + 1].customer != row.customer:
            close_account(books, policy, account, history, months)


def replay(changes: np.ndarray, months: int, segments: int, plans: int, policy: Policy = DEFAULT) -> Books:
    """Return the books of a history under a policy.

    The policy decides the kinds of the movements. With which amount a customer counts (`discounts`, `metered`,
    `unpaid_counts`), when (`cancel_recognised`), as what (`entity`) and whether it pays on a pause (`pause: keeps MRR`:
    PRESENT, with its MRR) is for the rows to say.

    Parameters
    ----------
    changes
        rows of CHANGE, all rows of a customer together and in order of time; a customer's first row may be its
        OPENING.
    months, segments, plans
        size of the books.
    policy
        how changes become movements.

    Raises
    ------
    ValueError
        if a customer's rows stand apart or go back in time, or a month, segment or plan is out of range.
    BooksDoNotAddUp
        if the identity fails.
    """
    _check(changes, months, segments, plans)
    books = empty_books(months, segments, plans)
    row = policy_row(policy)
    accounts, history = empty_accounts(1, months, rows_to_undo(row, plans))
    _replay(books, row, changes.view(np.recarray), months, accounts, history)
    sum_up(books)
    check_identity(books)
    return books


def _check(changes: np.ndarray, months: int, segments: int, plans: int) -> None:
    customer, month = changes["customer"], changes["month"]
    same = customer[1:] == customer[:-1]
    ascending = (customer[1:] >= customer[:-1]).all()  # the usual case, and told without sorting
    if not ascending and len(np.unique(customer)) != 1 + np.count_nonzero(~same):
        raise ValueError("the rows of one customer must stand together")
    if (same & (month[1:] < month[:-1])).any():
        raise ValueError("the rows of one customer must be in order of time")
    if (same & (month[1:] < 0)).any():
        raise ValueError("only the first row of a customer can be its opening")
    for name, top in (("month", months), ("segment", segments), ("plan", plans)):
        lowest = OPENING if name == "month" else 0
        wrong = (changes[name] < lowest) | (changes[name] >= top)
        if wrong.any():
            raise ValueError(f"{name} {changes[name][wrong][0]} is out of range: {lowest} to {top - 1}")
