"""How customers enter: counted or listed in the opening base, or arriving; plan, term, frailty, first dates."""

from __future__ import annotations

import math

import numpy as np

from simulator.accounting.account import new_account, open_account
from simulator.accounting.movements import Cause
from simulator.customer.cancel_intent import next_tenure_step
from simulator.customer.clocks import next_anniversary, whole_periods_after
from simulator.customer.counting import counted_amount, counted_standing
from simulator.customer.dated_offers import just_before, schedule_offers
from simulator.customer.hazards import refresh
from simulator.customer.invoicing import invoice, no_invoices, open_invoices
from simulator.customer.offers import make_offer
from simulator.customer.phases import start_onboarding
from simulator.customer.plan_change import start_term
from simulator.customer.pricing import monthly_amount
from simulator.customer.record import ACTIVE, GONE, NO_TRIAL
from simulator.customer.satisfaction import first_satisfaction
from simulator.customer.seats import first_seats
from simulator.customer.settling import settle
from simulator.customer.tally import SIGN_UPS, count
from simulator.customer.trials import start_sign_up_trial
from simulator.customer.usage import first_usage, use
from simulator.draws.address import purpose
from simulator.draws.distributions import exponential, gamma, uniform
from simulator.jit import jit, number
from simulator.model.layout import EPOCH_START, RENEWAL, TENURE_STEP, TICK
from simulator.model.tables import ADOPTED, ARRIVING, COUNTED, LISTED, MONTHLY, NEVER, NOBODY, ON_SIGN_UP

SIGN_UP = number(Cause.SIGN_UP)
FRAILTY = purpose("sign_up/frailty")
OPENING_TENURE = purpose("opening/tenure")
OPENING_PHASE = purpose("opening/phase")
OPENING_RENEWAL = purpose("opening/renewal")


@jit
def enter(m, c, out, key0, key1, block, number, t):
    """Enter customer `number` of a block of the population: at 0 for the opening base, at t for an arrival."""
    clear(m, c)
    s = c.state
    s.key0, s.key1 = key0, key1
    s.segment = block.segment
    if block.kind == LISTED:
        row = m.listed[block.first + number]
        s.stream, s.index = row.stream, row.index
        open_listed(m, c, out, row)
    else:
        s.stream, s.index = block.stream, np.uint64(block.first + number)
        if block.kind == COUNTED:
            open_counted(m, c, out, block)
        else:
            arrive(m, c, out, t)
    if s.epoch + 1 < m.scalars[0].n_epochs:
        c.clocks[EPOCH_START].due = m.epochs[s.epoch + 1].start
    if s.here != GONE:
        c.clocks[TENURE_STEP].due = next_tenure_step(m, s, t)
        if m.scalars[0].has_ticks:
            c.clocks[TICK].due = next_anniversary(s, t)
    schedule_offers(m, c, t if block.kind == ARRIVING else just_before(t))
    refresh(m, c, t)
    if block.kind == ARRIVING:
        invoice(m, c, out, t)


@jit
def clear(m, c):
    """Make the record that of a customer who has done nothing yet."""
    s = c.state
    s.addons = np.uint64(0)
    s.own_price = s.billed = 0
    s.here = ACTIVE
    s.term = MONTHLY
    s.epoch = 0
    s.left_at = s.gone_since = s.first_paid_at = s.first_addon_at = s.unpaid_until = NEVER
    s.price_moves = s.frailty = 1.0
    s.return_hazard = 0.0
    s.return_to = s.pending_plan = s.pending_term = s.pending_offer = s.booked_plan = NOBODY
    s.flows = s.renewals = s.terms_done = s.followed = 0
    s.lives = s.ticks = s.bills = s.decisions = s.trials = s.pauses = s.discounts = s.shocks = s.payments = 0
    s.usage_months = s.usage = s.used = s.satisfaction = s.discount = 0.0
    no_invoices(s)
    s.units = s.seats = 1
    s.trial = NO_TRIAL
    s.phase = ADOPTED
    s.rescued = s.shocked = s.uncollected = 0
    s.usage_bills = 0
    s.services = 0
    s.covered = 0
    s.requested = s.last_team = NOBODY
    s.considered = s.discount_offer = s.pause_offer = NOBODY
    for k in c.clocks:
        k.due = NEVER
        k.hazard = k.budget = k.since = 0.0
        k.count = 0
        k.drawn = 0
    for item in c.items:
        item.epoch = 0
        item.move_at = NEVER
    for signal in c.signals:
        signal.until = -NEVER
    for memory in c.offers:
        memory.quiet_until = -NEVER
        memory.made = 0
    causes = c.history.causes
    for i in range(len(causes)):
        causes[i] = 0


@jit
def open_counted(m, c, out, block):
    """Enter an established customer that is known only as one of a number.

    Tenure is exponential with the stated mean; anniversaries fall on a phase uniform in (0, 1), the renewal of a
    longer term on that phase plus whole months, uniform over the term. With a mean of 0 the customer signs up now.
    """
    s = c.state
    s.plan = block.plan
    if block.tenure_mean > 0.0:
        s.sign_up = -block.tenure_mean * exponential(s, OPENING_TENURE, 0)
        s.anchor = uniform(s, OPENING_PHASE, 0) - 1.0
    else:
        s.sign_up = s.anchor = 0.0
    choose_term(m, s)
    start_term(m, c, s.anchor)
    if s.term != MONTHLY and block.tenure_mean > 0.0:
        months = m.term_months[s.term]
        first = math.floor(uniform(s, OPENING_RENEWAL, 0) * months)  # whole months from the first anniversary
        start_term(m, c, s.anchor + 1.0 + first - months)
    draw_frailty(m, s, -s.sign_up)
    start_established(m, s, -s.sign_up)
    enter_account(m, c, out)


