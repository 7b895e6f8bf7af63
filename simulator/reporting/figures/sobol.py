"""Sobol indices: the share of the variance that each range explains, by itself and together with others, and luck's."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.reporting import fonts, layout, metrics, numbers, style
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.result_view import known
from simulator.reporting.words import word

COLOURS = {"first": "#0072B2", "total": "#E69F00"}
OFFSET = {"first": -0.16, "total": 0.16}
MOST_ROWS = 11
FEWEST_ROWS = 5
LUCK = "luck"


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws first-order and total-order indices with their intervals, the most influential range on top."""
    rows = list(study.table("sobol").iter_rows(named=True))
    left_out = max(0, len(rows) - MOST_ROWS - 1)
    rows = [*rows[:-1][:MOST_ROWS], rows[-1]]
    notes = [word("sobol.note", lang), word("sobol.points", lang, count=numbers.plain(study.summary["points"], lang))]
    if left_out:
        notes.append(word("note.more_keys", lang, count=left_out))
    slide = layout.slide(study, finding(study, lang), lang, notes)
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2), top=slide.top - layout.points(style.BASE))
    for place, row in enumerate(rows):
        for order, colour in COLOURS.items():
            y = place + OFFSET[order]
            value, low, high = (known(row[f"{order}{end}"]) for end in ("", "_low95", "_high95"))
            if value is None:
                continue
            ax.barh(y, value, height=0.3, color=colour, linewidth=0)
            if low is not None and high is not None:
                ax.plot([low, high], [y, y], color=style.INK, linewidth=1.2)
    ax.axvline(0, color=style.INK, linewidth=1.4)
    names = [label(row["key"], lang) for row in rows]
    ax.set_ylim(max(len(rows), FEWEST_ROWS) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), labels=[fonts.showable(name, 44) for name in names])
    ax.tick_params(axis="y", length=0, labelcolor=style.INK)
    ax.spines["left"].set_visible(False)
    layout.fit_left([ax])
    ends = [known(row[f"{order}_{end}95"]) for row in rows for order in COLOURS for end in ("low", "high")]
    found = [end for end in ends if end is not None]
    low, high = min([0.0, *found]), max([1.0, *found])
    ax.set_xlim(max(low, -0.5), min(high, 1.5))
    places = [0.2 * step for step in range(-2, 8) if ax.get_xlim()[0] <= 0.2 * step <= ax.get_xlim()[1] + 1e-9]
    ax.set_xticks(places, labels=numbers.percent_tick_labels(places, lang))
    ax.grid(visible=True, axis="x", color=style.RULE, linewidth=0.8)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel(word("sobol.axis", lang), color=style.SOFT_INK, labelpad=4)
    _legend(slide.figure, slide.top, lang)
    return slide.figure


def finding(study: Any, lang: str) -> str:
    """The range that explains most, with its interval, and the share of luck."""
    at = Shown(**study.summary["shown"])
    rows = list(study.table("sobol").iter_rows(named=True))
    first, luck = rows[0], rows[-1]
    return word(
        "finding.sobol",
        lang,
        metric=metrics.label(at.metric, at.month, at.segment, lang),
        name=fonts.showable(first["key"], 60),
        share=share(first["total"], lang),
        interval=interval(first, "total", lang),
        luck=share(luck["total"], lang),
    )


def label(key: str, lang: str) -> str:
    """What a row is called."""
    return word("sobol.luck", lang) if key == LUCK else key


def share(value: Any, lang: str) -> str:
    """An index in per cent; what noise has brought below 0 or above 1 is shown as it is."""
    return numbers.percent(known(value), lang, digits=0)


def interval(row: dict[str, Any], order: str, lang: str) -> str:
    """The 95 % interval of an index in brackets."""
    low, high = (share(row[f"{order}_{end}95"], lang) for end in ("low", "high"))
    return word("interval.range95", lang, range=numbers.between(low, high, lang))


def _legend(figure: Figure, top: float, lang: str) -> None:
    """What the two colours are, above the axes."""
    x = layout.LEFT
    for order, colour in COLOURS.items():
        mark = Line2D([x + 0.006], [top], marker="s", markersize=9, color=colour, linestyle="none", markeredgewidth=0)
        figure.add_artist(mark)
        text = figure.text(x + 0.018, top, word(f"sobol.{order}", lang), va="center", ha="left", color=style.SOFT_INK)
        x += 0.018 + layout.width(text) + 0.03
