"""Closing MRR of scenarios against the base by month: the mean paired difference, and its 95 % interval."""

from __future__ import annotations

from typing import Any

import polars as pl
from matplotlib.figure import Figure

from simulator.reporting import axes, fonts, layout, numbers, style
from simulator.reporting.result_view import known
from simulator.reporting.words import word

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5F6B76")
"""One for each scenario, in order (Okabe and Ito 2008)."""
METRIC = "closing_mrr"


@style.styled
def draw(study: Any, lang: str = "en") -> Figure:
    """Draws the difference of closing MRR to the base, one line a scenario."""
    rows = study.table("differences").filter((pl.col("metric") == METRIC) & (pl.col("segment") == "all"))
    names = list(rows["scenario"].unique(maintain_order=True))
    banded = study.replications > 1
    notes = [word("note.paired", lang)] if banded else []
    slide = layout.slide(study, finding(study, lang), lang, notes)
    ax = slide.axes()
    columns = ("difference", "low95", "high95")
    span = axes.span(known(value) for name in columns for value in rows[name]) or (0.0, 0.0)
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    title = axes.money_axis(ax, low, high, study.currency, lang, word("figure.comparison_axis", lang), tight=True)
    ax.axhline(0, color=style.INK, linewidth=1.4)
    labels = []
    for i, name in enumerate(names):
        some = rows.filter(pl.col("scenario") == name)
        colour = COLOURS[i % len(COLOURS)]
        lows, means, highs = (axes.as_gaps(known(v) for v in some[c]) for c in ("low95", "difference", "high95"))
        ax.fill_between(range(len(means)), lows, highs, color=colour, alpha=0.18, linewidth=0)
        ax.plot(range(len(means)), means, color=colour, linewidth=2.6)
        text = fonts.showable(name, 28)
        labels.append(layout.SideLabel(means[-1], text, colour))
    ax.set_xlim(-0.5, len(study.months) - 0.5)
    axes.month_axis(ax, study.months, study.fiscal_year_start, lang)
    layout.axis_title(ax, title)
    layout.fit_left([ax])
    layout.label_right(ax, labels)
    return slide.figure


def finding(study: Any, lang: str) -> str:
    """The scenario that brings most at the end, and whether its interval is clear of zero."""
    last = study.months[-1]
    rows = study.table("differences").filter(
        (pl.col("metric") == METRIC) & (pl.col("segment") == "all") & (pl.col("month") == last)
    )
    best = max(rows.iter_rows(named=True), key=lambda row: row["difference"])
    low, high = known(best["low95"]), known(best["high95"])
    texts = numbers.money_together(best["difference"], (low, high), study.currency, lang, signed=True)
    interval = "" if low is None else word("interval.mean95", lang, range=numbers.between(texts[1], texts[2], lang))
    clear = low is not None and high is not None and (low > 0 or high < 0)
    key = "comparison_unsure" if not clear else "comparison_up" if best["difference"] > 0 else "comparison_down"
    return word(
        f"finding.{key}",
        lang,
        scenario=fonts.showable(study.summary["titles"][best["scenario"]], 60),
        amount=texts[0].lstrip("+") if key == "comparison_up" else texts[0],
        month=numbers.month(last, lang),
        interval=interval,
    )
