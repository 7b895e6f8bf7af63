"""A solution: the mean of the metric by the value of the key, the target, and the value that just reaches it."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from simulator.reporting import axes, fonts, layout, metrics, style
from simulator.reporting.result_view import known
from simulator.reporting.words import word

FOUND, NEVER = "found", "never"
MOST_LABELS = 6


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws the values that were tried, with the 95 % interval of the mean, and the target."""
    trials = study.table("trials")
    at = study.summary["shown"]
    metric, target = at["metric"], study.summary["value"]
    places = [float(value) for value in trials["value"]]
    lows, means, highs = (axes.as_gaps(known(v) for v in trials[name]) for name in ("low95", "mean", "high95"))
    slide = layout.slide(study, finding(study, lang), lang, [word("note.solution", lang)])
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2))
    low, high = axes.span([*lows, *means, *highs, target]) or (0.0, 1.0)
    title = metrics.level_axis(
        ax, low, high, metric, study, lang, metrics.label(metric, at["month"], at["segment"], lang)
    )
    room = 0.06 * (high - low)
    ax.set_ylim(low - room, high + room)
    ax.fill_between(places, lows, highs, color=style.BAND, linewidth=0)
    ax.plot(places, means, color=style.LINE, linewidth=2.6, marker="o", markersize=5)
    ax.axhline(target, color=style.INK, linewidth=1.4, linestyle=(0, (4, 3)))
    label = ax.annotate(
        word("figure.target", lang, value=metrics.value(target, metric, study.currency, lang)),
        (0, target),
        xycoords=("axes fraction", "data"),
        xytext=(6, 5),
        textcoords="offset points",
        va="bottom",
    )
    label.set_gid("label")
    (row,) = study.table("solution").to_dicts()
    if row["status"] == FOUND:
        ends = [known(row[name]) for name in ("low95", "high95")]
        left, right = (places[0] if ends[0] is None else ends[0]), (places[-1] if ends[1] is None else ends[1])
        ax.axvspan(left, right, color=style.RULE, alpha=0.45, linewidth=0, zorder=0.2)
        ax.axvline(row["value"], color=style.INK, linewidth=1.4, zorder=0.5)
    ax.set_xlim(places[0], places[-1])
    shown = axes.tick_places(places[0], places[-1], MOST_LABELS)
    shown = [place for place in shown if places[0] <= place <= places[-1]]
    ax.set_xticks(shown, labels=[_text(study, place) for place in shown])
    ax.set_xlabel(study.summary["key"], color=style.SOFT_INK, labelpad=4)
    layout.axis_title(ax, title)
    layout.fit_left([ax])
    return slide.figure


def finding(study: Any, lang: str) -> str:
    """Which value reaches the target, with its interval; or that none does, and how near the nearest comes."""
    (row,) = study.table("solution").to_dicts()
    at = study.summary["shown"]
    found = study.summary["solution"]
    low, high = found["low95"], found["high95"]
    interval = ""
    if low is not None and high is not None:
        interval = word("interval.value95", lang, low=low, high=high)
    elif low is not None or high is not None:
        key = "interval.value95_from" if high is None else "interval.value95_to"
        interval = word(key, lang, end=low or high)
    mean = metrics.value(known(row["mean"]), at["metric"], study.currency, lang)
    sense = "least" if study.summary["at_least"] else "most"
    return word(
        f"finding.solution_{row['status']}",
        lang,
        what=fonts.showable(study.summary["key"], 60),
        value=found["value"],
        interval=interval,
        metric=metrics.label(at["metric"], at["month"], at["segment"], lang),
        target=word(
            f"solution.{sense}", lang, value=metrics.value(study.summary["value"], at["metric"], study.currency, lang)
        ),
        mean=mean,
        low=study.summary["span"][0],
        high=study.summary["span"][1],
    )


def _text(study: Any, place: float) -> str:
    """A value of the key as its trials are written."""
    sample = study.summary["span"][1]
    number = f"{place:g}"
    digits = [i for i, c in enumerate(sample) if c.isdigit()]
    return f"{sample[: digits[0]]}{number}{sample[digits[-1] + 1 :]}" if digits else number
