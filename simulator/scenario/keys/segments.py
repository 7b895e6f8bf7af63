"""Keys of who the customers are and how they behave unasked: segments."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.scenario import units
from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import (
    BY_SHAPE,
    MAPPING,
    RANGED,
    REMAINDER,
    SINGLE,
    Amount,
    CalendarMonth,
    Counted,
    Duration,
    Factor,
    GrowthRate,
    LongerTerm,
    MeanDuration,
    Number,
    PlanName,
    Positive,
    PositiveCount,
    Rate,
    Share,
    ShareOrRest,
    ShareWithin,
    Text,
    scalar,
)


def _mean_tenure(value: object) -> float:
    """`{mean: 18 months}` or `0 months`."""
    if isinstance(value, dict):
        if set(value) != {"mean"}:
            raise ValueError("is written {mean: 18 months}, or 0 months for customers who sign up at the start")
        value = value["mean"]
    return scalar(units.duration)(value)


MeanTenure = Annotated[
    float,
    BeforeValidator(_mean_tenure),
    MeanDuration,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", RANGED: True},
                {
                    "type": "object",
                    "properties": {"mean": {"type": "string", RANGED: True}},
                    "required": ["mean"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

Opening = Annotated[
    Annotated[dict[PlanName, Counted], MAPPING] | Annotated[Text, SINGLE], Field(discriminator=BY_SHAPE)
]
"""Customers at the start: counts by plan, or the name of a file of real customers."""


class BetaMix(Block):
    """A share that differs between customers as a beta distribution, each customer keeping its own."""

    alpha: Positive = key("first shape of the beta distribution")
    beta: Positive = key("second shape of the beta distribution")

    @property
    def mean(self) -> float:
        """Mean share over customers at their first renewal."""
        return self.alpha / (self.alpha + self.beta)


NotRenewed = Annotated[Annotated[BetaMix, MAPPING] | Annotated[Share, SINGLE], Field(discriminator=BY_SHAPE)]


class Arrivals(Block):
    """New customers: a Poisson stream."""

    per_month: Amount = key("expected sign-ups a month at the start")
    growth: GrowthRate | None = key("growth of the stream", None)
    season: dict[CalendarMonth, Factor] = key("factor by calendar month", {})
    market: PositiveCount | None = key("most customers who can ever sign up", None)


class PriceResponse(Block):
    """Elasticities: the power of the price ratio that a rate is multiplied by."""

    arrivals: Number = key("of the number of sign-ups; usually negative", 0.0)
    choice: Number = key("of the weight of a plan at sign-up; usually negative", 0.0)
    upgrade: Number = key("of the acceptance of dearer plans; usually negative", 0.0)
    cancel: Number = key("of the cancel rate after a price move; usually positive", 0.0)


class Spread(Block):
    """A quantity that differs between customers: lognormal by `median`, normal by `mean`."""

    short: ClassVar[str | None] = "median"

    median: Amount | None = key("middle value", None)
    mean: Amount | None = key("mean value", None)
    spread: Amount = key("log-standard deviation beside a median, standard deviation beside a mean", 0.0)

    @model_validator(mode="after")
    def _one_centre(self) -> Spread:
        if (self.median is None) == (self.mean is None):
            raise ValueError("has either `median` or `mean`")
        return self


class Usage(Spread):
    """What a customer uses a month."""

    growth: GrowthRate | None = key("growth of a customer's usage", None)
    volatility: Amount = key("log-standard deviation of its monthly step", 0.0)
    season: dict[CalendarMonth, Factor] = key("factor on the used amount by calendar month", {})


class Seats(Spread):
    """How many seats a customer has."""

    add: Rate = key("rate of adding a seat", 0.0)
    remove: Rate = key("rate of giving up a seat", 0.0)


class Satisfaction(Block):
    """A customer's satisfaction between 0 and 10."""

    short: ClassVar[str | None] = "mean"

    mean: Amount = key("level it is drawn to")
    spread: Amount = key("standard deviation at the start", 0.0)
    reversion: Share = key("part of the distance to the mean covered a month", 0.0)
    volatility: Amount = key("standard deviation of its monthly step", 0.0)


class Signal(Block):
    """A sign that offers can wait for."""

    rate: Rate = key("rate of its appearing")
    lasts: Duration = key("how long it is seen")


class Shock(Block):
    """A blow from the customer's own business."""

    rate: Rate = key("rate of shocks")
    downgrade: Share = key("share of shocks that move a customer one step down", 0.0)
    cancel: Share = key("share of shocks that end the subscription", 0.0)
    recovers: ShareWithin | None = key("share of the downgraded that come back up", None)


class Decision(Block):
    """How long a customer takes to decide on an offer."""

    short: ClassVar[str | None] = "median"

    median: Duration | None = key("middle time", None)
    mean: Duration | None = key("mean time", None)
    spread: Amount = key("log-standard deviation beside a median, standard deviation beside a mean", 0.0)
    per_price_step: Amount = key("power of the price step that the time grows with", 0.0)

    @model_validator(mode="after")
    def _one_centre(self) -> Decision:
        if (self.median is None) == (self.mean is None):
            raise ValueError("has either `median` or `mean`")
        return self


class FailedPayment(Block):
    """Payments that fail without the customer wanting to leave."""

    rate: Rate = key("rate of failures")
    recovered: Share = key("share that is paid after all", 0.0)
    within: Duration = key("time until the unpaid leave")


class Segment(Block):
    """One group of customers."""

    opening: Opening | None = key("customers at the start: counts by plan, or a customer file", None)
    opening_tenure: MeanTenure | None = key("mean tenure of customers given as counts", None)
    arrivals: Arrivals | None = key("new customers", None)
    choose: Annotated[dict[PlanName, ShareOrRest], REMAINDER] = key(
        "plan chosen at sign-up, at the scenario's first prices", {}
    )
    terms: dict[LongerTerm, Share] = key("share signing up for a longer term where the plan has a price for it", {})
    price_factor: Factor = key("this segment's price list against the catalogue", 1.0)
    price_response: PriceResponse = key("elasticities", PriceResponse())
    anchoring: Amount = key("pull of the dearest plan towards the one below it", 0.0)
    usage: Usage | None = key("what a customer uses", None)
    seats: Seats | None = key("how many seats a customer has", None)
    satisfaction: Satisfaction | None = key("satisfaction, from which the NPS class follows", None)
    signals: dict[Text, Signal] = key("signs that offers wait for", {})
    cancel: dict[PlanName, Rate] = key("rate of wanting to leave, by plan", {})
    frailty: Amount = key("coefficient of variation of each customer's own multiplier on its cancel rate", 0.0)
    not_renewed: dict[LongerTerm, NotRenewed] = key("share that does not renew a longer term", {})
    downgrade: Rate = key("rate of moving one step down the ladder unasked", 0.0)
    shock: Shock | None = key("blows from the customer's own business", None)
    decision: Decision | None = key("time to decide on an offer; absent: at once", None)
    failed_payment: FailedPayment | None = key("payments that fail", None)
