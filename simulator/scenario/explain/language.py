"""What a language must be able to say: numbers in its style, and a phrase for each statement."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from simulator.scenario.units import DAYS_PER_MONTH, MONEY_SCALE

_EXACT = 1e-9


class Language:
    """Numbers, lists and phrases of one language. Phrases are templates with named gaps."""

    PHRASES: ClassVar[dict[str, str]]

    def say(self, phrase: str, **gaps: object) -> str:
        """A phrase with its gaps filled."""
        return self.PHRASES[phrase].format(**gaps)

    def money(self, amount: int, currency: str) -> str:
        """An amount given in ten-thousandths: `30,000 JPY`."""
        raise NotImplementedError

    def month(self, month: tuple[int, int]) -> str:
        """A calendar month: `October 2026`."""
        raise NotImplementedError

    def month_of_year(self, month: int) -> str:
        """A month without a year: `October`."""
        raise NotImplementedError

    def together(self, parts: Iterable[str]) -> str:
        """A list in a sentence: `a, b and c`."""
        raise NotImplementedError

    def alternatives(self, parts: Iterable[str]) -> str:
        """A choice in a sentence: `a, b or c`."""
        raise NotImplementedError

    def paragraph(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other."""
        raise NotImplementedError

    def days(self, count: float) -> str:
        """A number of days."""
        raise NotImplementedError

    def months(self, count: float) -> str:
        """A number of months."""
        raise NotImplementedError

    def duration(self, months: float) -> str:
        """A length of time, in days where it is not whole months: `14 days`, `3 months`."""
        days = months * DAYS_PER_MONTH
        in_days = abs(months - round(months)) > _EXACT and abs(days - round(days)) < 1e-6
        return self.days(days) if in_days else self.months(months)

    def share(self, part: float) -> str:
        """A share: `15%`."""
        return f"{_short(part * 100)}%"

    def rough(self, part: float) -> str:
        """A share rounded for reading: `35%`, `0.4%`."""
        return f"{part * 100:.0f}%" if part >= 0.02 else f"{part * 100:.1g}%"

    def factor(self, factor: float) -> str:
        """A multiplier: `× 0.85`."""
        return f"× {_short(factor)}"

    def number(self, value: float) -> str:
        """A number with separators and no more decimals than it has."""
        return _short(value)

    def step(self, ratio: float) -> str:
        """A relative change: `+20%`."""
        return f"{(ratio - 1) * 100:+.3g}%"


def monthly(hazard: float) -> float:
    """Probability within a month that goes with a hazard, if nothing else happens."""
    return -math.expm1(-hazard)


def yearly(hazard: float) -> float:
    """Probability within a year that goes with a hazard, if nothing else happens."""
    return -math.expm1(-12 * hazard)


def amount(value: int) -> str:
    """Digits of an amount in ten-thousandths: `30,000`, `29.95`, `0.0125`."""
    whole, part = divmod(value, MONEY_SCALE)
    if not part:
        return f"{whole:,}"
    decimals = f"{part:04}".rstrip("0").ljust(2, "0")
    return f"{whole:,}.{decimals}"


def _short(value: float) -> str:
    """At most six digits behind the point, none that say nothing."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
