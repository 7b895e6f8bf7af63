"""All keys of a scenario: the top level of the language."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from simulator.scenario import units
from simulator.scenario.keys.accounting import Accounting
from simulator.scenario.keys.block import Block, key
from simulator.scenario.keys.changes import Change
from simulator.scenario.keys.economics import Economics
from simulator.scenario.keys.offers import Offer, PlanChanges
from simulator.scenario.keys.plans import Addon, Bundle, Plan
from simulator.scenario.keys.retention import Cancellation, Retention
from simulator.scenario.keys.segments import Segment
from simulator.scenario.keys.success import Phase, Team
from simulator.scenario.keys.uncertainty import Correlated
from simulator.scenario.kinds import (
    MONTHLY,
    CalendarMonth,
    Currency,
    Month,
    PlanName,
    SegmentName,
    Text,
    scalar,
)

LANGUAGE = 1
MAX_MONTHS = 1200

STRUCTURAL = ("language", "title", "currency", "start", "months", "fiscal_year_start", "terms", "accounting")
"""Keys that hold for the whole run; a dated change cannot set them."""


def _language(text: str) -> int:
    version = units.whole(text)
    if version != LANGUAGE:
        raise ValueError(f"language {version} is not known; this version reads language {LANGUAGE}")
    return version


def _months(text: str) -> int:
    months = units.whole(text)
    if not 1 <= months <= MAX_MONTHS:
        raise ValueError(f"{text} is outside the horizon a run can have: 1 to {MAX_MONTHS} months")
    return months


def _term_length(text: str) -> int:
    months = units.duration(text)
    if months < 2 or months != int(months) or months > MAX_MONTHS:
        raise ValueError(f"{text} is not the length of a term; write whole months from 2, e.g. 12 months or 1 year")
    return int(months)


def _term_name(name: str) -> str:
    if name == MONTHLY:
        raise ValueError("monthly is always there; name the longer terms only")
    return name


_WHOLE = WithJsonSchema({"type": "integer"})
Language = Annotated[int, BeforeValidator(scalar(_language)), WithJsonSchema({"const": LANGUAGE})]
Horizon = Annotated[
    int,
    BeforeValidator(scalar(_months)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_MONTHS}),
]
TermLength = Annotated[
    int,
    BeforeValidator(scalar(_term_length)),
    WithJsonSchema({"type": "string", "description": "12 months, 1 year"}),
]
NewTerm = Annotated[str, AfterValidator(_term_name)]


class Keys(Block):
    """A scenario's values at one time: what holds in one epoch."""

    language: Language = key("version of the language", LANGUAGE)
    title: Text = key("what the scenario is called in reports", "")
    currency: Currency = key("currency code, ISO 4217")
    start: Month = key("first month")
    months: Horizon = key("number of months")
    fiscal_year_start: CalendarMonth = key("first month of the fiscal year", 1)
    plans: dict[str, Plan] = key("plans by name")
    ladder: tuple[PlanName, ...] = key(
        "plans from low to high; absent: those sold to everyone without usage_price, in file order", ()
    )
    terms: dict[NewTerm, TermLength] = key("longer terms by name; monthly is always there", {})
    addons: dict[str, Addon] = key("add-ons by name", {})
    bundles: dict[str, Bundle] = key("bundles by name", {})
    segments: dict[str, Segment] = key("groups of customers by name")
    retention: Retention = key("factors on the cancel intent", Retention())
    cancellation: Cancellation = key("between wanting to leave and having left", Cancellation())
    onboarding: dict[SegmentName, Phase] = key("onboarding by segment", {})
    adoption: dict[SegmentName, Phase] = key("adoption by segment", {})
    offers: dict[str, Offer] = key("offers by name, made in this order", {})
    plan_changes: PlanChanges = key("when plan changes take effect", PlanChanges())
    teams: dict[str, Team] = key("teams by name", {})
    economics: Economics = key("costs and margins", Economics())
    accounting: Accounting = key("accounting policy", Accounting())

    def completed(self) -> Keys:
        """The same keys with the defaults that depend on other keys: add-ons' plans and the ladder."""
        addons = {
            name: addon if addon.with_ else addon.model_copy(update={"with_": tuple(self.plans)})
            for name, addon in self.addons.items()
        }
        ladder = self.ladder or tuple(
            name for name, plan in self.plans.items() if plan.sold == "everyone" and plan.usage_price is None
        )
        return self.model_copy(update={"addons": addons, "ladder": ladder})


class ScenarioFile(Keys):
    """What one file may hold: the keys, a file it extends, and a timeline."""

    extends: Text | None = key("file that this one changes", None)
    changes: tuple[Change, ...] = key("dated timeline", ())
    correlations: tuple[Correlated, ...] = key("which ranges go together", ())
