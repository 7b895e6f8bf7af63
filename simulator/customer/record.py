"""What a customer is: the record that the mechanisms read and write, and the clocks it carries."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.accounting.books import Books, History, empty_accounts
from simulator.jit import inlined, spliced

# Whether a customer is here: `LEAVING` has cancelled and waits for the end of its term.
ACTIVE, LEAVING, GONE, ON_PAUSE = 0, 1, 2, 3
NO_TRIAL, SIGN_UP_TRIAL, UPGRADE_TRIAL = 0, 1, 2

FOLLOWED_AT_MOST = 16

STATE = np.dtype(
    [
        # address of the customer's draws
        ("key0", "u8"),
        ("key1", "u8"),
        ("stream", "u8"),
        ("index", "u8"),
        # what it has
        ("addons", "u8"),  # bit mask
        ("own_price", "i8"),  # difference of its own price to the list
        ("billed", "i8"),  # what it pays a month
        ("booked_plan", "i8"),  # where the ledger knows it to be, or NOBODY: outside
        ("segment", "i8"),
        ("plan", "i8"),  # when gone: the last one
        ("term", "i8"),
        ("here", "i8"),
        ("units", "i8"),  # how often it holds the plan, after a split
        ("seats", "i8"),
        ("usage", "f8"),  # state, without season
        ("used", "f8"),  # amount of the month
        ("satisfaction", "f8"),
        ("phase", "i8"),
        ("discount", "f8"),
        ("discount_offer", "i8"),
        ("pause_offer", "i8"),
        ("paused_mrr", "i8"),
        ("trial", "i8"),
        ("trial_plan", "i8"),
        ("trial_offer", "i8"),
        ("first_plan", "i8"),  # of the sign-up
        ("epoch", "i8"),  # in force now
        # its dates, in months
        ("sign_up", "f8"),  # tenure counts from here
        ("anchor", "f8"),  # monthly anniversaries are whole months from here
        ("term_start", "f8"),
        ("terms_done", "i8"),
        ("left_at", "f8"),  # first leaving
        ("gone_since", "f8"),  # last leaving
        ("first_paid_at", "f8"),
        ("first_addon_at", "f8"),
        # what drives its clocks
        ("next_clock", "i8"),  # the one that rings next, as life.next_due has found it
        ("frailty", "f8"),
        ("price_moves", "f8"),  # product of the moves' effects on the cancel rate
        ("return_hazard", "f8"),
        ("return_to", "i8"),  # plan, or NOBODY: no return to come
        ("return_cause", "i8"),
        ("rescued", "u1"),  # stays because of an accepted rescue
        ("shocked", "u1"),  # by a bill
        ("bill_1", "f8"),  # the last three bills
        ("bill_2", "f8"),
        ("bill_3", "f8"),
        ("usage_bill_1", "f8"),  # usage parts of the last two months, where the policy asks for them
        ("usage_bill_2", "f8"),
        ("usage_bills", "i8"),
        ("unpaid_until", "f8"),  # end of the chase
        # invoices: what the last one was of, and up to where cycles are invoiced
        ("invoiced_bill", "i8"),  # a month
        ("invoiced_plan", "i8"),
        ("in_advance", "i8"),  # part of it that is due at the start of a cycle
        ("metered", "i8"),  # the rest, due in arrears
        ("metered_since", "f8"),
        ("cycle_start", "f8"),  # cycles count from here
        ("cycle_months", "f8"),
        ("cycles", "f8"),  # invoiced, whole ones from there
        ("uncollected", "u1"),  # unpaid for longer than the policy lets it count
        # a change that waits
        ("pending_plan", "i8"),
        ("pending_term", "i8"),
        ("pending_cause", "i8"),
        ("pending_offer", "i8"),
        # an offer that is being considered
        ("considered", "i8"),
        ("considered_occurrence", "i8"),
        ("considered_accepted", "u1"),
        # people it meets
        ("requested", "i8"),  # an offer for which somebody's time has just been asked for, or NOBODY
        ("last_team", "i8"),
        ("services", "i8"),
        ("covered", "u1"),
        # occurrences of draws
        ("flows", "i8"),
        ("renewals", "i8"),
        ("lives", "i8"),
        ("ticks", "i8"),
        ("bills", "i8"),
        ("usage_months", "f8"),
        ("decisions", "i8"),
        ("trials", "i8"),
        ("pauses", "i8"),
        ("discounts", "i8"),
        ("shocks", "i8"),
        ("payments", "i8"),
        ("followed", "i8"),
    ],
    align=True,
)
CLOCK = np.dtype(
    [
        ("due", "f8"),
        ("hazard", "f8"),
        ("budget", "f8"),  # of unit-exponential hazard left at `since`
        ("since", "f8"),
        ("count", "i8"),  # budgets drawn
        ("drawn", "u1"),
    ],
    align=True,
)
ITEM = np.dtype(
    [
        ("epoch", "i8"),
        ("move_at", "f8"),
        ("move_to", "i8"),  # epoch
        ("retire_to", "i8"),  # plan that takes the place of a retired one, or NOBODY
        ("at_renewal", "u1"),
    ],
    align=True,
)
SIGNAL_STATE = np.dtype([("until", "f8")], align=True)
OFFER_MEMORY = np.dtype([("quiet_until", "f8"), ("made", "i8")], align=True)
FOLLOWED = np.dtype([("time", "f8"), ("offer", "i8"), ("returned", "u1")], align=True)


class Customer(NamedTuple):
    """One customer: records and record arrays that its functions change in place."""

    state: Any
    clocks: Any  # one a clock
    items: Any  # 0 the plan, 1 + a the add-on a: the epoch it was bought in, and a price move to come
    offers: Any  # one an offer
    signals: Any  # one a signal: until when it is up
    followed: Any  # accepted rescues of the last twelve months
    account: Any
    history: History


class Output(NamedTuple):
    """Where customers write: books, tallies and, if it has room, a ledger."""

    books: Books
    tallies: Any
    ledger: Any


def empty_customers(count: int, scalars: Any) -> Customer:
    """Return the memory of `count` customers of a model: a Customer whose fields have one row a customer."""
    accounts, history = empty_accounts(count, int(scalars.months), int(scalars.n_undo))

    def rows(dtype: np.dtype, width: int) -> np.ndarray:
        return np.zeros((count, width), dtype).view(np.recarray)

    return Customer(
        np.zeros(count, STATE).view(np.recarray),
        rows(CLOCK, scalars.n_clocks),
        rows(ITEM, 1 + scalars.n_addons),
        rows(OFFER_MEMORY, scalars.n_offers),
        rows(SIGNAL_STATE, scalars.n_signals),
        rows(FOLLOWED, FOLLOWED_AT_MOST),
        accounts,
        history,
    )


def customer_at(memory, i):
    """Return the customer in row i of the memory: a view, nothing is copied."""
    h = memory.history
    return Customer(
        memory.state[i],
        memory.clocks[i],
        memory.items[i],
        memory.offers[i],
        memory.signals[i],
        memory.followed[i],
        memory.account[i],
        History(h.mrr[i], h.price[i], h.causes[i], h.undo[i]),
    )


# For the kernel, whose functions cannot return records to each other.
kernel_customer_at = spliced(customer_at)


@inlined
def bit(i):
    """Return the bit mask of position i."""
    return np.uint64(1) << np.uint64(i)


@inlined
def holds(mask, i):
    """Tell whether position i is in the bit mask."""
    return (mask >> np.uint64(i)) & np.uint64(1) != 0


@inlined
def addons_held(m, s):
    """Return the number of add-ons held."""
    n = 0
    mask = s.addons
    while mask != 0:
        mask &= mask - np.uint64(1)
        n += 1
    return n
