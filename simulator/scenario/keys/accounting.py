"""Keys of the accounting policy: a preset, and values that differ from it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import BY_SHAPE, MAPPING, SINGLE, Duration, YesNo, scalar
from simulator.scenario.units import duration


class Gap(Block):
    """Shortest and longest absence that counts as coming back."""

    shortest: Duration | None = key("shorter ones are no leaving", None)
    longest: Duration | None = key("longer ones are a new customer", None)


def _unpaid(value: object) -> Any:
    text = scalar(str)(value)
    return text if text == "until ended" else duration(text)


class Accounting(Block):
    """How changes of customers become MRR movements."""

    short: ClassVar[str | None] = "preset"

    preset: Literal["default", "chartmogul", "stripe", "baremetrics", "profitwell", "chargebee"] = key(
        "named set of values", "default"
    )
    grain: Literal["month", "event"] | None = key("one movement a month, or one for each change", None)
    entity: Literal["customer", "subscription"] | None = key("whose MRR is compared", None)
    free_to_paid: Literal["new", "expansion"] | None = key("a free customer's first payment", None)
    reactivation_gap: (
        Annotated[Annotated[Gap, MAPPING] | Annotated[Literal["any"], SINGLE], Field(discriminator=BY_SHAPE)]
        | None
    ) = key("absence that counts as coming back", None)
    reactivation_is: Literal["own kind", "expansion"] | None = key("kind of coming back", None)
    to_free: Literal["churn", "contraction"] | None = key("moving to a free plan", None)
    cancel_recognised: Literal["effective", "requested"] | None = key("when churn is booked", None)
    new_and_churned: Literal["both", "neither", "new only"] | None = key("in and out within a month", None)
    discounts: Literal["all", "lasting", "none"] | None = key("discounts that lower MRR", None)
    metered: Literal["billed", "excluded", "mean of 3 months"] | None = key("usage in MRR", None)
    pause: Literal["contraction", "churn", "keeps MRR"] | None = key("a pause", None)
    unpaid_counts: (
        Annotated[float | str, BeforeValidator(_unpaid), WithJsonSchema({"type": "string"})] | None
    ) = key("how long unpaid MRR counts: `until ended`, or a duration", None)
    net_churn_counts_reactivation: YesNo | None = key("whether coming back lowers net churn", None)
