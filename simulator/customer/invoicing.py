"""Invoices: fixed amounts in advance at the start of a cycle, used amounts in arrears, changes in between by proration.

A cycle is a month from anniversary to anniversary, or a longer term from its start. A change within it credits the rest
at the old amount and charges the rest at the new one, each rounded half up by itself (the convention of
accounting.proration, on the kernel's months); a new cycle, as of another term, is charged in full. Where nothing
changes nothing is done: cycles are caught up with when something does, or at the horizon. No draw depends on this.
"""

from __future__ import annotations

import math

import numpy as np

from simulator.customer.clocks import next_anniversary
from simulator.customer.pricing import WITH_BUNDLES, items_amount, round_half_up, within_bounds
from simulator.customer.tally import CREDITED, INVOICED, count_amount
from simulator.jit import inlined, jit
from simulator.model.tables import MONTHLY, NOBODY, NOT_METERED


@jit
def no_invoices(s):
    """Forget all invoices: a customer who has not been billed yet."""
    s.invoiced_bill = s.in_advance = s.metered = 0
    s.invoiced_plan = NOBODY
    s.cycle_start = s.cycle_months = s.cycles = s.metered_since = 0.0


@jit
def open_invoices(m, c):
    """Take over a customer of the opening base: the cycle in progress was paid before, what it uses was not."""
    s = c.state
    split_bill(m, c)
    s.cycle_start, s.cycle_months = cycle_of(m, s)
    s.cycles = math.ceil(-s.cycle_start / s.cycle_months)
    s.metered_since = next_anniversary(s, 0.0) - 1.0


@inlined
def invoice(m, c, out, t):
    """Bring the invoices up to t, after an event: if bill or cycle changed, the rest is credited and charged."""
    s = c.state
    start, months = cycle_of(m, s)
    same_cycle = start == s.cycle_start and months == s.cycle_months
    if same_cycle and s.billed == s.invoiced_bill and s.plan == s.invoiced_plan:
        return
    invoice_cycles(out, s, t)
    invoice_usage(out, s, t)
    before = s.in_advance
    split_bill(m, c)
    if same_cycle and s.in_advance == before:
        return
    counters = out.tallies.counters[int(t), s.segment]
    left = s.cycle_start + s.cycles * s.cycle_months - t
    if before > 0 and left > 0.0:
        counters[CREDITED] += round_half_up(before * left)
    if s.in_advance > 0:
        cycles = s.cycles
        if before == 0 or not same_cycle:
            cycles = math.floor((t - start) / months)
        while start + cycles * months <= t:
            cycles += 1.0
        counters[INVOICED] += round_half_up(s.in_advance * (start + cycles * months - t))
        s.cycles = cycles
    s.cycle_start, s.cycle_months = start, months


@jit
def invoice_cycles(out, s, t):
    """Invoice the cycles that began before t, each in the month of its start."""
    if s.in_advance == 0:
        return
    start, months, cycles = s.cycle_start, s.cycle_months, s.cycles
    amount = round_half_up(s.in_advance * months)
    begin = start + cycles * months
    invoiced = out.tallies.counters[:, s.segment, INVOICED]
    while begin < t:
        invoiced[int(begin)] += amount
        cycles += 1.0
        begin = start + cycles * months
    s.cycles = cycles


@jit
def invoice_usage(out, s, t):
    """Invoice what was used since it was last invoiced: at each month tick, and when the bill changes in between."""
    if s.metered > 0:
        count_amount(out, s, t, INVOICED, round_half_up(s.metered * (t - s.metered_since)))
    s.metered_since = t


@inlined
def split_bill(m, c):
    """Note what of the monthly bill is due in advance, that is what it would be without usage, and what in arrears."""
    s = c.state
    s.invoiced_bill, s.invoiced_plan = s.billed, s.plan
    s.in_advance = s.billed
    if s.billed > 0 and m.plans[c.items[0].epoch, s.plan].mode != NOT_METERED:
        s.in_advance = fixed_part(m, c)
    s.metered = s.billed - s.in_advance


@jit
def fixed_part(m, c):
    """Return what the monthly bill would be without usage, at most the bill: ten-thousandths of a currency unit."""
    s = c.state
    fixed = within_bounds(m, c, items_amount(m, c, WITH_BUNDLES) * (1.0 - s.discount))
    return min(max(round_half_up(fixed) + s.own_price, np.int64(0)), s.billed)


@jit
def cycle_of(m, s):
    """Return from where the customer's cycles count, and their length in months."""
    if s.term == MONTHLY:
        return s.anchor, 1.0
    return s.term_start, float(m.term_months[s.term])
