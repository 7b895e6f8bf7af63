"""The policy as compiled code reads it: one record of small numbers."""

from __future__ import annotations

import math

import numpy as np

from simulator.accounting.policy import DAYS_A_MONTH, Policy

# What becomes of a customer who is new and gone within a month, at event grain.
BOTH, NEITHER, NEW_ONLY = 0, 1, 2
# What of a used amount is MRR.
BILLED, EXCLUDED, MEAN_OF_3_MONTHS = 0, 1, 2

POLICY = np.dtype(  # one row
    [
        # kinds
        ("free_expands", "u1"),  # a free customer's first payment is expansion
        ("shortest_gap", "f8"),  # calendar months
        ("longest_gap", "f8"),
        ("returns_expand", "u1"),
        ("free_churns", "u1"),  # who goes to a free plan has left
        ("pause_churns", "u1"),
        ("new_and_churned", "i8"),
        # amounts
        ("as_billed", "u1"),  # nothing below differs from what is billed
        ("at_request", "u1"),  # a cancellation counts when it is asked for
        ("discounts", "u1"),  # discount offers lower MRR
        ("bundles", "u1"),  # so do bundles
        ("metered", "i8"),
        ("pause_keeps", "u1"),  # a pause keeps its MRR
        ("unpaid_for", "f8"),  # months after which unpaid MRR counts no more
    ],
    align=True,
)


def policy_row(policy: Policy) -> np.ndarray:
    """Return the policy as a record array of one row.

    At month grain the movements by event are kept beside as they happened, so `new_and_churned` acts at event grain
    alone.
    """
    row = np.zeros(1, POLICY).view(np.recarray)
    values = row[0]
    values.free_expands = policy.free_to_paid == "expansion"
    values.shortest_gap, values.longest_gap = policy.reactivation_gap
    values.returns_expand = policy.reactivation_is == "expansion"
    values.free_churns = policy.to_free == "churn"
    values.pause_churns = policy.pause == "churn"
    if policy.grain == "event":
        values.new_and_churned = ("both", "neither", "new only").index(policy.new_and_churned)
    values.at_request = policy.cancel_recognised == "requested"
    values.discounts = policy.counts_temporary_discounts
    values.bundles = policy.counts_lasting_discounts
    values.metered = ("billed", "excluded", "mean of 3 months").index(policy.metered)
    values.pause_keeps = policy.pause == "keeps MRR"
    values.unpaid_for = policy.unpaid_counts / DAYS_A_MONTH
    values.as_billed = (
        policy.cancel_recognised == "effective"
        and policy.discounts == "all"
        and policy.metered == "billed"
        and policy.pause != "keeps MRR"
        and math.isinf(policy.unpaid_counts)
    )
    return row
