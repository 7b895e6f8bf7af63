"""Numbers, money, rates and months as each language writes them.

English: ¥1,234, ¥12.3M, $1.2k, 3.4%, −¥5k. Japanese: 1,234円, 1,234万円, 1.2億円, 3.4%, ▲5万円.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from simulator.reporting.currencies import currency
from simulator.reporting.words import word


@dataclass(frozen=True)
class Scale:
    """A unit in which amounts are written: `factor` currency units, with its short and its long name."""

    factor: float
    suffix: str
    long: str


UNIT = Scale(1, "", "")
SCALES = {
    "en": (
        UNIT,
        Scale(1e3, "k", "thousand"),
        Scale(1e6, "M", "million"),
        Scale(1e9, "B", "billion"),
        Scale(1e12, "T", "trillion"),
    ),
    "ja": (UNIT, Scale(1e4, "万", "万"), Scale(1e8, "億", "億"), Scale(1e12, "兆", "兆")),
}

BOARD_SCALES = {
    "en": SCALES["en"],
    "ja": (UNIT, Scale(1e4, "万", "万"), Scale(1e6, "百万", "百万"), *SCALES["ja"][2:]),
}
"""Scales of decks: boards in Japan read 百万円 and 億円, and 万円 a customer."""

_scales: ContextVar[dict[str, tuple[Scale, ...]]] = ContextVar("scales", default=SCALES)


@contextmanager
def for_boards() -> Iterator[None]:
    """Within this, amounts are written in the scales of decks."""
    token = _scales.set(BOARD_SCALES)
    try:
        yield
    finally:
        _scales.reset(token)


LEAST_P = 0.001
"""The smallest probability that is written by its value."""
MOST_DIGITS = 6
"""Decimals that no written number exceeds."""


def scale_for(largest: float, lang: str) -> Scale:
    """The largest scale in which an amount of this size is at least one."""
    fitting = [scale for scale in _scales.get()[lang] if abs(largest) >= scale.factor]
    return fitting[-1] if fitting else UNIT


def money(
    value: float | None,
    code: str,
    lang: str,
    *,
    scale: Scale | None = None,
    digits: int | None = None,
    signed: bool = False,
) -> str:
    """An amount in short: ¥12.3M, 1,234万円. Scale and decimals are chosen to suit unless given.

    `signed` writes a plus before gains. A value that rounds to zero carries no sign.
    """
    if value is None or not math.isfinite(value):
        return word("format.none", lang)
    if scale is None:
        scale = _scale_after_rounding(value, code, lang, digits)
    if digits is None:
        digits = usual_digits(value, code, scale)
    scaled = value / scale.factor
    sign = _sign(scaled, digits, lang, signed=signed)
    number = f"{abs(scaled):,.{digits}f}{scale.suffix}"
    unit = currency(code)
    return f"{sign}{number}{unit.unit_ja}" if lang == "ja" else f"{sign}{unit.prefix}{number}"


def full_money(value: float | None, code: str, lang: str) -> str:
    """An amount to the smallest coin: ¥1,234, $1,234.50, 1,234円."""
    return money(value, code, lang, scale=UNIT, digits=currency(code).decimals)


def money_together(
    center: float, others: Iterable[float | None], code: str, lang: str, *, signed: bool = False
) -> list[str]:
    """The amounts [center, *others] in one scale, with decimals enough to tell them apart."""
    values = [center, *others]
    scale = _scale_after_rounding(center, code, lang, None)
    widest = scale_for(max(abs(value) for value in values if value is not None), lang)
    if widest.factor > scale.factor and abs(center) >= 0.1 * widest.factor:
        scale = widest
    scaled = [value / scale.factor for value in values if value is not None]
    digits = _digits_to_tell_apart(scaled, usual_digits(center, code, scale))
    return [money(value, code, lang, scale=scale, digits=digits, signed=signed) for value in values]


def usual_digits(value: float, code: str, scale: Scale) -> int:
    """Decimals of an amount in a scale: one below 100, none above; without a scale, coins or two figures."""
    scaled = abs(value / scale.factor)
    if scale.factor > 1:
        return 1 if round(scaled, 1) < 100 else 0
    coins = currency(code).decimals
    if 0 < scaled < 10.0**-coins:
        return min(MOST_DIGITS, 1 - math.floor(math.log10(scaled)))
    return coins if scaled < 100 else 0


def unit(scale: Scale, code: str, lang: str) -> str:
    """The unit for an axis or a table: '¥ million', '万円'."""
    written = currency(code)
    if lang == "ja":
        return f"{scale.long}{written.unit_ja}"
    return f"{written.prefix.strip()} {scale.long}".strip()


def percent(value: float | None, lang: str, *, digits: int = 1, signed: bool = False) -> str:
    """A fraction as per cent: 0.034 is 3.4%."""
    if value is None or not math.isfinite(value):
        return word("format.none", lang)
    return f"{_sign(value * 100, digits, lang, signed=signed)}{abs(value * 100):,.{digits}f}%"


def percent_together(center: float, others: Iterable[float | None], lang: str) -> list[str]:
    """The fractions [center, *others] as per cent, with decimals enough to tell them apart."""
    values = [center, *others]
    digits = max(1, _digits_to_tell_apart([value * 100 for value in values if value is not None], 1))
    return [percent(value, lang, digits=digits) for value in values]


def share(part: float, lang: str) -> str:
    """A share of replications as per cent, never rounded up to all or down to none of them."""
    digits = 0
    while digits < MOST_DIGITS and 0 < part < 1 and round(part * 100, digits) in (0, 100):
        digits += 1
    return percent(part, lang, digits=digits)


def points(value: float | None, lang: str, *, digits: int = 1) -> str:
    """A difference of fractions in percentage points: +2.1 pt, +2.1ポイント."""
    if value is None or not math.isfinite(value):
        return word("format.none", lang)
    number = f"{_sign(value * 100, digits, lang, signed=True)}{abs(value * 100):,.{digits}f}"
    return word("format.points", lang, number=number)


def plain(value: float | None, lang: str, *, digits: int = 0) -> str:
    """A number without a unit: 1,234."""
    if value is None or not math.isfinite(value):
        return word("format.none", lang)
    return f"{_sign(value, digits, lang, signed=False)}{abs(value):,.{digits}f}"


def p_value(value: float, lang: str) -> str:
    """A probability under a hypothesis: p = 0.43, p = 0.003, p < 0.001."""
    if value < LEAST_P:
        return word("format.p_below", lang, number=f"{LEAST_P:g}")
    return word("format.p_value", lang, number=f"{value:.{2 if value >= 0.1 else 3}f}")


def month(text: str | None, lang: str) -> str:
    """A month 'YYYY-MM' as the language writes it: 2026-04, 2026年4月."""
    if text is None:
        return word("format.none", lang)
    year, number = split_month(text)
    return word("format.month", lang, year=year, month=number)


def split_month(text: str) -> tuple[int, int]:
    """Year and month of 'YYYY-MM'."""
    year, number = text.split("-")
    return int(year), int(number)


def between(low: str, high: str, lang: str) -> str:
    """An interval of two written numbers: with a dash, or with 'to' where a sign or a dash is in it."""
    marks = (word("format.minus", lang), "+", "-")
    signed = any(mark in text for text in (low, high) for mark in marks)
    return word("format.from_to_signed" if signed else "format.from_to", lang, low=low, high=high)


def tick_labels(ticks: Iterable[float], scale: Scale, lang: str) -> list[str]:
    """The ticks of a money axis in one scale, all with the same decimals."""
    scaled = [tick / scale.factor for tick in ticks]
    digits = _digits_of_ticks(scaled)
    return [plain(value, lang, digits=digits) for value in scaled]


def percent_tick_labels(ticks: Iterable[float], lang: str) -> list[str]:
    """The ticks of a rate axis in per cent, all with the same decimals."""
    fractions = list(ticks)
    digits = _digits_of_ticks([value * 100 for value in fractions])
    return [percent(value, lang, digits=digits) for value in fractions]


def _sign(value: float, digits: int, lang: str, *, signed: bool) -> str:
    if float(f"{abs(value):.{digits}f}") == 0:
        return ""
    if value < 0:
        return word("format.minus", lang)
    return "+" if signed else ""


def _scale_after_rounding(value: float, code: str, lang: str, digits: int | None) -> Scale:
    """The scale of a value as it will be written: 999,960 is 1.0M, not 1,000k."""
    scale = scale_for(value, lang)
    shown = digits if digits is not None else usual_digits(value, code, scale)
    return scale_for(round(value / scale.factor, shown) * scale.factor, lang)


def _digits_to_tell_apart(values: list[float], usual: int) -> int:
    """As many decimals as give the spread of the values two figures, and the first value one.

    Never fewer than `usual`, unless the spread is many times the first value: then they would mean nothing.
    """
    spread, first = max(values) - min(values), abs(values[0])
    if spread <= 1e-9 * max(abs(value) for value in values):
        return usual
    of_spread = min(MOST_DIGITS, 1 - math.floor(math.log10(spread)))
    if spread <= 10 * first:
        return max(usual, of_spread)
    of_first = min(MOST_DIGITS, -math.floor(math.log10(first))) if first else 0
    return max(0, of_first, of_spread)


def _digits_of_ticks(ticks: list[float]) -> int:
    size = max((abs(tick) for tick in ticks), default=0.0)
    for digits in range(MOST_DIGITS):
        if all(math.isclose(tick, round(tick, digits), rel_tol=1e-6, abs_tol=1e-9 * size) for tick in ticks):
            return digits
    return MOST_DIGITS
