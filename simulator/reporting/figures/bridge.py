"""MRR bridge: from the first opening to the last closing, step by step, by kind, motion and reason.

Rows rather than columns, so that long names of reasons are read without turning.
"""

from __future__ import annotations

import math
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.reporting import axes, findings, fonts, layout, numbers, style
from simulator.reporting.result_view import ResultView
from simulator.reporting.waterfall import Waterfall, waterfall
from simulator.reporting.words import word

BAR = 0.66
FEWEST_ROWS = 7
"""Room for at least so many rows, lest a bar fill the slide."""
CUT_SHARE = 0.35
"""If all levels lie within this share of the highest, the axis starts above zero, or steps would vanish."""


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the bridge of all segments (means over the replications); what is written adds up exactly."""
    steps = waterfall(result, lang)
    title = findings.bridge(result, lang)
    if steps is None:
        slide = layout.slide(result, title, lang)
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    levels = _levels(steps)
    start = _axis_start(levels)
    moved = {group.kind for group in steps.groups}
    notes = [word("note.reactivation", lang)] if "reactivation" in moved else []
    notes += [word("note.rounded", lang)] if moved else []
    notes += [word("note.axis_cut", lang)] if start > 0 else []
    slide = layout.slide(result, title, lang, notes)
    ax = slide.axes(top=slide.top + layout.points(style.BASE * 1.6))
    _bars(ax, steps, levels, start)
    rows = len(levels) + 1
    ax.set_ylim(max(rows, FEWEST_ROWS) - 0.4, -0.6)
    _money_below(ax, start, max(levels), result.currency, lang)
    _name_rows(ax, result, steps, lang)
    _write_amounts(ax, steps, levels)
    return slide.figure


def _levels(steps: Waterfall) -> list[float]:
    """The level after the opening and after each step, in currency units."""
    levels = [steps.opening * steps.unit]
    for step in steps.steps:
        levels.append(levels[-1] + step.units * steps.unit)
    return levels


def _axis_start(levels: list[float]) -> float:
    low, high = min(levels), max(levels)
    if high <= 0 or high - low > CUT_SHARE * high or high == low:
        return 0.0
    return max(low - 0.35 * (high - low), 0.0)


def _bars(ax: Axes, steps: Waterfall, levels: list[float], start: float) -> None:
    spans = [(start, levels[0]), *pairwise(levels), (start, levels[-1])]
    colours = [style.BALANCE, *(style.KIND_COLOURS[step.kind] for step in steps.steps), style.BALANCE]
    bars = [(left, row - BAR / 2, right, row + BAR / 2) for row, (left, right) in enumerate(spans)]
    axes.boxes(ax, bars, colours)
    along = [x for level in levels for x in (level, level, math.nan)]  # one line with gaps
    down = [y for row in range(len(levels)) for y in (row - BAR / 2, row + 1 + BAR / 2, math.nan)]
    ax.plot(along, down, color=style.SOFT_INK, linewidth=0.9, zorder=0.9)


def _money_below(ax: Axes, low: float, high: float, code: str, lang: str) -> None:
    places = axes.tick_places(low, high, 6)
    scale = numbers.scale_for(max(abs(places[0]), abs(places[-1])), lang)
    shown = [place for place in places if low <= place <= high + 0.02 * (high - low)]
    ax.set_xlim(low, high if high > low else places[-1])
    ax.set_xticks(shown, labels=numbers.tick_labels(shown, scale, lang))
    ax.grid(visible=True, axis="x", color=style.RULE, linewidth=0.8)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    unit = numbers.unit(scale, code, lang)
    ax.set_xlabel(word("format.with_unit", lang, text=word("figure.bridge_axis", lang), unit=unit), labelpad=2)
    ax.xaxis.label.set_color(style.SOFT_INK)


def _name_rows(ax: Axes, result: ResultView, steps: Waterfall, lang: str) -> None:
    """Names of the rows at the left: the kind with its total, then its steps."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    names = [word("figure.opening_month", lang, month=numbers.month(result.months[0], lang))]
    names += [fonts.showable(step.label, 34) for step in steps.steps]
    names.append(word("figure.closing_month", lang, month=numbers.month(result.months[-1], lang)))
    ax.set_yticks(range(len(names)), labels=names)
    ax.tick_params(axis="y", length=0, labelcolor=style.INK)
    headings = []
    row = 1
    for group in steps.groups:
        text = word(f"kind.{group.kind}", lang)
        middle = float(row)
        if len(group.steps) > 1:
            text = f"{text}\n{steps.written(group.units * steps.unit, signed=True)}"
            middle += 0.5
        heading = figure.text(layout.LEFT + 0.014, _height(ax, middle), text, va="center", ha="left")
        heading.set_gid("label")
        headings.append(heading)
        ends = [_height(ax, row - 0.42), _height(ax, row + len(group.steps) - 0.58)]
        bracket = Line2D([layout.LEFT + 0.003] * 2, ends, color=style.KIND_COLOURS[group.kind])
        bracket.set(linewidth=5, solid_capstyle="butt")
        figure.add_artist(bracket)
        row += len(group.steps)
    column = max((layout.width(heading) for heading in headings), default=0.0)
    widest = max(layout.width(label) for label in ax.get_yticklabels())
    left = layout.LEFT + 0.014 + column + 0.02 + widest + 0.008
    box = ax.get_position()
    ax.set_position((left, box.y0, layout.RIGHT - left, box.height))


def _height(ax: Axes, row: float) -> float:
    """Where a row lies, as a fraction of the figure's height."""
    box = ax.get_position()
    bottom, top = ax.get_ylim()
    return float(box.y0 + box.height * (row - bottom) / (top - bottom))


def _write_amounts(ax: Axes, steps: Waterfall, levels: list[float]) -> None:
    """The amount of each row at the right end of its bar; widens the axis until all stand inside."""
    rows = [(levels[0], steps.opening, False)]
    rows += [(max(levels[row - 1], levels[row]), step.units, True) for row, step in enumerate(steps.steps, start=1)]
    rows.append((levels[-1], steps.closing, False))
    labels = []
    for row, (end, units, signed) in enumerate(rows):
        label = ax.annotate(
            steps.written(units * steps.unit, signed=signed),
            (end, row),
            xytext=(6, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=style.BASE - 0.5,
        )
        label.set_gid("label")
        labels.append((end, label))
    box = ax.get_position()
    low, high = ax.get_xlim()
    for end, label in labels:
        free = box.width - layout.width(label) - 0.014
        high = max(high, low + (end - low) * box.width / free)
    ax.set_xlim(low, high)
