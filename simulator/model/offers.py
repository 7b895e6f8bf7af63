"""Offers compiled: trigger, audience, target, acceptance and consequences as one row of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.draws.address import purpose
from simulator.model import tables as T
from simulator.model.names import Names, bit_mask

MOTIONS = {"upsell": T.UPSELL, "cross_sell": T.CROSS_SELL, "downsell": T.DOWNSELL, "win_back": T.WIN_BACK}
TRIGGERS = {
    "rate": T.RATE,
    "every": T.EVERY,
    "tenure": T.TENURE,
    "renewal_within": T.RENEWAL_WITHIN,
    "month": T.CALENDAR_MONTH,
    "on_sign_up": T.ON_SIGN_UP,
    "cancel_intent": T.CANCEL_INTENT,
    "churned_for": T.CHURNED_FOR,
}
TARGETS = {
    "next_plan": T.NEXT_PLAN,
    "plan": T.TO_PLAN,
    "addon": T.TO_ADDON,
    "bundle": T.TO_BUNDLE,
    "term": T.TO_TERM,
}
TAKES_EFFECT = {None: T.NOBODY, "now": T.NOW, "anniversary": T.ANNIVERSARY, "renewal": T.AT_RENEWAL_DATE}


def offer_row(keys: Any, names: Names, name: str) -> tuple:
    """Return the row of one offer in one epoch; an offer that is not there is never made."""
    row = np.zeros(1, T.OFFER).view(np.recarray)
    r = row[0]
    r.accepts = purpose(f"offer/{name}/accepts")
    r.clock = purpose(f"offer/{name}/clock")
    r.consequence = purpose(f"offer/{name}/consequence")
    offer = keys.offers.get(name)
    if offer is None:
        r.trigger = T.NOBODY
        return row[0].item()
    r.made = True
    r.motion = MOTIONS[offer.motion]
    r.trigger = TRIGGERS[offer.when.kind]
    r.when = _when(offer.when)
    r.target = TARGETS[offer.to.kind]
    r.item = _item(offer.to, names)
    r.takes_effect = TAKES_EFFECT[offer.takes_effect]
    r.acceptance = offer.acceptance.base * offer.acceptance.factor
    r.quiet_for = offer.quiet_for or 0.0
    r.accepted_cancel = offer.if_accepted.cancel
    r.declined_cancel = offer.if_declined.cancel
    r.return_to = T.NOBODY
    if offer.returns is not None:
        r.return_hazard = -np.log1p(-offer.returns.share) / offer.returns.within
        if offer.returns.to is not None:
            r.return_to = names.plans.index(offer.returns.to)
    who = offer.who
    r.segments = bit_mask(names.segments, who.segments)
    r.plans = bit_mask(names.plans, who.plans)
    r.terms = bit_mask(names.terms, who.terms)
    r.has = bit_mask(names.addons, who.has or ())
    r.lacks = bit_mask(names.addons, who.lacks or ())
    r.rescued = T.NOBODY if who.rescued is None else int(who.rescued)
    r.tenure_above = -np.inf if who.tenure_above is None else who.tenure_above
    r.tenure_below = np.inf if who.tenure_below is None else who.tenure_below
    return row[0].item()


def _when(when: Any) -> float:
    """Return the trigger's number: a hazard, months, or the bit mask of calendar months."""
    if when.kind == "month":
        return float(sum(1 << (month - 1) for month in when.value))
    return float(when.value) if when.value is not None else 0.0


def _item(to: Any, names: Names) -> int:
    lists = {"plan": names.plans, "addon": names.addons, "bundle": names.bundles, "term": names.terms}
    return lists[to.kind].index(to.name) if to.kind in lists else T.NOBODY

