"""Where things stand on the slide: title, axes, labels beside the data, footnote."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from simulator.reporting import fonts, style
from simulator.reporting.result_view import Cell, ResultView, is_observed
from simulator.reporting.words import word

LEFT, RIGHT = 0.035, 0.975
"""Margins of the slide, in figure widths."""
TOP, FOOT = 0.955, 0.035
GAP = 0.012
LINE_HEIGHT = 1.3
CLAUSE_END = re.compile(r"(?<=[;:,]) |(?<=[、。：；])| (?=\()|(?=（)")
"""Places where a title is best broken: after a clause, before a bracket."""


@dataclass
class Slide:
    """A figure with its title and footnote, and the free area between: fractions of the figure's height."""

    figure: Figure
    lang: str
    bottom: float
    top: float
    notes: list[str] = field(default_factory=list)

    def axes(self, bottom: float | None = None, top: float | None = None) -> Axes:
        """Axes over the width of the slide, between two heights; the left edge is set by `fit_left`."""
        low, high = self.bottom if bottom is None else bottom, self.top if top is None else top
        return self.figure.add_axes((LEFT + 0.06, low, RIGHT - LEFT - 0.06, high - low))


@dataclass(frozen=True)
class SideLabel:
    """A label to stand at the right of the axes, as near as can be to the height of its data."""

    y: float
    text: str
    colour: str
    marker: str = "s"


def slide(result: ResultView, title: str, lang: str, notes: Sequence[str] = ()) -> Slide:
    """A slide with the finding as its title and, below, the notes and where the figures come from."""
    figure = style.new_figure(title)
    heading = figure.text(LEFT, TOP, "", va="top", ha="left", linespacing=LINE_HEIGHT - 0.1)
    heading.set_gid("title")
    lines = set_title(heading, title)
    source = _source(result, lang)
    footer = figure.text(LEFT, FOOT, "", fontsize=style.NOTE, color=style.SOFT_INK, va="bottom", ha="left")
    footer.set_gid("footnote")
    footer.set_linespacing(LINE_HEIGHT)
    glue = " " if lang == "en" else ""
    foot_lines = wrap(footer, glue.join(notes), RIGHT - LEFT) if notes else []
    foot_lines += wrap(footer, source, RIGHT - LEFT)
    footer.set_text("\n".join(foot_lines))
    bottom = FOOT + len(foot_lines) * points(style.NOTE * LINE_HEIGHT) + GAP + points(style.BASE * 2.0)
    top = TOP - lines * points(float(heading.get_fontsize()) * LINE_HEIGHT) - GAP - points(style.BASE * 2.0)
    return Slide(figure, lang, bottom, top)


def _source(result: ResultView, lang: str) -> str:
    """Where the figures come from: replications and seed, or billing data and policy."""
    title = fonts.showable(result.title, 60)
    if is_observed(result):
        policy = fonts.showable(str(result.summary["policy"]["preset"]), 40)
        return word("note.source_billing", lang, title=title, day=str(result.summary["as_of"])[:10], policy=policy)
    key = "note.source" if result.replications > 1 else "note.source_one"
    return word(key, lang, title=title, replications=result.replications, seed=result.seed)


def points(size: float) -> float:
    """A size in points as a fraction of the figure's height."""
    return size / 72 / style.SIZE[1]


def width(text: Text) -> float:
    """The width of a text as a fraction of the figure's width."""
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    return float(text.get_window_extent(renderer(figure)).width / figure.bbox.width)


def line_width(text: Text, line: str) -> float:
    """The width that one line would have in the font of `text`: what `width` gives, without laying out the text."""
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    across, _, _ = renderer(figure).get_text_width_height_descent(line, text.get_fontproperties(), ismath=False)
    return float(across / figure.bbox.width)


def renderer(figure: Figure) -> Any:
    """The renderer with which texts are measured."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    return canvas.get_renderer()


def axis_title(ax: Axes, text: str) -> Text:
    """What the vertical axis measures, and its unit: written level above the axis."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure.text(
        LEFT,
        ax.get_position().y1 + 2 * GAP,
        text,
        ha="left",
        va="bottom",
        color=style.SOFT_INK,
        fontsize=style.BASE,
    )


def fit_left(axes: Sequence[Axes]) -> None:
    """Sets the left edge of the axes so that their tick labels just fit in the slide."""
    labels = [label for ax in axes for label in ax.get_yticklabels() if label.get_text()]
    left = LEFT + max((width(label) for label in labels), default=0.0) + 0.008
    for ax in axes:
        box = ax.get_position()
        ax.set_position((left, box.y0, box.x1 - left, box.height))


def align(axes: Sequence[Axes]) -> None:
    """Gives all axes the left and right edge of the first."""
    first = axes[0].get_position()
    for ax in axes[1:]:
        box = ax.get_position()
        ax.set_position((first.x0, box.y0, first.width, box.height))


def label_right(ax: Axes, labels: Sequence[SideLabel], size: float = style.BASE) -> list[Text]:
    """Writes labels in a column at the right of the axes, each with a mark in its colour, none over another.

    Call it last: it narrows the axes to make room.
    """
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    if not labels:
        return []
    box = ax.get_position()
    low, high = ax.get_ylim()
    heights = [box.y0 + box.height * (label.y - low) / (high - low) for label in labels]
    gap = points(size * LINE_HEIGHT)
    places = spread(heights, gap, box.y0, box.y1)
    texts = [
        figure.text(0, place, label.text, fontsize=size, va="center", ha="left")
        for label, place in zip(labels, places, strict=True)
    ]
    start = RIGHT - max(width(text) for text in texts)
    mark = start - 0.012
    ax.set_position((box.x0, box.y0, mark - 0.014 - box.x0, box.height))
    for text, label, place in zip(texts, labels, places, strict=True):
        text.set_x(start)
        text.set_gid("label")
        figure.add_artist(
            _mark(mark, place, label.colour, label.marker),
        )
    return texts


