"""By which policy MRR movements are booked: its preset, what it does otherwise than the default, what matters here."""

from __future__ import annotations

import math
from collections.abc import Iterator

from simulator.accounting.policy import ANY_GAP, DAYS_A_MONTH, DEFAULT, Gap, Policy
from simulator.scenario.explain.language import Language
from simulator.scenario.policy_reach import knobs_that_matter
from simulator.scenario.scenario import Scenario


def accounting(language: Language, scenario: Scenario) -> Iterator[str]:
    """The scenario's policy."""
    policy = scenario.policy
    yield language.say("policy", preset=policy.name)
    yield from _differences(language, policy)
    yield language.say("policy_matters", knobs=language.together(knobs_that_matter(scenario)))


def _differences(language: Language, policy: Policy) -> Iterator[str]:
    """One sentence for each knob that differs from the default."""
    for knob, value in policy.knobs().items():
        if value == DEFAULT.knobs()[knob]:
            continue
        if isinstance(value, Gap):
            yield _gap(language, value)
        elif knob == "unpaid_counts":
            yield language.say("policy_unpaid_counts", time=language.duration(value / DAYS_A_MONTH))
        else:
            word = policy.in_words()[knob].replace(" ", "_")
            yield language.say(f"policy_{knob}_{word}")


def _gap(language: Language, gap: Gap) -> str:
    assert gap != ANY_GAP
    shortest = language.duration(gap.shortest)
    if math.isinf(gap.longest):
        return language.say("policy_gap_shortest", shortest=shortest)
    longest = language.duration(gap.longest)
    if gap.shortest == 0:
        return language.say("policy_gap_longest", longest=longest)
    return language.say("policy_gap", shortest=shortest, longest=longest)
