"""The clocks a customer carries, by number.

Of simultaneous events of one customer the lowest clock goes first. Dated clocks come first, then one clock an offer
(dated offers in file order), then the random clocks: fixed ones, one an add-on, one a signal, one an offer, and the
return.
"""

from __future__ import annotations

from typing import NamedTuple

(
    EPOCH_START,
    PRICE_MOVE,
    TENURE_STEP,
    BILL_SHOCK_END,
    TRIAL_END,
    PAUSE_END,
    DISCOUNT_END,
    UNPAID_END,
    LEAVE,
    CHANGE,
    RENEWAL,
    TICK,
    ONBOARDING_END,
    ADOPTION_END,
    DECISION,
    FIRST_OFFER,
) = range(16)
# counted from the first random clock
INTENT, LURE, DOWNGRADE, SHOCK, FAILED_PAYMENT, SEAT_ADDED, SEAT_REMOVED, FIRST_ADDON = range(8)


class Layout(NamedTuple):
    """Where the clocks stand that depend on the number of offers and add-ons."""

    first_random: int
    first_signal: int
    first_random_offer: int
    return_clock: int
    n_clocks: int


def clock_layout(addons: int, signals: int, offers: int) -> Layout:
    """Return the layout for that many add-ons, signals and offers."""
    first_random = FIRST_OFFER + offers
    first_signal = first_random + FIRST_ADDON + addons
    first_random_offer = first_signal + signals
    return_clock = first_random_offer + offers
    return Layout(first_random, first_signal, first_random_offer, return_clock, return_clock + 1)
