"""What a sweep varies, as it is written: `KEY=0:30%:7`, `KEY=10%,20%,30%`, or `KEY=10%..30%` for a design."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.kinds import Kind
from simulator.scenario.overriding import dated, why_not
from simulator.scenario.range_reading import kind_at, written_number
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import parse_path
from simulator.scenario.uncertainty import Unit

SOURCE = "command line"
MOST = 1_000
"""Values of one key: more are no figure any more."""

FORMS = "KEY=FROM:TO:COUNT, e.g. bundles.suite.discount=0:30%:7, or KEY=VALUE,VALUE,…"
SPAN_FORM = "KEY=LOW..HIGH, e.g. bundles.suite.discount=0..30%"
_grid = re.compile(r"(?P<low>[^:]*):(?P<high>[^:]*):(?P<count>[^:]*)")


@dataclass(frozen=True)
class Axis:
    """A key and the values that it takes, as a scenario writes them."""

    key: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """A key and the span in which it varies; numbers as written, in `unit`."""

    key: str
    low: float
    high: float
    unit: Unit

    def text(self, place: float) -> str:
        """Return the value at a place from 0 (low) to 1 (high), to about a thousandth of the span."""
        width = self.high - self.low
        return self.unit.text(round(self.low + place * width, 3 - math.floor(math.log10(width))))


def read_axes(texts: Sequence[str], scenario: Scenario) -> list[Axis]:
    """Read what a grid varies.

    Raises
    ------
    ScenarioError
        with everything that is wrong, each with the key it is about.
    """
    found, problems = [], []
    for text in texts:
        key, values = _split(text)
        message = _no_values(scenario, key, values, FORMS)
        if not message:
            try:
                found.append(Axis(key, _values(key, values)))
            except ValueError as error:
                message = str(error)
        if message:
            problems.append(Problem(SOURCE, 0, key, message))
    _checked(found, problems)
    return found


def read_spans(texts: Sequence[str], scenario: Scenario) -> list[Span]:
    """Read what a design varies.

    Raises
    ------
    ScenarioError
        with everything that is wrong, each with the key it is about.
    """
    found, problems = [], []
    for text in texts:
        key, values = _split(text)
        message = _no_values(scenario, key, values, SPAN_FORM)
        if not message:
            try:
                found.append(_span(key, values))
            except ValueError as error:
                message = str(error)
        if message:
            problems.append(Problem(SOURCE, 0, key, message))
    _checked(found, problems)
    return found


def _split(text: str) -> tuple[str, str]:
    key, _, values = text.partition("=")
    return key.strip(), values.strip()


def _no_values(scenario: Scenario, key: str, values: str, form: str) -> str:
    if not key or not values:
        return f"says no values; write {form}"
    return why_not(scenario, key)


def _checked(found: Sequence[Axis | Span], problems: list[Problem]) -> None:
    keys = [one.key for one in found]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        problems.append(Problem(SOURCE, 0, key, "is given twice; give all its values at once"))
    if problems:
        raise ScenarioError(problems)


def kind_of(key: str) -> Kind | None:
    """Return the kind of the number at a key, with or without a month."""
    return kind_at(parse_path(dated(key)[0]))


def _values(key: str, values: str) -> tuple[str, ...]:
    kind = kind_of(key)
    grid = _grid.fullmatch(values)
    if grid is None and ".." in values:
        raise ValueError(f"{values} is a span, for --design lhs; a grid is written {FORMS}")
    texts = _steps(grid, kind) if grid else tuple(value.strip() for value in values.split(","))
    if len(texts) < 2:
        raise ValueError(f"has one value, {texts[0]}; a sweep compares at least two")
    if len(texts) > MOST:
        raise ValueError(f"has {len(texts):,} values; a sweep takes at most {MOST:,} of one key")
    numbers = [_number(text, kind) for text in texts]
    units = [unit for _, unit in numbers]
    odd = next((text for text, unit in zip(texts, units, strict=True) if not unit.same_as(units[0])), None)
    if odd is not None:
        raise ValueError(f"has values in different units, {texts[0]} and {odd}; write all in one")
    twice = [value for value, _ in numbers]
    for text, value in zip(texts, twice, strict=True):
        if twice.count(value) > 1:
            raise ValueError(f"has the value {text} twice{'' if grid is None else '; ask for fewer values'}")
    return texts


def _steps(grid: re.Match[str], kind: Kind | None) -> tuple[str, ...]:
    low, high, unit = _ends(grid["low"], grid["high"], kind)
    count = grid["count"].strip()
    if not count.isdigit() or not 2 <= int(count) <= MOST:
        raise ValueError(f"`{count}` is no number of values; write a whole number from 2 to {MOST:,}, as in 0:30%:7")
    last = int(count) - 1
    return tuple(unit.text(float(f"{low + (high - low) * step / last:.12g}")) for step in range(last + 1))


def _span(key: str, values: str) -> Span:
    low_text, dots, high_text = values.partition("..")
    if not dots:
        raise ValueError(f"{values} is no span; a design varies each key in one, written {SPAN_FORM}")
    low, high, unit = _ends(low_text, high_text, kind_of(key))
    return Span(key, low, high, unit)


def _ends(low_text: str, high_text: str, kind: Kind | None) -> tuple[float, float, Unit]:
    """The ends of a span in one unit; a bare 0 is 0 in the unit of the other end."""
    texts = low_text.strip(), high_text.strip()
    if not all(texts):
        raise ValueError("says where it begins or ends, but not both; write e.g. 0:30%:7, or 0..30% for a design")
    bare = [text == "0" for text in texts]
    parsed = [written_number(text, kind) for text in texts]
    unit = parsed[0][1] if bare[1] and not bare[0] else parsed[1][1]
    if not any(bare) and not parsed[0][1].same_as(parsed[1][1]):
        raise ValueError(f"has ends in different units, {texts[0]} and {texts[1]}; write both in one")
    low, high = (value for value, _ in parsed)
    if low >= high:
        raise ValueError(f"is an empty range: it goes from {texts[0]} to {texts[1]}; write the smaller end first")
    for value in (low, high):
        _number(unit.text(value), kind)
    return low, high, unit


def _number(text: str, kind: Kind | None) -> tuple[float, Unit]:
    """The number in a value that the key can have."""
    number = written_number(text, kind)
    if kind is not None:
        kind.parse(text)
    return number


def read_vary(text: str, scenario: Scenario) -> Span:
    """Read what a solution varies: `KEY=LOW..HIGH`; a range, or a share, may stand without its ends.

    Raises
    ------
    ScenarioError
        if the key is not there, or nothing says between which ends to look.
    """
    key, values = _split(text)
    if values:
        return read_spans([text], scenario)[0]
    message = why_not(scenario, key)
    if message:
        raise ScenarioError([Problem(SOURCE, 0, key, message)])
    ranged = next((one for one in scenario.ranges if one.path == dated(key)[0]), None)
    if ranged is not None:
        return _span(key, f"{ranged.low}..{ranged.high}")
    kind = kind_of(key)
    if kind is not None and kind.moments == "beta":
        return _span(key, "0..100%")
    raise ScenarioError([Problem(SOURCE, 0, key, f"says not between which values to look; write {SPAN_FORM}")])
