"""What a scenario says of numbers that nobody knows exactly: ranges, and how they go together."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.scenario.laws import Law
from simulator.scenario.tree import NOWHERE, Path, Place

_TINY = 1e-90
_PLURAL = re.compile(r"\b(day|week|month|quarter|year)s\b")


@dataclass(frozen=True)
class Unit:
    """How a number is written: what stands before and after it, and whether it is whole, or an amount of money."""

    before: str
    after: str
    whole: bool = False
    money: bool = False

    def text(self, value: float) -> str:
        """Return a value as a scenario writes it: `x0.85`, `3.2% per month`; money rounded to four decimals."""
        if self.whole:
            number = str(math.floor(value + 0.5))
        elif self.money:
            number = _plainly(f"{Decimal(value):.4f}")
        elif abs(value) < _TINY:
            number = "0"
        else:
            number = _plainly(repr(float(value)))
        return f"{self.before}{number}{self.after}"

    def rounded(self, value: float) -> str:
        """Return a value as a sentence writes it, with four significant digits."""
        shown = f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
        return f"{self.before}{shown}{self.after}"

    def same_as(self, other: Unit) -> bool:
        """Tell whether both write their numbers in the same unit; a plural is no other unit."""
        mine, theirs = ((u.before.strip().replace("×", "x"), _singular(u.after)) for u in (self, other))
        return mine == theirs


def _plainly(number: str) -> str:
    """A number without decimals that say nothing."""
    return number.rstrip("0").rstrip(".") if "." in number and "e" not in number else number


def _singular(text: str) -> str:
    return _PLURAL.sub(r"\1", " ".join(text.split()))


@dataclass(frozen=True)
class Range:
    """One number that is uncertain.

    `path` is its key, by which it is drawn: a range set at a date (`since`: YYYY-MM) shares the draw of its key.
    """

    path: str
    law: Law
    unit: Unit
    kind: str
    tree_path: Path = field(repr=False)
    """Where it is written: under `changes` where a date sets it."""
    since: str | None = None
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def file(self) -> str:
        """File that it is written in."""
        return self.place.file

    @property
    def line(self) -> int:
        """Line that it is written in."""
        return self.place.line

    def at(self, u: float) -> str:
        """Return the text of its quantile u, 0 < u < 1."""
        return self.unit.text(self.law.quantile(u))

    @property
    def low(self) -> str:
        """Text of its low end: as stated, or the 5 % quantile."""
        return self.unit.text(self.law.low)

    @property
    def likely(self) -> str:
        """Text of the value that stands for it: likely, mean, or the middle sample."""
        return self.unit.text(self.law.centre)

    @property
    def high(self) -> str:
        """Text of its high end: as stated, or the 95 % quantile."""
        return self.unit.text(self.law.high)


@dataclass(frozen=True)
class Correlation:
    """How two ranges go together: the correlation of the normal numbers behind them (a Gaussian copula)."""

    one: str
    other: str
    value: float
