"""A sweep: what other values bring against the scenario as it stands: a line, a map, or points of a design."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import matplotlib as mpl
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from simulator.reporting import axes, fonts, layout, metrics, numbers, style
from simulator.reporting.result_view import known
from simulator.reporting.words import word

UP, DOWN = "#0072B2", "#D55E00"
"""For the better and for the worse (Okabe and Ito 2008)."""
MOST_CELLS = 80
"""A map of more cells shows colours alone."""
MOST_PANELS = 4
MOST_LABELS = 9


class Shown(NamedTuple):
    """What the figure shows: one metric in one month of one segment."""

    metric: str
    month: str
    segment: str


class Outcome(NamedTuple):
    """What came of one point: the difference to the scenario as it stands, and its 95 % interval."""

    values: dict[str, float | None]
    texts: dict[str, str]
    mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_better: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out, or nothing differs."""
        if self.difference == self.low == self.high == 0.0:
            return True
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws the first metric of a sweep: a line for one key, a map for two, panels for a design."""
    at = Shown(**study.summary["shown"][0])
    found = outcomes(study, at)
    keys = [one["key"] for one in study.summary["keys"]]
    is_grid = study.summary["design"] == "grid"
    title = finding(study, lang)
    if not any(one.difference is not None for one in found):
        slide = layout.slide(study, title, lang)
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    if is_grid and len(keys) == 2:
        return _map(study, at, found, keys, title, lang)
    if len(keys) == 1:
        return _line(study, at, found, keys[0], title, lang)
    return _panels(study, at, found, keys, title, lang)


def outcomes(study: Any, at: Shown) -> list[Outcome]:
    """What came of the points, in their order, the scenario as it stands left out."""
    rows = study.table("sweep").filter(
        (pl.col("metric") == at.metric) & (pl.col("month") == at.month) & (pl.col("segment") == at.segment)
    )
    design = study.table("design")
    found = []
    for row in rows.filter(pl.col("point") > 0).iter_rows(named=True):
        some = design.filter(pl.col("point") == row["point"])
        numbers = (row["mean"], row["difference"], row["difference_low95"], row["difference_high95"], row["p_better"])
        found.append(
            Outcome(
                dict(zip(some["key"], (known(v) for v in some["value"]), strict=True)),
                dict(zip(some["key"], some["value_text"], strict=True)),
                *(known(number) for number in numbers),
            )
        )
    return found


def finding(study: Any, lang: str) -> str:
    """The point that is best, by how much against the scenario as it stands, and whether that is clear."""
    at = Shown(**study.summary["shown"][0])
    label = metrics.label(at.metric, at.month, at.segment, lang)
    found = [one for one in outcomes(study, at) if one.difference is not None]
    if not found:
        return word("finding.no_data", lang, metric=label)
    sign = -1.0 if metrics.lower_is_better(at.metric) else 1.0
    if study.summary["design"] != "grid":
        return _over_design(study, found, at, label, lang)
    best = max(found, key=lambda one: sign * (one.difference or 0.0))
    assert best.difference is not None
    texts = metrics.differences(best.difference, (best.low, best.high), at.metric, study.currency, lang)
    interval = metrics.interval95(best.low, best.high, best.difference, at.metric, study.currency, lang)
    better = sign * best.difference
    key = "sweep_best" if best.clear and better > 0 else "sweep_worse" if best.clear else "sweep_unsure"
    if better == 0 and best.clear:
        key = "sweep_now"
    return word(
        f"finding.{key}",
        lang,
        metric=label,
        values=fonts.showable(written(best, lang), 70),
        amount=texts[0],
        interval=interval,
    )


def _over_design(study: Any, found: list[Outcome], at: Shown, label: str, lang: str) -> str:
    """How far the points lie apart, and the key that they go with most: its rank correlation, with its interval."""
    known_ones = sorted(one.difference for one in found if one.difference is not None)
    texts = metrics.differences(known_ones[-1], (known_ones[0],), at.metric, study.currency, lang)
    keys = [one["key"] for one in study.summary["keys"]]
    key = max(keys, key=lambda one: abs(_rank_correlation(found, one)))
    r = _rank_correlation(found, key)
    interval = ""
    if len(known_ones) > 4 and abs(r) < 1.0:
        half = 1.96 / math.sqrt(len(known_ones) - 3)  # Fisher's z
        ends = (math.tanh(math.atanh(r) + side * half) for side in (-1.0, 1.0))
        low, high = (numbers.plain(end, lang, digits=2) for end in ends)
        interval = word("interval.range95", lang, range=numbers.between(low, high, lang))
    return word(
        "finding.sweep_design",
        lang,
        metric=label,
        range=numbers.between(texts[1], texts[0], lang),
        name=fonts.showable(key, 60),
        r=numbers.plain(r, lang, digits=2),
        interval=interval,
    )


def written(one: Outcome, lang: str) -> str:
    """The values of a point in one line."""
    return word("study.and", lang).join(f"{key}={text}" for key, text in one.texts.items())


def _line(study: Any, at: Shown, found: list[Outcome], key: str, title: str, lang: str) -> Figure:
    banded = any(one.low is not None for one in found)
    slide = layout.slide(study, title, lang, [word("note.paired", lang)] if banded else [])
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2))
    some = sorted((one for one in found if one.values[key] is not None), key=lambda one: one.values[key] or 0.0)
    places = [one.values[key] or 0.0 for one in some]
    lows, means, highs = (axes.as_gaps(getattr(one, name) for one in some) for name in ("low", "difference", "high"))
    text = _against(at, lang)
    axis = _difference_axis(ax, found, at, study, lang, text)
    ax.axhline(0, color=style.INK, linewidth=1.4)
    if len(some) <= 2 * MOST_LABELS:
        ax.fill_between(places, lows, highs, color=style.BAND, linewidth=0)
        ax.plot(places, means, color=style.LINE, linewidth=2.6, marker="o", markersize=6)
    else:
        _scatter(ax, places, some)
    _key_axis(ax, places, [one.texts[key] for one in some])
    ax.set_xlabel(_with_now(study, key, lang), color=style.SOFT_INK, labelpad=4)
    layout.axis_title(ax, axis)
    layout.fit_left([ax])
    return slide.figure


def _panels(study: Any, at: Shown, found: list[Outcome], keys: list[str], title: str, lang: str) -> Figure:
    """One panel a key, the keys that matter most first: the same points in each."""
    order = sorted(keys, key=lambda key: -abs(_rank_correlation(found, key)))[:MOST_PANELS]
    notes = [word("note.design", lang)]
    if len(order) < len(keys):
        notes.append(word("note.more_keys", lang, count=len(keys) - len(order)))
    slide = layout.slide(study, title, lang, notes)
    first = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2))
    axis = _difference_axis(first, found, at, study, lang, _against(at, lang))
    layout.axis_title(first, axis)
    layout.fit_left([first])
    box = first.get_position()
    gap = 0.02
    width = (box.width - gap * (len(order) - 1)) / len(order)
    first.set_position((box.x0, box.y0, width, box.height))
    panels = [first]
    for place in range(1, len(order)):
        panel = slide.figure.add_axes((box.x0 + place * (width + gap), box.y0, width, box.height))
        panel.set_ylim(first.get_ylim())
        panel.set_yticks(first.get_yticks(), labels=["" for _ in first.get_yticks()])
        axes.rule(panel)
        panels.append(panel)
    for panel, key in zip(panels, order, strict=True):
        panel.axhline(0, color=style.INK, linewidth=1.4)
        some = [one for one in found if one.values.get(key) is not None]
        places = [one.values[key] or 0.0 for one in some]
        _scatter(panel, places, some)
        ends = sorted(range(len(places)), key=lambda i: places[i])
        chosen = [ends[0], ends[-1]]
        panel.set_xticks([places[i] for i in chosen], labels=[metrics.shortened(some[i].texts[key]) for i in chosen])
        first_label, last_label = panel.get_xticklabels()
        first_label.set_horizontalalignment("left")
        last_label.set_horizontalalignment("right")
        panel.set_xlabel(fonts.showable(_short(key, int(60 * width / 0.9)), 60), color=style.SOFT_INK, labelpad=4)
    return slide.figure


def _map(study: Any, at: Shown, found: list[Outcome], keys: list[str], title: str, lang: str) -> Figure:
    across, up = keys
    columns, rows = (list(dict.fromkeys(one.texts[key] for one in found)) for key in keys)
    by_cell = {(one.texts[across], one.texts[up]): one for one in found}
    written_out = len(by_cell) <= MOST_CELLS and len(columns) <= 10 and len(rows) <= 14
    notes = [word("sweep.map_note", lang, what=_against(at, lang))]
    notes += [word("note.map", lang)] if written_out and any(one.low is not None for one in found) else []
    slide = layout.slide(study, title, lang, notes)
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2))
    sign = -1.0 if metrics.lower_is_better(at.metric) else 1.0
    largest = max(abs(one.difference) for one in found if one.difference is not None) or 1.0
    colours = LinearSegmentedColormap.from_list("worse to better", [DOWN, "#FFFFFF", UP])
    norm = TwoSlopeNorm(0.0, -largest * 1.6, largest * 1.6) if written_out else TwoSlopeNorm(0.0, -largest, largest)
    everything = [by_cell[column, row].difference for row in rows for column in columns]
    texts = metrics.differences(largest, everything, at.metric, study.currency, lang)[1:]
    for place, text in enumerate(texts):
        row, column = divmod(place, len(columns))
        one = by_cell[columns[column], rows[row]]
        if one.difference is not None:
            colour = colours(norm(sign * one.difference))
            ax.add_patch(mpl.patches.Rectangle((column - 0.5, row - 0.5), 1, 1, color=colour, linewidth=0))
        if written_out:
            ink = style.INK if one.clear or one.low is None else style.SOFT_INK
            text = text if one.clear or one.low is None else f"({text})"
            ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=_cell_size(columns, rows))
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(-0.5, len(rows) - 0.5)
    _label_cells(ax, columns, rows)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(_with_now(study, across, lang), color=style.SOFT_INK, labelpad=4)
    layout.axis_title(ax, _with_now(study, up, lang))
    layout.fit_left([ax])
    if not written_out:
        _legend(slide.figure, ax, colours, norm, sign, largest, at, study, lang)
    return slide.figure


def _cell_size(columns: list[str], rows: list[str]) -> float:
    return style.BASE if len(columns) <= 7 and len(rows) <= 10 else style.NOTE


def _label_cells(ax: Axes, columns: list[str], rows: list[str]) -> None:
    for names, most, ticks in ((columns, MOST_LABELS + 1, ax.set_xticks), (rows, 14, ax.set_yticks)):
        step = -(-len(names) // most)
        ticks(range(0, len(names), step), labels=names[::step])


def _legend(
    figure: Figure, ax: Axes, colours: Any, norm: Any, sign: float, largest: float, at: Shown, study: Any, lang: str
) -> None:
    """A bar of colours at the right, where cells carry no numbers."""
    box = ax.get_position()
    ax.set_position((box.x0, box.y0, box.width - 0.13, box.height))
    bar = figure.add_axes((box.x1 - 0.11, box.y0, 0.02, box.height))
    steps = 101
    for i in range(steps):
        value = largest * (2 * i / (steps - 1) - 1)
        bar.axhspan(value - largest / steps, value + largest / steps, color=colours(norm(sign * value)), linewidth=0)
    bar.set_ylim(-largest, largest)
    bar.set_xticks([])
    bar.yaxis.tick_right()
    places = [place for place in axes.tick_places(-largest, largest, 6) if abs(place) <= largest]
    labels, unit = metrics.tick_texts(places, at.metric, study.currency, lang)
    bar.set_yticks(places, labels=labels)
    bar.tick_params(length=0)
    for side in ("left", "bottom"):
        bar.spines[side].set_visible(False)
    if unit:
        figure.text(box.x1 - 0.11, box.y1 + layout.GAP, unit, va="bottom", color=style.SOFT_INK)


def _scatter(ax: Axes, places: list[float], some: list[Outcome]) -> None:
    means = axes.as_gaps(one.difference for one in some)
    for place, one in zip(places, some, strict=True):
        if one.low is not None and one.high is not None:
            ax.plot([place, place], [one.low, one.high], color=style.BAND, linewidth=2.4, zorder=1)
    ax.plot(places, means, color=style.LINE, linestyle="none", marker="o", markersize=5, zorder=2)


def _difference_axis(ax: Axes, found: list[Outcome], at: Shown, study: Any, lang: str, text: str) -> str:
    span = axes.span(value for one in found for value in (one.low, one.difference, one.high)) or (0.0, 0.0)
    return metrics.difference_axis(ax, min(span[0], 0.0), max(span[1], 0.0), at.metric, study, lang, text)


def _key_axis(ax: Axes, places: list[float], texts: list[str]) -> None:
    step = -(-len(places) // MOST_LABELS)
    ax.set_xticks(places[::step], labels=texts[::step])
    ax.set_xticks(places, minor=True)
    room = 0.04 * (places[-1] - places[0]) or 1.0
    ax.set_xlim(places[0] - room, places[-1] + room)


def _against(at: Shown, lang: str) -> str:
    label = metrics.label(at.metric, at.month, at.segment, lang)
    return word("sweep.axis", lang, metric=label)


def _with_now(study: Any, key: str, lang: str) -> str:
    """A key, and the value that it has as the scenario stands."""
    now = next((one["now"] for one in study.summary["keys"] if one["key"] == key), None)
    text = fonts.showable(key, 60)
    return word("sweep.key_now", lang, what=text, now=now) if now is not None else text


def _short(key: str, most: int) -> str:
    """The end of a key: as many of its last parts as fit."""
    parts = key.split(".")
    while len(parts) > 1 and len(".".join(parts)) > most:
        parts = parts[1:]
    text = ".".join(parts)
    return text if text == key else f"…{text}"


def _rank_correlation(found: list[Outcome], key: str) -> float:
    pairs = [(one.values[key], one.difference) for one in found if None not in (one.values.get(key), one.difference)]
    if len(pairs) < 3:
        return 0.0
    frame = pl.DataFrame(pairs, schema=["x", "y"], orient="row")
    return float(frame.select(pl.corr("x", "y", method="spearman")).item() or 0.0)