@jit
def open_listed(m, c, out, row):
    """Enter a customer from a file. Whole months of tenure get a drawn phase; renewals count from sign-up."""
    s = c.state
    s.plan, s.term, s.addons = row.plan, row.term, row.addons
    tenure = row.tenure
    if tenure == math.floor(tenure):
        tenure += 1.0 - uniform(s, OPENING_PHASE, 0)
    s.sign_up = s.anchor = -tenure
    if s.addons != 0:
        s.first_addon_at = s.sign_up
    start_term(m, c, s.sign_up)
    if s.term != MONTHLY:
        months = m.term_months[s.term]
        c.clocks[RENEWAL].due = whole_periods_after(s.sign_up, months, 0.0)
        s.terms_done = np.int64(round((c.clocks[RENEWAL].due - s.sign_up) / months)) - 1
    draw_frailty(m, s, tenure)
    start_established(m, s, tenure)
    if row.usage == row.usage:  # stated
        s.usage = row.usage
        use(m, s, 0.0)
    if row.seats > 0:
        s.seats = row.seats
    if row.has_own_price:
        s.own_price = row.mrr - monthly_amount(m, c)
    enter_account(m, c, out)


@jit
def start_established(m, s, tenure):
    """Draw what an established customer uses, its seats and its satisfaction; it is past onboarding and adoption."""
    s.first_plan = s.plan
    s.usage_months = math.floor(tenure)
    first_usage(m, s, 0.0)
    first_seats(m, s)
    first_satisfaction(m, s)


@jit
def enter_account(m, c, out):
    """Open the account of a customer of the opening base."""
    s = c.state
    s.billed = monthly_amount(m, c)
    if s.billed > 0:
        s.first_paid_at = -1.0  # before the run
    s.booked_plan = s.plan
    amount, standing = counted_amount(m, c), counted_standing(m, s)
    open_invoices(m, c)
    open_account(out.books, m.policy[0], c.account, c.history, s.segment, s.plan, amount, standing)


@jit
def arrive(m, c, out, t):
    """Sign up at t: choose a plan and a term, pay, and see the offers that are made at sign-up."""
    s = c.state
    while s.epoch + 1 < m.scalars[0].n_epochs and m.epochs[s.epoch + 1].start <= t:
        s.epoch += 1
    for item in c.items:
        item.epoch = s.epoch
    s.sign_up = s.anchor = t
    choose_plan(m, s)
    choose_term(m, s)
    start_term(m, c, t)
    draw_frailty(m, s, 0.0)
    s.first_plan = s.plan
    first_usage(m, s, t)
    first_seats(m, s)
    first_satisfaction(m, s)
    start_sign_up_trial(m, c, out, t)
    start_onboarding(m, c, t)
    new_account(c.account, c.history, s.segment, int(t))
    count(out, s, t, SIGN_UPS)
    out.tallies.moves[int(t), s.segment, m.scalars[0].n_plans, s.plan] += 1
    settle(m, c, out, t, SIGN_UP)
    for o in range(m.scalars[0].n_offers):
        if m.offers[s.epoch, o].trigger == ON_SIGN_UP and s.here != GONE:
            make_offer(m, c, out, t, o, NOBODY)


@jit
def choose_plan(m, s):
    """Choose the plan by today's shares of sign-ups: a race of exponential clocks, one a plan, of that rate.

    Each plan has a draw of its own, so that their order does not matter, and that another price of one plan moves
    only customers who come to it or go from it.
    """
    first = NEVER
    for p in range(m.scalars[0].n_plans):
        weight = m.segment_plans[s.epoch, s.segment, p].weight
        if weight > 0.0:
            time = exponential(s, m.plans[s.epoch, p].choice, 0) / weight
            if time < first:
                first = time
                s.plan = p


@jit
def choose_term(m, s):
    """Choose a term by the shares, in the same way; one that the plan is not sold for becomes the monthly one."""
    s.term = MONTHLY
    if m.scalars[0].n_terms == 1:
        return
    first = NEVER
    chosen = MONTHLY
    for term in range(m.scalars[0].n_terms):
        share = m.segment_terms[s.epoch, s.segment, term].share
        if share > 0.0:
            time = exponential(s, m.term_choice[term], 0) / share
            if time < first:
                first = time
                chosen = term
    s.term = chosen if m.plan_terms[s.epoch, s.plan, chosen].offered else MONTHLY


@jit
def draw_frailty(m, s, tenure):
    """Draw the customer's multiplier on its cancel rate: gamma with mean 1, given that it survived its tenure.

    Given survival to tenure T under hazard h the gamma of shape k and rate k becomes one of rate k + h T. Where a
    renewal decides, the intent clock stood still and survival tells nothing about it.
    """
    shape = m.segments[s.epoch, s.segment].frailty_shape
    if shape == 0.0:
        s.frailty = 1.0
        return
    hazard = m.segment_plans[s.epoch, s.segment, s.plan].cancel
    if s.term != MONTHLY and m.segment_terms[s.epoch, s.segment, s.term].decides:
        hazard = 0.0
    s.frailty = gamma(s, FRAILTY, shape) / (shape + hazard * tenure)
