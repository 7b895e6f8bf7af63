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

RANGE_WORDS = frozenset({"low", "likely", "high", "mean", "sd", "law", "samples", "alpha", "beta"})
"""Keys of ranges in place of a value."""

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


@dataclass(frozen=True)
class Kind:
    """A kind of number that may be a range: how one value is read, and the law of `{mean, sd}`.

    `moments` is beta (shares), lognormal (what is never negative) or normal (what has no bound). `parts` are the keys
    of a longer form, the first of which a single value stands for.
    """

    name: str
    parse: Callable[[str], Any]
    moments: str
    whole: bool = False
    money: bool = False
    parts: tuple[tuple[str, Kind], ...] = ()


def scalar(parse: Callable[[str], T], certain: str = "is fixed for the whole run") -> Callable[[object], T]:
    """A reader of one value from one that reads its text: mappings and lists are refused by name.

    Ranges never come here, because a scenario is read with a value in place of each; where a key is of no `Kind`,
    `certain` says why it cannot be one.
    """

    def read(value: object) -> T:
        if isinstance(value, dict):
            if value and set(value) <= RANGE_WORDS:
                raise ValueError(f"{certain} and cannot be a range; write one value")
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


RANGED = "x-range"
"""Mark of a schema whose value may be a range; see schema.py."""


def described(description: str, pattern: str | None = None, *, plain: str | None = None) -> WithJsonSchema:
    """What an editor accepts: a text of a pattern, or a plain YAML number."""
    text: dict[str, Any] = {"type": "string"}
    if pattern:
        text["pattern"] = f"^{pattern}$"
    forms: list[dict[str, Any]] = [text]
    if plain:
        forms.append({"type": plain})
    return WithJsonSchema({"description": description, **(forms[0] if len(forms) == 1 else {"anyOf": forms})})


def _ranged(description: str, pattern: str, *, plain: str | None = None) -> WithJsonSchema:
    """What an editor accepts where a range may stand too."""
    schema = described(description, pattern, plain=plain)
    return WithJsonSchema({**(schema.json_schema or {}), RANGED: True})


_PRICE = Kind("money", _at_least_zero(units.money, "0 for free, or e.g. 10_000"), "lognormal", money=True)
_SHARE = Kind("share", units.share, "beta")
_RATIO = Kind("ratio", _at_least_zero(units.ratio, "e.g. 80%"), "lognormal")
_RATE = Kind("rate", units.rate, "lognormal")
_DURATION = Kind("duration", units.duration, "lognormal")
_PERIOD = Kind("duration", _above_zero(units.duration, "e.g. 3 months"), "lognormal")
_FACTOR = Kind("factor", units.factor, "lognormal")
_NUMBER = Kind("number", units.number, "normal")
_AMOUNT = Kind("number", _at_least_zero(units.number, "0 or more, e.g. 0.6"), "lognormal")
_POSITIVE = Kind("number", _above_zero(units.number, "e.g. 0.7"), "lognormal")
_COUNT = Kind("count", units.whole, "lognormal", whole=True)
_POSITIVE_COUNT = Kind("count", _above_zero(units.whole, "1 or more"), "lognormal", whole=True)
_GROWTH = Kind(
    "growth",
    units.growth,
    "normal",
    parts=(("rate", Kind("growth", units.growth, "normal")), ("fades", _PERIOD)),
)
_WITHIN = Kind("share within a time", units.within, "beta")

_SHARE_PATTERN = rf"{_NUMBER_PATTERN}\s*%?"
_RATE_PATTERN = rf"{_NUMBER_PATTERN}\s*%?\s+per\s+{_PERIOD_PATTERN}"
_DURATION_PATTERN = rf"{_NUMBER_PATTERN}\s*{_PERIOD_PATTERN}s?"


def _reads(kind: Kind) -> BeforeValidator:
    return BeforeValidator(scalar(kind.parse))


