"""Keys of customer success: onboarding, adoption, teams."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from simulator.scenario.keys.block import Block, key
from simulator.scenario.keys.offers import Consequence
from simulator.scenario.kinds import Amount, Count, Duration, Factor, PositiveCount, Price, Share


class Phase(Block):
    """One phase of customer success: how long it takes and how often it succeeds."""

    short: ClassVar[str | None] = "median"

    median: Duration | None = key("middle time", None)
    mean: Duration | None = key("mean time", None)
    spread: Amount = key("log-standard deviation beside a median, standard deviation beside a mean", 0.0)
    success: Share = key("share that succeeds", 1.0)
    if_done: Consequence = key("what success does", Consequence())
    if_failed: Consequence = key("what failure does", Consequence())

    @model_validator(mode="after")
    def _one_centre(self) -> Phase:
        if (self.median is None) == (self.mean is None):
            raise ValueError("has either `median` or `mean`")
        return self


class Team(Block):
    """People whom offers need or who look after accounts."""

    people: PositiveCount = key("how many people")
    monthly_cost: Price = key("cost of one person a month", 0)
    accounts: Count | None = key("customers a person looks after", None)
    handoff: Factor = key("factor on acceptance when a customer passes between teams", 1.0)
