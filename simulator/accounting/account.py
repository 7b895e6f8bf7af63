"""One customer's account: its MRR, its month in progress, and the rules that turn changes into movements.

Month grain: a customer's month-end is held against its last month-end and gives at most one movement a month, so an
upgrade that a billing system logs as an end and a start is one movement. Event grain: each change is a movement.
Amounts are int64 ten-thousandths of a currency unit, and those that count under the policy: the account asks it for
the kind of a movement alone. `policy` is a record of policy_row.POLICY.
"""

from __future__ import annotations

import numpy as np

from simulator.accounting.movements import (
    CHURN_LINE,
    CONTRACTION_LINE,
    EXPANSION_LINE,
    FIRST_AS_EXPANSION_LINE,
    IS_CHURN,
    IS_NEW,
    LINES,
    NEW_LINE,
    REACTIVATION_LINE,
    RETURN_AS_EXPANSION_LINE,
    RETURN_AS_NEW_LINE,
    Cause,
)
from simulator.accounting.policy_row import BOTH, NEITHER
from simulator.jit import inlined, jit

# How a customer stands with the company.
ABSENT, PRESENT, TRIAL, PAUSED = 0, 1, 2, 3
# What a month-end counts: columns of Books.stock.
PAYING, FREE, ON_TRIAL, ON_PAUSE, MRR = 0, 1, 2, 3, 4
# What became of those who paid twelve months before: the second axis of Books.retention.
RETAINED = ("base", "now", "capped", "without_price", "customers", "still_paying")
BASE, NOW, CAPPED, WITHOUT_PRICE, CUSTOMERS, STILL_PAYING = 0, 1, 2, 3, 4, 5
# What a movement is counted with, at each grain: the last axis of Books.movements.
MOVED = ("month_amount", "month_count", "event_amount", "event_count")
MONTH_AMOUNT, MONTH_COUNT, EVENT_AMOUNT, EVENT_COUNT = 0, 1, 2, 3

ACCOUNT = np.dtype(
    [
        ("mrr", "i8"),  # now
        ("touched", "u8"),  # bit mask of the causes seen in the month in progress
        ("cause", "i8"),  # the last one seen
        ("price", "i8"),  # sum of the price movements so far (month grain, signed)
        ("repriced", "u1"),  # there was one: before it nothing is written to the history of prices
        ("month", "i8"),  # in progress
        ("joined", "i8"),  # month of sign-up; -1: opening base
        ("segment", "i8"),
        ("plan", "i8"),  # the last one held
        ("paid_plan", "i8"),  # the last one that was paid for
        ("standing", "i8"),
        ("start_cause", "i8"),  # of the first payment
        ("return_cause", "i8"),  # of the last return
        ("leave_cause", "i8"),  # of the last leaving
        ("has_paid", "u1"),
        ("has_closed_paying", "u1"),  # some month-end was above 0
        ("away", "u1"),  # left, or went to a free plan, and has not paid since
        ("was_away", "u1"),  # away at some moment since the last paying month-end
        ("gone", "u1"),  # booked as churned at month grain, with no paying month-end since
        ("left", "i8"),  # month of the last leaving
        ("first_left", "i8"),  # of the first leaving since the last paying month-end
        ("closed", "i8"),  # standing at the last month-end
        ("uncounted", "u1"),  # was new and gone within a month, and neither was booked: its next payment is new
        ("new_in", "i8"),  # month of its new movement, while it may still be taken back; -1: none
        ("noted", "i8"),  # rows of History.undo
    ],
    align=True,
)
N_CAUSES = len(Cause)
IS_PRICE = np.array([line.motion == "price" or line.reason == "price_change" for line in LINES])