def band_labels(cell: Cell, texts: Sequence[str], limits: tuple[float, float], lang: str) -> list[SideLabel]:
    """Labels of the last month's mean and, if it has one, of the ends of its band.

    `texts` are the written mean, 5 % and 95 % quantile; what lies off the axis is labelled at its edge.
    """
    if cell.mean is None:
        return []
    if cell.p05 is None or cell.p95 is None or cell.p05 == cell.p95:
        return [SideLabel(_between(cell.mean, limits), texts[0], style.LINE, marker="o")]
    rows = (
        ("mean", cell.mean, style.LINE, "o"),
        ("p05", cell.p05, style.BAND, "s"),
        ("p95", cell.p95, style.BAND, "s"),
    )
    return [
        SideLabel(
            _between(value, limits),
            word("figure.band_end", lang, quantile=word(f"figure.{quantile}", lang), amount=text),
            colour,
            marker,
        )
        for (quantile, value, colour, marker), text in zip(rows, texts, strict=True)
    ]


def spread(targets: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart and as near to their targets as can be, kept between `low` and `high`.

    Neighbours that are too close are pooled around their mean (pool adjacent violators).
    """
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    pools: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        total, count = targets[i] - rank * gap, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    bases = [total / count for total, count in pools for _ in range(count)]
    room = max(high - low - gap * (len(order) - 1), 0.0)
    places = [0.0] * len(order)
    for rank, i in enumerate(order):
        places[i] = min(max(bases[rank], low), low + room) + rank * gap
    return places


def wrap(text: Text, sentence: str, widest: float) -> list[str]:
    """The sentence in lines no wider than `widest` figure widths in the font of `text`."""
    tokens = _tokens(sentence)
    lines: list[str] = []
    while tokens:
        tokens[0] = tokens[0].lstrip() if lines else tokens[0]
        most = _most(text, tokens, widest)
        lines.append("".join(tokens[:most]).rstrip())
        del tokens[:most]
    return lines or [""]


def _most(text: Text, tokens: Sequence[str], widest: float) -> int:
    """How many of the tokens fit on one line, at least one: searched for by halves, since measuring takes time."""

    def across(count: int) -> float:
        return line_width(text, "".join(tokens[:count]).rstrip())

    if len(tokens) == 1 or across(len(tokens)) <= widest:
        return len(tokens)
    return 1 + bisect_right(range(2, len(tokens)), widest, key=across)


def set_title(text: Text, sentence: str) -> int:
    """Writes the sentence in the largest size that suits; returns the number of its lines.

    Best on one line or on two broken after a clause or before a bracket, else wherever it fits on two.
    """
    for at_clauses in (True, False):
        for size in style.TITLE_SIZES:
            text.set_fontsize(size)
            lines = _clauses(text, sentence) if at_clauses else wrap(text, sentence, RIGHT - LEFT)
            if len(lines) in (1, 2):
                break
        else:
            continue
        break
    text.set_text("\n".join(lines))
    return len(lines)


def _clauses(text: Text, sentence: str) -> list[str]:
    """The sentence on one line, or on two broken at a clause, best outside brackets; empty if too long."""
    if _fits(text, sentence):
        return [sentence]
    for match in sorted(CLAUSE_END.finditer(sentence), key=lambda m: _rank(sentence, m)):
        lines = [sentence[: match.start()], sentence[match.end() :]]
        if all(_fits(text, line) for line in lines):
            return lines
    return []


def _fits(text: Text, line: str) -> bool:
    return line_width(text, line) <= RIGHT - LEFT


def no_values(figure: Figure, ax: Axes, text: str) -> None:
    """Says in the middle of empty axes why nothing is shown."""
    ax.set_axis_off()
    box = ax.get_position()
    figure.text(
        (box.x0 + box.x1) / 2,
        (box.y0 + box.y1) / 2,
        text,
        ha="center",
        va="center",
        color=style.SOFT_INK,
        fontsize=style.BASE + 2,
    )


def _between(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _mark(x: float, y: float, colour: str, marker: str) -> Any:
    return Line2D([x], [y], marker=marker, markersize=9, color=colour, linestyle="none", markeredgewidth=0)


def _rank(sentence: str, match: re.Match[str]) -> tuple[int, bool, int]:
    """How good a place is to break at, best first: outside brackets, after a whole statement, late in the sentence."""
    before = sentence[: match.end()].rstrip()
    depth = sum(before.count(mark) for mark in "(（") - sum(before.count(mark) for mark in ")）")
    return depth, not before.endswith((";", ":", "。")), -match.start()


def _tokens(sentence: str) -> list[str]:
    """Pieces between which a line may break: words, or Japanese characters with their brackets and marks."""
    latin = r"[^\s\u3040-\u30ff\u3400-\u9fff\uff00-\uffef、。〜]+[万億兆円年月回か]*"
    marks = r"[、。）」ー〜：；]*\s*"
    tokens = re.findall(rf"[（「]?(?:{latin}|\S){marks}|\s+", sentence)
    return tokens if "".join(tokens) == sentence else re.findall(r"\S+\s*", sentence)
