"""The hazards of a customer's random clocks, set anew after each event that may change them."""

from __future__ import annotations

from simulator.customer.cancel_intent import intent_hazard, lured_hazard
from simulator.customer.clocks import random_clock, set_hazard
from simulator.customer.downgrade import downgrade_hazard
from simulator.customer.record import ACTIVE, holds
from simulator.draws.address import purpose
from simulator.jit import jit
from simulator.model.layout import DOWNGRADE, FIRST_ADDON, INTENT, LURE
from simulator.model.tables import RATE

CANCEL_INTENT_CLOCK = purpose("cancel_intent/clock")
LURED_CLOCK = purpose("lured/clock")
DOWNGRADE_CLOCK = purpose("downgrade/clock")
RETURN_CLOCK = purpose("return/clock")


@jit
def refresh(m, c, t):
    """Let every random clock run at its present hazard from t on; who is not active has none running."""
    s = c.state
    active = s.here == ACTIVE
    first = random_clock(m, 0)
    set_hazard(c, first + INTENT, intent_hazard(m, c, t) if active else 0.0, t, CANCEL_INTENT_CLOCK)
    set_hazard(c, first + LURE, lured_hazard(m, c) if active else 0.0, t, LURED_CLOCK)
    set_hazard(c, first + DOWNGRADE, downgrade_hazard(m, c) if active else 0.0, t, DOWNGRADE_CLOCK)
    for a in range(m.scalars[0].n_addons):
        addon = m.addons[s.epoch, a]
        held = active and holds(s.addons, a)
        set_hazard(c, first + FIRST_ADDON + a, addon.cancel if held else 0.0, t, addon.purpose)
    for o in range(m.scalars[0].n_offers):
        offer = m.offers[s.epoch, o]
        if offer.trigger == RATE:
            runs = active and offer.made
            set_hazard(c, m.scalars[0].first_random_offer + o, offer.when if runs else 0.0, t, offer.clock)
    set_hazard(c, m.scalars[0].return_clock, s.return_hazard if active else 0.0, t, RETURN_CLOCK)
