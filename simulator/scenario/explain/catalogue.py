"""What is sold: plans, add-ons and bundles, each as one paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language
from simulator.scenario.keys import Keys
from simulator.scenario.keys.plans import Addon, Bundle, Included, Plan, Tier, UsagePrice


def plan(language: Language, keys: Keys, name: str) -> str:
    """One plan."""
    return language.paragraph(_plan(language, keys, name, keys.plans[name]))


def addon(language: Language, keys: Keys, name: str) -> str:
    """One add-on."""
    return language.paragraph(_addon(language, keys, name, keys.addons[name]))


def bundle(language: Language, keys: Keys, name: str) -> str:
    """One bundle."""
    stated: Bundle = keys.bundles[name]
    full = sum((keys.plans.get(item) or keys.addons[item]).price for item in stated.of)
    return language.say(
        "bundle",
        name=name,
        items=language.together(stated.of),
        share=language.share(stated.discount),
        price=language.money(round(full * (1 - stated.discount)), keys.currency),
        full=language.money(full, keys.currency),
    )


def _plan(language: Language, keys: Keys, name: str, plan: Plan) -> Iterator[str]:
    money = language.money
    if plan.price:
        yield language.say("plan", name=name, price=money(plan.price, keys.currency))
    else:
        yield language.say("plan_free" if plan.usage_price is None else "plan_by_use", name=name)
    if plan.sold != "everyone":
        yield language.say("rescue" if plan.sold == "rescue" else "closed")
    if plan.attracts:
        yield language.say("attracts", share=language.share(plan.attracts))
    if plan.included is not None:
        yield from _included(language, plan.included)
    if plan.included is not None and plan.included.usage is not None:
        yield language.say(f"at_limit_{plan.included.at_limit}")
    if plan.extra_seat is not None:
        yield language.say("extra_seat", price=money(plan.extra_seat, keys.currency))
    if plan.usage_price is not None:
        yield _usage_price(language, keys.currency, plan.usage_price)
    for phrase, bound in (("minimum", plan.minimum), ("maximum", plan.maximum)):
        if bound is not None:
            yield language.say(phrase, price=money(bound, keys.currency))
    for term, discount in plan.term_discount.items():
        yield language.say(
            "term_discount" if discount else "term_same",
            share=language.share(discount),
            term=term,
            length=language.months(keys.terms[term]),
            price=money(round(plan.price * (1 - discount)), keys.currency),
        )
    if plan.trial is not None:
        yield language.say(
            "trial_leaves" if plan.trial.otherwise == "leaves" else "trial_moves",
            length=language.duration(plan.trial.length),
            share=language.share(plan.trial.converts),
            plan=plan.trial.otherwise,
        )


def _included(language: Language, included: Included) -> Iterator[str]:
    parts = []
    if included.usage is not None:
        parts.append(language.say("included_usage", count=language.number(included.usage)))
    if included.seats is not None:
        phrase = "included_seats_1" if included.seats == 1 else "included_seats"
        parts.append(language.say(phrase, count=f"{included.seats:,}"))
    if parts:
        yield language.say("included", what=language.together(parts))


def _usage_price(language: Language, currency: str, price: UsagePrice) -> str:
    return language.say(
        f"usage_{price.mode}",
        unit="" if price.unit is None else language.money(price.unit, currency),
        size="" if price.size is None else f"{price.size:,}",
        tiers=language.together(_tier(language, currency, tier, len(price.tiers)) for tier in price.tiers)
        if price.tiers
        else "",
    )


def _tier(language: Language, currency: str, tier: Tier, count: int) -> str:
    unit, flat = (None if one is None else language.money(one, currency) for one in (tier.unit, tier.flat))
    kind = "flat" if unit is None else "both" if tier.flat else "unit"
    price = language.say(f"tier_{kind}", unit=unit, flat=flat)
    if tier.up_to is not None:
        return language.say("tier_up_to", price=price, bound=language.number(tier.up_to))
    return language.say("tier_above" if count > 1 else "tier_all", price=price)


def _addon(language: Language, keys: Keys, name: str, addon: Addon) -> Iterator[str]:
    yield language.say(
        "addon",
        name=name,
        price=language.money(addon.price, keys.currency),
        plans=language.alternatives(addon.with_),
        motion=language.say(addon.counts_as),
    )
    if addon.per_seat:
        yield language.say("addon_per_seat")
    if addon.cancel:
        yield language.say("addon_cancel", **language.chance(addon.cancel))
    else:
        yield language.say("addon_kept")
    if addon.sold == "nobody":
        yield language.say("closed")
