"""The form that every reader gives: one row for each period in which one subscription item had one price.

Subscriptions, snapshots, movements and event logs all fit it: a period ends where the next state of the same item
begins, and an item that nobody has ended has no end. Policies choose from the columns what counts; readers only state
what the source says.
"""

from __future__ import annotations

import polars as pl

# What a customer's item is, during a period.
ACTIVE, TRIAL, PAUSED, UNPAID = "active", "trial", "paused", "unpaid"
STATUSES = (ACTIVE, TRIAL, PAUSED, UNPAID)

ITEMS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,  # number of the source's row (1 = first after the header), for the reconciliation
    "file": pl.String,  # name of the source
    "customer": pl.String,
    "subscription": pl.String,
    "item": pl.String,  # within the subscription; "" where the source has no items
    "plan": pl.String,  # null: the source does not say
    "segment": pl.String,  # null: the source does not say
    "currency": pl.String,  # ISO 4217, upper case
    "quantity": pl.Int64,  # null: the source does not say
    "start": pl.Datetime("us"),  # UTC without zone; the period is [start, end)
    "end": pl.Datetime("us"),  # null: goes on
    "requested_end": pl.Datetime("us"),  # when the cancellation was asked for; null: not known, or none
    "status": pl.String,  # of STATUSES
    "mrr": pl.Int64,  # a month, before discounts, quantity included: ten-thousandths of a currency unit
    "lasting_discount": pl.Int64,  # a month, without an end; not negative
    "temporary_discount": pl.Int64,  # a month, with an end; not negative
    "metered": pl.Boolean,  # the amount is what was used, not a fixed price
    "reason": pl.String,  # of the change that began the period, where the source states it (accounting.movements)
    "end_reason": pl.String,  # of the end, where the source states it
}
"""Columns of a reader's periods."""
