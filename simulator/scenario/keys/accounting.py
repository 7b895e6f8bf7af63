"""Keys of the accounting policy: a preset, and values that differ from it."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.accounting.policy import DAYS_A_MONTH, UNTIL_ENDED, Policy
from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import BY_SHAPE, MAPPING, SINGLE, Duration, YesNo, scalar
from simulator.scenario.units import duration


class Gap(Block):
    """Shortest and longest absence that counts as coming back, in calendar months; outside of it: new."""

    shortest: Duration | None = key("shorter ones are a new customer", None)
    longest: Duration | None = key("longer ones are a new customer", None)

    @model_validator(mode="after")
    def _in_calendar_months(self) -> Gap:
        for months in (self.shortest, self.longest):
            if months is not None and months != int(months):
                raise ValueError("an absence is counted in calendar months; write whole ones, e.g. 3 months")
        if self.shortest is not None and self.longest is not None and self.shortest > self.longest:
            raise ValueError("shortest is above longest")
        return self


def _unpaid(value: object) -> float:
    """Read days; infinite: until the customer has ended."""
    text = scalar(str)(value)
    if text == UNTIL_ENDED:
        return math.inf
    try:
        months = duration(text)
    except ValueError as error:
        raise ValueError(f"{error}, or `{UNTIL_ENDED}`") from None
    return round(months * DAYS_A_MONTH, 9)


class Accounting(Block):
    """How changes of customers become MRR movements."""

    short: ClassVar[str | None] = "preset"

    preset: Literal["default", "chartmogul", "stripe", "baremetrics", "profitwell", "chargebee"] = key(
        "named set of values", "default"
    )
    grain: Literal["month", "event"] | None = key("one movement a month, or one for each change", None)
    entity: Literal["customer", "subscription"] | None = key(
        "whose MRR is compared; a simulated customer has one subscription", None
    )
    free_to_paid: Literal["new", "expansion"] | None = key("a free customer's first payment", None)
    reactivation_gap: (
        Annotated[Annotated[Gap, MAPPING] | Annotated[Literal["any"], SINGLE], Field(discriminator=BY_SHAPE)] | None
    ) = key("absence that counts as coming back; outside: new", None)
    reactivation_is: Literal["own kind", "expansion"] | None = key("kind of coming back", None)
    to_free: Literal["churn", "contraction"] | None = key("moving to a free plan", None)
    cancel_recognised: Literal["effective", "requested"] | None = key("when churn is booked", None)
    new_and_churned: Literal["both", "neither", "new only"] | None = key(
        "in and out within a month, at event grain", None
    )
    discounts: Literal["all", "lasting", "none"] | None = key("discounts that lower MRR", None)
    metered: Literal["billed", "excluded", "mean of 3 months"] | None = key("usage in MRR", None)
    pause: Literal["contraction", "churn", "keeps MRR"] | None = key("a pause", None)
    unpaid_counts: Annotated[float, BeforeValidator(_unpaid), WithJsonSchema({"type": "string"})] | None = key(
        "how long unpaid MRR counts: `until ended`, or a duration", None
    )
    net_churn_counts_reactivation: YesNo | None = key("whether coming back lowers net churn", None)

    def policy(self) -> Policy:
        """Return the policy: the preset with what is set beside it."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "preset"}
        gap = self.reactivation_gap
        if isinstance(gap, Gap):
            given["reactivation_gap"] = (gap.shortest, gap.longest)
        knobs = {name: value for name, value in given.items() if value is not None}
        return Policy.preset(self.preset).with_knobs(**knobs)