Price = Annotated[int, _reads(_PRICE), _ranged("money: 10_000 or 29.95", _NUMBER_PATTERN, plain="number"), _PRICE]
Share = Annotated[float, _reads(_SHARE), _ranged("share: 15% or 0.15", _SHARE_PATTERN, plain="number"), _SHARE]
Ratio = Annotated[float, _reads(_RATIO), _ranged("ratio: 80% or 0.8", _SHARE_PATTERN, plain="number"), _RATIO]
Rate = Annotated[float, _reads(_RATE), _ranged("rate: 4% per month or 0.04 per month", _RATE_PATTERN), _RATE]
Duration = Annotated[
    float, _reads(_DURATION), _ranged("duration: 14 days, 2 months, 1 year", _DURATION_PATTERN), _DURATION
]
Period = Annotated[
    float, _reads(_PERIOD), _ranged("duration above zero: 14 days, 2 months, 1 year", _DURATION_PATTERN), _PERIOD
]
Factor = Annotated[float, _reads(_FACTOR), _ranged("factor: x0.85", rf"[x×]\s*{_NUMBER_PATTERN}"), _FACTOR]
Month = Annotated[
    tuple[int, int],
    BeforeValidator(scalar(units.month)),
    described("month: 2026-10", r"[0-9]{4}-[0-9]{2}"),
]
Number = Annotated[float, _reads(_NUMBER), _ranged("number: 0.6 or -1.2", r"[+-]?[0-9._]+", plain="number"), _NUMBER]
Amount = Annotated[
    float, _reads(_AMOUNT), _ranged("number from 0: 0.6 or 1_000", _NUMBER_PATTERN, plain="number"), _AMOUNT
]
Positive = Annotated[
    float, _reads(_POSITIVE), _ranged("number above 0: 0.7 or 1_000", _NUMBER_PATTERN, plain="number"), _POSITIVE
]
Count = Annotated[int, _reads(_COUNT), _ranged("whole number: 600 or 2_000", r"[0-9][0-9_]*", plain="integer"), _COUNT]
PositiveCount = Annotated[
    int,
    _reads(_POSITIVE_COUNT),
    _ranged("whole number from 1: 4 or 2_000", r"[0-9][0-9_]*", plain="integer"),
    _POSITIVE_COUNT,
]
Counted = Annotated[
    int,
    BeforeValidator(scalar(units.whole, "is counted")),
    described("whole number: 600 or 2_000", r"[0-9][0-9_]*", plain="integer"),
]
"""A number that a business knows."""
YesNo = Annotated[
    bool,
    BeforeValidator(scalar(units.yes_no)),
    WithJsonSchema({"enum": ["yes", "no", True, False], "description": "yes or no"}),
]
Text = Annotated[str, BeforeValidator(scalar(str))]
Currency = Annotated[
    str, BeforeValidator(scalar(currencies.currency)), described("currency of ISO 4217: JPY", r"[A-Z]{3}")
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
    RANGED: True,
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
                    "properties": {"rate": _GROWTH_TEXT, "fades": {"type": "string", RANGED: True}},
                    "required": ["rate"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
    _GROWTH,
]
ShareWithin = Annotated[
    Within,
    BeforeValidator(scalar(units.within)),
    _ranged("share within a time: 20% within 12 months", r".+\s+within\s+.+"),
    _WITHIN,
]
MeanDuration = Kind("duration", units.duration, "lognormal", parts=(("mean", _DURATION),))
"""A duration that may be written `{mean: …}`."""
WITHIN = _WITHIN

REST = "rest"


ShareOrRest = Annotated[
    float,
    _reads(_SHARE),
    _ranged("share: 15% or 0.15; one may be `rest`", rf"({_SHARE_PATTERN}|{REST})", plain="number"),
    _SHARE,
]


def _rest(value: object) -> object:
    """Shares with what is left of 100 % in the place of `rest`."""
    if not isinstance(value, dict) or REST not in value.values():
        return value
    if list(value.values()).count(REST) > 1:
        raise ValueError(f"has `{REST}` more than once; one plan takes what the others leave")
    others = [text for text in value.values() if text != REST]
    try:
        total = sum(units.share(text) if isinstance(text, str) else 0.0 for text in others)
    except ValueError:
        total = 0.0  # what is wrong with the others is told of them
    if total > 1.0 + 1e-9:
        raise ValueError(f"sums to {round(total * 100, 6):g}% without `{REST}`, which leaves nothing for it")
    return {name: repr(max(0.0, 1.0 - total)) if text == REST else text for name, text in value.items()}


REMAINDER = BeforeValidator(_rest)
"""Lets one of several shares be `rest`: what the others leave of 100 %."""


class _OneOrMany:
    """Lets a single value stand for a list of one, in the file and in the schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def listed_once(value: object) -> object:
            return [value] if isinstance(value, str) else value

        return no_info_before_validator_function(listed_once, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
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
            raise ValueError(f"there is no {noun} `{name}`{did_you_mean(name, known) or f'; known: {listed(known)}'}")
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
