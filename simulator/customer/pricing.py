"""What a customer pays: its items at the prices of the epochs they were bought in."""

from __future__ import annotations

import math

import numpy as np

from simulator.customer.charging import usage_charge
from simulator.customer.record import GONE, ON_PAUSE, SIGN_UP_TRIAL, bit, holds
from simulator.jit import inlined, jit, number
from simulator.model.tables import NOBODY, NOT_METERED

# Products of decimal shares miss exact halves by a few units in the last place; this keeps "half up" true for them.
HALF_UP = 1.0 + 2.0**-50
WITH_BUNDLES = number(1)


@jit
def round_half_up(amount):
    """Return the nearest int64, halves away from zero upwards."""
    return np.int64(math.floor(amount * HALF_UP + 0.5))


@inlined
def monthly_amount(m, c):
    """Return the customer's bill in ten-thousandths of a currency unit, rounded half up once; 0 when gone.

    (plan + extra seats)(1 - term discount) + add-ons - bundle discounts, times (1 - discount offer), plus the metered
    charge, within the plan's minimum and maximum, on list prices times the segment's price factor; plus the
    difference of the customer's own price to the list. Nothing during a trial at sign-up or a pause.
    """
    s = c.state
    if s.here == GONE or s.here == ON_PAUSE or s.trial == SIGN_UP_TRIAL:
        return np.int64(0)
    return amount_due(m, c)


@inlined
def amount_due(m, c):
    """Return what the items held cost a month, whether it is being paid or not."""
    s = c.state
    total = items_amount(m, c, WITH_BUNDLES) * (1.0 - s.discount) + usage_amount(m, c)
    return max(round_half_up(within_bounds(m, c, total)) + s.own_price, np.int64(0))


@inlined
def items_amount(m, c, with_bundles):
    """Return the fixed part of the items held, with or without what bundles save (float ten-thousandths)."""
    s = c.state
    total = plan_amount(m, c)
    for a in range(m.scalars[0].n_addons):
        if holds(s.addons, a):
            total += addon_amount(m, c, a)
    if s.addons != 0 and with_bundles:
        total -= bundle_saving(m, c)
    return total


@jit
def full_amount(m, c):
    """Return what the customer's items cost without a discount offer, a pause or a trial; 0 when gone."""
    s = c.state
    if s.here == GONE:
        return np.int64(0)
    discount = s.discount
    s.discount = 0.0
    amount = amount_due(m, c)
    s.discount = discount
    return amount


@jit
def plan_amount(m, c):
    """Return the part of the plan and its extra seats, after the term discount (float ten-thousandths)."""
    s = c.state
    e = c.items[0].epoch
    plan = m.plans[e, s.plan]
    discount = m.plan_terms[e, s.plan, s.term].discount
    price = float(plan.price * s.units)
    if plan.extra_seat > 0 and s.seats > plan.included_seats:
        price += plan.extra_seat * (s.seats - plan.included_seats)
    return price * (1.0 - discount) * m.segments[e, s.segment].price_factor


@inlined
def usage_amount(m, c):
    """Return the charge for the used amount (float ten-thousandths)."""
    if m.plans[c.items[0].epoch, c.state.plan].mode == NOT_METERED:
        return 0.0
    return metered_amount(m, c)


@jit
def metered_amount(m, c):
    """Return the charge for the used amount on a plan that meters it (float ten-thousandths)."""
    s = c.state
    e = c.items[0].epoch
    return usage_charge(m.plans[e, s.plan], m.tiers, s.used) * m.segments[e, s.segment].price_factor


@jit
def within_bounds(m, c, total):
    """Return the amount kept within the plan's bounds (float ten-thousandths)."""
    s = c.state
    e = c.items[0].epoch
    plan = m.plans[e, s.plan]
    factor = m.segments[e, s.segment].price_factor
    return min(max(total, plan.minimum * factor), plan.maximum * factor)


@jit
def addon_amount(m, c, a):
    """Return the part of add-on a (float ten-thousandths)."""
    e = c.items[1 + a].epoch
    addon = m.addons[e, a]
    seats = c.state.seats if addon.per_seat else 1
    return addon.price * seats * m.segments[e, c.state.segment].price_factor


@jit
def bundle_saving(m, c):
    """Return what today's bundles save on the items held (float ten-thousandths).

    A bundle counts while all its items are held, however they were bought. Of bundles that share an item the one
    that saves most counts; of equal ones the first.
    """
    s = c.state
    used = np.uint64(0)
    plan_used = False
    saved = 0.0
    while True:
        best = NOBODY
        most = 0.0
        for b in range(m.scalars[0].n_bundles):
            bundle = m.bundles[s.epoch, b]
            if not bundle.sold or bundle.addons & s.addons != bundle.addons or bundle.addons & used != 0:
                continue
            if bundle.plan != NOBODY and (bundle.plan != s.plan or plan_used):
                continue
            price = plan_amount(m, c) if bundle.plan != NOBODY else 0.0
            for a in range(m.scalars[0].n_addons):
                if holds(bundle.addons, a):
                    price += addon_amount(m, c, a)
            if price * bundle.discount > most:
                best = b
                most = price * bundle.discount
        if best == NOBODY:
            return saved
        used |= m.bundles[s.epoch, best].addons
        plan_used = plan_used or m.bundles[s.epoch, best].plan != NOBODY
        saved += most


@jit
def allowed_addons(m, s, plan):
    """Return the bit mask of the add-ons that go with the plan today."""
    mask = np.uint64(0)
    for a in range(m.scalars[0].n_addons):
        if holds(m.addons[s.epoch, a].plans, plan):
            mask |= bit(a)
    return mask
