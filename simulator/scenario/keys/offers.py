"""Keys of offers: one mechanism for upsell, cross-sell, downsell, win-back and care."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, ValidationInfo, model_validator

from simulator.scenario.errors import did_you_mean
from simulator.scenario.keys.block import Block, key
from simulator.scenario.keys.retention import NpsFactors
from simulator.scenario.kinds import (
    ONE_OR_MANY,
    WITHIN,
    AddonName,
    Amount,
    CalendarMonth,
    Duration,
    Factor,
    Kind,
    Names,
    Number,
    Period,
    PlanName,
    PositiveCount,
    Rate,
    Ratio,
    SegmentName,
    Share,
    SignalName,
    TeamName,
    TermName,
    Text,
    YesNo,
)
from simulator.scenario.units import Within, bounded_within
from simulator.scenario.units import within as parse_within

MOMENTS = ("cancel_intent", "on_sign_up", "onboarding_failed")
"""Triggers that are a moment and have no value."""

NEXT_PLAN = "next_plan"


class When(Block):
    """What makes an offer: exactly one trigger. `kind` is its key, `value` what stands behind it."""

    usage_above: Ratio | None = key("used amount against what is included, at a month tick", None)
    usage_below: Ratio | None = key("used amount against what is included, at a month tick", None)
    seats_above: Ratio | None = key("seats against those included, at a month tick", None)
    signal: SignalName | None = key("a signal of the segment appears", None)
    satisfaction_above: Amount | None = key("satisfaction, at a month tick", None)
    satisfaction_below: Amount | None = key("satisfaction, at a month tick", None)
    every: Period | None = key("again and again, counted from sign-up", None)
    tenure: Duration | None = key("once, at this tenure", None)
    rate: Rate | None = key("at random", None)
    renewal_within: Period | None = key("once a term, this long before the renewal", None)
    month: Annotated[tuple[CalendarMonth, ...], ONE_OR_MANY] | None = key("in these months of the year", None)
    churned_for: Duration | None = key("this long after leaving", None)
    cancel_intent: YesNo | None = key("in the cancel flow", None)
    on_sign_up: YesNo | None = key("at sign-up", None)
    onboarding_failed: YesNo | None = key("when onboarding fails", None)

    @model_validator(mode="before")
    @classmethod
    def _one_trigger(cls, data: Any) -> Any:
        if isinstance(data, str):
            if data in MOMENTS:
                return {data: "yes"}
            known = sorted(cls.model_fields)
            if data in known:
                raise ValueError(f"trigger `{data}` needs a value, e.g. {{every: 3 months}} or {{rate: 3% per month}}")
            raise ValueError(f"there is no trigger `{data}`{did_you_mean(data, known)}; known: {', '.join(known)}")
        if isinstance(data, dict) and len(data) != 1:
            raise ValueError(f"has exactly one trigger, not {len(data)}; write e.g. {{every: 3 months}}")
        return data

    @model_validator(mode="after")
    def _happens(self) -> When:
        if self.value is False:
            raise ValueError(f"`{self.kind}: no` would never happen; leave the offer out instead")
        if self.value == ():
            raise ValueError("names no month; write e.g. {month: [3, 9]}")
        return self

    @property
    def kind(self) -> str:
        """Name of the trigger."""
        return next(iter(self.model_fields_set))

    @property
    def value(self) -> Any:
        """The trigger's number: months, a hazard, calendar months; True for a moment."""
        return getattr(self, self.kind)


class Who(Block):
    """Audience of an offer: all that is stated must hold; what is absent holds for everyone."""

    segments: Annotated[tuple[SegmentName, ...], ONE_OR_MANY] | None = key("segments", None)
    plans: Annotated[tuple[PlanName, ...], ONE_OR_MANY] | None = key("plans held (win-back: the last one)", None)
    terms: Annotated[tuple[TermName, ...], ONE_OR_MANY] | None = key("terms, `monthly` among them", None)
    phase: Annotated[tuple[Literal["onboarding", "onboarded", "adopted"], ...], ONE_OR_MANY] | None = key(
        "phases of customer success", None
    )
    nps: Annotated[tuple[Literal["promoter", "passive", "detractor"], ...], ONE_OR_MANY] | None = key(
        "NPS classes", None
    )
    has: Annotated[tuple[AddonName, ...], ONE_OR_MANY] | None = key("add-ons that are all held", None)
    lacks: Annotated[tuple[AddonName, ...], ONE_OR_MANY] | None = key("add-ons of which none is held", None)
    rescued: YesNo | None = key("whether the customer stays because of a rescue", None)
    tenure_above: Duration | None = key("longer a customer than this", None)
    tenure_below: Duration | None = key("shorter a customer than this", None)


class Split(Block):
    """Several small plans in place of one."""

    plan: PlanName = key("the small plan")
    count: PositiveCount = key("how many of it")


