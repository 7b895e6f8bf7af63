"""What is said of uncertain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never, cast

from simulator.scenario.explain.language import Language
from simulator.scenario.laws import Beta, LogNormal, Normal, Pert, Samples
from simulator.scenario.scenario import Scenario
from simulator.scenario.uncertainty import Range


def uncertain(language: Language, scenario: Scenario) -> Iterator[str]:
    """Each range with its law, then how ranges go together, and what the other sentences show."""
    for one in scenario.ranges:
        key = one.path
        if one.since is not None:
            year, month = one.since.split("-")
            key = language.say("uncertain_since", key=key, month=language.month((int(year), int(month))))
        yield language.say("uncertain_number", key=key, law=_law(language, one))
    for pair in scenario.correlations:
        value = language.signed(pair.value)
        yield language.say("uncertain_together", one=pair.one, other=pair.other, value=value)
    yield language.say("uncertain_draws")


def _law(language: Language, one: Range) -> str:
    def text(value: float) -> str:
        return f"{one.unit.before}{language.number(value)}{one.unit.after}"

    law = cast(Pert | Normal | LogNormal | Beta | Samples, one.law)
    match law:
        case Pert():
            return language.say("law_pert", low=text(law.least), likely=text(law.likely), high=text(law.most))
        case Samples():
            return language.say("law_samples", values=language.alternatives(text(value) for value in law.values))
        case Normal() | LogNormal() | Beta():
            spread = {"mean": text(law.mean), "low": one.unit.rounded(law.low), "high": one.unit.rounded(law.high)}
            return language.say(f"law_{law.name}", **spread)
        case _:
            assert_never(law)
