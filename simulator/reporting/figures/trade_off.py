"""A trade-off: the points that none beats in both figures, with their intervals, and the scenario as it stands."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
from matplotlib.figure import Figure

from simulator.reporting import axes, layout, metrics, style
from simulator.reporting.result_view import known
from simulator.reporting.words import word

MOST_TICKS = 5


class Figured(NamedTuple):
    """One of the two figures at a point: mean, its 95 % interval, and the difference to the scenario as it stands."""

    mean: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None


class Stop(NamedTuple):
    """A point of the trade-off: the values of its keys, and its two figures."""

    number: int
    texts: dict[str, str]
    figures: list[Figured]


def stops(study: Any) -> list[Stop]:
    """The scenario as it stands, then the points of the trade-off in order."""
    rows, trials = study.table("trade_off"), study.table("trials")
    found = []
    for number in rows["point"].unique(maintain_order=True):
        some = trials.filter(pl.col("point") == number)
        texts = dict(zip(some["key"], some["value_text"], strict=True))
        if number == 0:
            texts = {one["key"]: one["now"] for one in study.summary["keys"]}
        found.append(Stop(number, texts, [_figure(rows, number, study.summary[at]) for at in ("maximise", "against")]))
    return found


def _figure(rows: pl.DataFrame, number: int, at: dict[str, str]) -> Figured:
    (row,) = rows.filter(
        (pl.col("point") == number)
        & (pl.col("metric") == at["metric"])
        & (pl.col("month") == at["month"])
        & (pl.col("segment") == at["segment"])
    ).to_dicts()
    columns = ("mean", "low95", "high95", "difference", "difference_low95", "difference_high95")
    return Figured(*(known(row[name]) for name in columns))


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws what is maximised along the bottom, what it is weighed against along the side."""
    found = stops(study)
    first, second = study.summary["maximise"], study.summary["against"]
    slide = layout.slide(study, finding(study, lang), lang, [word("note.trade_off", lang)])
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2))
    (now,), front = found[:1], found[1:]
    across = axes.span(v for stop in found for v in stop.figures[0][:3]) or (0.0, 1.0)
    along = axes.span(v for stop in found for v in stop.figures[1][:3]) or (0.0, 1.0)
    label = metrics.label(second["metric"], second["month"], second["segment"], lang)
    title = metrics.level_axis(ax, *along, second["metric"], study, lang, label)
    xs, ys = ([axes.as_gaps([stop.figures[i].mean])[0] for stop in front] for i in (0, 1))
    ax.plot(xs, ys, color=style.LINE, linewidth=2.0, zorder=2)
    for stop in found:
        x, y = stop.figures
        if x.mean is None or y.mean is None:
            continue
        colour = style.LINE if stop.number else style.KIND_COLOURS["churn"]
        if x.low is not None and x.high is not None:
            ax.plot([x.low, x.high], [y.mean, y.mean], color=colour, linewidth=1.6, alpha=0.5)
        if y.low is not None and y.high is not None:
            ax.plot([x.mean, x.mean], [y.low, y.high], color=colour, linewidth=1.6, alpha=0.5)
        ax.plot([x.mean], [y.mean], color=colour, marker="o" if stop.number else "D", markersize=8, zorder=3)
    room = 0.08 * (across[1] - across[0]) or 1.0
    ax.set_xlim(across[0] - room, across[1] + room)
    places = [p for p in axes.tick_places(*across, MOST_TICKS) if across[0] - room <= p <= across[1] + room]
    texts, unit = metrics.level_texts(places, first["metric"], study.currency, lang)
    ax.set_xticks(places, labels=texts)
    name = metrics.label(first["metric"], first["month"], first["segment"], lang)
    along_bottom = word("format.with_unit", lang, text=name, unit=unit) if unit else name
    ax.set_xlabel(along_bottom, color=style.SOFT_INK, labelpad=4)
    here = ax.annotate(
        word("trade_off.now", lang),
        (now.figures[0].mean or 0.0, now.figures[1].mean or 0.0),
        xytext=(10, 8),
        textcoords="offset points",
        color=style.KIND_COLOURS["churn"],
    )
    here.set_gid("label")
    layout.axis_title(ax, title)
    layout.fit_left([ax])
    return slide.figure


def finding(study: Any, lang: str) -> str:
    """From where to where the trade-off goes in both figures; one point where one beats all."""
    front = stops(study)[1:]
    first, second = study.summary["maximise"], study.summary["against"]

    def value(stop: Stop, i: int, at: dict[str, str]) -> str:
        return metrics.value(stop.figures[i].mean, at["metric"], study.currency, lang)

    names = {
        "first": metrics.label(first["metric"], first["month"], first["segment"], lang),
        "second": metrics.label(second["metric"], second["month"], second["segment"], lang),
    }
    if len(front) == 1:
        (one,) = front
        return word("finding.trade_off_one", lang, a=value(one, 0, first), b=value(one, 1, second), **names)
    low, high = front[0], front[-1]
    return word(
        "finding.trade_off",
        lang,
        a=value(low, 0, first),
        b=value(high, 0, first),
        c=value(low, 1, second),
        d=value(high, 1, second),
        **names,
    )
