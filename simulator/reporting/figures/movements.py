"""MRR movements by month: gains stacked above zero, losses below, the net as a line."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.accounting.movements import KINDS
from simulator.reporting import axes, findings, layout, style
from simulator.reporting.result_view import LOSSES, Cell, ResultView, series
from simulator.reporting.words import word


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the monthly movements of all segments (means over the replications)."""
    cells = {kind: series(result, f"{kind}_mrr") for kind in KINDS}
    shown = [kind for kind in KINDS if any(cell.mean for cell in cells[kind])]
    net = series(result, "net_new_mrr")
    notes = [word("note.reactivation", lang)] if "reactivation" in shown else []
    slide = layout.slide(result, findings.movements(result, lang), lang, notes)
    ax = slide.axes()
    if not shown:
        layout.no_values(slide.figure, ax, word("figure.no_movement", lang))
        return slide.figure
    ends = _stack(ax, {kind: cells[kind] for kind in shown})
    places = range(len(result.months))
    ax.axhline(0, color=style.SOFT_INK, linewidth=1.2)
    ax.plot(places, axes.as_gaps(cell.mean for cell in net), color="white", linewidth=5.0, solid_capstyle="round")
    ax.plot(
        places,
        axes.as_gaps(cell.mean for cell in net),
        color=style.INK,
        linewidth=2.4,
        marker="o" if len(places) <= 24 else "",
        markersize=6,
    )
    low, high = _height({kind: cells[kind] for kind in shown})
    title = axes.money_axis(ax, low, high, result.currency, lang, word("figure.movements_axis", lang), tight=True)
    side = max(0.7, 2.0 - len(places) / 2)
    ax.set_xlim(-side, len(places) - 1 + side)
    axes.month_axis(ax, result.months, result.fiscal_year_start, lang)
    layout.axis_title(ax, title)
    layout.fit_left([ax])
    labels = [layout.SideLabel(ends[kind], word(f"kind.{kind}", lang), style.KIND_COLOURS[kind]) for kind in shown]
    if net[-1].mean is not None:
        labels.append(layout.SideLabel(net[-1].mean, word("metric.net_new_mrr", lang), style.INK, marker="o"))
    layout.label_right(ax, labels)
    return slide.figure


def _stack(ax: Axes, cells: dict[str, list[Cell]]) -> dict[str, float]:
    """Stacks the bars outward from zero; returns where each kind's part of the last bar has its middle."""
    months = len(next(iter(cells.values())))
    gains, losses = [0.0] * months, [0.0] * months
    half = (0.62 if months <= 12 else 0.82) / 2
    ends = {}
    for kind, column in cells.items():
        base, sign = (losses, -1.0) if kind in LOSSES else (gains, 1.0)
        tops = [start + sign * (cell.mean or 0.0) for start, cell in zip(base, column, strict=True)]
        bars = [(i - half, base[i], i + half, tops[i]) for i in range(months)]
        axes.boxes(ax, bars, style.KIND_COLOURS[kind], linewidth=0.6 if months <= 60 else 0.0)
        ends[kind] = (base[-1] + tops[-1]) / 2
        base[:] = tops
    return ends


def _height(cells: dict[str, list[Cell]]) -> tuple[float, float]:
    """The lowest and the highest point of the bars; the net line lies between."""
    sides = {True: 0.0, False: 0.0}
    for loss in sides:
        columns = [column for kind, column in cells.items() if (kind in LOSSES) == loss]
        sides[loss] = max((sum(cell.mean or 0.0 for cell in month) for month in zip(*columns, strict=True)), default=0)
    return -sides[True], sides[False]
