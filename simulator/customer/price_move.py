"""Price moves: customers who hold an item are moved to the prices of a later epoch: now, at renewal or later."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.clocks import next_anniversary, next_move
from simulator.customer.plan_change import change_plan
from simulator.customer.pricing import full_amount
from simulator.customer.record import GONE, ON_PAUSE, holds
from simulator.customer.settling import settle
from simulator.jit import jit, number
from simulator.model.layout import PAUSE_END, PRICE_MOVE, RENEWAL
from simulator.model.tables import KEEP, MONTHLY, MOVE_AFTER, MOVE_AT_RENEWAL, MOVE_NOW, NEVER, NOBODY

PRICE = number(Cause.PRICE)


@jit
def plan_moves(m, c, out, t):
    """Take note of what the epoch that starts at t does to the items held; carry out what moves now."""
    s = c.state
    if s.here == GONE:
        return
    n_plans = m.scalars[0].n_plans
    note_move(m, c, 0, m.migrations[s.epoch, s.segment, s.plan], t)
    for a in range(m.scalars[0].n_addons):
        if holds(s.addons, a):
            note_move(m, c, 1 + a, m.migrations[s.epoch, s.segment, n_plans + a], t)
    move_prices(m, c, out, t)


@jit
def note_move(m, c, i, migration, t):
    """Set when item i moves to today's epoch; a newer move replaces one that waits."""
    item, s = c.items[i], c.state
    if migration.mode == KEEP:
        return
    item.move_to = s.epoch
    item.retire_to = migration.retire_to
    item.at_renewal = migration.mode == MOVE_AT_RENEWAL
    if migration.mode == MOVE_NOW:
        item.move_at = t
    elif migration.mode == MOVE_AFTER:
        item.move_at = t + migration.after
    elif s.term != MONTHLY:
        item.move_at = c.clocks[RENEWAL].due
    else:  # a monthly term; in a pause nothing is renewed
        item.move_at = next_anniversary(s, max(t, c.clocks[PAUSE_END].due) if s.here == ON_PAUSE else t)


@jit
def move_prices(m, c, out, t):
    """Move every item whose move is due, in one booking; the change of price acts on the cancel rate."""
    s = c.state
    plan = c.items[0]
    if plan.move_at <= t and plan.retire_to != NOBODY:
        move_from_retired(m, c, out, t, plan.retire_to)
    before = full_amount(m, c)
    for i in range(len(c.items)):
        item = c.items[i]
        if item.move_at <= t:
            item.epoch = item.move_to
            item.move_at = NEVER
    c.clocks[PRICE_MOVE].due = next_move(c)
    settle(m, c, out, t, PRICE)  # today's bundles may have changed too
    respond(m, s, before, full_amount(m, c))


@jit
def move_from_retired(m, c, out, t, plan):
    """Move a customer of a retired plan to the one that takes its place; the difference is a change of price."""
    s = c.state
    before, moves = full_amount(m, c), s.price_moves
    change_plan(m, c, out, t, plan, PRICE, NOBODY)
    s.price_moves = moves
    respond(m, s, before, full_amount(m, c))


@jit
def respond(m, s, before, after):
    """Multiply the cancel rate by (new / old full MRR) to the power of the cancel elasticity; moves multiply."""
    elasticity = m.segments[s.epoch, s.segment].cancel_elasticity
    if elasticity != 0.0 and before > 0 and after > 0 and before != after:
        s.price_moves *= (after / before) ** elasticity
