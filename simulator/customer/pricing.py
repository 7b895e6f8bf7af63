"""What a customer pays: its items at the prices of the epochs they were bought in."""

from __future__ import annotations

import math

import numpy as np

from simulator.customer.record import GONE, bit, holds
from simulator.jit import jit
from simulator.model.tables import NOBODY

# Products of decimal shares miss exact halves by a few units in the last place; this keeps "half up" true for them.
HALF_UP = 1.0 + 2.0**-50


@jit
def round_half_up(amount):
    """Return the nearest int64, halves away from zero upwards."""
    return np.int64(math.floor(amount * HALF_UP + 0.5))


@jit
def monthly_amount(m, c):
    """Return the customer's MRR in ten-thousandths of a currency unit, rounded half up once; 0 when gone.

    (plan)(1 - term discount) + add-ons - bundle discounts, on list prices times the segment's price factor, plus the
    difference of the customer's own price to the list.
    """
    s = c.state
    if s.here == GONE:
        return np.int64(0)
    total = plan_amount(m, c)
    for a in range(m.scalars[0].n_addons):
        if holds(s.addons, a):
            total += addon_amount(m, c, a)
    if s.addons != 0:
        total -= bundle_saving(m, c)
    return max(round_half_up(total) + s.own_price, np.int64(0))


@jit
def plan_amount(m, c):
    """Return the plan's part of the amount, after the term discount (float ten-thousandths)."""
    s = c.state
    e = c.items[0].epoch
    discount = m.plan_terms[e, s.plan, s.term].discount
    return m.plans[e, s.plan].price * (1.0 - discount) * m.segments[e, s.segment].price_factor


@jit
def addon_amount(m, c, a):
    """Return the part of add-on a (float ten-thousandths)."""
    e = c.items[1 + a].epoch
    return m.addons[e, a].price * m.segments[e, c.state.segment].price_factor


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