@jit
def open_account(books, policy, account, history, segment, plan, mrr, standing):
    """Enter a customer of the opening base: its MRR is no movement."""
    _clear(account)
    account.segment = segment
    account.plan = account.paid_plan = plan
    account.mrr = mrr
    account.standing = standing
    account.joined = -1
    # who is on a pause has paid before
    account.has_paid = account.has_closed_paying = mrr > 0 or standing == PAUSED
    if policy.pause_churns and standing == PAUSED:
        account.away = account.was_away = 1
    history.mrr[0] = mrr
    _count_month_ends(books, account, history, -1, 0)


@jit
def new_account(account, history, segment, month):
    """Enter a customer who signs up in `month`; its first change says how it stands and on which plan."""
    _clear(account)
    account.segment = segment
    account.plan = account.paid_plan = -1
    account.standing = ABSENT
    account.month = account.joined = month
    for m in range(month + 1):
        history.mrr[m] = 0


@jit
def _clear(account):
    account.mrr = account.price = 0
    account.touched = np.uint64(0)
    account.month = 0
    account.start_cause = account.return_cause = account.leave_cause = 0
    account.has_paid = account.has_closed_paying = account.away = account.was_away = account.uncounted = 0
    account.gone = account.repriced = 0
    account.left = account.first_left = account.new_in = -1
    account.closed = ABSENT


@inlined
def record_change(books, policy, account, history, month, cause, mrr, plan, standing):
    """Book one change; return its event-grain line, or -1 where no MRR moved and nobody left.

    `month` is the one in which the change happens; months before it are closed first.
    """
    close_months(books, policy, account, history, month)
    before, delta = account.mrr, mrr - account.mrr
    leaves = mrr == 0 and _has_left(policy, standing)
    waited = _waits(policy, account)
    line = -1
    if delta != 0:
        line = _event_line(policy, account, cause, before, mrr, leaves, month)
        history.causes[cause] += delta
        account.touched |= np.uint64(1) << np.uint64(cause)
        account.cause = cause
    elif standing == ABSENT and waited:
        line = CHURN_LINE[cause]  # a paused customer who does not come back: one customer, no MRR
        if history.mrr[month] == 0 and account.has_closed_paying and not account.gone:
            books.movements[month, account.segment, account.paid_plan, line, MONTH_COUNT] += 1
            account.gone = 1
    if line >= 0:
        # a movement belongs to the plan it leads to; a churn to the plan that was left
        row = account.paid_plan if leaves else plan
        moved = books.movements[month, account.segment, row, line]
        moved[EVENT_AMOUNT] += abs(delta)
        moved[EVENT_COUNT] += 1
        if policy.new_and_churned != BOTH:
            line = _take_back(books, policy, account, history, month, row, line, abs(delta))
    if mrr > 0 and before == 0:
        if not account.has_paid:
            account.start_cause = cause
        elif account.away:
            account.return_cause = cause
        account.has_paid = 1
        account.away = account.uncounted = 0
    elif leaves and (before > 0 or waited):
        account.leave_cause = cause
        account.left = month
        if not account.was_away:
            account.first_left = month
        account.away = account.was_away = 1
    account.mrr = mrr
    account.plan = plan
    if mrr > 0:
        account.paid_plan = plan
    account.standing = standing
    return line


@inlined
def _has_left(policy, standing):
    """Tell whether a customer without MRR has left: for the accounting, who has become free may have."""
    if standing == PAUSED:
        return policy.pause_churns != 0
    return standing == ABSENT or policy.free_churns != 0


@inlined
def _waits(policy, account):
    """Tell whether the customer pays nothing now and has not been booked as having left."""
    if account.mrr != 0:
        return False
    if account.standing == PAUSED:
        return policy.pause_churns == 0 and account.has_paid != 0  # billed customers may come paused
    return policy.free_churns == 0 and account.standing != ABSENT and account.has_paid != 0 and account.away == 0


@jit
def _event_line(policy, account, cause, before, after, leaves, month):
    if before == 0:
        if not account.has_paid:
            return _first_line(policy, cause, account.standing)
        if account.away:
            if account.uncounted:
                return RETURN_AS_NEW_LINE[cause]
            return _return_line(policy, cause, month - account.left)
        return EXPANSION_LINE[cause]  # a pause ends
    if leaves:
        return CHURN_LINE[cause]
    if after > before:
        return EXPANSION_LINE[cause]
    return CONTRACTION_LINE[cause]


