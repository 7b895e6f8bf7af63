"""What an offer leads to: a plan, an add-on, a bundle, a term. Whether it can be had, and taking it."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.addons import add_item
from simulator.customer.discount import start_discount
from simulator.customer.pause import start_pause
from simulator.customer.plan_change import place_on_plan, request_plan, request_term
from simulator.customer.pricing import allowed_addons
from simulator.customer.record import GONE, NO_TRIAL, bit, holds
from simulator.customer.seats import add_seats
from simulator.customer.settling import settle, settle_without_own_price
from simulator.customer.trials import start_upgrade_trial
from simulator.customer.win_back import come_back
from simulator.jit import inlined, jit, number
from simulator.model.tables import (
    DOWNSELL,
    NEXT_PLAN,
    NOBODY,
    NOT_SOLD,
    SOLD_AS_RESCUE,
    TO_ADDON,
    TO_BUNDLE,
    TO_DISCOUNT,
    TO_NOTHING,
    TO_PAUSE,
    TO_PLAN,
    TO_SEATS,
    TO_SPLIT,
    UPSELL,
    WIN_BACK,
)

PLAN_UPGRADE = number(Cause.PLAN_UPGRADE)
RESCUE = number(Cause.RESCUE)
ADDON = number(Cause.ADDON)
OPTION = number(Cause.OPTION)
BUNDLE = number(Cause.BUNDLE)
SPLIT = number(Cause.SPLIT)


@inlined
def is_available(m, c, offer):
    """Tell whether the customer could take the offer's target now."""
    s = c.state
    if offer.target == TO_ADDON:
        return addon_fits(m, s, offer.goal, s.plan)
    if offer.target == TO_BUNDLE:
        bundle = m.bundles[s.epoch, offer.goal]
        moves = bundle.plan != NOBODY and bundle.plan != s.plan
        return bundle_fits(m, s, bundle) and not (moves and s.trial != NO_TRIAL)
    if offer.target == NEXT_PLAN or offer.target == TO_PLAN:
        return s.trial == NO_TRIAL and plan_fits(m, s, offer, plan_of(m, s, offer))
    if offer.target == TO_SPLIT:
        return s.trial == NO_TRIAL and plan_fits(m, s, offer, offer.goal)
    if offer.target == TO_PAUSE or offer.target == TO_DISCOUNT:
        return s.trial == NO_TRIAL and s.billed > 0
    if offer.target == TO_SEATS:
        return m.segments[s.epoch, s.segment].seats.there
    if offer.target == TO_NOTHING:
        return True
    return offer.goal != s.term and m.plan_terms[s.epoch, s.plan, offer.goal].offered  # a term


@jit
def plan_of(m, s, offer):
    """Return the plan that the offer leads to, or NOBODY at the end of the ladder."""
    if offer.target == NEXT_PLAN:
        return m.plans[s.epoch, s.plan].up
    return offer.goal


@inlined
def plan_fits(m, s, offer, plan):
    """Tell whether the plan is sold to this customer and lies in the direction of the offer's motion."""
    if plan == NOBODY or m.plans[s.epoch, plan].sold == NOT_SOLD:
        return False
    if m.plans[s.epoch, plan].sold == SOLD_AS_RESCUE and offer.motion != DOWNSELL:
        return False
    if s.here == GONE:
        return offer.motion == WIN_BACK
    if plan == s.plan:
        return False
    if offer.motion == UPSELL:
        return is_higher(m, s, plan, s.plan)
    if offer.motion == DOWNSELL:
        return is_higher(m, s, s.plan, plan)
    return True


@jit
def is_higher(m, s, plan, other):
    """Tell whether `plan` stands above `other`: on the ladder, or by list price where one is not on it."""
    a, b = m.plans[s.epoch, plan], m.plans[s.epoch, other]
    if a.rung != NOBODY and b.rung != NOBODY:
        return a.rung > b.rung
    return a.price > b.price


@jit
def addon_fits(m, s, a, plan):
    """Tell whether the add-on is sold, goes with the plan and is not held yet."""
    addon = m.addons[s.epoch, a]
    return addon.sold and holds(addon.plans, plan) and not holds(s.addons, a)


@jit
def bundle_fits(m, s, bundle):
    """Tell whether every item of the bundle can be had and at least one is missing."""
    if not bundle.sold:
        return False
    plan = s.plan if bundle.plan == NOBODY else bundle.plan
    if m.plans[s.epoch, plan].sold == NOT_SOLD and plan != s.plan:
        return False
    missing = plan != s.plan
    for a in range(m.scalars[0].n_addons):
        if holds(bundle.addons, a) and not holds(s.addons, a):
            missing = True
            if not addon_fits(m, s, a, plan):
                return False
    return missing and bundle.addons & ~allowed_addons(m, s, plan) == 0


@inlined
def take(m, c, out, t, o, takes_effect):
    """Take the target of offer o; the kind of change decides the time where `takes_effect` is NOBODY."""
    s = c.state
    offer = m.offers[s.epoch, o]
    if offer.motion == WIN_BACK:
        come_back(m, c, out, t, plan_of(m, s, offer))
    elif offer.target == TO_ADDON:
        add_item(m, c, t, offer.goal)
        settle(m, c, out, t, OPTION if m.addons[s.epoch, offer.goal].is_option else ADDON)
    elif offer.target == TO_BUNDLE:
        take_bundle(m, c, out, t, m.bundles[s.epoch, offer.goal])
    elif offer.target == TO_PAUSE:
        start_pause(m, c, out, t, o)
    elif offer.target == TO_DISCOUNT:
        start_discount(m, c, out, t, o)
    elif offer.target == TO_SEATS:
        add_seats(m, c, out, t, offer.number)
    elif offer.target == TO_SPLIT:
        split(m, c, out, t, o)
    elif offer.target == TO_NOTHING:
        pass
    elif (offer.target == NEXT_PLAN or offer.target == TO_PLAN) and offer.trial_length > 0.0:
        start_upgrade_trial(m, c, out, t, plan_of(m, s, offer), o)
    elif offer.target == NEXT_PLAN or offer.target == TO_PLAN:
        cause = RESCUE if offer.motion == DOWNSELL else PLAN_UPGRADE
        request_plan(m, c, out, t, plan_of(m, s, offer), cause, o, takes_effect)
    else:
        request_term(m, c, out, t, offer.goal, takes_effect)


@jit
def split(m, c, out, t, o):
    """Take several small plans in place of one; what they cost together is booked as one change."""
    offer = m.offers[c.state.epoch, o]
    place_on_plan(m, c, out, t, offer.goal, SPLIT, o)
    c.state.units = offer.number
    settle_without_own_price(m, c, out, t, SPLIT)


@jit
def take_bundle(m, c, out, t, bundle):
    """Add what is missing of the bundle; it is one sale, whatever its items count as by themselves."""
    s = c.state
    moves = bundle.plan != NOBODY and bundle.plan != s.plan
    if moves:
        place_on_plan(m, c, out, t, bundle.plan, BUNDLE, NOBODY)
    for a in range(m.scalars[0].n_addons):
        if holds(bundle.addons, a) and s.addons & bit(a) == 0:
            add_item(m, c, t, a)
    if moves:
        settle_without_own_price(m, c, out, t, BUNDLE)
    else:
        settle(m, c, out, t, BUNDLE)
