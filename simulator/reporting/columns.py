"""Rows of bars in columns side by side: one row a name, one column a measure, every value written beside its bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.text import Text

from simulator.reporting import layout, numbers, style

BAR = 0.58
MOST_ROWS_HIGH = 5
"""So many rows fill the height; fewer leave room below, lest their bars grow."""
GAP = 0.02
TITLE_LINES = 3
SMALL = 10
FEW_COLUMNS = 5
WIDEST_NAME, WIDEST_NAME_BESIDE_MANY = 0.3, 0.19
"""Room for names, as shares of the figure's width."""


@dataclass(frozen=True)
class Bar:
    """A value with its interval, the text beside it, and a colour. Without a value the text stands alone."""

    value: float | None
    text: str
    colour: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Column:
    """A measure: its title, a bar for each row, and the value of a bar of full length if that is given."""

    title: str
    bars: Sequence[Bar]
    full: float | None = None
    weight: float = 1.0


def count(value: float | None, lang: str) -> str:
    """A mean number of customers or times: whole, but where that would hide a small one."""
    small = value is not None and abs(value) < SMALL and value != round(value)
    return numbers.plain(value, lang, digits=1 if small else 0)


def draw_columns(
    slide: layout.Slide,
    names: Sequence[str],
    columns: Sequence[Column],
    *,
    start: float = layout.LEFT,
    end: float = layout.RIGHT,
) -> list[Axes]:
    """Draws the columns under their titles, with the names of the rows at the left, from `start` to `end`."""
    figure = slide.figure
    labels = [figure.text(start, 0, name, ha="left", va="center") for name in names]
    for label in labels:
        _shorten(label, WIDEST_NAME if len(columns) <= FEW_COLUMNS else WIDEST_NAME_BESIDE_MANY)
    left = start + max((layout.width(label) for label in labels), default=0.0) + GAP
    total = sum(column.weight for column in columns)
    room = end - left - GAP * (len(columns) - 1)
    widths = [room * column.weight / total for column in columns]
    titles = _titles(slide, columns, widths)
    lines = max(title.get_text().count("\n") + 1 for title in titles)
    top = slide.top + layout.points(style.BASE * 1.6) - lines * layout.points(style.BASE * layout.LINE_HEIGHT)
    bottom = slide.bottom - layout.points(style.BASE * 1.6)
    height = (top - bottom) * min(1.0, len(names) / MOST_ROWS_HIGH)
    for row, label in enumerate(labels):
        label.set_y(top - height * (row + 0.5) / len(names))
        label.set_gid("label")
    drawn = []
    for column, title, width in zip(columns, titles, widths, strict=True):
        title.set_position((left, top + layout.GAP))
        ax = figure.add_axes((left, top - height, width, height))
        ax.set_ylim(len(names) - 0.5, -0.5)
        _bars(ax, column)
        drawn.append(ax)
        left += width + GAP
    return drawn


def _shorten(label: Text, widest: float) -> None:
    """Cuts a name until it takes no more than its share of the width."""
    name = label.get_text()
    while layout.width(label) > widest and len(name) > 1:
        name = name.rstrip("…")[:-1]
        label.set_text(name.rstrip() + "…")


def _titles(slide: layout.Slide, columns: Sequence[Column], widths: Sequence[float]) -> list[Text]:
    """The titles in the largest size in which all fit over their columns, on as few lines as that takes."""
    titles = [slide.figure.text(0, 0, "", ha="left", va="bottom", color=style.SOFT_INK) for _ in columns]
    glue = " " if slide.lang == "en" else ""
    size = style.BASE
    while True:
        fits = True
        for title, column, width in zip(titles, columns, widths, strict=True):
            title.set(fontsize=size, linespacing=layout.LINE_HEIGHT - 0.1)
            lines = layout.wrap(title, column.title.replace("\n", glue), width + GAP / 2)
            title.set_text("\n".join(lines))
            fits &= layout.width(title) <= width + GAP / 2 and len(lines) <= TITLE_LINES
        if fits or size <= style.NOTE:
            return titles
        size -= 0.5


def _bars(ax: Axes, column: Column) -> None:
    ends = [value for bar in column.bars for value in (bar.value, bar.low, bar.high) if value is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if column.full is not None:
        high = max(high, column.full)
    if high == low:
        high = low + 1.0
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.plot([0, 0], [-0.5, len(column.bars) - 0.5], color=style.RULE, linewidth=1.0, zorder=0.5)
    texts = []
    for row, bar in enumerate(column.bars):
        if bar.value is not None:
            ax.barh(row, bar.value, height=BAR, color=bar.colour, linewidth=0)
            if bar.low is not None and bar.high is not None and bar.low < bar.high:
                ax.plot([bar.low, bar.high], [row, row], color=style.INK, linewidth=1.2, solid_capstyle="butt")
        at = max([0.0, *(value for value in (bar.value, bar.high) if value is not None)])
        text = ax.annotate(
            bar.text,
            (at, row),
            xytext=(5, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=style.BASE - 1,
        )
        text.set_gid("label")
        texts.append((at, text))
    box = ax.get_position()
    ax.set_xlim(low, high)
    for at, text in texts:
        free = box.width - layout.width(text) - 0.008
        high = max(high, low + (at - low) * box.width / max(free, 0.15 * box.width))
    ax.set_xlim(low, high)
