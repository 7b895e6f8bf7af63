"""Exports of Stripe."""

from simulator.billing.readers import (
    stripe_change_events,
    stripe_mrr_per_subscriber,
    stripe_subscriptions,
    stripe_tables,
)

READERS = (
    *stripe_subscriptions.READERS,
    *stripe_mrr_per_subscriber.READERS,
    *stripe_change_events.READERS,
    *stripe_tables.READERS,
)