class To(Block):
    """Target of an offer: exactly one. `kind` says which sort, `name` the item or term where there is one."""

    next_plan: YesNo | None = key("one step up the ladder", None)
    plan: PlanName | None = key("a plan", None)
    addon: AddonName | None = key("an add-on", None)
    bundle: Text | None = key("a bundle", None)
    term: TermName | None = key("another term of the same plan", None)
    seats: PositiveCount | None = key("more seats", None)
    split: Split | None = key("several small plans in place of one", None)
    pause: Duration | None = key("a pause of this length", None)
    resumes: Share | None = key("share that comes back after the pause", None)
    discount: Share | None = key("a discount", None)
    for_: Duration | None = key("how long the discount lasts", None, alias="for")
    stays: Share | None = key("share that stays when the discount ends", None)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, str):
            return _target(data, info.context)
        if isinstance(data, dict):
            shapes = ({"term"}, {"seats"}, {"split"}, {"pause", "resumes"}, {"discount", "for", "stays"})
            if set(data) not in shapes:
                raise ValueError(
                    "is written next_plan, the name of a plan, add-on or bundle, {term: NAME}, {seats: +1}, "
                    "{pause: 3 months, resumes: 54%}, {discount: 30%, for: 3 months, stays: 22%} "
                    "or {split: {plan: NAME, count: 2}}"
                )
            if isinstance(data.get("seats"), str):
                return {"seats": data["seats"].removeprefix("+")}
        return data

    @property
    def kind(self) -> str:
        """next_plan, plan, addon, bundle, term, seats, split, pause or discount."""
        kinds = ("next_plan", "plan", "addon", "bundle", "term", "seats", "split", "pause", "discount")
        return next(kind for kind in kinds if getattr(self, kind) is not None)

    @property
    def name(self) -> str | None:
        """Name of the plan, add-on, bundle or term; None for other targets."""
        value = getattr(self, self.kind)
        return value if isinstance(value, str) else None


def _target(name: str, context: object) -> dict[str, str]:
    """The key of `To` that a single name stands for."""
    if name == NEXT_PLAN:
        return {NEXT_PLAN: "yes"}
    names = context if isinstance(context, Names) else Names(plans=(name,))
    for kind, known in (("plan", names.plans), ("addon", names.addons), ("bundle", names.bundles)):
        if name in known:
            return {kind: name}
    everything = (NEXT_PLAN, *names.plans, *names.addons, *names.bundles)
    raise ValueError(f"there is no plan, add-on or bundle `{name}`{did_you_mean(name, everything)}")


class Acceptance(Block):
    """Probability of accepting: a base share times factors. Plain factors may have any name."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Factor]

    short: ClassVar[str | None] = "base"

    base: Share = key("share accepting before any factor")
    nps: NpsFactors | None = key("factors by NPS class", None)
    framing: Factor = key("effect of how the offer is put", 1.0)

    @property
    def factor(self) -> float:
        """Product of all plain factors."""
        return self.framing * prod((self.__pydantic_extra__ or {}).values())


class UpgradeTrial(Block):
    """A trial of the offered plan before it is paid."""

    length: Duration = key("how long the trial lasts")
    converts: Share = key("share that goes on to pay")


class Consequence(Block):
    """What an outcome does to the customer."""

    satisfaction: Number = key("added to satisfaction", 0.0)
    cancel: Share = key("share that leaves at once, without the cancel flow", 0.0)
    unless_adopted: Consequence | None = key("more of it for customers who have not adopted yet", None)


class Returns(Block):
    """How many of the rescued go back up."""

    single: ClassVar[Kind | None] = WITHIN

    share: Share = key("share that returns if nothing else happens")
    within: Period = key("time in which they return")
    to: PlanName | None = key("plan they return to; absent: the one they were rescued from", None)

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, data: Any) -> Any:
        if isinstance(data, str):
            parse_within(data)
            part, _, time = data.partition("within")
            return {"share": part.strip(), "within": time.strip()}
        return data

    @model_validator(mode="after")
    def _finite(self) -> Returns:
        bounded_within(self.share, self.within)
        return self

    @property
    def hazard(self) -> float:
        """Hazard per month of returning."""
        return Within(self.share, self.within).hazard


class Work(Block):
    """How long one request keeps a person busy: fixed, or exponential by its mean."""

    short: ClassVar[str | None] = "fixed"

    fixed: Duration | None = key("the same time for every request", None)
    mean: Duration | None = key("mean of an exponential time", None)

    @model_validator(mode="after")
    def _one(self) -> Work:
        if (self.fixed is None) == (self.mean is None):
            raise ValueError("is written 0.5 days, or {mean: 0.5 days}")
        return self


class Needs(Block):
    """The people an offer takes."""

    team: TeamName = key("which team")
    work: Work = key("time of one person")
    waits: Duration | None = key("longest wait before the request is dropped", None)


class Offer(Block):
    """One offer: when, to whom, what, how many accept, and what follows."""

    motion: Literal["upsell", "cross_sell", "downsell", "win_back", "care"] = key("what the offer is meant to do")
    when: When = key("what makes the offer")
    who: Who = key("audience; absent: everyone", Who())
    to: To | None = key("target; care has none", None)
    acceptance: Acceptance = key("probability of accepting")
    trial: UpgradeTrial | None = key("trial before paying", None)
    quiet_for: Duration | None = key("time without another offer of this kind to this customer", None)
    if_accepted: Consequence = key("what accepting does beside the target", Consequence())
    if_declined: Consequence = key("what declining does", Consequence())
    returns: Returns | None = key("how many of the rescued go back up", None)
    takes_effect: Literal["now", "anniversary", "renewal"] | None = key(
        "when an accepted plan change happens; absent: as plan_changes says", None
    )
    needs: Needs | None = key("people the offer takes", None)


class PlanChanges(Block):
    """When plan changes take effect."""

    upgrade: Literal["now", "anniversary", "renewal"] = key("moves up", "now")
    downgrade: Literal["now", "anniversary", "renewal"] = key("moves down", "anniversary")
    from_annual: Literal["now", "anniversary", "renewal"] = key(
        "downgrades within a longer term, and leaving the term", "renewal"
    )
