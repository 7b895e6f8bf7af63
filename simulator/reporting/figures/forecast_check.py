"""A run against the theory: closing MRR simulated and expected; below, z-scores of the MRR movements by month."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.accounting.movements import KINDS
from simulator.reporting import axes, findings, layout, numbers, style
from simulator.reporting.result_view import ResultView, known
from simulator.reporting.words import word

SHOWN = {"closing_mrr": style.LINE, **{f"{kind}_mrr": style.KIND_COLOURS[kind] for kind in KINDS}}
"""Metrics whose z-scores are drawn, and their colours."""
MARKERS = {"closing_mrr": "D", **dict.fromkeys((f"{kind}_mrr" for kind in KINDS), "o")}
FROM_ZERO = 0.6
ROOM = 1.25
"""The z axis is this many times as wide as the band, or as the largest |z| that FAR still shows."""
FAR = 3.0
"""Points beyond this many bands stand at the edge."""


def is_checked(result: ResultView) -> bool:
    """Whether the run was held against the theory."""
    return getattr(result, "check", None) is not None


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws closing MRR of all segments and the z-scores of what moved it, with the band of the overall test."""
    summary = result.summary["check"]
    cells = result.check.filter((pl.col("segment") == "all") & pl.col("metric").is_in(list(SHOWN)))  # type: ignore[attr-defined]
    closing = cells.filter(pl.col("metric") == "closing_mrr")
    scores = {
        metric: _by_month(result, cells.filter((pl.col("metric") == metric) & pl.col("tested")), "z")
        for metric in SHOWN
    }
    scores = {metric: z for metric, z in scores.items() if any(value is not None for value in z)}
    half = _half(scores, summary["band"])
    share = numbers.share(1.0 - summary["level"], lang)
    notes = [word("note.z_band", lang, tested=numbers.plain(summary["tested"], lang), share=share)]
    if any(value is not None and abs(value) > half for z in scores.values() for value in z):
        notes.append(word("note.z_outside", lang))
    if _is_cut(result, closing):
        notes.append(word("note.axis_cut", lang))
    slide = layout.slide(result, findings.forecast_check(result, lang), lang, notes)
    height = slide.top - slide.bottom
    above = slide.axes(bottom=slide.bottom + 0.58 * height)
    below = slide.axes(top=slide.bottom + 0.41 * height)
    title = _closing(above, result, closing, lang)
    _scores(below, scores, summary["band"], half, lang)
    for ax in (above, below):
        ax.set_xlim(-0.5, len(result.months) - 0.5)
    above.set_xticks([])
    axes.month_axis(below, result.months, result.fiscal_year_start, lang)
    layout.fit_left([above, below])
    _label(above, below, result, closing, scores, half, lang)
    layout.axis_title(above, title)
    layout.axis_title(below, word("figure.z_axis", lang))
    return slide.figure


def _by_month(result: ResultView, rows: pl.DataFrame, column: str) -> list[float | None]:
    found = dict(zip(rows["month"], rows[column], strict=True))
    return [found.get(month) for month in result.months]


def _half(scores: dict[str, list[float | None]], band: float) -> float:
    """Half the height of the z axis."""
    largest = max((abs(value) for z in scores.values() for value in z if known(value) is not None), default=0.0)  # type: ignore[arg-type]
    return ROOM * max(band, min(largest, FAR * band))


def _is_cut(result: ResultView, closing: pl.DataFrame) -> bool:
    """Whether the axis of closing MRR starts above zero, where all of it is far above."""
    low, high = axes.span([*_by_month(result, closing, "mean"), *_by_month(result, closing, "expected")]) or (0.0, 0.0)
    return low > FROM_ZERO * high


def _closing(ax: Axes, result: ResultView, rows: pl.DataFrame, lang: str) -> str:
    """Simulated mean as a broad light line, the expectation as a thin dark one upon it; returns the axis title."""
    simulated, expected = (axes.as_gaps(_by_month(result, rows, column)) for column in ("mean", "expected"))
    places = range(len(result.months))
    ax.plot(places, simulated, color=style.BAND, linewidth=9, solid_capstyle="round")
    ax.plot(places, expected, color=style.LINE, linewidth=2.0, marker="o" if len(places) == 1 else "")
    low, high = axes.span([*simulated, *expected]) or (0.0, 0.0)
    lowest = low if _is_cut(result, rows) else min(low, 0.0)
    return axes.money_axis(ax, lowest, high, result.currency, lang, word("figure.closing_axis", lang))


def _scores(ax: Axes, scores: dict[str, list[float | None]], band: float, half: float, lang: str) -> None:
    ax.axhspan(-band, band, color=style.RULE, alpha=0.45, linewidth=0, zorder=0.1)
    ax.axhline(0, color=style.INK, linewidth=1.0)
    for metric, z in scores.items():
        kept = [None if value is None else min(max(value, -half), half) for value in z]
        ax.plot(
            range(len(z)),
            axes.as_gaps(kept),
            color=SHOWN[metric],
            marker=MARKERS[metric],
            markersize=5,
            linestyle="-" if metric == "closing_mrr" else "none",
            clip_on=False,
        )
    ax.set_ylim(-half, half)
    ticks = [tick for tick in axes.tick_places(-half, half, 5) if abs(tick) <= half]
    ax.set_yticks(ticks, labels=[f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_visible(False)


def _label(
    above: Axes,
    below: Axes,
    result: ResultView,
    closing: pl.DataFrame,
    scores: dict[str, list[float | None]],
    half: float,
    lang: str,
) -> None:
    """Names the lines at the right; both axes end where the longer names begin."""
    if len(closing):
        last = closing.row(-1, named=True)
        simulated, expected = (numbers.money(last[key], result.currency, lang) for key in ("mean", "expected"))
        texts = {"mean": word("figure.simulated_at", lang, amount=simulated)}
        texts["expected"] = word("figure.expected_at", lang, amount=expected)
        colours = {"mean": style.BAND, "expected": style.LINE}
        layout.label_right(above, [layout.SideLabel(last[key], text, colours[key]) for key, text in texts.items()])
    names = []
    for metric, z in scores.items():
        ends = [value for value in z if value is not None]
        place = min(max(ends[-1], -half), half)
        names.append(layout.SideLabel(place, word(f"metric.{metric}", lang), SHOWN[metric], MARKERS[metric]))
    layout.label_right(below, names)
    right = min(ax.get_position().x1 for ax in (above, below))
    for ax in (above, below):
        box = ax.get_position()
        ax.set_position((box.x0, box.y0, right - box.x0, box.height))
