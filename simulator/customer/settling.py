"""Settling: after every event the amount is computed anew, and the difference is booked under its cause."""

from __future__ import annotations

from simulator.accounting.account import record_change
from simulator.accounting.movements import Cause
from simulator.customer.counting import counted_amount, counted_standing
from simulator.customer.pricing import monthly_amount
from simulator.customer.record import GONE
from simulator.jit import inlined, jit, number
from simulator.model.tables import NEVER, NOBODY

OWN_PRICE_END = number(Cause.OWN_PRICE_END)


@jit
def settle(m, c, out, t, cause):
    """Book what the customer pays from t on, with the cause of the change."""
    c.state.billed = monthly_amount(m, c)
    count_anew(m, c, out, t, cause)


@jit
def count_anew(m, c, out, t, cause):
    """Book what of the bill counts from t on, where the bill itself stays as it is."""
    _book(m, c, out, t, cause, counted_amount(m, c))


@inlined
def settle_without_own_price(m, c, out, t, cause):
    """End the customer's own price and book the change.

    Where the end of the own price moves MRR in the same direction as the rest of the change, it is booked by
    itself; otherwise it is netted with the rest, as the customer sees one new price.
    """
    s = c.state
    ended = -s.own_price
    s.own_price = 0
    s.billed = monthly_amount(m, c)
    amount = counted_amount(m, c)
    rest = amount - (c.account.mrr + ended)
    if ended * rest > 0:
        _book(m, c, out, t, OWN_PRICE_END, c.account.mrr + ended)
    elif ended != 0 and rest == 0:
        _book(m, c, out, t, OWN_PRICE_END, amount)
    _book(m, c, out, t, cause, amount)


@jit
def _book(m, c, out, t, cause, amount):
    s, account = c.state, c.account
    before, plan_before = account.mrr, s.booked_plan
    s.booked_plan = NOBODY if s.here == GONE else s.plan
    policy, standing = m.policy[0], counted_standing(m, s)
    line = record_change(out.books, policy, account, c.history, int(t), cause, amount, s.plan, standing)
    if s.billed > 0 and s.first_paid_at == NEVER:
        s.first_paid_at = t
    if line >= 0 or s.booked_plan != plan_before:
        _write(out, s, t, line, cause, plan_before, s.booked_plan, before, amount)


@jit
def _write(out, s, t, line, cause, plan_from, plan_to, before, after):
    ledger = out.ledger
    n = ledger.size[0]
    if n < len(ledger.rows):
        row = ledger.rows[n]
        row.stream, row.index, row.segment = s.stream, s.index, s.segment
        row.time, row.line, row.cause = t, line, cause
        row.plan_from, row.plan_to, row.before, row.after = plan_from, plan_to, before, after
    ledger.size[0] = n + 1
