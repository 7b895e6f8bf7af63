"""One offer in a few sentences: when, to whom, what, how many accept, what follows."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language
from simulator.scenario.keys.offers import Acceptance, Consequence, Needs, Offer, To, When, Who
from simulator.scenario.keys.retention import NpsFactors

_PLAIN = 1.0


def offer(language: Language, name: str, offer: Offer) -> str:
    """The offer as one paragraph."""
    return language.paragraph(_sentences(language, name, offer))


def consequence(language: Language, who: str, stated: Consequence, kind: str = "then") -> Iterator[str]:
    """What an outcome does to those whom it meets, and what more where they have not adopted yet."""
    whom = language.say(f"who_{who}")
    if stated.satisfaction:
        yield language.say(f"{kind}_satisfaction", who=whom, value=language.signed(stated.satisfaction))
    if stated.cancel:
        yield language.say(f"{kind}_cancel", who=whom, share=language.share(stated.cancel))
    if stated.unless_adopted is not None:
        yield from consequence(language, who, stated.unless_adopted, "early")


def nps(language: Language, factors: NpsFactors) -> str:
    """One factor for each NPS class, in a list."""
    classes = ("promoter", "passive", "detractor")
    return language.together(
        language.say(f"nps_{one}", factor=language.factor(getattr(factors, one))) for one in classes
    )


def _sentences(language: Language, name: str, offer: Offer) -> Iterator[str]:
    conditions = language.conditions(_adjuncts(language, offer.who), _clauses(language, offer.who))
    care = "care_" if offer.to is None else ""
    audience = language.say(f"{care}those" if conditions else f"{care}everyone", conditions=conditions)
    yield language.say(
        "offer_care" if offer.to is None else "offer",
        name=name,
        motion=language.say(offer.motion),
        trigger=_trigger(language, offer.when),
        audience=audience,
        target="" if offer.to is None else _target(language, offer.to),
        acceptance=language.share(min(1.0, offer.acceptance.base * offer.acceptance.factor)),
    )
    yield from _acceptance(language, offer.acceptance)
    if offer.trial is not None:
        yield language.say(
            "offer_trial",
            length=language.duration(offer.trial.length),
            share=language.share(offer.trial.converts),
        )
    if offer.takes_effect is not None:
        yield language.say(f"effect_{offer.takes_effect}")
    if offer.to is not None and offer.to.resumes is not None:
        yield language.say("after_pause", share=language.share(offer.to.resumes))
    if offer.to is not None and offer.to.stays is not None:
        yield language.say("after_discount", share=language.share(offer.to.stays))
    if offer.returns is not None:
        yield language.say(
            "returns",
            share=language.share(offer.returns.share),
            time=language.duration(offer.returns.within),
            plan=offer.returns.to or language.say("former"),
        )
    yield from consequence(language, "accepted", offer.if_accepted)
    yield from consequence(language, "declined", offer.if_declined)
    if offer.needs is not None:
        yield from _needs(language, offer.needs)
    if offer.quiet_for:
        yield language.say("quiet", time=language.duration(offer.quiet_for))


def _acceptance(language: Language, acceptance: Acceptance) -> Iterator[str]:
    """What the share accepting is made of, and how it differs between NPS classes."""
    named = {language.say("framing"): acceptance.framing} if acceptance.framing != _PLAIN else {}
    named |= acceptance.__pydantic_extra__ or {}
    if named:
        factors = [
            language.say("accept_factor", factor=language.factor(factor), name=name) for name, factor in named.items()
        ]
        yield language.say("accept_factors", base=language.share(acceptance.base), factors=" ".join(factors))
    if acceptance.nps is not None:
        yield language.say("accept_nps", factors=nps(language, acceptance.nps))


def _needs(language: Language, needs: Needs) -> Iterator[str]:
    if needs.work.fixed is not None:
        yield language.say("needs_fixed", team=needs.team, work=language.duration(needs.work.fixed))
    elif needs.work.mean is not None:
        yield language.say("needs_mean", team=needs.team, work=language.duration(needs.work.mean))
    if needs.waits is None:
        yield language.say("waits_on")
    else:
        yield language.say("waits", time=language.duration(needs.waits))


def _target(language: Language, to: To) -> str:
    if to.seats is not None:
        return language.say("to_seats_1" if to.seats == 1 else "to_seats", count=to.seats)
    if to.split is not None:
        return language.say("to_split", count=to.split.count, name=to.split.plan)
    if to.pause is not None:
        return language.say("to_pause", time=language.duration(to.pause))
    if to.discount is not None and to.for_ is not None:
        return language.say("to_discount", share=language.share(to.discount), time=language.duration(to.for_))
    return language.say(f"to_{to.kind}", name=to.name)


def _trigger(language: Language, when: When) -> str:
    match when.kind:
        case "rate":
            return language.say("rate", month=language.chance(when.value)["month"])
        case "month":
            months = language.together(language.month_of_year(month) for month in when.value)
            return language.say("month", months=months)
        case "tenure":
            return language.say("at_tenure", time=language.duration(when.value))
        case "every" | "renewal_within" | "churned_for":
            return language.say(when.kind, time=language.duration(when.value))
        case "usage_above" | "usage_below" | "seats_above":
            return language.say(when.kind, share=language.share(when.value))
        case "satisfaction_above" | "satisfaction_below":
            return language.say(when.kind, value=language.number(when.value))
        case "signal":
            return language.say("signal", name=when.value)
    return language.say(when.kind)


def _adjuncts(language: Language, who: Who) -> Iterator[str]:
    """Conditions on what is held: `of smb`, `on standard`."""
    for phrase, names in (("in_segments", who.segments), ("on_plans", who.plans), ("on_terms", who.terms)):
        if names:
            yield language.say(phrase, names=language.alternatives(names))
    if who.has:
        yield language.say("with_addons", names=language.together(who.has))
    if who.lacks:
        yield language.say("without_addons", names=language.alternatives(who.lacks))


def _clauses(language: Language, who: Who) -> Iterator[str]:
    """Conditions on what the customer is or has been: `who are promoters`."""
    if who.nps:
        classes = language.alternatives(language.say(one) for one in who.nps)
        yield language.say("of_classes", names=classes)
    if who.phase:
        phases = language.alternatives(language.say(f"phase_{one}") for one in who.phase)
        yield language.say("in_phases", names=phases)
    if who.rescued is not None:
        yield language.say("rescued" if who.rescued else "not_rescued")
    for phrase, time in (("tenure_above", who.tenure_above), ("tenure_below", who.tenure_below)):
        if time is not None:
            yield language.say(phrase, time=language.duration(time))
