"""Why a row of a billing source is set aside: one reason a row, the first that applies."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "no_customer": "no customer",
    "no_date": "no start, month or time",
    "unreadable_date": "a date that cannot be read",
    "no_price": "no price",
    "unreadable_amount": "an amount that cannot be read",
    "negative_amount": "an amount below 0",
    "amount_too_large": "an amount beyond what is plausible, 100 billion units a month",
    "no_interval": "no billing interval",
    "unreadable_interval": "a billing interval that cannot be read",
    "unreadable_quantity": "a quantity that is not a whole number from 0",
    "no_currency": "no currency, where other rows have one",
    "unknown_currency": "a currency that is not in ISO 4217, or that its amount contradicts",
    "unreadable_discount": "a discount that cannot be read, is below 0 or is above the price",
    "unreadable_status": "a status that is not known",
    "no_end": "said to be over, without a date of its end",
    "end_before_start": "ends before it starts",
    "same_day": "starts and ends at the same moment, so it never counts",
    "future": "starts after the as-of date",
    "duplicate": "the same row, or the same id for the same time, as one before",
    "overlap": "overlaps an earlier period of the same subscription",
    "duplicate_id": "the id of a row before, with other content",
    "not_recurring": "not a recurring charge",
    "unpaid_start": "never started: the first payment was not made",
    "unknown_reference": "refers to a row that is in none of the tables",
    "deleted": "marked as deleted in the source",
    "trial": "a trial that never paid",
    "not_current": "an older version of a row that the source has kept",
}
"""Words shown for each reason."""
