"""Colours of lines that are no movement kind: the template's accents, where they can be told apart.

The five movement kinds keep their colours in every template, as in every figure and page: a colour that means churn
in one place must not mean growth in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from simulator.reporting.deck.design import ACCENTS

LEAST_DISTANCE = 20.0
"""CIE 1976 colour difference (CIE 15:2004) from which two lines are told apart at slide size."""


def line_colours(accents: Sequence[str]) -> tuple[str, ...]:
    """The accents, or the colours of the figures where two of the accents, or one and white, are too alike."""
    points = [_lab(x) for x in (*accents, "#FFFFFF")]
    close = any(_distance(a, b) < LEAST_DISTANCE for a, b in combinations(points, 2))
    return ACCENTS if close else tuple(accents)


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5


def _lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* of an sRGB colour, white point D65."""
    linear = []
    for i in (1, 3, 5):
        part = int(colour[i : i + 2], 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    r, g, b = linear
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = ((t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116) for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
