"""Axes of months, money and rates: few ticks, one scale, no clutter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN
from matplotlib.ticker import MaxNLocator

from simulator.reporting import numbers, style
from simulator.reporting.words import word

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
MOST_MONTH_LABELS = {"en": 10, "ja": 7}
MOST_MONTHS_MARKED = 36
"""So many months or fewer have a tick each."""
STEPS = [1, 2, 2.5, 5, 10]


def month_axis(
    ax: Axes, months: Sequence[str], fiscal_year_start: int, lang: str, *, first: int = 0, most: int | None = None
) -> None:
    """Months `first` … n−1 along the bottom, at `most` so many labelled, in steps that begin with the fiscal year."""
    most = MOST_MONTH_LABELS[lang] if most is None else most
    labelled = [first + place for place in month_ticks(months[first:], fiscal_year_start, most)]
    ax.set_xticks(labelled, labels=[numbers.month(months[i], lang) for i in labelled])
    ax.tick_params(axis="x", length=6, color=style.SOFT_INK)
    if len(months) <= MOST_MONTHS_MARKED:
        _mark_months(ax, [i for i in range(first, len(months)) if i not in labelled])


def _mark_months(ax: Axes, places: Sequence[int]) -> None:
    """Small ticks, as one line of marks: each minor tick of matplotlib is three lines and two texts."""
    marks = Line2D(places, [0] * len(places), transform=ax.get_xaxis_transform(), linestyle="none", clip_on=False)
    marks.set(marker=TICKDOWN, markersize=3, markeredgewidth=0.6, color=style.RULE, zorder=0.5)
    ax.add_artist(marks)


def month_ticks(months: Sequence[str], fiscal_year_start: int, most: int) -> list[int]:
    """Positions of the months to label: every one, or those whole steps away from a fiscal year's start."""
    for step in MONTH_STEPS:
        places = [
            i
            for i, text in enumerate(months)
            if (12 * numbers.split_month(text)[0] + numbers.split_month(text)[1] - fiscal_year_start) % step == 0
        ]
        if len(places) <= most:
            break
    return places or [0]


def boxes(
    ax: Axes, edges: Iterable[tuple[float, float, float, float]], colours: Any, *, linewidth: float = 0.0
) -> None:
    """Rectangles, white at their edges, by left, bottom, right and top: as one artist, since many take long to draw.

    The limits of the axes stay as they are.
    """
    corners = [[(left, low), (right, low), (right, high), (left, high)] for left, low, right, high in edges]
    drawn = PolyCollection(corners, facecolors=colours, edgecolors="white", linewidths=linewidth)
    ax.add_collection(drawn, autolim=False)


def money_axis(ax: Axes, low: float, high: float, code: str, lang: str, name: str, *, tight: bool = False) -> str:
    """Ticks of the vertical money axis in one scale; returns its title.

    The limits are the ticks around [low, high], or with `tight` that span and a little room.
    """
    places = tick_places(low, high, 6)
    if tight:
        room = 0.04 * (high - low)
        low, high = low - room if low < 0 else 0.0, high + room if high > 0 else 0.0
        places = [place for place in places if low <= place <= high]
        ax.set_ylim(low, high)
    scale = numbers.scale_for(max(abs(places[0]), abs(places[-1])), lang)
    ax.set_yticks(places, labels=numbers.tick_labels(places, scale, lang))
    rule(ax)
    return word("format.with_unit", lang, text=name, unit=numbers.unit(scale, code, lang))


def percent_axis(ax: Axes, low: float, high: float, lang: str, *, ticks: int = 6) -> None:
    """Ticks of the vertical axis in per cent, limits as given."""
    places = [place for place in tick_places(low, high, ticks) if low <= place <= high]
    ax.set_yticks(places, labels=numbers.percent_tick_labels(places, lang))
    rule(ax)


def tick_places(low: float, high: float, most: int) -> list[float]:
    """Round ticks that span [low, high]; a span of nothing gets one around it."""
    if high <= low:
        room = abs(high) * 0.1 or 1.0
        low, high = low - room if low < 0 else max(low - room, 0.0), high + room
    return [float(tick) for tick in MaxNLocator(nbins=most, steps=STEPS).tick_values(low, high)]


def span(values: Iterable[float | None]) -> tuple[float, float] | None:
    """Smallest and largest of the values that are there."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return (min(known), max(known)) if known else None


def as_gaps(values: Iterable[float | None]) -> list[float]:
    """The values with NaN where there is none, which matplotlib leaves out."""
    return [math.nan if value is None else value for value in values]


def rule(ax: Axes) -> None:
    """Levels across the axes, and no axis line at the left."""
    ax.grid(visible=True, axis="y", color=style.RULE, linewidth=0.8)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
