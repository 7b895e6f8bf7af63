"""Net MRR churn rate by month with the zone of negative churn; below, how probable negative churn is."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, findings, layout, numbers, style
from simulator.reporting.negative_churn import NegativeChurn, negative_churn, probability_by_month
from simulator.reporting.result_view import Cell, ResultView, series
from simulator.reporting.words import word

OUTLIER = 6.0
"""Values beyond this many times what 90 % of the months keep to are off the axis, and a note says so."""


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the monthly net MRR churn rate of all segments and, if known, how probably it is negative."""
    cells = series(result, "net_mrr_churn_rate")
    probability = probability_by_month(result)
    negative = negative_churn(result)
    limits = _limits(cells)
    banded = any(cell.has_band and cell.p05 != cell.p95 for cell in cells)
    turns = negative is not None and negative.month in result.months and not findings.negative_throughout(result)
    notes = [word("note.band", lang)] if banded else []
    notes += [word("note.negative_churn", lang)] if turns and limits else []
    outside = 0 if limits is None else _outside(cells, *limits)
    notes += [word("note.off_scale", lang, count=outside)] if outside else []
    never = probability is not None and not any(probability) and result.replications > 1
    notes += [word("note.never_negative", lang, replications=result.replications)] if never and limits else []
    slide = layout.slide(result, findings.net_churn(result, lang), lang, notes)
    if limits is None:
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    panels = _panels(slide, two=probability is not None and result.replications > 1 and not never)
    _rate(panels[0], cells, limits, lang)
    layout.axis_title(panels[0], word("figure.net_churn_axis", lang))
    if probability is not None and len(panels) > 1:
        _probability(panels[1], probability, lang)
        layout.axis_title(panels[1], word("figure.probability_axis", lang))
        panels[0].set_xticks([])
    for ax in panels:
        ax.set_xlim(-0.5, len(cells) - 0.5)
    axes.month_axis(panels[-1], result.months, result.fiscal_year_start, lang)
    layout.fit_left(panels)
    last = cells[-1]
    texts = numbers.percent_together(last.mean or 0.0, (last.p05, last.p95), lang)
    layout.label_right(panels[0], layout.band_labels(last, texts, limits, lang))
    layout.align(panels)
    _name_zone(panels[0], cells, lang)
    if negative is not None and turns:
        _mark_turn(panels, result, negative, lang)
    return slide.figure


def _panels(slide: layout.Slide, *, two: bool) -> list[Axes]:
    """The panel of the rate and, with `two`, a slim one below it."""
    if not two:
        return [slide.axes()]
    height = slide.top - slide.bottom
    return [slide.axes(bottom=slide.bottom + 0.36 * height), slide.axes(top=slide.bottom + 0.2 * height)]


def _limits(cells: list[Cell]) -> tuple[float, float] | None:
    """Limits of the rate axis: the data without far outliers, zero, and some of the zone below it."""
    values = sorted(abs(v) for cell in cells for v in (cell.mean, cell.p05, cell.p95) if v is not None)
    if not values:
        return None
    usual = values[int(0.9 * (len(values) - 1))]
    most = OUTLIER * usual or values[-1]
    kept = axes.span(v for cell in cells for v in (cell.mean, cell.p05, cell.p95) if v is not None and abs(v) <= most)
    low, high = kept or (0.0, 0.0)
    room = max(high, 0.0) - min(low, 0.0) or 0.01
    return min(low - 0.05 * room, -0.22 * room), max(high + 0.08 * room, 0.08 * room)


def _outside(cells: list[Cell], low: float, high: float) -> int:
    return sum(1 for cell in cells if cell.mean is not None and not low <= cell.mean <= high)


def _alone(cells: list[Cell]) -> list[tuple[int, float, float]]:
    """Month, low and high of the bands whose neighbours have none: an area between them would not show."""
    beside = [Cell(""), *cells, Cell("")]
    return [
        (i, cell.p05, cell.p95)
        for i, cell in enumerate(cells)
        if cell.p05 is not None and cell.p95 is not None and not (beside[i].has_band or beside[i + 2].has_band)
    ]


def _rate(ax: Axes, cells: list[Cell], limits: tuple[float, float], lang: str) -> None:
    places = range(len(cells))
    gaps = any(cell.mean is None for cell in cells)
    axes.percent_axis(ax, *limits, lang)
    ax.set_ylim(*limits)
    ax.axhspan(limits[0], 0, color=style.ZONE, linewidth=0, zorder=0.1)
    ax.fill_between(
        places,
        axes.as_gaps(cell.p05 for cell in cells),
        axes.as_gaps(cell.p95 for cell in cells),
        color=style.BAND,
        linewidth=0,
    )
    for place, low, high in _alone(cells):
        ax.vlines(place, low, high, color=style.BAND, linewidth=8)
    ax.axhline(0, color=style.INK, linewidth=1.4)
    ax.plot(
        places,
        axes.as_gaps(cell.mean for cell in cells),
        color=style.LINE,
        linewidth=2.8,
        marker="o" if len(cells) <= 24 or gaps else "",
        markersize=6,
    )
    ax.spines["bottom"].set_visible(False)


def _probability(ax: Axes, probability: list[float | None], lang: str) -> None:
    bars = [(i - 0.41, 0.0, i + 0.41, share) for i, share in enumerate(probability) if share is not None]
    axes.boxes(ax, bars, style.KIND_COLOURS["expansion"])
    axes.percent_axis(ax, 0.0, 1.0, lang, ticks=2)
    ax.set_ylim(0, 1)


def _name_zone(ax: Axes, cells: list[Cell], lang: str) -> None:
    """Names the zone at its lower edge, on the side where the data stays further above it."""
    depths = [cell.mean if cell.p05 is None else cell.p05 for cell in cells]
    half = (len(depths) + 1) // 2
    left, right = axes.span(depths[:half]), axes.span(depths[half:])
    leftwards = left is None or right is None or left[0] >= right[0]
    label = ax.annotate(
        word("figure.negative_zone", lang),
        (0 if leftwards else 1, 0),
        xycoords="axes fraction",
        xytext=(8 if leftwards else -8, 7),
        textcoords="offset points",
        ha="left" if leftwards else "right",
        va="bottom",
        color=style.ZONE_INK,
        fontsize=style.BASE - 1,
        bbox={"facecolor": style.ZONE, "edgecolor": "none", "pad": 2.0, "alpha": 0.85},
    )
    label.set_gid("label")


def _mark_turn(panels: list[Axes], result: ResultView, negative: NegativeChurn, lang: str) -> None:
    """Marks the month of negative churn through all panels, with its interval, and names it at the top."""
    assert negative.month is not None
    place = result.months.index(negative.month)
    for ax in panels:
        if negative.p05 in result.months and negative.p95 in result.months:
            first, last = result.months.index(negative.p05), result.months.index(negative.p95)
            ax.axvspan(first - 0.5, last + 0.5, color=style.RULE, alpha=0.45, linewidth=0, zorder=0.2)
        ax.axvline(place, color=style.INK, linewidth=1.4, linestyle=(0, (4, 3)), zorder=0.5)
    month = numbers.month(negative.month, lang)
    if negative.share < 1:
        share = numbers.share(negative.share, lang)
        text = word("figure.turns_here_share", lang, month=month, share=share)
    else:
        text = word("figure.turns_here", lang, month=month)
    right = place < 0.6 * len(result.months)
    label = panels[0].annotate(
        text,
        (place, 1),
        xycoords=("data", "axes fraction"),
        xytext=(8 if right else -8, -4),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        fontsize=style.BASE - 1,
    )
    label.set_gid("label")
