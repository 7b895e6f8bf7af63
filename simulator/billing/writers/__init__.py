"""Periods written as a vendor's export: what a simulated company would hand over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from simulator.billing.writers import baremetrics, chargebee, chartmogul, recharge, recurly, stripe

WRITERS: dict[str, Callable[[pl.DataFrame, datetime], dict[str, pl.DataFrame]]] = {
    "stripe-subscriptions": stripe.subscriptions,
    "stripe-mrr-per-subscriber": stripe.mrr_per_subscriber,
    "stripe-change-events": stripe.change_events,
    "stripe-tables": stripe.tables,
    "chartmogul-movements": chartmogul.movements,
    "chargebee-subscriptions": chargebee.subscriptions,
    "chargebee-mrr-changes": chargebee.mrr_changes,
    "baremetrics": baremetrics.subscriptions,
    "recurly": recurly.tables,
    "recharge": recharge.tables,
}
"""By name of the format: periods (schema ITEMS) and the moment up to which they are known -> tables by file name."""
