"""When dated offers are due: every so often, at a tenure, before a renewal, in a calendar month, after leaving."""

from __future__ import annotations

import math

from simulator.customer.clocks import whole_periods_after
from simulator.customer.record import ACTIVE, GONE
from simulator.jit import jit
from simulator.model.layout import FIRST_OFFER, RENEWAL
from simulator.model.tables import CALENDAR_MONTH, CHURNED_FOR, EVERY, NEVER, RENEWAL_WITHIN, TENURE


@jit
def schedule_offers(m, c, t, from_now):
    """Set the clocks of all dated offers to their next date after t (`from_now`: at t or after it)."""
    for o in range(m.scalars[0].n_offers):
        c.clocks[FIRST_OFFER + o].due = due_date(m, c, o, t, from_now)


@jit
def schedule_renewal_offers(m, c, t):
    """Set the clocks of the offers that come before a renewal, whose date has changed."""
    for o in range(m.scalars[0].n_offers):
        if m.offers[c.state.epoch, o].trigger == RENEWAL_WITHIN:
            c.clocks[FIRST_OFFER + o].due = due_date(m, c, o, t, False)


@jit
def due_date(m, c, o, t, from_now):
    """Return the next date of offer o after t (`from_now`: at t or after it); infinite if there is none."""
    s = c.state
    offer = m.offers[s.epoch, o]
    if not offer.made:
        return NEVER
    if offer.trigger == CHURNED_FOR:
        due = s.gone_since + offer.when if s.here == GONE else NEVER
    elif s.here != ACTIVE:
        due = NEVER
    elif offer.trigger == TENURE:
        due = s.sign_up + offer.when
    elif offer.trigger == EVERY:
        # a step back lets the date t itself count
        due = whole_periods_after(s.sign_up, offer.when, math.nextafter(t, -math.inf) if from_now else t)
    elif offer.trigger == RENEWAL_WITHIN:
        due = c.clocks[RENEWAL].due - offer.when
        if due < t or (due == t and not from_now):
            due = c.clocks[RENEWAL].due + m.term_months[s.term] - offer.when
    elif offer.trigger == CALENDAR_MONTH:
        due = next_calendar_month(m, int(offer.when), t, from_now)
    else:
        due = NEVER
    if due < t or (due == t and not from_now):
        return NEVER
    return due


@jit
def next_calendar_month(m, months, t, from_now):
    """Return the start of the next calendar month in the bit mask `months` (bit 0 = January)."""
    k = math.ceil(t)
    if k == t and not from_now:
        k += 1.0
    for _ in range(12):
        if (months >> int((m.scalars[0].start_month + int(k)) % 12)) & 1:
            return k
        k += 1.0
    return NEVER
