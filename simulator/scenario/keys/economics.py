"""Keys of costs and margins, for lifetime value and payback."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import (
    BY_SHAPE,
    MAPPING,
    SINGLE,
    GrowthRate,
    OfferName,
    Price,
    SegmentName,
    Share,
)

Cac = Annotated[Annotated[dict[SegmentName, Price], MAPPING] | Annotated[Price, SINGLE], Field(discriminator=BY_SHAPE)]


class Economics(Block):
    """Costs and margins."""

    gross_margin: Share = key("gross margin of revenue", 1.0)
    cac: Cac | None = key("cost of acquiring a customer, for all or by segment", None)
    cac_growth: GrowthRate | None = key("growth of that cost", None)
    retention_cost: Price = key("cost of keeping a customer a month", 0)
    free_cost: Price = key("cost of a free customer a month", 0)
    offer_cost: dict[OfferName, Price] = key("cost of making an offer once", {})
