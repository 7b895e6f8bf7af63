"""How busy the teams are by month; below, how long customers wait for them."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, findings, fonts, layout, numbers, style
from simulator.reporting.result_view import Cell, ResultView, known
from simulator.reporting.words import word

MOST_TEAMS = len(style.NEUTRALS)
NO_WAIT = 0.05
"""Days: a wait that would be written as zero everywhere is not drawn."""


def applies(result: ResultView) -> bool:
    """Whether there are teams whose time is used."""
    return any(cell.mean is not None for team in _teams(result) for cell in _series(result, team, "utilisation"))


def _teams(result: ResultView) -> list[str]:
    return list(result.teams["team"].unique(maintain_order=True))[:MOST_TEAMS]


def _series(result: ResultView, team: str, figure: str) -> list[Cell]:
    """A figure of a team month by month; with one replication without a band."""
    rows = result.teams.filter((pl.col("team") == team) & (pl.col("figure") == figure))
    found = {row["month"]: row for row in rows.iter_rows(named=True)}
    cells = []
    for month in result.months:
        row = found.get(month) or {}
        ends = (known(row.get("p05")), known(row.get("p95"))) if result.replications > 1 else (None, None)
        cells.append(Cell(month, known(row.get("mean")), ends[0], None, ends[1]))
    return cells


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the share of the teams' working time that is in use, and the mean wait where anybody waits."""
    busy = {team: _series(result, team, "utilisation") for team in _teams(result)}
    waits = {team: _series(result, team, "waiting_days") for team in busy}
    banded = any(cell.has_band for cells in busy.values() for cell in cells)
    notes = [word("note.band", lang)] if banded else []
    slide = layout.slide(result, finding(result, lang), lang, notes)
    span = axes.span(v for cells in busy.values() for cell in cells for v in (cell.mean, cell.p95))
    if span is None:
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    longest = axes.span(v for cells in waits.values() for cell in cells for v in (cell.mean, cell.p95))
    two = longest is not None and longest[1] >= NO_WAIT
    height = slide.top - slide.bottom
    upper = slide.axes(bottom=slide.bottom + 0.42 * height) if two else slide.axes()
    panels = [upper, slide.axes(top=slide.bottom + 0.26 * height)] if two else [upper]
    high = max(1.0, span[1]) * 1.04
    axes.percent_axis(upper, 0.0, high, lang)
    upper.set_ylim(0.0, high)
    upper.axhline(1.0, color=style.SOFT_INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0.8)
    labels = _lines(upper, busy)
    if two and longest is not None:
        _lines(panels[1], waits)
        ticks = axes.tick_places(0.0, longest[1], 3)
        digits = next((d for d in range(4) if all(round(tick, d) == round(tick, 6) for tick in ticks)), 4)
        panels[1].set_yticks(ticks, labels=[numbers.plain(tick, lang, digits=digits) for tick in ticks])
        panels[1].set_ylim(0.0, ticks[-1])
        panels[1].tick_params(axis="y", length=0)
        panels[1].grid(visible=True, axis="y", color=style.RULE, linewidth=0.8)
        panels[1].spines["left"].set_visible(False)
        upper.set_xticks([])
        layout.axis_title(panels[1], word("teams.waiting", lang))
    for ax in panels:
        ax.set_xlim(-0.5, len(result.months) - 0.5)
    axes.month_axis(panels[-1], result.months, result.fiscal_year_start, lang)
    layout.axis_title(upper, word("teams.axis", lang))
    layout.fit_left(panels)
    names = [
        layout.SideLabel(
            label.y, word("teams.label", lang, team=label.text, rate=numbers.percent(label.y, lang)), label.colour, "o"
        )
        for label in labels
    ]
    layout.label_right(upper, names)
    layout.align(panels)
    return slide.figure


def _lines(ax: Axes, series: dict[str, list[Cell]]) -> list[layout.SideLabel]:
    """Draws a line with its band for each team; returns labels of the last values, which say the team's name."""
    labels = []
    for (team, cells), colour in zip(series.items(), style.NEUTRALS, strict=False):
        places = range(len(cells))
        low, high = (axes.as_gaps(getattr(cell, end) for cell in cells) for end in ("p05", "p95"))
        ax.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
        marker = "o" if len(cells) <= 24 else ""
        ax.plot(places, axes.as_gaps(cell.mean for cell in cells), color=colour, linewidth=2.6, marker=marker)
        last = next((cell for cell in reversed(cells) if cell.mean is not None), None)
        if last is not None and last.mean is not None:
            labels.append(layout.SideLabel(last.mean, fonts.showable(team, 24), colour, marker="o"))
    return labels


def finding(result: ResultView, lang: str) -> str:
    """The team and month with the highest use, and how many requests were dropped for lack of time."""
    peaks = [
        (cell.mean, team, cell)
        for team in _teams(result)
        for cell in _series(result, team, "utilisation")
        if cell.mean is not None
    ]
    if not peaks:
        return word("finding.no_data", lang, metric=word("teams.axis", lang))
    _, team, cell = max(peaks, key=lambda peak: peak[0])
    rate, interval = findings.percent_interval(result, cell, lang)
    month = numbers.month(cell.month, lang)
    sentence = word("teams.busiest", lang, team=fonts.showable(team, 40), month=month, rate=rate, interval=interval)
    dropped = sum(cell.mean or 0.0 for one in _teams(result) for cell in _series(result, one, "dropped"))
    if not dropped:
        return sentence + word("teams.none_dropped", lang)
    count = numbers.plain(dropped, lang, digits=0 if dropped >= 10 else 1)
    return sentence + word("teams.dropped", lang, count=count)
