"""Usage against the bill: what metered plans cost for a used amount; below, how many customers use how much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.reporting import axes, fonts, layout, numbers, style
from simulator.reporting.result_view import ResultView, further, known
from simulator.reporting.words import word

MOST_PLANS = len(style.NEUTRALS)
BEYOND = 1.5
"""The axis ends at so many times the amount that nine customers in ten stay below."""


def applies(result: ResultView) -> bool:
    """Whether a plan charges for usage."""
    bills = further(result, "bills")
    return bills is not None and not bills.is_empty()


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the bill by used amount of every metered plan, and what share of their customers uses no more than that."""
    bills = further(result, "bills")
    slide = layout.slide(result, finding(result, lang), lang, [word("usage_bill.note", lang)])
    if bills is None or bills.is_empty():
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    plans = list(bills["plan"].unique(maintain_order=True))[:MOST_PLANS]
    told = {plan: row for plan, row in (result.summary.get("usage") or {}).items() if plan in plans}
    most = max([BEYOND * row["p90"]["used"] for row in told.values()], default=0.0)
    most = most or float(bills["used"].max() or 1.0)  # type: ignore[arg-type]
    counts = _counts(result, list(told))
    height, low = slide.top - slide.bottom, slide.bottom + layout.points(style.BASE * 1.2)
    upper = slide.axes(bottom=low + 0.4 * height) if counts else slide.axes(bottom=low)
    panels = [upper, slide.axes(bottom=low, top=low + 0.26 * height)] if counts else [upper]
    curves = {plan: _curve(bills, plan, most) for plan in plans}
    highest = max(curve[-1][1] for curve in curves.values())
    title = axes.money_axis(upper, 0.0, highest, result.currency, lang, word("usage_bill.axis", lang), tight=True)
    labels = []
    for (plan, curve), colour in zip(curves.items(), style.NEUTRALS, strict=False):
        upper.plot(*zip(*curve, strict=True), color=colour, linewidth=2.8)
        labels.append(layout.SideLabel(curve[-1][1], fonts.showable(plan, 24), colour, marker="o"))
    if counts:
        _shares(panels[1], counts, plans, most, lang)
        month = numbers.month(result.months[-1], lang)
        layout.axis_title(panels[1], word("usage_bill.customers", lang, month=month))
        upper.set_xticks([])
    _amount_axis(panels[-1], most, lang)
    for ax in panels:
        ax.set_xlim(0, most)
    layout.axis_title(upper, title)
    layout.fit_left(panels)
    layout.label_right(upper, labels)
    layout.align(panels)
    if len(plans) == 1:
        for plan, row in told.items():
            _mark_customers(upper, row, curves[plan], result, lang)
    return slide.figure


def _curve(bills: pl.DataFrame, plan: str, most: float) -> list[tuple[float, float]]:
    """The points (used amount, bill) of a plan up to the end of the axis."""
    rows = list(bills.filter(pl.col("plan") == plan).sort("used").select("used", "bill").iter_rows())
    inside = [row for row in rows if row[0] <= most]
    after = next((row for row in rows if row[0] > most), None)
    if after is not None:
        (u0, b0), (u1, b1) = inside[-1], after
        inside.append((most, b0 + (b1 - b0) * (most - u0) / (u1 - u0)))
    return inside


def _counts(result: ResultView, plans: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Customers by step of the used amount, all segments, for each plan that has some."""
    frame = further(result, "usage")
    if frame is None:
        return {}
    sums = frame.group_by("plan", "used_from", "used_to").agg(pl.col("mean").sum()).sort("used_from")
    found = {plan: sums.filter(pl.col("plan") == plan) for plan in plans}
    return {plan: rows for plan, rows in found.items() if rows["mean"].sum()}


def _shares(ax: Axes, counts: dict[str, pl.DataFrame], plans: Sequence[str], most: float, lang: str) -> None:
    """For each plan, the share of its customers who use no more than an amount."""
    for plan, rows in counts.items():
        shares = (rows["mean"].cum_sum() / rows["mean"].sum()).to_list()
        used, shares = [0.0, *rows["used_to"]], [0.0, *shares]
        colour = style.NEUTRALS[plans.index(plan)]
        ax.plot(used, shares, color=colour, linewidth=2.4)
        if len(counts) == 1:
            ax.fill_between(used, shares, color=style.BAND, linewidth=0, alpha=0.6)
    axes.percent_axis(ax, 0.0, 1.0, lang, ticks=2)
    ax.set_ylim(0, 1.02)


def _amount_axis(ax: Axes, most: float, lang: str) -> None:
    ticks = [tick for tick in axes.tick_places(0.0, most, 6) if tick <= most]
    digits = next((d for d in range(4) if all(round(tick, d) == round(tick, 9) for tick in ticks)), 4)
    ax.set_xticks(ticks, labels=[numbers.plain(tick, lang, digits=digits) for tick in ticks])
    ax.set_xlabel(word("usage_bill.used", lang), color=style.SOFT_INK, labelpad=4)


def _mark_customers(
    ax: Axes, row: dict[str, Any], curve: list[tuple[float, float]], result: ResultView, lang: str
) -> None:
    """Marks on the curve what the customer in the middle, and nine in ten, are charged."""
    steep = [bill for _, bill in curve]
    for name in ("median", "p90"):
        used, bill = row[name]["used"], row[name]["bill"]
        ax.plot([used], [bill], marker="o", markersize=9, color=style.LINE)
        text = word(
            "usage_bill.at",
            lang,
            name=word(f"usage_bill.{name}", lang),
            bill=numbers.money(known(bill), result.currency, lang),
        )
        low = bill < 0.5 * max(steep)
        label = ax.annotate(
            text,
            (used, bill),
            xytext=(10, -6) if low else (-10, 8),
            textcoords="offset points",
            ha="left" if low else "right",
            va="top" if low else "bottom",
            fontsize=style.BASE - 1,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8},
        )
        label.set_gid("label")


def finding(result: ResultView, lang: str) -> str:
    """What the customer in the middle of the metered plan with most customers uses and is charged; else the prices."""
    told = result.summary.get("usage") or {}
    if told:
        plan = max(told, key=lambda name: told[name]["customers"])
        row = {name: told[plan][name] for name in ("median", "p90")}
        used = {name: rounded(one["used"], lang) for name, one in row.items()}
        bill = {name: numbers.money(known(one["bill"]), result.currency, lang) for name, one in row.items()}
        sentence = word(
            "usage_bill.middle", lang, plan=fonts.showable(plan, 40), used=used["median"], bill=bill["median"]
        )
        return sentence + word("usage_bill.tenth", lang, used=used["p90"], bill=bill["p90"])
    bills = further(result, "bills")
    if bills is None or bills.is_empty():
        return word("finding.no_data", lang, metric=word("metric.closing_mrr", lang))
    rows = bills.filter(pl.col("plan") == bills["plan"][0]).sort("used")
    low, high = (numbers.money(known(rows["bill"][i]), result.currency, lang) for i in (0, -1))
    used_most = rounded(float(rows["used"][-1]), lang)
    return word(
        "usage_bill.from_to", lang, plan=fonts.showable(bills["plan"][0], 40), low=low, high=high, used=used_most
    )


def rounded(amount: float, lang: str) -> str:
    """An amount to two figures: it is read from steps a fifth wide."""
    if amount <= 0:
        return numbers.plain(0.0, lang)
    digits = 1 - math.floor(math.log10(amount))
    return numbers.plain(round(amount, digits), lang, digits=max(digits, 0))
