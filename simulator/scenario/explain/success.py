"""Onboarding and adoption, teams, and what things cost."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language
from simulator.scenario.explain.offers import consequence
from simulator.scenario.keys import Keys
from simulator.scenario.keys.economics import Economics
from simulator.scenario.keys.success import Phase, Team


def phases(language: Language, keys: Keys) -> Iterator[str]:
    """Onboarding and adoption by segment, each as one paragraph."""
    for name in keys.segments:
        for what, stated in (("onboarding", keys.onboarding), ("adoption", keys.adoption)):
            if name in stated:
                yield language.paragraph(_phase(language, what, name, stated[name]))


def teams(language: Language, keys: Keys) -> Iterator[str]:
    """Each team as one paragraph."""
    for name, team in keys.teams.items():
        yield language.paragraph(_team(language, keys.currency, name, team))


def economics(language: Language, keys: Keys) -> Iterator[str]:
    """Margins and costs."""
    stated: Economics = keys.economics

    def money(amount: int) -> str:
        return language.money(amount, keys.currency)

    yield language.say("gross_margin", share=language.share(stated.gross_margin))
    if isinstance(stated.cac, dict):
        for segment, price in stated.cac.items():
            yield language.say("cac_segment", segment=segment, price=money(price))
    elif stated.cac is not None:
        yield language.say("cac", price=money(stated.cac))
    if stated.cac_growth is not None and stated.cac_growth.rate:
        phrase = "cac_up" if stated.cac_growth.rate > 0 else "cac_down"
        yield language.say(phrase, pace=language.growth(stated.cac_growth))
    for phrase, price in (("retention_cost", stated.retention_cost), ("free_cost", stated.free_cost)):
        if price:
            yield language.say(phrase, price=money(price))
    for name, price in stated.offer_cost.items():
        yield language.say("offer_cost", name=name, price=money(price))


def _phase(language: Language, what: str, segment: str, phase: Phase) -> Iterator[str]:
    if phase.median is not None:
        time, by = phase.median, "median"
    else:
        time, by = phase.mean or 0.0, "mean"
    yield language.say(
        f"{what}_{by}",
        segment=segment,
        time=language.duration(time),
        spread=language.number(phase.spread),
        days=language.duration(phase.spread),
        share=language.share(phase.success),
    )
    yield from consequence(language, f"{what}_done", phase.if_done)
    yield from consequence(language, f"{what}_failed", phase.if_failed)


def _team(language: Language, currency: str, name: str, team: Team) -> Iterator[str]:
    people = language.say("people_1" if team.people == 1 else "people", count=f"{team.people:,}")
    cost = language.money(team.monthly_cost, currency)
    yield language.say("team_cost" if team.monthly_cost else "team", name=name, people=people, cost=cost)
    if team.accounts is not None:
        total = f"{team.people * team.accounts:,}"
        yield language.say("accounts", count=f"{team.accounts:,}", total=total)
    if team.handoff != 1.0:
        yield language.say("handoff", factor=language.factor(team.handoff))
