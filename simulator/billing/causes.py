"""Why a customer's MRR changed, as far as the source says it or leaves no other reading.

Where a reader states a reason it is taken. Otherwise a cause is inferred only from what is certain: the plan changed,
the quantity changed, a discount came or went, an item of a subscription was added or removed, a trial, a pause or the
free use ended. Everything else is unspecified: a further subscription of the same customer, or an amount that moved
where the source tells neither plan nor quantity.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.movements import Cause

# Reasons of movements that are no names of causes, and the cause that leads to each.
_OF_REASON = {
    "free_conversion": Cause.PLAN_UPGRADE,
    "cheaper_upgrade": Cause.PLAN_UPGRADE,
    "price_change": Cause.PRICE,
    "term_change": Cause.TERM,
    "to_free": Cause.DOWNGRADE,
    "other": Cause.SIGN_UP,
    "payment_recovered": Cause.FAILED_PAYMENT,
}
CAUSES: dict[str, Cause] = {cause.name.lower(): cause for cause in Cause} | _OF_REASON
"""Causes by what a reader may state: the name of a cause, or the reason of a movement."""
NOT_STATED = -1


def stated(reasons: pl.Series, *, leaving: bool = False) -> np.ndarray:
    """Return the cause of each reason that a reader stated, `NOT_STATED` where it stated none.

    Raises
    ------
    KeyError
        if a reason is not one of `CAUSES`: the reader is wrong.
    """
    unknown = set(reasons.drop_nulls().unique()) - CAUSES.keys()
    if unknown:
        raise KeyError(f"no such reason: {', '.join(sorted(unknown))}; there are {', '.join(CAUSES)}")
    known = CAUSES | ({"shock": Cause.SHOCK_LEAVE} if leaving else {})
    codes = reasons.replace_strict(list(known), [int(c) for c in known.values()], default=None, return_dtype=pl.Int64)
    return codes.fill_null(NOT_STATED).to_numpy()


def of_item(p: dict[str, np.ndarray], before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the cause of each change of one item: it was in the period `before` and is now in `after`.

    Parameters
    ----------
    p
        columns of the counted periods: net, gross, off (counted discount), plan and quantity (-1: not known),
        standing, metered, stated.
    before, after
        positions of periods.
    """
    delta = p["net"][after] - p["net"][before]
    plan_b, plan_a = p["plan"][before], p["plan"][after]
    quantity_b, quantity_a = p["quantity"][before], p["quantity"][after]
    gross_b, gross_a = p["gross"][before], p["gross"][after]
    same_plan = (plan_b == plan_a) & (plan_a >= 0)
    other_plan = (plan_b != plan_a) & (plan_b >= 0) & (plan_a >= 0)
    counted = (quantity_b > 0) & (quantity_a > 0)
    same_quantity = counted & (quantity_b == quantity_a)
    other_quantity = counted & (quantity_b != quantity_a)
    same_price, same_off = gross_b == gross_a, p["off"][before] == p["off"][after]
    unit_step = np.sign(_unit(gross_a, quantity_a) - _unit(gross_b, quantity_b))
    rises = delta > 0
    in_step = np.sign(gross_a - gross_b) == np.sign(delta)  # a discount that comes with it does not turn it round

    cause = np.full(len(before), int(Cause.UNSPECIFIED))
    cause[same_plan & same_quantity & same_off & ~same_price] = Cause.PRICE
    only_discount = same_price & ~same_off
    cause[only_discount & rises] = Cause.DISCOUNT_END
    cause[only_discount & ~rises] = Cause.DISCOUNT
    seats = same_plan & other_quantity & in_step & (np.sign(quantity_a - quantity_b) == np.sign(delta))
    cause[seats] = Cause.SEATS
    # with another quantity too, the plan is the reason only if its price a unit moved the same way
    chosen = other_plan & in_step & (~other_quantity | (unit_step == np.sign(delta)))
    cause[chosen & rises] = Cause.PLAN_UPGRADE
    cause[chosen & ~rises] = Cause.DOWNGRADE
    cause[same_plan & p["metered"][before] & p["metered"][after]] = Cause.USAGE
    stands_b, stands_a = p["standing"][before], p["standing"][after]
    cause[(stands_b == TRIAL) & (stands_a == PRESENT)] = Cause.TRIAL_CONVERSION
    cause[(stands_b == PAUSED) & (stands_a == PRESENT)] = Cause.RESUME
    cause[(stands_b == PRESENT) & (stands_a == PAUSED)] = Cause.PAUSE
    said = p["stated"][after]
    return np.where(said != NOT_STATED, said, cause)


def _unit(gross: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    """The price of one, to twelve digits, so that a rounded total does not count as another price."""
    price = gross / np.maximum(quantity, 1)
    scale = 10.0 ** (np.floor(np.log10(np.maximum(price, 1.0))) - 11)
    return np.round(price / scale) * scale


def of_start(standing_before: np.ndarray) -> np.ndarray:
    """Return the cause of a customer's MRR that begins: by how the customer stood before."""
    cause = np.full(len(standing_before), int(Cause.SIGN_UP))
    cause[standing_before == TRIAL] = Cause.TRIAL_CONVERSION
    cause[standing_before == PRESENT] = Cause.PLAN_UPGRADE  # used it for free
    cause[standing_before == PAUSED] = Cause.RESUME
    return cause


def of_end(standing_after: np.ndarray, item_cause: np.ndarray) -> np.ndarray:
    """Return the cause of a customer's MRR that ends: by how the customer stands now, and what its items say."""
    cause = np.where(standing_after == ABSENT, item_cause, int(Cause.UNSPECIFIED))
    stays = standing_after == PRESENT
    cause[stays] = np.where(item_cause[stays] == Cause.UNSPECIFIED, int(Cause.DOWNGRADE), item_cause[stays])
    cause[standing_after == PAUSED] = Cause.PAUSE
    return cause
