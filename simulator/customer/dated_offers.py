"""When dated offers are due: every so often, at a tenure, before a renewal, in a calendar month, after leaving."""

from __future__ import annotations

import math

from simulator.customer.clocks import whole_periods_after
from simulator.customer.record import ACTIVE, GONE
from simulator.jit import jit
from simulator.model.layout import FIRST_OFFER, RENEWAL
from simulator.model.tables import CALENDAR_MONTH, CHURNED_FOR, EVERY, NEVER, RENEWAL_WITHIN, TENURE


@jit
def schedule_offers(m, c, after):
    """Set the clocks of all dated offers to their next date later than `after`."""
    for o in range(m.scalars[0].n_offers):
        c.clocks[FIRST_OFFER + o].due = due_date(m, c, o, after)


@jit
def schedule_renewal_offers(m, c, after):
    """Set the clocks of the offers that come before a renewal, whose date has changed."""
    for o in range(m.scalars[0].n_offers):
        if m.offers[c.state.epoch, o].trigger == RENEWAL_WITHIN:
            c.clocks[FIRST_OFFER + o].due = due_date(m, c, o, after)


@jit
def just_before(t):
    """Return the last moment before t: dates later than it are those from t on."""
    return math.nextafter(t, -math.inf)


@jit
def due_date(m, c, o, after):
    """Return the next date of offer o later than `after`; infinite if there is none."""
    s = c.state
    offer = m.offers[s.epoch, o]
    due = NEVER
    if not offer.made:
        return NEVER
    if offer.trigger == CHURNED_FOR and s.here == GONE:
        due = s.gone_since + offer.when
    elif s.here != ACTIVE:
        return NEVER
    elif offer.trigger == TENURE:
        due = s.sign_up + offer.when
    elif offer.trigger == EVERY:
        due = whole_periods_after(s.sign_up, offer.when, after)
    elif offer.trigger == RENEWAL_WITHIN:
        due = c.clocks[RENEWAL].due - offer.when
        if due <= after:
            due = c.clocks[RENEWAL].due + m.term_months[s.term] - offer.when
    elif offer.trigger == CALENDAR_MONTH:
        due = next_calendar_month(m, int(offer.when), after)
    return due if due > after else NEVER


@jit
def next_calendar_month(m, months, after):
    """Return the first start later than `after` of a calendar month in the bit mask `months` (bit 0 = January)."""
    k = math.floor(after) + 1.0
    for _ in range(12):
        if (months >> int((m.scalars[0].start_month + int(k)) % 12)) & 1:
            return k
        k += 1.0
    return NEVER
