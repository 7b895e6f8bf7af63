"""Changes of plan and of term: asked for, pending, taking effect."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.clocks import next_anniversary
from simulator.customer.pricing import allowed_addons
from simulator.customer.record import NO_TRIAL
from simulator.customer.settling import settle, settle_without_own_price
from simulator.customer.tally import count_gain, follow_return
from simulator.customer.usage import keep_to_limit
from simulator.jit import inlined, jit, number
from simulator.model.layout import CHANGE, RENEWAL, TRIAL_END
from simulator.model.tables import AT_RENEWAL_DATE, MONTHLY, NEVER, NOBODY, NOT_SOLD, NOW

TERM = number(Cause.TERM)
PLAN_UPGRADE = number(Cause.PLAN_UPGRADE)
RESCUE = number(Cause.RESCUE)
RESCUE_RETURN = number(Cause.RESCUE_RETURN)
RECOVERY = number(Cause.RECOVERY)
SPLIT = number(Cause.SPLIT)


@inlined
def request_plan(m, c, out, t, plan, cause, offer, takes_effect):
    """Change to `plan` when the kind of change takes effect; a newer request replaces a pending one.

    `offer` is the one that was accepted, or NOBODY. `takes_effect` NOBODY leaves the time to the policy on plan
    changes: upgrades as it says, also in a longer term; other changes wait for the renewal in a longer term.
    """
    s = c.state
    if takes_effect == NOBODY:
        takes_effect = default_effect(m, s, cause == PLAN_UPGRADE)
    if takes_effect == NOW:
        change_plan(m, c, out, t, plan, cause, offer)
        return
    s.pending_plan, s.pending_term = plan, NOBODY
    s.pending_cause, s.pending_offer = cause, offer
    c.clocks[CHANGE].due = effect_date(c, t, takes_effect)


@jit
def request_term(m, c, out, t, term, takes_effect):
    """Change to another term; leaving a longer one waits for its renewal unless `takes_effect` says otherwise."""
    s = c.state
    if takes_effect == NOBODY:
        takes_effect = NOW if s.term == MONTHLY else m.epochs[s.epoch].from_annual
    if takes_effect == NOW:
        change_term(m, c, out, t, term)
        return
    s.pending_plan, s.pending_term = NOBODY, term
    s.pending_cause, s.pending_offer = TERM, NOBODY
    c.clocks[CHANGE].due = effect_date(c, t, takes_effect)


@jit
def default_effect(m, s, is_upgrade):
    """Return when a change of plan takes effect, by the scenario's policy on plan changes."""
    if is_upgrade:
        return m.epochs[s.epoch].upgrade
    if s.term != MONTHLY:
        return m.epochs[s.epoch].from_annual
    return m.epochs[s.epoch].downgrade


@jit
def effect_date(c, t, takes_effect):
    """Return the date after t at which a change takes effect; monthly terms renew at each anniversary."""
    s = c.state
    if takes_effect == AT_RENEWAL_DATE and s.term != MONTHLY:
        return c.clocks[RENEWAL].due
    return next_anniversary(s, t)


@jit
def pending_change(m, c, out, t):
    """Carry out the change that waited; it falls away if its plan is no longer there."""
    s = c.state
    offer, before = s.pending_offer, c.account.mrr
    if s.pending_plan != NOBODY and m.plans[s.epoch, s.pending_plan].sold == NOT_SOLD:
        drop_pending(c)
    elif s.pending_plan != NOBODY:
        change_plan(m, c, out, t, s.pending_plan, s.pending_cause, offer)
        if offer != NOBODY:
            count_gain(out, s, t, offer, c.account.mrr - before)
    elif s.pending_term != NOBODY:
        change_term(m, c, out, t, s.pending_term)


@inlined
def change_plan(m, c, out, t, plan, cause, offer):
    """Move the customer to the plan at today's price and book what that changes."""
    place_on_plan(m, c, out, t, plan, cause, offer)
    settle_without_own_price(m, c, out, t, cause)


@jit
def place_on_plan(m, c, out, t, plan, cause, offer):
    """Move the customer to the plan at today's price; the caller settles.

    What the old plan brought ends: its own price, price moves, a pending change, a possible return. Add-ons that do
    not go with the new plan end. A longer term goes on with its renewal date where the new plan is sold for it.
    """
    s = c.state
    left = s.plan
    drop_pending(c)
    s.plan = plan
    s.units = 1
    s.usage_bills = 0
    s.trial = NO_TRIAL
    c.clocks[TRIAL_END].due = NEVER
    keep_to_limit(m, s)
    c.items[0].epoch = s.epoch
    c.items[0].move_at = NEVER
    s.addons &= allowed_addons(m, s, plan)
    s.price_moves = 1.0
    s.return_to = NOBODY
    s.return_hazard = 0.0
    s.rescued = cause in (RESCUE, SPLIT)
    if s.term != MONTHLY and not m.plan_terms[s.epoch, plan, s.term].offered:
        s.term = MONTHLY
        c.clocks[RENEWAL].due = NEVER
    if offer != NOBODY and m.offers[s.epoch, offer].return_hazard > 0.0:
        to = m.offers[s.epoch, offer].return_to
        s.return_to = left if to == NOBODY else to
        s.return_hazard = m.offers[s.epoch, offer].return_hazard
        s.return_cause = RESCUE_RETURN
    if cause in (PLAN_UPGRADE, RESCUE_RETURN, RECOVERY):
        follow_return(c, t)
    if left != plan:
        out.tallies.moves[int(t), s.segment, left, plan] += 1


@jit
def change_term(m, c, out, t, term):
    """Move the customer to another term, which starts now, at today's discount of the plan."""
    s = c.state
    drop_pending(c)
    s.term = term
    c.items[0].epoch = s.epoch
    c.items[0].move_at = NEVER
    start_term(m, c, t)
    settle(m, c, out, t, TERM)


@jit
def start_term(m, c, start):
    """Start the customer's term at that date: a longer one comes up for renewal at its end."""
    s = c.state
    s.term_start = start
    s.terms_done = 0
    c.clocks[RENEWAL].due = NEVER if s.term == MONTHLY else start + m.term_months[s.term]


@jit
def drop_pending(c):
    """Forget a change that waits."""
    s = c.state
    s.pending_plan = s.pending_term = s.pending_offer = NOBODY
    c.clocks[CHANGE].due = NEVER
