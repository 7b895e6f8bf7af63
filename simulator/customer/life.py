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
from simulator.customer.discount import end_discount
from simulator.customer.downgrade import downgrade
from simulator.customer.failed_payment import end_chase, fail_payment
from simulator.customer.hazards import refresh
from simulator.customer.invoicing import invoice, invoice_cycles
from simulator.customer.leaving import leave
from simulator.customer.offers import decide, make_offer
from simulator.customer.pause import end_pause
from simulator.customer.phases import end_adoption, end_onboarding, start_onboarding
from simulator.customer.plan_change import pending_change
from simulator.customer.price_move import move_prices, plan_moves
from simulator.customer.record import GONE
from simulator.customer.renewal import renew
from simulator.customer.rescue_return import return_from_rescue
from simulator.customer.seats import add_seats
from simulator.customer.service import be_served
from simulator.customer.shock import suffer_shock
from simulator.customer.signals import show_signal
from simulator.customer.tally import close_all_followed, count_attachment, count_journey
from simulator.customer.ticks import tick
from simulator.customer.trials import end_trial
from simulator.jit import inlined, jit, number
from simulator.model.layout import (
    BILL_SHOCK_END,
    CHANGE,
    DECISION,
    DISCOUNT_END,
    DOWNGRADE,
    EPOCH_START,
    FAILED_PAYMENT,
    FIRST_ADDON,
    FIRST_OFFER,
    INTENT,
    LEAVE,
    LURE,
    ONBOARDING_END,
    PAUSE_END,
    PRICE_MOVE,
    RENEWAL,
    SEAT_ADDED,
    SEAT_REMOVED,
    SHOCK,
    TENURE_STEP,
    TICK,
    TRIAL_END,
    UNPAID_END,
)
from simulator.model.tables import NEVER, NOBODY

ONE = number(1)


@jit
def next_due(m, c):
    """Return when the customer's next event is due; infinite for one who is gone and will not be asked back."""
    if c.state.here == GONE and not m.scalars[0].has_win_back:
        return NEVER
    clock = next_clock(m, c)
    c.state.next_clock = clock
    return c.clocks[clock].due


@inlined
def advance(m, c, out):
    """Carry out the customer's next event and return when the one after it is due."""
    s = c.state
    clock = s.next_clock
    t = c.clocks[clock].due
    here, lives, renewal = s.here, s.lives, c.clocks[RENEWAL].due
    if clock >= random_clock(m, 0):
        ring(c, clock)
        random_event(m, c, out, t, clock - random_clock(m, 0))
    else:
        c.clocks[clock].due = NEVER if clock != RENEWAL else t
        dated_event(m, c, out, t, clock)
    return follow_up(m, c, out, t, here, lives, renewal)


@jit
def serve(m, c, out, t, o):
    """Carry out the end of a team's work on offer o; return when the customer's next event is due."""
    s = c.state
    here, lives, renewal = s.here, s.lives, c.clocks[RENEWAL].due
    be_served(m, c, out, t, o)
    return follow_up(m, c, out, t, here, lives, renewal)


@jit
def follow_up(m, c, out, t, here, lives, renewal):
    """Set the clocks anew after an event and return when the next one is due.

    `here`, `lives` and `renewal` are what they were before: what depends on them is set only if they have changed.
    """
    s = c.state
    if s.lives != lives:
        start_onboarding(m, c, t)
    if s.here != here:
        schedule_offers(m, c, t)
    elif c.clocks[RENEWAL].due != renewal:
        schedule_renewal_offers(m, c, t)
    refresh(m, c, t)
    invoice(m, c, out, t)
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
    elif clock == TICK:
        tick(m, c, out, t)
    elif clock == DECISION:
        decide(m, c, out, t)
    elif clock < FIRST_OFFER:
        end_of_something(m, c, out, t, clock)
    else:
        o = clock - FIRST_OFFER
        make_offer(m, c, out, t, o, NOBODY)
        c.clocks[clock].due = due_date(m, c, o, t)


@jit
def end_of_something(m, c, out, t, clock):
    """Carry out the end of a trial, a pause, a discount, a phase or a chase."""
    if clock == TRIAL_END:
        end_trial(m, c, out, t)
    elif clock == PAUSE_END:
        end_pause(m, c, out, t)
    elif clock == DISCOUNT_END:
        end_discount(m, c, out, t)
    elif clock == UNPAID_END:
        end_chase(m, c, out, t)
    elif clock == BILL_SHOCK_END:
        c.state.shocked = 0
    elif clock == ONBOARDING_END:
        end_onboarding(m, c, out, t)
    else:
        end_adoption(m, c, out, t)


@jit
def random_event(m, c, out, t, which):
    """Carry out what a random clock stands for."""
    first_signal = m.scalars[0].first_signal - random_clock(m, 0)
    first_offer = m.scalars[0].first_random_offer - random_clock(m, 0)
    if which == INTENT:
        cancel_intent(m, c, out, t)
    elif which == LURE:
        lured_flow(m, c, out, t)
    elif which == DOWNGRADE:
        downgrade(m, c, out, t)
    elif which == SHOCK:
        suffer_shock(m, c, out, t)
    elif which == FAILED_PAYMENT:
        fail_payment(m, c, out, t)
    elif which == SEAT_ADDED:
        add_seats(m, c, out, t, ONE)
    elif which == SEAT_REMOVED:
        add_seats(m, c, out, t, -ONE)
    elif which < first_signal:
        cancel_addon(m, c, out, t, which - FIRST_ADDON)
    elif which < first_offer:
        show_signal(m, c, out, t, which - first_signal)
    elif which < first_offer + m.scalars[0].n_offers:
        make_offer(m, c, out, t, which - first_offer, NOBODY)
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
    invoice_cycles(out, c.state, float(horizon))
    count_attachment(m, c, out)
    count_journey(m, c, out)
    close_account(out.books, m.policy[0], c.account, c.history, horizon)
