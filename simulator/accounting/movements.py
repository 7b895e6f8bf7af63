"""The kinds, motions and reasons of MRR movements, and which cause of a change gives which.

A *cause* is what happened to a customer; whether MRR rises or falls with it, and whether the customer paid before,
decides the *line* of the books it lands on: a (kind, motion, reason) triple of ACCOUNTING's table.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import NamedTuple

import numpy as np

KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
SIGN = {"new": 1, "reactivation": 1, "expansion": 1, "contraction": -1, "churn": -1}
MOTIONS = ("none", "upsell", "cross_sell", "downsell", "price", "restoration", "unspecified")


class Cause(IntEnum):
    """What happened to a customer when its MRR changed."""

    UNSPECIFIED = 0
    SIGN_UP = 1
    TRIAL_CONVERSION = 2
    PLAN_UPGRADE = 3
    DOWNGRADE = 4
    SEATS = 5
    USAGE = 6
    RESCUE = 7
    RESCUE_RETURN = 8
    RECOVERY = 9
    OPTION = 10  # an add-on that counts as upsell
    ADDON = 11
    BUNDLE = 12
    ADDON_REMOVED = 13
    PRICE = 14
    TERM = 15
    OWN_PRICE_END = 16
    DISCOUNT = 17
    DISCOUNT_END = 18
    PAUSE = 19
    RESUME = 20
    SPLIT = 21
    SHOCK = 22
    WIN_BACK = 23
    VOLUNTARY = 24
    FAILED_PAYMENT = 25
    SHOCK_LEAVE = 26
    WITHDRAWN = 27  # a cancellation that had been booked is taken back: billed customers alone


class Line(NamedTuple):
    """A line of the books."""

    kind: str
    motion: str
    reason: str


# cause -> (motion, reason) when the MRR of an existing customer rises, and when it falls.
# A direction that a cause cannot normally take is absent and lands on "unspecified".
RISES: dict[Cause, tuple[str, str]] = {
    Cause.PLAN_UPGRADE: ("upsell", "plan_upgrade"),
    Cause.TRIAL_CONVERSION: ("upsell", "plan_upgrade"),
    Cause.SEATS: ("upsell", "seats"),
    Cause.USAGE: ("upsell", "usage"),
    Cause.RESCUE_RETURN: ("upsell", "rescue_return"),
    Cause.RECOVERY: ("upsell", "recovery"),
    Cause.OPTION: ("upsell", "option"),
    Cause.ADDON: ("cross_sell", "addon"),
    Cause.BUNDLE: ("cross_sell", "bundle"),
    Cause.ADDON_REMOVED: ("restoration", "discount_end"),  # the item's bundle discount ends with it
    Cause.PRICE: ("price", "price_change"),
    Cause.TERM: ("price", "term_change"),
    Cause.OWN_PRICE_END: ("price", "own_price_end"),
    Cause.DISCOUNT_END: ("restoration", "discount_end"),
    Cause.RESUME: ("restoration", "resume"),
    Cause.DISCOUNT: ("restoration", "discount_end"),  # a smaller discount takes the place of a larger one
    # a plan further down that costs more than the price kept so far
    Cause.DOWNGRADE: ("price", "price_change"),
    Cause.RESCUE: ("price", "price_change"),
    Cause.SPLIT: ("price", "price_change"),
    Cause.SHOCK: ("price", "price_change"),
    # gone and back within a month, on a dearer plan
    Cause.WIN_BACK: ("upsell", "plan_upgrade"),
    Cause.WITHDRAWN: ("upsell", "plan_upgrade"),
}
FALLS: dict[Cause, tuple[str, str]] = {
    Cause.RESCUE: ("downsell", "rescue"),
    Cause.DISCOUNT: ("downsell", "discount"),
    Cause.PAUSE: ("downsell", "pause"),
    Cause.SPLIT: ("downsell", "split"),
    Cause.TERM: ("downsell", "term_change"),
    Cause.DOWNGRADE: ("none", "downgrade"),
    Cause.SEATS: ("none", "seats"),
    Cause.USAGE: ("none", "usage"),
    Cause.ADDON_REMOVED: ("none", "addon_removed"),
    Cause.SHOCK: ("none", "shock"),
    Cause.PLAN_UPGRADE: ("none", "cheaper_upgrade"),
    Cause.TRIAL_CONVERSION: ("none", "cheaper_upgrade"),
    Cause.PRICE: ("none", "price_change"),
    Cause.OWN_PRICE_END: ("none", "price_change"),
    # more for less: a plan further up, or an item that completes a bundle, lowers the bill
    Cause.RESCUE_RETURN: ("none", "cheaper_upgrade"),
    Cause.RECOVERY: ("none", "cheaper_upgrade"),
    Cause.BUNDLE: ("none", "cheaper_upgrade"),
    Cause.ADDON: ("none", "cheaper_upgrade"),
    Cause.OPTION: ("none", "cheaper_upgrade"),
    # gone and back within a month, on a cheaper plan
    Cause.VOLUNTARY: ("none", "downgrade"),
    Cause.FAILED_PAYMENT: ("none", "downgrade"),
    Cause.SHOCK_LEAVE: ("none", "downgrade"),
    Cause.WIN_BACK: ("none", "downgrade"),
    Cause.WITHDRAWN: ("none", "downgrade"),
}
STARTS: dict[Cause, tuple[str, str]] = {
    Cause.SIGN_UP: ("none", "sign_up"),
    Cause.TRIAL_CONVERSION: ("upsell", "trial_conversion"),
    Cause.PLAN_UPGRADE: ("upsell", "free_conversion"),
}
RETURNS: dict[Cause, tuple[str, str]] = {
    Cause.WIN_BACK: ("none", "win_back"),
    Cause.RESUME: ("none", "resume"),  # from a pause that was booked as churn
    Cause.FAILED_PAYMENT: ("none", "payment_recovered"),  # of what counted no more
    Cause.WITHDRAWN: ("none", "withdrawn"),
    Cause.PLAN_UPGRADE: ("upsell", "free_conversion"),
    Cause.TRIAL_CONVERSION: ("upsell", "free_conversion"),
}
LEAVES: dict[Cause, tuple[str, str]] = {
    Cause.VOLUNTARY: ("none", "voluntary"),
    Cause.FAILED_PAYMENT: ("none", "failed_payment"),
    Cause.SHOCK_LEAVE: ("none", "shock"),
    Cause.DOWNGRADE: ("none", "to_free"),
    Cause.RESCUE: ("none", "to_free"),
    Cause.SHOCK: ("none", "to_free"),
    Cause.PAUSE: ("none", "pause"),
}
_BY_KIND = {"new": STARTS, "reactivation": RETURNS, "expansion": RISES, "contraction": FALLS, "churn": LEAVES}
# A first payment that no sign-up or trial brought: somebody who used it for free now pays.
# MRR that ends while the customer stays has become free use.
_OTHERWISE = {
    "new": ("upsell", "free_conversion"),
    "reactivation": ("none", "other"),
    "churn": ("none", "to_free"),
}


def _landing(kind: str, cause: Cause) -> Line:
    unspecified = ("unspecified", "unspecified")
    otherwise = unspecified if cause == Cause.UNSPECIFIED else _OTHERWISE.get(kind, unspecified)
    return Line(kind, *_BY_KIND[kind].get(cause, otherwise))


# Where policies differ: the same reasons under another kind.
# What comes back as expansion was there before, or has chosen to pay again.


def _return_as_new(cause: Cause) -> Line:
    return _landing("reactivation", cause)._replace(kind="new")


def _return_as_expansion(cause: Cause) -> Line:
    line = _landing("reactivation", cause)._replace(kind="expansion")
    return line._replace(motion="restoration") if line.motion == "none" else line


def _first_as_expansion(cause: Cause) -> Line:
    line = _landing("new", cause)._replace(kind="expansion")
    return line._replace(motion="upsell", reason="free_conversion") if line.motion == "none" else line


_CAUSES = sorted(Cause, key=lambda cause: (cause == 0, cause))
LINES: tuple[Line, ...] = tuple(
    dict.fromkeys(
        [_landing(kind, cause) for kind in KINDS for cause in _CAUSES]
        + [line(cause) for line in (_return_as_new, _return_as_expansion, _first_as_expansion) for cause in _CAUSES]
    )
)
LINE_SIGN = np.array([SIGN[line.kind] for line in LINES], dtype=np.int64)
IS_NEW = np.array([line.kind == "new" for line in LINES])
IS_CHURN = np.array([line.kind == "churn" for line in LINES])


def _by_cause(landing: Callable[[Cause], Line]) -> np.ndarray:
    return np.array([LINES.index(landing(cause)) for cause in sorted(Cause)], dtype=np.int64)


# Lookup tables of the compiled rules: line by cause.
NEW_LINE, REACTIVATION_LINE, EXPANSION_LINE, CONTRACTION_LINE, CHURN_LINE = (
    _by_cause(partial(_landing, kind)) for kind in KINDS
)
RETURN_AS_NEW_LINE = _by_cause(_return_as_new)
RETURN_AS_EXPANSION_LINE = _by_cause(_return_as_expansion)
FIRST_AS_EXPANSION_LINE = _by_cause(_first_as_expansion)


def lines_where(kind: str | None = None, motion: str | None = None) -> list[int]:
    """Return the indices of the lines of that kind and that motion (`None`: any)."""
    return [i for i, line in enumerate(LINES) if kind in (None, line.kind) and motion in (None, line.motion)]
