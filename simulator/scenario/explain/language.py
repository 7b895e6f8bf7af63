"""What a language must be able to say: numbers in its style, and a phrase for each statement."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import ClassVar

from simulator.scenario.units import DAYS_PER_MONTH, MONEY_SCALE, Growth

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

    def conditions(self, adjuncts: Iterable[str], clauses: Iterable[str]) -> str:
        """What customers must be to get an offer: `on standard who are promoters`; empty where nothing is asked."""
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
        whole = abs(months - round(months)) < _EXACT
        in_days = not whole and abs(days - round(days, 2)) < 1e-6
        return self.days(days) if in_days else self.months(months)

    def chance(self, hazard: float) -> dict[str, str]:
        """Monthly and yearly probability of a hazard, for a phrase."""
        return {"month": self.share(round(monthly(hazard), 5)), "year": self.rough(yearly(hazard))}

    def seasons(self, factors: Mapping[int, float]) -> str:
        """Factors by calendar month, in a list."""
        return self.together(f"{self.month_of_year(m)} {self.factor(f)}" for m, f in sorted(factors.items()))

    def growth(self, growth: Growth) -> str:
        """How fast something grows or shrinks: `2% a month`, a year where that is the rounder number."""
        size, in_year = abs(growth.rate), abs(math.expm1(12 * math.log1p(growth.rate)))
        by_year = not _round(size) and _round(in_year)
        pace = self.say(
            "pace_year" if by_year else "pace_month", share=self.share(round(in_year if by_year else size, 8))
        )
        return pace if growth.fades is None else self.say("pace_fades", pace=pace, fades=self.duration(growth.fades))

    def signed(self, value: float) -> str:
        """A number with its sign: `+0.5`, `−0.4`."""
        return f"{'−' if value < 0 else '+'}{_short(abs(value))}"

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


def _round(part: float) -> bool:
    """Whether a share is a percentage with at most two decimals."""
    return abs(part * 1e4 - round(part * 1e4)) < 1e-6


def _short(value: float) -> str:
    """At most six digits behind the point, none that say nothing."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
