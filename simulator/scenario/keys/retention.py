"""Keys of keeping customers and of losing them: factors on the cancel intent, and the cancel flow."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import field_validator

from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import Count, Duration, Factor, Period, Rate, Share


class NpsFactors(Block):
    """One factor for each NPS class."""

    promoter: Factor = key("for promoters", 1.0)
    passive: Factor = key("for passives", 1.0)
    detractor: Factor = key("for detractors", 1.0)


class TenureFactor(Block):
    """A factor up to a tenure."""

    until: Period = key("tenure up to which the factor holds")
    factor: Factor = key("factor on the cancel intent")


class BillShock(Block):
    """What a bill far above the usual does."""

    above: Factor = key("bill against the mean of the three before it")
    factor: Factor = key("factor on the cancel intent")
    for_: Duration = key("how long it lasts", alias="for")


class Retention(Block):
    """Factors on the cancel intent."""

    attached: dict[Count, Factor] = key("by number of add-ons held; a number not named takes the next lower one", {})
    nps: NpsFactors | None = key("by NPS class", None)
    tenure: tuple[TenureFactor, ...] = key("by tenure, shortest first", ())
    bill_shock: BillShock | None = key("after a bill far above the usual", None)
    covered: Factor = key("for customers whom a team with `accounts` looks after", 1.0)
    causal: Share = key("how much of the differences is effect rather than selection", 1.0)

    @field_validator("tenure")
    @classmethod
    def _shortest_first(cls, steps: tuple[TenureFactor, ...]) -> tuple[TenureFactor, ...]:
        if any(one.until >= other.until for one, other in pairwise(steps)):
            raise ValueError("steps go from short to long: each `until` above the one before")
        return steps


class Cancellation(Block):
    """What happens between wanting to leave and having left."""

    takes_effect: Literal["term_end", "immediate"] = key("when the customer is gone", "term_end")
    bluff: Share = key("share of intents that would stay anyway", 0.0)
    lured: Rate = key("rate of opening the cancel flow only for its offers", 0.0)
    notice: Duration = key("least time between intent and end of a monthly term", 0.0)
