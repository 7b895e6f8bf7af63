"""Closing MRR by month: the mean, and the band that holds 90 % of the replications."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, findings, layout, numbers, style
from simulator.reporting.result_view import Cell, ResultView, series
from simulator.reporting.words import word

LABEL_ROOM = 0.12
"""Share of the axis that a label above or below a point takes."""

FROM_ZERO = 0.6
"""The axis starts at zero unless the lowest value is above this share of the highest."""


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws closing MRR of all segments, from the opening of the first month."""
    opening = series(result, "opening_mrr")[0]
    cells = series(result, "closing_mrr")
    path = [Cell("", opening.mean, opening.p05, opening.p50, opening.p95), *cells]
    places = list(range(-1, len(cells)))
    values = axes.span(value for cell in path for value in (cell.mean, cell.p05, cell.p95))
    banded = any(cell.has_band and cell.p05 != cell.p95 for cell in path)
    cut = values is not None and values[0] > FROM_ZERO * values[1] and values[0] < values[1]
    notes = [word("note.band", lang)] if banded else []
    notes += [word("note.axis_cut", lang)] if cut else []
    slide = layout.slide(result, findings.closing_mrr(result, lang), lang, notes)
    ax = slide.axes()
    if values is None:
        layout.no_values(slide.figure, ax, word("figure.no_data", lang))
        return slide.figure
    means = axes.as_gaps(cell.mean for cell in path)
    if banded:
        low = [cell.mean if cell.p05 is None else cell.p05 for cell in path]
        high = [cell.mean if cell.p95 is None else cell.p95 for cell in path]
        ax.fill_between(places, axes.as_gaps(low), axes.as_gaps(high), color=style.BAND, linewidth=0)
    ax.plot(places, means, color=style.LINE, linewidth=2.8, solid_capstyle="round")
    ax.plot(places[:1], means[:1], color=style.LINE, marker="o", markersize=7)
    ax.plot(places[-1:], means[-1:], color=style.LINE, marker="o", markersize=7)
    lowest = values[0] - LABEL_ROOM * (values[1] - values[0]) if cut else min(0.0, values[0])
    title = axes.money_axis(ax, lowest, values[1], result.currency, lang, word("figure.closing_axis", lang))
    ax.set_xlim(-1.0 - 0.02 * len(places), len(cells) - 1 + 0.02 * len(places))
    axes.month_axis(ax, result.months, result.fiscal_year_start, lang)
    layout.axis_title(ax, title)
    layout.fit_left([ax])
    last = cells[-1]
    texts = numbers.money_together(last.mean or 0.0, (last.p05, last.p95), result.currency, lang)
    layout.label_right(ax, layout.band_labels(last, texts, ax.get_ylim(), lang))
    _label_opening(ax, result, path, lang)
    return slide.figure


def _label_opening(ax: Axes, result: ResultView, path: list[Cell], lang: str) -> None:
    """Writes the opening beside its point, on the side from which the line turns away, if there is room."""
    opening, first = path[0].mean, path[1].mean
    if opening is None:
        return
    low, high = ax.get_ylim()
    falls = first is not None and path[-1].mean is not None and path[-1].mean < opening
    height = (opening - low) / (high - low)
    if (height > 1 - LABEL_ROOM) if falls else (height < LABEL_ROOM):
        return
    written = word("figure.opening_at", lang, amount=numbers.money(opening, result.currency, lang))
    label = ax.annotate(
        written,
        (-1, opening),
        xytext=(0, 12 if falls else -12),
        textcoords="offset points",
        ha="left",
        va="bottom" if falls else "top",
        color=style.INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.75},
    )
    label.set_gid("label")
