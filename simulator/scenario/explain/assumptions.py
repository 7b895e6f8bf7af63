"""What a scenario takes for granted: the defaults that matter to its answer."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language
from simulator.scenario.keys import Keys
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import find


def assumptions(scenario: Scenario, language: Language) -> Iterator[str]:
    """Each default that is in force because a key was left out."""
    keys = scenario.epochs[0].keys

    def written(*path: str) -> bool:
        return find(scenario.tree, path) is not None

    for name, segment in keys.segments.items():
        if isinstance(segment.opening, dict) and segment.opening_tenure is None:
            for plan, count in segment.opening.items():
                if count:
                    mean = language.months(round(1 / segment.cancel[plan], 1))
                    yield language.say("assume_tenure", segment=name, plan=plan, mean=mean)
        if not segment.frailty:
            yield language.say("assume_same", segment=name)
        still = [
            language.say(f"what_{response}")
            for response in ("arrivals", "choice", "upgrade", "cancel")
            if not getattr(segment.price_response, response)
        ]
        if keys.offers and segment.decision is None:
            yield language.say("assume_decision", segment=name)
        if _looks_at_phases(keys) and name not in keys.onboarding and name not in keys.adoption:
            yield language.say("assume_adopted", segment=name)
        if still:
            yield language.say("assume_inelastic", segment=name, what=language.alternatives(still))
    if not written("ladder") and len(keys.ladder) > 1:
        yield language.say("assume_ladder", steps=" → ".join(keys.ladder))
    for addon in keys.addons:
        if not written("addons", addon, "with"):
            yield language.say("assume_with", addon=addon)
    if not written("cancellation", "takes_effect"):
        yield language.say("assume_term_end")
    if not written("plan_changes"):
        yield language.say("assume_plan_changes")
    if any(segment.satisfaction is not None for segment in keys.segments.values()):
        yield language.say("assume_nps")
    if keys.retention.attached and not written("retention", "causal"):
        yield language.say("assume_causal")
    if not written("economics", "gross_margin"):
        yield language.say("assume_economics")
    if not written("accounting"):
        yield language.say("assume_policy")
    if not written("fiscal_year_start"):
        yield language.say("assume_fiscal")
    yield language.say("assume_rates")
    yield language.say("assume_constant")


def _looks_at_phases(keys: Keys) -> bool:
    """Whether anything asks how far a customer has come with the product."""
    return any(team.accounts for team in keys.teams.values()) or any(
        offer.who.phase or offer.if_accepted.unless_adopted is not None or offer.if_declined.unless_adopted is not None
        for offer in keys.offers.values()
    )
