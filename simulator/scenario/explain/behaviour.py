"""What the customers of a segment use, how content they are, and what happens to them."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.explain.language import Language, monthly
from simulator.scenario.keys.segments import Decision, Satisfaction, Seats, Segment, Shock, Spread, Usage


def behaviour(language: Language, segment: Segment) -> Iterator[str]:
    """Statements on usage, seats, satisfaction, signals, shocks, decisions and payments."""
    if segment.usage is not None:
        yield language.paragraph(_usage(language, segment.usage))
    if segment.seats is not None:
        yield language.paragraph(_seats(language, segment.seats))
    if segment.satisfaction is not None:
        yield language.paragraph(_satisfaction(language, segment.satisfaction))
    for name, signal in segment.signals.items():
        lasts = language.duration(signal.lasts)
        yield language.say("signal_shown", name=name, month=language.chance(signal.rate)["month"], lasts=lasts)
    if segment.shock is not None:
        yield language.paragraph(_shock(language, segment.shock))
    if segment.decision is not None:
        yield language.paragraph(_decision(language, segment.decision))
    if segment.failed_payment is not None:
        yield language.say(
            "failed_payment",
            month=language.chance(segment.failed_payment.rate)["month"],
            share=language.share(segment.failed_payment.recovered),
            time=language.duration(segment.failed_payment.within),
        )


def _spread(language: Language, what: str, law: Spread) -> str:
    by, value = ("median", law.median) if law.median is not None else ("mean", law.mean)
    return language.say(f"{what}_{by}", value=language.number(value or 0.0), spread=language.number(law.spread))


def _usage(language: Language, usage: Usage) -> Iterator[str]:
    yield _spread(language, "usage", usage)
    if usage.growth is not None and usage.growth.rate:
        phrase = "usage_up" if usage.growth.rate > 0 else "usage_down"
        yield language.say(phrase, pace=language.growth(usage.growth))
    if usage.volatility:
        yield language.say("usage_volatility", value=language.number(usage.volatility))
    if usage.season:
        yield language.say("usage_season", factors=language.seasons(usage.season))


def _seats(language: Language, seats: Seats) -> Iterator[str]:
    yield _spread(language, "seats", seats)
    for phrase, rate in (("seats_add", seats.add), ("seats_remove", seats.remove)):
        if not rate:
            continue
        share = monthly(rate)
        if abs(share * 1e4 - round(share * 1e4)) < 1e-6:  # written as a share, `3% per month`
            yield language.say(phrase, month=language.share(round(share, 6)))
        else:
            yield language.say(f"{phrase}_times", times=language.number(rate))


def _satisfaction(language: Language, satisfaction: Satisfaction) -> Iterator[str]:
    number = language.number
    yield language.say("satisfaction", mean=number(satisfaction.mean), spread=number(satisfaction.spread))
    if satisfaction.reversion:
        yield language.say("reversion", share=language.share(satisfaction.reversion))
    if satisfaction.volatility:
        yield language.say("mood", value=number(satisfaction.volatility))


def _shock(language: Language, shock: Shock) -> Iterator[str]:
    effects = [
        language.say(f"shock_{effect}", share=language.share(part))
        for effect, part in (("downgrade", shock.downgrade), ("cancel", shock.cancel))
        if part
    ]
    yield language.say(
        "shock",
        month=language.chance(shock.rate)["month"],
        effects=language.together(effects or [language.say("shock_nothing")]),
    )
    if shock.recovers is not None:
        yield language.say(
            "shock_recovers",
            share=language.share(shock.recovers.share),
            time=language.duration(shock.recovers.within),
        )


def _decision(language: Language, decision: Decision) -> Iterator[str]:
    if decision.median is not None:
        time, phrase = decision.median, "decision_median"
    else:
        time, phrase = decision.mean or 0.0, "decision_mean"
    yield language.say(
        phrase if time else "decision_now",
        time=language.duration(time),
        spread=language.number(decision.spread),
        days=language.duration(decision.spread),
    )
    if decision.per_price_step and time:
        yield language.say(
            "per_price_step",
            power=language.number(decision.per_price_step),
            factor=language.factor(round(2**decision.per_price_step, 2)),
        )