@inlined
def _first_line(policy, cause, standing):
    """Return the line of a first payment; `standing` is how the customer stood before it."""
    if policy.free_expands and standing == PRESENT:
        return FIRST_AS_EXPANSION_LINE[cause]
    return NEW_LINE[cause]


@inlined
def _return_line(policy, cause, months):
    """Return the line of a payment after having been away for that many calendar months."""
    if months < policy.shortest_gap or months > policy.longest_gap:
        return RETURN_AS_NEW_LINE[cause]
    if policy.returns_expand:
        return RETURN_AS_EXPANSION_LINE[cause]
    return REACTIVATION_LINE[cause]


@jit
def _take_back(books, policy, account, history, month, row, line, amount):
    """Note an event of a customer who is new in the month, and take all of them back if it leaves in the same month.

    Returns the line that stands. Of a customer who is to count as new all the same, one new movement without amount
    is left, so that opening + movements = closing.
    """
    if IS_NEW[line]:
        account.new_in = month
        account.noted = 0
    if account.new_in != month:
        return line
    undo = history.undo
    place = 0
    while place < account.noted and (undo[place, 0] != row or undo[place, 1] != line):
        place += 1
    if place == account.noted:
        undo[place, 0], undo[place, 1], undo[place, 2], undo[place, 3] = row, line, 0, 0
        account.noted += 1
    undo[place, 2] += amount
    undo[place, 3] += 1
    if not IS_CHURN[line]:
        return line
    for i in range(account.noted):
        moved = books.movements[month, account.segment, undo[i, 0], undo[i, 1]]
        moved[EVENT_AMOUNT] -= undo[i, 2]
        moved[EVENT_COUNT] -= undo[i, 3]
    account.new_in = -1
    if policy.new_and_churned == NEITHER:
        account.uncounted = 1
    else:
        books.movements[month, account.segment, undo[0, 0], undo[0, 1], EVENT_COUNT] += 1
    return -1


@inlined
def close_months(books, policy, account, history, month):
    """Close the month in progress and all further ones before `month`, in which nothing has happened."""
    if account.month < month:
        if account.touched != 0:
            _move_month(books, policy, account, history)
        _count_month_ends(books, account, history, account.month, month)
        account.month = month


@inlined
def _move_month(books, policy, account, history):
    """Book the one month-grain movement of the month in progress and clear it."""
    m = account.month
    before, after = history.mrr[m], account.mrr
    net = after - before
    single = account.touched & (account.touched - np.uint64(1)) == 0  # one cause, as nearly always
    if net == 0:
        pass
    elif before == 0 and not account.has_closed_paying:
        _book(books, account, history, account.plan, _first_line(policy, account.start_cause, account.closed), net)
    elif before == 0 and account.was_away:  # before expansion, or it could never be reached
        line = _return_line(policy, account.return_cause, m - account.first_left)
        _book(books, account, history, account.plan, line, net)
    elif after == 0 and _has_left(policy, account.standing):
        _book(books, account, history, account.paid_plan, CHURN_LINE[account.leave_cause], net)
        account.gone = 1
    elif single:
        line = (EXPANSION_LINE if net > 0 else CONTRACTION_LINE)[account.cause]
        _book(books, account, history, account.plan, line, net)
    else:
        _move_by_cause(books, account, history, net)
    if after > 0:
        account.has_closed_paying = 1
        account.was_away = account.gone = 0
    if single:
        history.causes[account.cause] = 0
        account.touched = np.uint64(0)
        return
    for cause in range(N_CAUSES):
        if account.touched & (np.uint64(1) << np.uint64(cause)):
            history.causes[cause] = 0
    account.touched = np.uint64(0)


