"""Keys of what is sold: plans, add-ons, bundles."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import (
    ONE_OR_MANY,
    Amount,
    Count,
    Duration,
    LongerTerm,
    PlanName,
    PositiveCount,
    Price,
    Rate,
    Share,
    Text,
    YesNo,
)


class Included(Block):
    """What a plan's price covers; for offers and limits, never taken off metered usage."""

    usage: Amount | None = key("used amount covered a month", None)
    seats: Count | None = key("seats covered", None)
    at_limit: Literal["trigger", "block"] = key(
        "at the limit the used amount goes on, and offers may wait for it (trigger), or stops there (block)",
        "trigger",
    )


class Tier(Block):
    """One step of a usage price; a quantity at the bound belongs to it."""

    up_to: Amount | None = key("upper bound of the tier; the last tier has none", None)
    unit: Price | None = key("price of a unit", None)
    flat: Price | None = key("amount for reaching the tier", None)


class UsagePrice(Block):
    """Price of what is used."""

    short: ClassVar[str | None] = "unit"

    mode: Literal["per_unit", "package", "graduated", "volume", "stairstep"] = key("how units are priced", "per_unit")
    unit: Price | None = key("price of a unit, or of a package", None)
    size: PositiveCount | None = key("units in a package; started packages count", None)
    tiers: tuple[Tier, ...] = key("tiers, lowest first", ())

    @model_validator(mode="after")
    def _fits_mode(self) -> UsagePrice:
        if self.mode in ("per_unit", "package"):
            if self.unit is None or self.tiers:
                raise ValueError(f"mode {self.mode} has `unit` and no `tiers`")
            if (self.size is None) == (self.mode == "package"):
                raise ValueError("mode package needs `size`; other modes have none")
            return self
        if not self.tiers or self.unit is not None or self.size is not None:
            raise ValueError(f"mode {self.mode} has `tiers`, and no `unit` or `size` beside them")
        bounds = [tier.up_to for tier in self.tiers[:-1]]
        if None in bounds or self.tiers[-1].up_to is not None:
            raise ValueError("every tier but the last has `up_to`, the last has none")
        stated = [bound for bound in bounds if bound is not None]
        if any(low >= high for low, high in pairwise(stated)):
            raise ValueError("tiers go from low to high: each `up_to` above the one before")
        if self.mode == "stairstep" and any(t.unit is not None or t.flat is None for t in self.tiers):
            raise ValueError("tiers of mode stairstep have `flat` alone")
        if self.mode != "stairstep" and any(t.unit is None for t in self.tiers):
            raise ValueError(f"tiers of mode {self.mode} have `unit`")
        return self


class SignUpTrial(Block):
    """A free time before the first payment."""

    length: Duration = key("how long the trial lasts")
    converts: Share = key("share that goes on paying")
    otherwise: Text = key("`leaves`, or the plan of those who do not convert", "leaves", alias="else")


class Plan(Block):
    """One plan of the catalogue."""

    price: Price = key("list price a month")
    sold: Literal["everyone", "rescue", "nobody"] = key(
        "who may buy: everyone; rescue: only as an offer in place of leaving; nobody: held by existing customers alone",
        "everyone",
    )
    attracts: Share = key("share of this plan's sign-ups that would not come without it", 0.0)
    term_discount: dict[LongerTerm, Share] = key("discount for a longer term; a plan is sold for the terms named", {})
    included: Included | None = key("what the price covers", None)
    extra_seat: Price | None = key("price a month of a seat beyond those covered", None)
    usage_price: UsagePrice | None = key("price of the used amount", None)
    minimum: Price | None = key("least charge a month for price and usage", None)
    maximum: Price | None = key("largest charge a month for price and usage", None)
    trial: SignUpTrial | None = key("trial at sign-up", None)


class Addon(Block):
    """A product bought beside a plan."""

    price: Price = key("list price a month")
    sold: Literal["everyone", "nobody"] = key("who may buy; nobody: held by existing customers alone", "everyone")
    with_: Annotated[tuple[PlanName, ...], ONE_OR_MANY] = key(
        "plans it can be held with; absent: all", (), alias="with"
    )
    cancel: Rate = key("rate of giving up the add-on alone", 0.0)
    counts_as: Literal["cross_sell", "upsell"] = key("motion that its revenue counts as", "cross_sell")
    per_seat: YesNo = key("whether the price is for each seat", False)


class Bundle(Block):
    """Items sold together at a discount."""

    of: Annotated[tuple[Text, ...], ONE_OR_MANY] = key("add-ons, or one plan and add-ons")
    discount: Share = key("share off the sum of the bundled items while all of them are held", 0.0)
