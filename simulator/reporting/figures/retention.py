"""NRR and GRR over twelve months by month, with their bands and the lines that the field holds them against."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, findings, layout, numbers, style
from simulator.reporting.result_view import Cell, ResultView, last_known, series
from simulator.reporting.words import word

COLOURS = {"nrr": (style.LINE, style.BAND), "grr": (style.BALANCE, style.RULE)}
MOST_TICKS = 7
RULES = (("rule", 1.1), ("rule", 1.0), ("rule_grr", 0.9))
"""Rules of thumb of the field: NRR 110 % is top class, 100 % stands still; GRR 90 %."""


def applies(result: ResultView) -> bool:
    """Whether some month lies twelve months after customers who paid."""
    return last_known(series(result, "nrr_12m")) is not None


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws NRR and GRR of all segments from the first month that has them."""
    cells = {name: series(result, f"{name}_12m") for name in COLOURS}
    first = next((i for i, cell in enumerate(cells["nrr"]) if cell.mean is not None), 0)
    banded = any(cell.has_band and cell.p05 != cell.p95 for column in cells.values() for cell in column)
    notes = [word("note.band", lang)] if banded else []
    slide = layout.slide(result, finding(result, lang), lang, [*notes, word("retention.note", lang)])
    ax = slide.axes()
    span = axes.span(v for column in cells.values() for cell in column for v in (cell.mean, cell.p05, cell.p95))
    if span is None:
        layout.no_values(slide.figure, ax, word("figure.no_data", lang))
        return slide.figure
    marks = [mark for _, mark in RULES]
    low, high = min(span[0], *marks), max(span[1], *marks)
    room = 0.06 * (high - low)
    ax.set_ylim(low - room, high + room)
    axes.percent_axis(ax, low - room, high + room, lang)
    ax.set_ylim(low - room, high + room)
    labels = []
    for key, mark in RULES:
        ax.axhline(mark, color=style.SOFT_INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0.8)
        text = word(f"retention.{key}", lang, rate=numbers.percent(mark, lang, digits=0))
        labels.append(layout.SideLabel(mark, text, style.SOFT_INK, marker="_"))
    for name, column in cells.items():
        labels += _line(ax, name, column, lang)
    places = len(result.months)
    axes.month_axis(ax, result.months, result.fiscal_year_start, lang, first=first, most=MOST_TICKS)
    ax.set_xlim(first - 0.5, places - 0.5)
    layout.axis_title(ax, word("retention.axis", lang))
    layout.fit_left([ax])
    layout.label_right(ax, labels)
    return slide.figure


def _line(ax: Axes, name: str, column: list[Cell], lang: str) -> list[layout.SideLabel]:
    """Draws one rate with its band; returns the label of its last value."""
    colour, band = COLOURS[name]
    places = range(len(column))
    low, high = (axes.as_gaps(getattr(cell, end) for cell in column) for end in ("p05", "p95"))
    known = [i for i, cell in enumerate(column) if cell.mean is not None]
    if len(known) == 1:
        ax.vlines(known, low[known[0]], high[known[0]], color=band, linewidth=8)
    ax.fill_between(places, low, high, color=band, linewidth=0, alpha=0.75)
    marker = "o" if len(known) <= 13 else ""
    ax.plot(places, axes.as_gaps(cell.mean for cell in column), color=colour, linewidth=2.8, marker=marker)
    last = last_known(column)
    if last is None or last.mean is None:
        return []
    text = word(f"retention.{name}", lang, rate=numbers.percent_together(last.mean, (last.p05, last.p95), lang)[0])
    return [layout.SideLabel(last.mean, text, colour, marker="o")]


def finding(result: ResultView, lang: str) -> str:
    """NRR of the last month, held against 100 % or 110 % where its interval is clear of it; and GRR."""
    last, gross = last_known(series(result, "nrr_12m")), last_known(series(result, "grr_12m"))
    if last is None or last.mean is None:
        return word("finding.no_data", lang, metric=word("metric.nrr_12m", lang))
    rate, interval = findings.percent_interval(result, last, lang)
    low = last.mean if last.p05 is None else last.p05
    high = last.mean if last.p95 is None else last.p95
    key, mark = "value", 1.0
    if low > 1.0:
        key, mark = "above", 1.1 if low > 1.1 else 1.0
    elif high < 1.0:
        key = "below"
    values = {"rate": rate, "month": numbers.month(last.month, lang), "interval": interval}
    sentence = word(f"retention.{key}", lang, mark=numbers.percent(mark, lang, digits=0), **values)
    if gross is None or gross.mean is None:
        return sentence
    rate, interval = findings.percent_interval(result, gross, lang)
    interval = "" if result.replications == 1 else interval
    return sentence + word("retention.and_grr", lang, rate=rate, interval=interval)
