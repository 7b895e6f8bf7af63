"""The kinds of value of the scenario language, read from the text a team wrote.

Every function takes the raw text of one YAML scalar and returns a number in the unit the model computes with:
money in ten-thousandths of a currency unit, rates as hazards per month, durations in months. A text that is not
of the kind raises `ValueError` with a message that says what is allowed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MONEY_SCALE = 10_000
"""Ten-thousandths of a currency unit: money is an integer of these."""

MONEY_LIMIT = 900_000_000
"""Largest amount in currency units: products of amounts and customers then stay far inside int64."""

NUMBER_LIMIT = 1e15
"""Largest plain number: everything below is exact to a thousandth in a double."""

DAYS_PER_MONTH = 30.4375

_MONTHS: dict[str, float] = {
    "day": 1 / DAYS_PER_MONTH,
    "week": 7 / DAYS_PER_MONTH,
    "month": 1.0,
    "quarter": 3.0,
    "year": 12.0,
}
_PERIODS = "|".join(_MONTHS)
_NUMBER = r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"

_number = re.compile(_NUMBER)
_percent = re.compile(rf"({_NUMBER})\s*%")
_rate = re.compile(rf"({_NUMBER})\s*(%?)\s+per\s+({_PERIODS})")
_duration = re.compile(rf"({_NUMBER})\s*({_PERIODS})s?")
_factor = re.compile(rf"[x×]\s*({_NUMBER})")
_month = re.compile(r"([0-9]{4})-([0-9]{2})")
_within = re.compile(r"(.+?)\s+within\s+(.+)")
_period_missing = re.compile(rf"({_NUMBER})\s*%?")


@dataclass(frozen=True)
class Growth:
    """Growth in steps: `rate` a month, halved every `fades` months where that is given."""

    rate: float
    fades: float | None = None

    def factors(self, months: int) -> list[float]:
        """What the months 0, 1, … are multiplied by; month 0 by 1, since growth starts from there.

        Without fading month k has (1 + rate)^k, with it the product over j < k of 1 + rate·2^(−j/fades).
        """
        if self.fades is None:
            return [_power(1.0 + self.rate, k) for k in range(months)]
        factors, product = [], 1.0
        for k in range(months):
            factors.append(product)
            product *= 1.0 + self.rate * 2.0 ** (-k / self.fades)
        return factors


@dataclass(frozen=True)
class Within:
    """A share that is reached within a number of months, nothing else interfering."""

    share: float
    within: float

    @property
    def hazard(self) -> float:
        """Hazard per month that reaches the share within the window: −ln(1 − share) / within."""
        return -math.log1p(-self.share) / self.within


def _power(base: float, exponent: int) -> float:
    try:
        return float(base**exponent)
    except OverflowError:  # `**` raises where multiplying would reach infinity
        return math.inf


def number(text: str) -> float:
    """A plain number: `0.6`, `+0.5`, `-1.2`, `1_000`."""
    if not _number.fullmatch(text):
        raise ValueError(f"{_quoted(text)} is not a number; write it plainly, e.g. 0.6, -1.2 or 1_000")
    value = float(text)
    if abs(value) > NUMBER_LIMIT:
        raise ValueError(f"{_quoted(text)} is beyond the largest number, {NUMBER_LIMIT:_.0f}")
    return value


def whole(text: str) -> int:
    """A whole number, without a sign: `600`, `2_000`."""
    if not re.fullmatch(r"[0-9]+(?:_[0-9]+)*", text) or len(text) > 18:
        raise ValueError(f"{_quoted(text)} is not a whole number; write e.g. 600 or 2_000")
    return int(text)


def money(text: str) -> int:
    """An amount of currency as ten-thousandths of a unit, exactly: `29.95` → 299_500."""
    if not _number.fullmatch(text):
        hint = f"; did you mean {text.replace(',', '_')}?" if re.fullmatch(r"[0-9,.]+", text) else ""
        raise ValueError(f"{_quoted(text)} is not an amount; write it plainly, e.g. 10_000 or 29.95{hint}")
    amount = Decimal(text)
    if abs(amount) > MONEY_LIMIT:
        raise ValueError(f"{text} is beyond the largest amount, {MONEY_LIMIT:_}; use a larger currency unit")
    scaled = Fraction(amount) * MONEY_SCALE  # Decimal arithmetic would round at 28 digits
    if scaled.denominator != 1:
        raise ValueError(f"{text} has more than four decimals; an amount has at most four, e.g. 0.0125")
    return scaled.numerator


def share(text: str) -> float:
    """A part of the whole in [0, 1]: `15%` or `0.15`."""
    value = ratio(text)
    if 0.0 <= value <= 1.0:
        return value
    if _percent.fullmatch(text) or value < 0.0:
        raise ValueError(f"{text} is not a share; a share lies between 0% and 100%")
    hint = f"; did you mean {text}%?" if value <= 100.0 else ""
    raise ValueError(f"{text} is not a share; a share lies between 0 and 1{hint}")


def ratio(text: str) -> float:
    """A quotient, which may exceed one: `80%`, `0.8`, `120%`."""
    percent = _percent.fullmatch(text)
    if percent:
        return number(percent[1]) / 100
    if _number.fullmatch(text):
        return number(text)
    raise ValueError(f"{_quoted(text)} is not a share; write e.g. 15% or 0.15")


def rate(text: str) -> float:
    """A hazard per month: `4% per month` is −ln(1 − 0.04), `0.05 per month` is 0.05 itself."""
    match = _rate.fullmatch(text)
    if not match:
        if _period_missing.fullmatch(text):
            raise ValueError(
                f"{text} does not say in which time; write {text} per month (allowed: 4% per month, "
                f"0.04 per month; per day, week, month, quarter or year)"
            )
        raise ValueError(f"{_quoted(text)} is not a rate; write e.g. 4% per month or 0.04 per month")
    value, months = number(match[1]), _MONTHS[match[3]]
    if not match[2]:
        if value < 0:
            raise ValueError(f"{text} is negative; a rate is at least 0 per {match[3]}")
        return value / months
    probability = number(match[1]) / 100
    if not 0.0 <= probability < 1.0:
        raise ValueError(
            f"{text} cannot be a rate: a probability per {match[3]} is at least 0% and below 100% "
            f"(100% would be an infinite hazard); write e.g. 4% per {match[3]}"
        )
    return -math.log1p(-probability) / months


def growth(text: str) -> Growth:
    """Growth that compounds: `3% per month`; `6% per year` is (1.06)^(1/12) − 1 a month."""
    match = _rate.fullmatch(text)
    if not match or not match[2]:
        raise ValueError(
            f"{_quoted(text)} is not a growth; write e.g. 3% per month, or {{rate: 3% per month, fades: 24 months}}"
        )
    step = number(match[1]) / 100
    if step <= -1.0:
        raise ValueError(f"{text} would leave nothing; a growth is above -100% per {match[3]}")
    if match[3] == "month":
        return Growth(step)
    return Growth(math.expm1(math.log1p(step) / _MONTHS[match[3]]))


def duration(text: str) -> float:
    """A length of time in months: `14 days` is 14 / 30.4375, `1 year` is 12."""
    match = _duration.fullmatch(text)
    if not match:
        hint = f"; did you mean {text} months?" if _number.fullmatch(text) else ""
        raise ValueError(f"{_quoted(text)} is not a duration; write e.g. 14 days, 2 months or 1 year{hint}")
    value = number(match[1])
    if value < 0:
        raise ValueError(f"{text} is negative; a duration is at least 0 days")
    if match[2] in ("day", "week"):
        # one division, so that 30.4375 days are one month to the last bit
        return value * (7 if match[2] == "week" else 1) / DAYS_PER_MONTH
    return value * _MONTHS[match[2]]


def factor(text: str) -> float:
    """A multiplier: `x0.85`."""
    match = _factor.fullmatch(text)
    if not match:
        hint = f"; did you mean x{text}?" if _number.fullmatch(text) else ""
        raise ValueError(f"{_quoted(text)} is not a factor; write e.g. x0.85 or x1.5{hint}")
    value = number(match[1])
    if value < 0:
        raise ValueError(f"{text} is negative; a factor is at least x0")
    return value


def month(text: str) -> tuple[int, int]:
    """A calendar month: `2026-10` → (2026, 10)."""
    match = _month.fullmatch(text)
    if not match:
        raise ValueError(f"{_quoted(text)} is not a month; write year and month, e.g. 2026-10")
    year, of_year = int(match[1]), int(match[2])
    if not 1 <= of_year <= 12 or not 1900 <= year <= 2999:
        raise ValueError(f"{text} is not a month; write a year from 1900 and a month from 01 to 12, e.g. 2026-10")
    return year, of_year


def within(text: str) -> Within:
    """A share within a time: `20% within 12 months`."""
    match = _within.fullmatch(text)
    if not match:
        raise ValueError(f"{_quoted(text)} does not say within which time; write e.g. 20% within 12 months")
    return bounded_within(share(match[1]), duration(match[2]))


def bounded_within(part: float, months: float) -> Within:
    """A `Within` whose hazard is finite, or a message why it is not."""
    if part >= 1.0:
        raise ValueError("100% within a time would be an infinite hazard; write a share below 100%")
    if months <= 0.0:
        raise ValueError("a share needs some time to be reached; write e.g. 20% within 12 months")
    return Within(part, months)


def yes_no(text: str) -> bool:
    """`yes` or `no` (`true` and `false` too)."""
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    raise ValueError(f"{_quoted(text)} is neither yes nor no; write yes or no")


def _quoted(text: str) -> str:
    """The text for a message, cut to a readable length."""
    return f"`{text}`" if len(text) <= 40 else f"`{text[:37]}…`"
