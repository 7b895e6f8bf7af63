"""What of a customer's bill counts as MRR under the accounting policy. Nothing that a customer does depends on it."""

from __future__ import annotations

import numpy as np

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.policy_row import EXCLUDED, MEAN_OF_3_MONTHS
from simulator.customer.pricing import items_amount, round_half_up, usage_amount, within_bounds
from simulator.customer.record import GONE, LEAVING, ON_PAUSE, SIGN_UP_TRIAL
from simulator.jit import inlined, jit


@jit
def counted_standing(m, s):
    """Return how the customer stands with the company, in the words of the accounting."""
    policy = m.policy[0]
    if s.here == GONE or s.uncollected or (policy.at_request and s.here == LEAVING):
        return ABSENT
    if s.here == ON_PAUSE:
        return PRESENT if policy.pause_keeps else PAUSED
    return TRIAL if s.trial == SIGN_UP_TRIAL else PRESENT


@inlined
def counted_amount(m, c):
    """Return the MRR that the customer counts with, of what it is billed: ten-thousandths of a currency unit."""
    if m.policy[0].as_billed:
        return c.state.billed
    return amount_of_policy(m, c)


@jit
def amount_of_policy(m, c):
    """Return what counts where that is not the bill: ten-thousandths of a currency unit."""
    s = c.state
    policy = m.policy[0]
    if s.uncollected or (policy.at_request and s.here == LEAVING):
        return np.int64(0)
    if s.here == GONE or s.trial == SIGN_UP_TRIAL or (s.here == ON_PAUSE and not policy.pause_keeps):
        return np.int64(0)
    fixed = items_amount(m, c, policy.bundles)
    if policy.discounts:
        fixed *= 1.0 - s.discount
    if policy.metered != EXCLUDED:
        fixed += counted_usage(m, c)
    return max(round_half_up(within_bounds(m, c, fixed)) + s.own_price, np.int64(0))


@jit
def counted_usage(m, c):
    """Return the part of the used amount that counts: as billed, or the mean of the last three months on the plan."""
    s = c.state
    usage = usage_amount(m, c)
    if m.policy[0].metered != MEAN_OF_3_MONTHS:
        return usage
    if s.usage_bills == 0:
        return usage
    if s.usage_bills == 1:
        return (usage + s.usage_bill_1) / 2.0
    return (usage + s.usage_bill_1 + s.usage_bill_2) / 3.0


@jit
def remember_usage(m, c):
    """Keep the usage part of the month that ends at a tick, for the mean of three months."""
    s = c.state
    if m.policy[0].metered == MEAN_OF_3_MONTHS:
        s.usage_bill_1, s.usage_bill_2 = usage_amount(m, c), s.usage_bill_1
        s.usage_bills = min(s.usage_bills + 1, 2)
