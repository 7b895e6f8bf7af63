"""One offer in a few sentences: when, to whom, what, how many accept, what follows."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language, monthly
from simulator.scenario.keys.offers import Offer, When, Who


def offer(language: Language, name: str, offer: Offer) -> str:
    """The offer as one paragraph."""
    return language.paragraph(_sentences(language, name, offer))


def _sentences(language: Language, name: str, offer: Offer) -> Iterator[str]:
    conditions = list(_conditions(language, offer.who))
    audience = language.say("everyone")
    if conditions:
        audience = language.say("those", conditions=language.paragraph(conditions))
    target = "" if offer.to is None else language.say(f"to_{offer.to.kind}", name=offer.to.name)
    yield language.say(
        "offer",
        name=name,
        motion=language.say(offer.motion),
        trigger=_trigger(language, offer.when),
        audience=audience,
        target=target,
        acceptance=language.share(min(1.0, offer.acceptance.base * offer.acceptance.factor)),
    )
    if offer.takes_effect is not None:
        yield language.say(f"effect_{offer.takes_effect}")
    if offer.returns is not None:
        yield language.say(
            "returns",
            share=language.share(offer.returns.share),
            time=language.duration(offer.returns.within),
            plan=offer.returns.to or language.say("former"),
        )
    if offer.quiet_for:
        yield language.say("quiet", time=language.duration(offer.quiet_for))
    for outcome, consequence in (("accepted", offer.if_accepted), ("declined", offer.if_declined)):
        if consequence.cancel:
            yield language.say(f"{outcome}_cancel", share=language.share(consequence.cancel))


def _trigger(language: Language, when: When) -> str:
    if when.kind == "rate":
        return language.say("rate", month=language.share(round(monthly(when.value), 5)))
    if when.kind == "month":
        return language.say("month", months=language.together(language.month_of_year(m) for m in when.value))
    if when.kind == "tenure":
        return language.say("at_tenure", time=language.duration(when.value))
    if when.kind in ("every", "renewal_within", "churned_for"):
        return language.say(when.kind, time=language.duration(when.value))
    return language.say(when.kind)


def _conditions(language: Language, who: Who) -> Iterator[str]:
    for phrase, names in (
        ("in_segments", who.segments),
        ("on_plans", who.plans),
        ("on_terms", who.terms),
        ("with_addons", who.has),
        ("without_addons", who.lacks),
    ):
        if names:
            yield language.say(phrase, names=language.together(names))
    if who.rescued is not None:
        yield language.say("rescued" if who.rescued else "not_rescued")
    for phrase, time in (("tenure_above", who.tenure_above), ("tenure_below", who.tenure_below)):
        if time is not None:
            yield language.say(phrase, time=language.duration(time))