@jit
def _move_by_cause(books, account, history, net):
    """Split an expansion or contraction over its causes.

    Amounts against the net direction are taken off the largest cause of that direction, then off the next: integers
    only, so that nothing is lost to rounding.
    """
    sign = 1 if net > 0 else -1
    against = 0
    for cause in range(N_CAUSES):
        if history.causes[cause] * sign < 0:
            against -= history.causes[cause] * sign
    while against > 0:
        largest = -1
        for cause in range(N_CAUSES):
            amount = history.causes[cause] * sign
            if amount > 0 and (largest < 0 or amount > history.causes[largest] * sign):
                largest = cause
        taken = min(against, history.causes[largest] * sign)
        history.causes[largest] -= taken * sign
        against -= taken
    counted = False
    for cause in range(N_CAUSES):
        amount = history.causes[cause] * sign
        if amount > 0:
            line = EXPANSION_LINE[cause] if sign > 0 else CONTRACTION_LINE[cause]
            _book(books, account, history, account.plan, line, amount * sign)
            if counted:  # one customer, one movement: further reasons add amounts only
                books.movements[account.month, account.segment, account.plan, line, MONTH_COUNT] -= 1
            counted = True


@jit
def _book(books, account, history, plan, line, signed):
    moved = books.movements[account.month, account.segment, plan, line]
    moved[MONTH_AMOUNT] += abs(signed)
    moved[MONTH_COUNT] += 1
    if IS_PRICE[line]:
        if not account.repriced:
            account.repriced = 1
            for m in range(account.month + 1):
                history.price[m] = 0
        account.price += signed


@inlined
def _count_month_ends(books, account, history, first, last):
    """Count a customer in the stock at the ends of the months from `first` (-1: the opening) to before `last`."""
    standing, mrr = account.standing, account.mrr
    account.closed = standing
    ends = history.mrr
    for m in range(first + 1, last + 1):
        ends[m] = mrr
    if account.repriced:
        for m in range(first + 1, last + 1):
            history.price[m] = account.price
    if standing == ABSENT:
        return
    if mrr > 0:
        column = PAYING
    elif standing == TRIAL:
        column = ON_TRIAL
    else:
        column = ON_PAUSE if standing == PAUSED else FREE
    begins = books.stock[first + 1, account.segment, account.plan]
    begins[column] += 1
    begins[MRR] += mrr
    stops_here = last + 1 < len(books.stock)
    if stops_here:
        stops = books.stock[last + 1, account.segment, account.plan]
        stops[column] -= 1
        stops[MRR] -= mrr
    if mrr == 0:
        return
    cohort = books.cohort[account.segment, account.joined + 1]
    begin = max(first, 0)
    if begin < last:
        cohort[begin, 0] += 1
        cohort[begin, 1] += mrr
        if stops_here:
            cohort[last, 0] -= 1
            cohort[last, 1] -= mrr


@jit
def close_account(books, policy, account, history, months):
    """Close the months up to the horizon and count what became of the customer's MRR of twelve months before.

    Retention at the end of month m compares with twelve months before, for m from 11 on; the opening is the base of
    month 11. It is counted once per customer here because it needs both ends; the base itself is known from the
    stock (books.sum_up).
    """
    close_months(books, policy, account, history, months)
    if not account.has_paid:
        return
    kept = books.retention[account.segment]
    mrr, price = history.mrr, history.price
    first = max(11, account.joined + 12)
    for m in range(first, months):  # one table a loop: so it takes several months at a time
        kept[NOW, m] += mrr[m + 1] * (mrr[m - 11] > 0)
    for m in range(first, months):
        kept[CAPPED, m] += min(mrr[m + 1], mrr[m - 11])
    for m in range(first, months):
        kept[STILL_PAYING, m] += min(mrr[m + 1], mrr[m - 11]) > 0
    if account.repriced:
        for m in range(first, months):
            if mrr[m - 11] > 0 and mrr[m + 1] > 0:
                kept[WITHOUT_PRICE, m] -= price[m + 1] - price[m - 11]
