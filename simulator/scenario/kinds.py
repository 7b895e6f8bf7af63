"""The kinds of value as annotations for keys: how each is read, and how an editor's schema describes it.

A key declares its kind once (`price: Price`); from that follow the parser, the error text and the JSON Schema.
Names are kinds as well: `PlanName` is a text that must be the name of a plan of this scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from simulator.scenario import currencies, units
from simulator.scenario.errors import did_you_mean, listed
from simulator.scenario.units import Growth, Within

MONTHLY = "monthly"
"""The term that is always there."""

NOT_BUILT = "is part of the language but this version does not simulate it yet; remove it to run"

_RANGES = ({"low", "likely", "high"}, {"mean", "sd"})
_NUMBER_PATTERN = r"[+-]?[0-9][0-9_]*(\.[0-9]+)?"
_PERIOD_PATTERN = r"(day|week|month|quarter|year)"

T = TypeVar("T")


@dataclass(frozen=True)
class Names:
    """The names a scenario defines, which references are held against."""

    plans: tuple[str, ...] = ()
    addons: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    rated: tuple[str, ...] = ()
    """Segments with `satisfaction`."""
    including: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Plans by what they include: `usage`, `seats`."""


def scalar(parse: Callable[[str], T]) -> Callable[[object], T]:
    """A reader of one value from one that reads its text: mappings and lists are refused by name."""

    def read(value: object) -> T:
        if isinstance(value, dict):
            if set(value) in _RANGES:
                raise ValueError(
                    f"a range for a parameter {NOT_BUILT.replace('remove it', 'write one value')}"
                )
            raise ValueError("is one value, not a mapping")
        if not isinstance(value, str):
            raise ValueError("is one value, not a list")
        return parse(value)

    return read


