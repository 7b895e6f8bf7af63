"""The hazards of a customer's random clocks, set anew after each event that may change them."""

from __future__ import annotations

from simulator.customer.cancel_intent import intent_hazard, lured_hazard
from simulator.customer.clocks import random_clock, set_hazard
from simulator.customer.downgrade import downgrade_hazard
from simulator.customer.failed_payment import failed_payment_hazard
from simulator.customer.record import ACTIVE, holds
from simulator.customer.seats import seat_added_hazard, seat_removed_hazard
from simulator.customer.signals import signal_hazard
from simulator.draws.address import purpose
from simulator.jit import inlined
from simulator.model.layout import (
    DOWNGRADE,
    FAILED_PAYMENT,
    FIRST_ADDON,
    INTENT,
    LURE,
    SEAT_ADDED,
    SEAT_REMOVED,
    SHOCK,
)
from simulator.model.tables import RATE

CANCEL_INTENT_CLOCK = purpose("cancel_intent/clock")
LURED_CLOCK = purpose("lured/clock")
DOWNGRADE_CLOCK = purpose("downgrade/clock")
SHOCK_CLOCK = purpose("shock/clock")
FAILED_PAYMENT_CLOCK = purpose("failed_payment/clock")
SEAT_ADDED_CLOCK = purpose("seats/added/clock")
SEAT_REMOVED_CLOCK = purpose("seats/removed/clock")
RETURN_CLOCK = purpose("return/clock")


@inlined
def refresh(m, c, t):
    """Let every random clock run at its present hazard from t on; who is not active has none running."""
    s = c.state
    active = s.here == ACTIVE
    first = random_clock(m, 0)
    can_run = m.scalars[0].can_run
    set_hazard(c, first + INTENT, intent_hazard(m, c, t) if active else 0.0, t, CANCEL_INTENT_CLOCK)
    if holds(can_run, LURE):
        set_hazard(c, first + LURE, lured_hazard(m, c) if active else 0.0, t, LURED_CLOCK)
    if holds(can_run, DOWNGRADE):
        set_hazard(c, first + DOWNGRADE, downgrade_hazard(m, c) if active else 0.0, t, DOWNGRADE_CLOCK)
    if holds(can_run, SHOCK):
        set_hazard(c, first + SHOCK, m.segments[s.epoch, s.segment].shock if active else 0.0, t, SHOCK_CLOCK)
    if holds(can_run, FAILED_PAYMENT):
        set_hazard(c, first + FAILED_PAYMENT, failed_payment_hazard(m, c), t, FAILED_PAYMENT_CLOCK)
    if holds(can_run, SEAT_ADDED):
        set_hazard(c, first + SEAT_ADDED, seat_added_hazard(m, s) if active else 0.0, t, SEAT_ADDED_CLOCK)
    if holds(can_run, SEAT_REMOVED):
        set_hazard(c, first + SEAT_REMOVED, seat_removed_hazard(m, s) if active else 0.0, t, SEAT_REMOVED_CLOCK)
    for a in range(m.scalars[0].n_addons):
        addon = m.addons[s.epoch, a]
        held = active and holds(s.addons, a)
        set_hazard(c, first + FIRST_ADDON + a, addon.cancel if held else 0.0, t, addon.purpose)
    for i in range(m.scalars[0].n_signals):
        rate = signal_hazard(m, s, i) if active else 0.0
        set_hazard(c, m.scalars[0].first_signal + i, rate, t, m.signals[s.epoch, s.segment, i].purpose)
    for o in range(m.scalars[0].n_offers):
        offer = m.offers[s.epoch, o]
        if offer.trigger == RATE:
            runs = active and offer.made
            set_hazard(c, m.scalars[0].first_random_offer + o, offer.when if runs else 0.0, t, offer.clock)
    set_hazard(c, m.scalars[0].return_clock, s.return_hazard if active else 0.0, t, RETURN_CLOCK)
