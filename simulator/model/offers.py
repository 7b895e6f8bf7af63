"""Offers compiled: trigger, audience, target, acceptance and consequences as one row of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.draws.address import purpose
from simulator.model import tables as T
from simulator.model.behaviour import consequence
from simulator.model.names import Names, bit_mask

MOTIONS = {
    "upsell": T.UPSELL,
    "cross_sell": T.CROSS_SELL,
    "downsell": T.DOWNSELL,
    "win_back": T.WIN_BACK,
    "care": T.CARE,
}
TRIGGERS = {
    "rate": T.RATE,
    "every": T.EVERY,
    "tenure": T.TENURE,
    "renewal_within": T.RENEWAL_WITHIN,
    "month": T.CALENDAR_MONTH,
    "on_sign_up": T.ON_SIGN_UP,
    "cancel_intent": T.CANCEL_INTENT,
    "churned_for": T.CHURNED_FOR,
    "signal": T.ON_SIGNAL,
    "onboarding_failed": T.ONBOARDING_FAILED,
    "usage_above": T.USAGE_ABOVE,
    "usage_below": T.USAGE_BELOW,
    "seats_above": T.SEATS_ABOVE,
    "satisfaction_above": T.SATISFACTION_ABOVE,
    "satisfaction_below": T.SATISFACTION_BELOW,
}
TARGETS = {
    "next_plan": T.NEXT_PLAN,
    "plan": T.TO_PLAN,
    "addon": T.TO_ADDON,
    "bundle": T.TO_BUNDLE,
    "term": T.TO_TERM,
    "seats": T.TO_SEATS,
    "split": T.TO_SPLIT,
    "pause": T.TO_PAUSE,
    "discount": T.TO_DISCOUNT,
}
PHASES = ("onboarding", "onboarded", "adopted")
NPS_CLASSES = ("promoter", "passive", "detractor")
TAKES_EFFECT = {None: T.NOBODY, "now": T.NOW, "anniversary": T.ANNIVERSARY, "renewal": T.AT_RENEWAL_DATE}


def offer_row(keys: Any, names: Names, name: str) -> tuple:
    """Return the row of one offer in one epoch; an offer that is not there is never made."""
    row = np.zeros(1, T.OFFER).view(np.recarray)
    r = row[0]
    r.accepts = purpose(f"offer/{name}/accepts")
    r.clock = purpose(f"offer/{name}/clock")
    r.consequence = purpose(f"offer/{name}/consequence")
    r.works = purpose(f"offer/{name}/work")
    r.team = T.NOBODY
    offer = keys.offers.get(name)
    if offer is None:
        r.trigger = T.NOBODY
        return row[0].item()
    r.made = True
    r.motion = MOTIONS[offer.motion]
    r.trigger = TRIGGERS[offer.when.kind]
    r.when = _when(offer.when, names)
    r.target = T.TO_NOTHING if offer.to is None else TARGETS[offer.to.kind]
    r.goal = T.NOBODY if offer.to is None else _item(offer.to, names)
    if offer.to is not None:
        r.share = offer.to.discount or 0.0
        r.lasts = offer.to.for_ or offer.to.pause or 0.0
        r.stays = offer.to.stays if offer.to.discount is not None else offer.to.resumes or 0.0
        r.number = offer.to.seats or (offer.to.split.count if offer.to.split else 0)
    if offer.trial is not None:
        r.trial_length, r.trial_converts = offer.trial.length, offer.trial.converts
    nps = offer.acceptance.nps
    r.promoter, r.passive, r.detractor = (1.0, 1.0, 1.0) if nps is None else (nps.promoter, nps.passive, nps.detractor)
    r.takes_effect = TAKES_EFFECT[offer.takes_effect]
    r.acceptance = offer.acceptance.base * offer.acceptance.factor
    r.quiet_for = offer.quiet_for or 0.0
    r.accepted = consequence(offer.if_accepted)
    r.declined = consequence(offer.if_declined)
    r.return_to = T.NOBODY
    if offer.returns is not None:
        r.return_hazard = -np.log1p(-offer.returns.share) / offer.returns.within
        if offer.returns.to is not None:
            r.return_to = names.plans.index(offer.returns.to)
    if offer.needs is not None:
        work = offer.needs.work
        r.team = names.teams.index(offer.needs.team)
        r.work = work.fixed if work.mean is None else work.mean
        r.work_varies = work.mean is not None
        r.waits = np.inf if offer.needs.waits is None else offer.needs.waits
    who = offer.who
    r.selective = who != type(who)()
    r.segments = bit_mask(names.segments, who.segments)
    r.plans = bit_mask(names.plans, who.plans)
    r.terms = bit_mask(names.terms, who.terms)
    r.has = bit_mask(names.addons, who.has or ())
    r.lacks = bit_mask(names.addons, who.lacks or ())
    r.phases = bit_mask(PHASES, who.phase)
    r.nps = bit_mask(NPS_CLASSES, who.nps)
    r.rescued = T.NOBODY if who.rescued is None else int(who.rescued)
    r.tenure_above = -np.inf if who.tenure_above is None else who.tenure_above
    r.tenure_below = np.inf if who.tenure_below is None else who.tenure_below
    return row[0].item()


def _when(when: Any, names: Names) -> float:
    """Return the trigger's number: a hazard, months, a bound, a signal, or the bit mask of calendar months."""
    if when.kind == "signal":
        return float(names.signals.index(when.value))
    if when.kind == "month":
        return float(sum(1 << (month - 1) for month in when.value))
    return float(when.value) if when.value is not None else 0.0


def _item(to: Any, names: Names) -> int:
    if to.kind == "split":
        return names.plans.index(to.split.plan)
    lists = {"plan": names.plans, "addon": names.addons, "bundle": names.bundles, "term": names.terms}
    return lists[to.kind].index(to.name) if to.kind in lists else T.NOBODY
