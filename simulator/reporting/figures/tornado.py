"""Tornado: what each key brings from its low to its high end, the largest swing on top."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, fonts, layout, metrics, style
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.result_view import known
from simulator.reporting.words import word

COLOURS = {"low": "#E69F00", "high": "#0072B2"}
BAR = 0.66
MOST_ROWS = 12
FEWEST_ROWS = 5


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws the keys with the largest swings."""
    rows = [row for row in by_key(study) if known(row["low"]["difference"]) is not None]
    notes = [word("tornado.note", lang)]
    if len(rows) > MOST_ROWS:
        notes.append(word("note.more_keys", lang, count=len(rows) - MOST_ROWS))
    slide = layout.slide(study, finding(study, lang), lang, notes)
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2), top=slide.top + layout.points(style.BASE))
    rows = rows[:MOST_ROWS]
    if not rows:
        layout.no_values(slide.figure, ax, word("figure.no_data", lang))
        return slide.figure
    for place, row in enumerate(rows):
        for end in sorted(row, key=lambda end: -abs(row[end]["difference"])):  # the shorter one over the longer
            one = row[end]
            ax.barh(place, one["difference"], height=BAR, color=COLOURS[end], linewidth=0)
            low, high = known(one["difference_low95"]), known(one["difference_high95"])
            if low is not None and high is not None:
                ax.plot([low, high], [place, place], color=style.INK, linewidth=1.2)
    ax.axvline(0, color=style.INK, linewidth=1.4)
    ax.set_ylim(max(len(rows), FEWEST_ROWS) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), labels=[fonts.showable(row["low"]["key"], 44) for row in rows])
    ax.tick_params(axis="y", length=0, labelcolor=style.INK)
    ax.spines["left"].set_visible(False)
    layout.fit_left([ax])
    _axis_below(ax, rows, study, lang)
    _write_ends(ax, rows)
    return slide.figure


def by_key(study: Any) -> list[dict[str, dict[str, Any]]]:
    """The rows of the table by key and end, the largest swing first."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in study.table("tornado").iter_rows(named=True):
        found.setdefault(row["key"], {})[row["end"]] = row
    return list(found.values())


def finding(study: Any, lang: str) -> str:
    """The key with the largest swing, and whether its interval is clear of 0."""
    at = Shown(**study.summary["shown"])
    label = metrics.label(at.metric, at.month, at.segment, lang)
    first = by_key(study)[0]["low"]
    swing, low, high = (known(first[name]) for name in ("swing", "swing_low95", "swing_high95"))
    if swing is None:
        return word("finding.no_data", lang, metric=label)
    texts = metrics.differences(swing, (low, high), at.metric, study.currency, lang)
    unsure = low is not None and high is not None and low <= 0 <= high
    return word(
        "finding.tornado_unsure" if unsure else "finding.tornado",
        lang,
        metric=label,
        name=fonts.showable(first["key"], 60),
        low=fonts.showable(metrics.shortened(first["value_text"]), 24),
        high=fonts.showable(metrics.shortened(by_key(study)[0]["high"]["value_text"]), 24),
        amount=texts[0],
        interval=metrics.interval95(low, high, swing, at.metric, study.currency, lang),
    )


def _axis_below(ax: Axes, rows: list[dict[str, dict[str, Any]]], study: Any, lang: str) -> None:
    at = Shown(**study.summary["shown"])
    columns = ("difference", "difference_low95", "difference_high95")
    ends = [known(row[end][column]) for row in rows for end in ("low", "high") for column in columns]
    low, high = axes.span([*ends, 0.0]) or (0.0, 0.0)
    places = axes.tick_places(low, high, 6)
    ax.set_xlim(min(low, 0.0), max(high, 0.0) if high > low else places[-1])
    labels, unit = metrics.tick_texts(places, at.metric, study.currency, lang)
    inside = [i for i, place in enumerate(places) if low <= place <= high]
    ax.set_xticks([places[i] for i in inside], labels=[labels[i] for i in inside])
    ax.grid(visible=True, axis="x", color=style.RULE, linewidth=0.8)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    text = word("sweep.axis", lang, metric=metrics.label(at.metric, at.month, at.segment, lang))
    text = word("format.with_unit", lang, text=text, unit=unit) if unit else text
    ax.set_xlabel(text, color=style.SOFT_INK, labelpad=4)


def _write_ends(ax: Axes, rows: list[dict[str, dict[str, Any]]]) -> None:
    """The value of each end beside its bar; widens the axis until all stand inside."""
    labels = []
    for place, row in enumerate(rows):
        lows = {end: _reach(row[end], -1.0) for end in ("low", "high")}
        left = min(lows, key=lambda end: known(row[end]["difference"]) or 0.0)
        right = "high" if left == "low" else "low"
        for end, side in ((left, -1.0), (right, 1.0)):
            at = min([_reach(row[end], side), 0.0]) if side < 0 else max([_reach(row[end], side), 0.0])
            label = ax.annotate(
                fonts.showable(metrics.shortened(row[end]["value_text"]), 24),
                (at, place),
                xytext=(6 * side, 0),
                textcoords="offset points",
                ha="right" if side < 0 else "left",
                va="center",
                fontsize=style.NOTE,
            )
            labels.append((at, side, label))
    box = ax.get_position()
    low, high = ax.get_xlim()
    for _ in range(3):  # each side's room depends on the other's
        for at, side, label in labels:
            need = (layout.width(label) + 0.012) / box.width * (high - low)
            low, high = (min(low, at - need), high) if side < 0 else (low, max(high, at + need))
    ax.set_xlim(low, high)


def _reach(row: dict[str, Any], side: float) -> float:
    """How far a bar and its interval reach to one side."""
    columns = ("difference", "difference_low95", "difference_high95")
    values = [value for value in (known(row[column]) for column in columns) if value is not None]
    return (min if side < 0 else max)(values, default=0.0)
