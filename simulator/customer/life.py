"""One customer's life: which clock rings next, and what that does. Both engines call `advance` and nothing else.

The order of simultaneous events of one customer is the order of its clocks (see record.py).
"""

from __future__ import annotations

from simulator.accounting.account import close_account
from simulator.customer.addons import cancel_addon
from simulator.customer.cancel_flow import VOLUNTARY, cancel_intent, lured_flow
from simulator.customer.cancel_intent import next_tenure_step
from simulator.customer.clocks import next_clock, random_clock, ring
from simulator.customer.dated_offers import due_date, just_before, schedule_offers, schedule_renewal_offers
from simulator.customer.downgrade import downgrade
from simulator.customer.hazards import refresh
from simulator.customer.leaving import leave
from simulator.customer.offers import make_offer
from simulator.customer.plan_change import pending_change
from simulator.customer.price_move import move_prices, plan_moves
from simulator.customer.record import GONE
from simulator.customer.renewal import renew
from simulator.customer.rescue_return import return_from_rescue
from simulator.customer.tally import close_all_followed, count_attachment
from simulator.jit import jit
from simulator.model.layout import (
    CHANGE,
    DOWNGRADE,
    EPOCH_START,
    FIRST_ADDON,
    FIRST_OFFER,
    INTENT,
    LEAVE,
    LURE,
    PRICE_MOVE,
    RENEWAL,
    TENURE_STEP,
)
from simulator.model.tables import NEVER, NOBODY


@jit
def next_due(m, c):
    """Return when the customer's next event is due; infinite for one who is gone and will not be asked back."""
    if c.state.here == GONE and not m.scalars[0].has_win_back:
        return NEVER
    return c.clocks[next_clock(c)].due


@jit
def advance(m, c, out):
    """Carry out the customer's next event and return when the one after it is due."""
    clock = next_clock(c)
    t = c.clocks[clock].due
    s = c.state
    here, renewal = s.here, c.clocks[RENEWAL].due
    if clock >= random_clock(m, 0):
        ring(c, clock)
        random_event(m, c, out, t, clock - random_clock(m, 0))
    else:
        c.clocks[clock].due = NEVER if clock != RENEWAL else t
        dated_event(m, c, out, t, clock)
    if s.here != here:
        schedule_offers(m, c, t)
    elif c.clocks[RENEWAL].due != renewal:
        schedule_renewal_offers(m, c, t)
    refresh(m, c, t)
    return next_due(m, c)


@jit
def dated_event(m, c, out, t, clock):
    """Carry out what a dated clock stands for."""
    if clock == EPOCH_START:
        start_epoch(m, c, out, t)
    elif clock == PRICE_MOVE:
        move_prices(m, c, out, t)
    elif clock == TENURE_STEP:
        c.clocks[TENURE_STEP].due = next_tenure_step(m, c.state, t)
    elif clock == LEAVE:
        leave(m, c, out, t, VOLUNTARY)
    elif clock == CHANGE:
        pending_change(m, c, out, t)
    elif clock == RENEWAL:
        renew(m, c, out, t)
    else:
        o = clock - FIRST_OFFER
        make_offer(m, c, out, t, o, NOBODY)
        c.clocks[clock].due = due_date(m, c, o, t)


@jit
def random_event(m, c, out, t, which):
    """Carry out what a random clock stands for."""
    n_addons = m.scalars[0].n_addons
    if which == INTENT:
        cancel_intent(m, c, out, t)
    elif which == LURE:
        lured_flow(m, c, out, t)
    elif which == DOWNGRADE:
        downgrade(m, c, out, t)
    elif which < FIRST_ADDON + n_addons:
        cancel_addon(m, c, out, t, which - FIRST_ADDON)
    elif which < FIRST_ADDON + n_addons + m.scalars[0].n_offers:
        make_offer(m, c, out, t, which - FIRST_ADDON - n_addons, NOBODY)
    else:
        return_from_rescue(m, c, out, t)


@jit
def start_epoch(m, c, out, t):
    """Enter the next epoch: its numbers hold from now on."""
    s = c.state
    s.epoch += 1
    if s.epoch + 1 < m.scalars[0].n_epochs:
        c.clocks[EPOCH_START].due = m.epochs[s.epoch + 1].start
    plan_moves(m, c, out, t)
    if s.here != GONE:
        c.clocks[TENURE_STEP].due = next_tenure_step(m, s, t)
    schedule_offers(m, c, just_before(t))


@jit
def end(m, c, out):
    """Close the customer's account and tallies at the horizon."""
    horizon = m.scalars[0].months
    close_all_followed(m, c, out, float(horizon))
    count_attachment(m, c, out)
    close_account(out.books, c.account, c.history, horizon)