def _at_least_zero(parse: Callable[[str], Any], example: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = parse(text)
        if value < 0:
            raise ValueError(f"{text} is negative; write {example}")
        return value

    return read


def _above_zero(parse: Callable[[str], Any], example: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = parse(text)
        if value <= 0:
            raise ValueError(f"{text} is not above 0; write {example}")
        return value

    return read


def _schema(description: str, pattern: str | None = None, *, plain: str | None = None) -> WithJsonSchema:
    """What an editor accepts: a text of a pattern, a plain YAML number, or (not simulated yet) a range."""
    text: dict[str, Any] = {"type": "string"}
    if pattern:
        text["pattern"] = f"^{pattern}$"
    forms: list[dict[str, Any]] = [text]
    if plain:
        forms.append({"type": plain})
    return WithJsonSchema({"description": description, **(forms[0] if len(forms) == 1 else {"anyOf": forms})})


Price = Annotated[
    int,
    BeforeValidator(scalar(_at_least_zero(units.money, "0 for free, or e.g. 10_000"))),
    _schema("money: 10_000 or 29.95", _NUMBER_PATTERN, plain="number"),
]
Share = Annotated[
    float,
    BeforeValidator(scalar(units.share)),
    _schema("share: 15% or 0.15", rf"{_NUMBER_PATTERN}\s*%?", plain="number"),
]
Ratio = Annotated[
    float,
    BeforeValidator(scalar(_at_least_zero(units.ratio, "e.g. 80%"))),
    _schema("ratio: 80% or 0.8", rf"{_NUMBER_PATTERN}\s*%?", plain="number"),
]
Rate = Annotated[
    float,
    BeforeValidator(scalar(units.rate)),
    _schema("rate: 4% per month or 0.04 per month", rf"{_NUMBER_PATTERN}\s*%?\s+per\s+{_PERIOD_PATTERN}"),
]
Duration = Annotated[
    float,
    BeforeValidator(scalar(units.duration)),
    _schema("duration: 14 days, 2 months, 1 year", rf"{_NUMBER_PATTERN}\s*{_PERIOD_PATTERN}s?"),
]
Period = Annotated[
    float,
    BeforeValidator(scalar(_above_zero(units.duration, "e.g. 3 months"))),
    _schema("duration above zero: 14 days, 2 months, 1 year", rf"{_NUMBER_PATTERN}\s*{_PERIOD_PATTERN}s?"),
]
Factor = Annotated[
    float,
    BeforeValidator(scalar(units.factor)),
    _schema("factor: x0.85", rf"[x×]\s*{_NUMBER_PATTERN}"),
]
Month = Annotated[
    tuple[int, int],
    BeforeValidator(scalar(units.month)),
    _schema("month: 2026-10", r"[0-9]{4}-[0-9]{2}"),
]
Number = Annotated[
    float,
    BeforeValidator(scalar(units.number)),
    _schema("number: 0.6 or -1.2", r"[+-]?[0-9._]+", plain="number"),
]
Amount = Annotated[
    float,
    BeforeValidator(scalar(_at_least_zero(units.number, "0 or more, e.g. 0.6"))),
    _schema("number from 0: 0.6 or 1_000", _NUMBER_PATTERN, plain="number"),
]
Positive = Annotated[
    float,
    BeforeValidator(scalar(_above_zero(units.number, "e.g. 0.7"))),
    _schema("number above 0: 0.7 or 1_000", _NUMBER_PATTERN, plain="number"),
]
Count = Annotated[
    int,
    BeforeValidator(scalar(units.whole)),
    _schema("whole number: 600 or 2_000", r"[0-9][0-9_]*", plain="integer"),
]
PositiveCount = Annotated[
    int,
    BeforeValidator(scalar(_above_zero(units.whole, "1 or more"))),
    _schema("whole number from 1: 4 or 2_000", r"[0-9][0-9_]*", plain="integer"),
]
YesNo = Annotated[
    bool,
    BeforeValidator(scalar(units.yes_no)),
    WithJsonSchema({"enum": ["yes", "no", True, False], "description": "yes or no"}),
]
Text = Annotated[str, BeforeValidator(scalar(str))]
Currency = Annotated[
    str, BeforeValidator(scalar(currencies.currency)), _schema("currency of ISO 4217: JPY", r"[A-Z]{3}")
]


def _calendar_month(text: str) -> int:
    value = units.whole(text)
    if not 1 <= value <= 12:
        raise ValueError(f"{text} is not a month of the year; write a number from 1 to 12")
    return value


CalendarMonth = Annotated[
    int,
    BeforeValidator(scalar(_calendar_month)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 12}),
]


def _growth(value: object) -> Growth:
    if not isinstance(value, dict):
        return scalar(units.growth)(value)
    unknown = [key for key in value if key not in ("rate", "fades")]
    if unknown or "rate" not in value:
        raise ValueError("is written 3% per month, or {rate: 3% per month, fades: 24 months}")
    rate = scalar(units.growth)(value["rate"]).rate
    fades = scalar(units.duration)(value["fades"]) if "fades" in value else None
    if fades is not None and fades <= 0:
        raise ValueError("fades must be above 0; write e.g. fades: 24 months")
    return Growth(rate, fades)


_GROWTH_TEXT = {
    "type": "string",
    "pattern": rf"^{_NUMBER_PATTERN}\s*%\s+per\s+{_PERIOD_PATTERN}$",
    "description": "growth: 3% per month",
}
GrowthRate = Annotated[
    Growth,
    BeforeValidator(_growth),
    WithJsonSchema(
        {
            "anyOf": [
                _GROWTH_TEXT,
                {
                    "type": "object",
                    "properties": {"rate": _GROWTH_TEXT, "fades": {"type": "string"}},
                    "required": ["rate"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
ShareWithin = Annotated[
    Within,
    BeforeValidator(scalar(units.within)),
    _schema("share within a time: 20% within 12 months", r".+\s+within\s+.+"),
]


class _OneOrMany:
    """Lets a single value stand for a list of one, in the file and in the schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def listed_once(value: object) -> object:
            return [value] if isinstance(value, str) else value

        return no_info_before_validator_function(listed_once, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listing = handler(schema)
        return {"anyOf": [listing["items"], listing]}


ONE_OR_MANY = _OneOrMany()
"""A list, or a single value that stands for a list of one."""


def reference(group: str, noun: str) -> AfterValidator:
    """A name that must be one of a group of `Names`; without a context (tests of one block) any name will do."""

    def check(name: str, info: ValidationInfo) -> str:
        names = info.context
        if not isinstance(names, Names):
            return name
        known: tuple[str, ...] = getattr(names, group)
        if name not in known:
            if not known:
                raise ValueError(f"there is no {noun} `{name}`: the scenario has no {group}")
            raise ValueError(
                f"there is no {noun} `{name}`{did_you_mean(name, known) or f'; known: {listed(known)}'}"
            )
        return name

    return AfterValidator(check)


_NAME = BeforeValidator(scalar(str))
PlanName = Annotated[str, reference("plans", "plan"), _NAME]
AddonName = Annotated[str, reference("addons", "add-on"), _NAME]
SegmentName = Annotated[str, reference("segments", "segment"), _NAME]
TermName = Annotated[str, reference("terms", "term"), _NAME]
OfferName = Annotated[str, reference("offers", "offer"), _NAME]
TeamName = Annotated[str, reference("teams", "team"), _NAME]
SignalName = Annotated[str, reference("signals", "signal"), _NAME]


def _longer_term(name: str) -> str:
    if name == MONTHLY:
        raise ValueError("is for longer terms; the monthly term is what is left")
    return name


LongerTerm = Annotated[str, AfterValidator(_longer_term), reference("terms", "term"), _NAME]


def by_shape(value: object) -> str:
    """Tag of a union of a mapping and a single value; tags begin with `=`, which no path part does."""
    return "=mapping" if isinstance(value, dict) else "=single"


BY_SHAPE = Discriminator(by_shape)
MAPPING = Tag("=mapping")
SINGLE = Tag("=single")
