"""Add-ons: bought one by one or in a bundle, ended one by one."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.record import bit
from simulator.customer.settling import settle
from simulator.jit import jit, number
from simulator.model.tables import NEVER

ADDON_REMOVED = number(Cause.ADDON_REMOVED)


@jit
def add_item(m, c, t, a):
    """Add the add-on at today's price; the caller settles."""
    s = c.state
    s.addons |= bit(a)
    c.items[1 + a].epoch = s.epoch
    c.items[1 + a].move_at = NEVER
    s.first_addon_at = min(s.first_addon_at, t)


@jit
def cancel_addon(m, c, out, t, a):
    """End the add-on at the customer's wish."""
    c.state.addons &= ~bit(a)
    c.items[1 + a].move_at = NEVER
    settle(m, c, out, t, ADDON_REMOVED)
