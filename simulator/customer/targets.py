"""What an offer leads to: a plan, an add-on, a bundle, a term. Whether it can be had, and taking it."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.addons import add_item
from simulator.customer.plan_change import change_plan, request_plan, request_term
from simulator.customer.pricing import allowed_addons
from simulator.customer.record import GONE, bit, holds
from simulator.customer.settling import settle
from simulator.customer.win_back import come_back
from simulator.jit import jit, number
from simulator.model.tables import (
    DOWNSELL,
    NEXT_PLAN,
    NOBODY,
    NOT_SOLD,
    SOLD_AS_RESCUE,
    TO_ADDON,
    TO_BUNDLE,
    TO_PLAN,
    UPSELL,
    WIN_BACK,
)

PLAN_UPGRADE = number(Cause.PLAN_UPGRADE)
RESCUE = number(Cause.RESCUE)
ADDON = number(Cause.ADDON)
OPTION = number(Cause.OPTION)
BUNDLE = number(Cause.BUNDLE)


@jit
def is_available(m, c, offer):
    """Tell whether the customer could take the offer's target now."""
    s = c.state
    if offer.target == TO_ADDON:
        return addon_fits(m, s, offer.item, s.plan)
    if offer.target == TO_BUNDLE:
        return bundle_fits(m, s, m.bundles[s.epoch, offer.item])
    if offer.target == NEXT_PLAN or offer.target == TO_PLAN:
        return plan_fits(m, s, offer, plan_of(m, s, offer))
    return offer.item != s.term and m.plan_terms[s.epoch, s.plan, offer.item].offered  # a term


@jit
def plan_of(m, s, offer):
    """Return the plan that the offer leads to, or NOBODY at the end of the ladder."""
    if offer.target == NEXT_PLAN:
        return m.plans[s.epoch, s.plan].up
    return offer.item


@jit
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


@jit
def take(m, c, out, t, o, takes_effect):
    """Take the target of offer o; the kind of change decides the time where `takes_effect` is NOBODY."""
    s = c.state
    offer = m.offers[s.epoch, o]
    if offer.motion == WIN_BACK:
        come_back(m, c, out, t, plan_of(m, s, offer))
    elif offer.target == TO_ADDON:
        add_item(m, c, t, offer.item)
        settle(m, c, out, t, OPTION if m.addons[s.epoch, offer.item].is_option else ADDON)
    elif offer.target == TO_BUNDLE:
        take_bundle(m, c, out, t, m.bundles[s.epoch, offer.item])
    elif offer.target == NEXT_PLAN or offer.target == TO_PLAN:
        cause = RESCUE if offer.motion == DOWNSELL else PLAN_UPGRADE
        request_plan(m, c, out, t, plan_of(m, s, offer), cause, o, takes_effect)
    else:
        request_term(m, c, out, t, offer.item, takes_effect)


@jit
def take_bundle(m, c, out, t, bundle):
    """Add what is missing of the bundle; it is one sale, whatever its items count as by themselves."""
    s = c.state
    if bundle.plan != NOBODY and bundle.plan != s.plan:
        change_plan(m, c, out, t, bundle.plan, BUNDLE, NOBODY)
    for a in range(m.scalars[0].n_addons):
        if holds(bundle.addons, a) and s.addons & bit(a) == 0:
            add_item(m, c, t, a)
    settle(m, c, out, t, BUNDLE)
