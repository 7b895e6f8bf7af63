"""Exports of Chargebee."""

from simulator.billing.readers import chargebee_mrr_changes, chargebee_subscriptions

READERS = (*chargebee_subscriptions.READERS, *chargebee_mrr_changes.READERS)
