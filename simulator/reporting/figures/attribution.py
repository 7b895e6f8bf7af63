"""From the base to the what-if: by lever, with the interval of each one's part, and by movement reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.accounting.movements import KINDS
from simulator.reporting import axes, fonts, layout, metrics, numbers, style
from simulator.reporting.apportion import apportion
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.result_view import known
from simulator.reporting.words import name, word

UP, DOWN = "#0072B2", "#D55E00"
BAR = 0.66
MOST_REASONS = 10
SMALL = 0.02
FEWEST_ROWS = 7
CUT_SHARE = 0.35
OPENING = "opening"
MOTIONS = ("upsell", "cross_sell", "price", "restoration")
"""Motions that split expansion."""


class Step(NamedTuple):
    """One step: what it is called, its amount, its colour, and the 95 % interval of its amount."""

    label: str
    amount: float
    colour: str
    low: float | None = None
    high: float | None = None


class Writing(NamedTuple):
    """How levels and steps are written: the worth of one written unit, and the text of an amount."""

    unit: float
    text: Callable[[float, bool], str]


@style.styled
def draw_levers(study: Any, lang: str = "en") -> Figure:
    """Draws the bridge from the base to the what-if by lever (Shapley values)."""
    at = Shown(**study.summary["shown"])
    base, last = known(study.summary["base_value"]), known(study.summary["what_if_value"])
    rows = list(study.table("attribution").iter_rows(named=True))
    notes = [word("attribution.note", lang)]
    title = finding(study, lang)
    if base is None or last is None:
        slide = layout.slide(study, title, lang)
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    lower = metrics.lower_is_better(at.metric)
    steps = [
        Step(
            _lever(row["lever"], lang),
            row["value"],
            UP if (row["value"] >= 0) != lower else DOWN,
            known(row["low95"]),
            known(row["high95"]),
        )
        for row in rows
    ]
    label = metrics.label(at.metric, at.month, at.segment, lang)
    return _bridge(study, title, label, base, last, steps, at.metric, notes, lang)


@style.styled
def draw_reasons(study: Any, lang: str = "en") -> Figure:
    """Draws the bridge of closing MRR from the base to the what-if by movement reason."""
    at = Shown(**study.summary["shown"])
    closing = study.summary["closing_mrr"]
    steps = _reasons(study.table("movements_by_lever"), lang)
    label = metrics.label("closing_mrr", at.month, at.segment, lang)
    notes = [word("attribution.reasons_note", lang, month=numbers.month(at.month, lang))]
    title = reasons_finding(study, lang)
    return _bridge(study, title, label, closing["base"], closing["what_if"], steps, "closing_mrr", notes, lang)


def finding(study: Any, lang: str) -> str:
    """The whole difference, the lever that brings most of it, and its interval."""
    at = Shown(**study.summary["shown"])
    label = metrics.label(at.metric, at.month, at.segment, lang)
    total = known(study.summary["difference"]["mean"])
    rows = [row for row in study.table("attribution").iter_rows(named=True) if known(row["value"]) is not None]
    if total is None or not rows:
        return word("finding.no_data", lang, metric=label)
    first = max(rows, key=lambda row: abs(row["value"]))
    low, high = known(first["low95"]), known(first["high95"])
    texts = metrics.differences(first["value"], (low, high, total), at.metric, study.currency, lang)
    unsure = low is not None and high is not None and low <= 0 <= high
    return word(
        "finding.attribution_unsure" if unsure else "finding.attribution",
        lang,
        metric=label,
        name=fonts.showable(_lever(first["lever"], lang), 60),
        amount=texts[0],
        total=texts[3],
        interval=metrics.interval95(low, high, first["value"], at.metric, study.currency, lang),
    )


def reasons_finding(study: Any, lang: str) -> str:
    """The whole difference of closing MRR, and the movement that changes most."""
    at = Shown(**study.summary["shown"])
    closing = study.summary["closing_mrr"]
    total = closing["what_if"] - closing["base"]
    steps = _reasons(study.table("movements_by_lever"), lang)
    label = metrics.label("closing_mrr", at.month, at.segment, lang)
    if not steps:
        return word("finding.reasons_none", lang, metric=label)
    first = max(steps, key=lambda step: abs(step.amount))
    texts = metrics.differences(total, (first.amount,), "closing_mrr", study.currency, lang)
    return word("finding.reasons", lang, metric=label, total=texts[0], name=first.label, amount=texts[1])


def _lever(text: str, lang: str) -> str:
    return word("attribution.rest", lang) if text == "rest" else text


def _reasons(table: pl.DataFrame, lang: str) -> list[Step]:
    """Sums over levers by kind, motion and reason, small ones of a kind joined, in the order of kinds."""
    sums = table.group_by("kind", "motion", "reason", maintain_order=True).agg(pl.col("amount").fill_null(0.0).sum())
    rows = [row for row in sums.iter_rows(named=True) if row["amount"]]
    size = math.fsum(abs(row["amount"]) for row in rows)
    shown = sorted((row for row in rows if abs(row["amount"]) >= SMALL * size), key=lambda row: -abs(row["amount"]))
    shown = shown[:MOST_REASONS]
    steps = []
    for kind in (OPENING, *KINDS):
        colour = style.BALANCE if kind == OPENING else style.KIND_COLOURS[kind]
        for row in shown:
            if row["kind"] == kind:
                steps.append(Step(movement(kind, row["motion"], row["reason"], lang), row["amount"], colour))
    rest = math.fsum(row["amount"] for row in rows if row not in shown)
    if rest:
        steps.append(Step(word("attribution.other", lang), rest, style.BALANCE))
    return steps


def movement(kind: str, motion: str, reason: str, lang: str) -> str:
    """What a kind of movement is called: its kind or motion, and its reason."""
    if kind == OPENING:
        return word("attribution.opening", lang)
    group = name("motion", motion, lang) if kind == "expansion" and motion in MOTIONS else word(f"kind.{kind}", lang)
    text = name("reason", reason, lang)
    return group if group == text else word("format.motion_reason", lang, motion=group, reason=text)


def _bridge(
    study: Any, title: str, label: str, base: float, last: float, steps: Sequence[Step], metric: str, notes: list[str],
    lang: str,
) -> Figure:  # fmt: skip
    writing = _writing([base, last], [step.amount for step in steps], metric, study.currency, lang)
    first, end = round(base / writing.unit), round(last / writing.unit)
    units = apportion([step.amount / writing.unit for step in steps], end - first) if steps else []
    levels = [base]
    for step in steps:
        levels.append(levels[-1] + step.amount)
    ends_of = ((levels[i], end) for i, step in enumerate(steps) for end in (step.low, step.high))
    reach = [*levels, *(level + end for level, end in ends_of if end is not None)]
    low, high = min(*reach, last), max(*reach, last)
    start = _axis_start(low, high)
    notes = [*notes, word("note.rounded", lang), *([word("note.axis_cut", lang)] if start != 0 else [])]
    slide = layout.slide(study, title, lang, notes)
    ax = slide.axes(bottom=slide.bottom + layout.points(style.BASE * 1.2), top=slide.top + layout.points(style.BASE))
    names = [word("comparison.base", lang), *(fonts.showable(step.label, 48) for step in steps)]
    names.append(word("attribution.what_if", lang))
    texts = [writing.text(first * writing.unit, False)]
    texts += [writing.text(unit * writing.unit, True) for unit in units]
    texts.append(writing.text(end * writing.unit, False))
    ends = []
    ax.barh(0, base - start, left=start, height=BAR, color=style.BALANCE)
    ends.append(max(base, start))
    for row, step in enumerate(steps, start=1):
        ax.barh(row, step.amount, left=levels[row - 1], height=BAR, color=step.colour)
        ends.append(max(levels[row - 1], levels[row]))
        if step.low is not None and step.high is not None:
            span = [levels[row - 1] + step.low, levels[row - 1] + step.high]
            ax.plot(span, [row, row], color=style.INK, linewidth=1.2)
            ends[-1] = max(ends[-1], span[1])
    rows = len(steps) + 1
    ax.barh(rows, last - start, left=start, height=BAR, color=style.BALANCE)
    ends.append(max(last, start))
    for row, level in enumerate(levels):
        ax.plot([level] * 2, [row - BAR / 2, row + 1 + BAR / 2], color=style.SOFT_INK, linewidth=0.9, zorder=0.9)
    ax.set_ylim(max(rows + 1, FEWEST_ROWS) - 0.4, -0.6)
    ax.set_yticks(range(len(names)), labels=names)
    ax.tick_params(axis="y", length=0, labelcolor=style.INK)
    ax.spines["left"].set_visible(False)
    layout.fit_left([ax])
    _axis_below(ax, start, low, high, metric, study.currency, label, lang)
    _write(ax, ends, texts)
    return slide.figure


def _writing(levels: Sequence[float], amounts: Sequence[float], metric: str, code: str, lang: str) -> Writing:
    """One scale for all, with two figures for the smallest step that shows."""
    sizes = [abs(amount) for amount in amounts if amount]
    largest = max((abs(level) for level in levels), default=0.0) or max(sizes, default=1.0)
    smallest = max(min(sizes, default=largest), 1e-3 * max(sizes, default=largest))
    if metrics.is_rate(metric):
        digits = max(1, min(4, 1 - math.floor(math.log10(100 * smallest))))
        unit = 10.0 ** (-digits - 2)
        return Writing(
            unit,
            lambda value, signed: (
                numbers.points(value, lang, digits=digits) if signed else numbers.percent(value, lang, digits=digits)
            ),
        )
    scale = numbers.scale_for(largest, lang) if metrics.is_money(metric) else numbers.UNIT
    digits = max(0, min(3, 1 - math.floor(math.log10(smallest / scale.factor))))
    unit = scale.factor / 10**digits
    if metrics.is_money(metric):
        return Writing(
            unit, lambda value, signed: numbers.money(value, code, lang, scale=scale, digits=digits, signed=signed)
        )
    plus = {True: "+", False: ""}
    return Writing(unit, lambda value, signed: plus[signed and value > 0] + numbers.plain(value, lang, digits=digits))


def _axis_start(low: float, high: float) -> float:
    """0, or a place below all levels where these lie close together far from 0."""
    if low < 0 < high or high == low or high - low > CUT_SHARE * max(abs(low), abs(high)):
        return 0.0
    room = 0.35 * (high - low)
    return low - room if low > 0 else high + room


def _axis_below(ax: Axes, start: float, low: float, high: float, metric: str, code: str, label: str, lang: str) -> None:
    low, high = min(start, low), max(start, high)
    ax.set_xlim(low, high if high > low else low + 1.0)
    places = axes.tick_places(low, high, 6)
    inside = [place for place in places if low <= place <= high]
    labels, unit = metrics.level_texts(inside, metric, code, lang)
    ax.set_xticks(inside, labels=labels)
    text = word("format.with_unit", lang, text=label, unit=unit) if unit else label
    ax.grid(visible=True, axis="x", color=style.RULE, linewidth=0.8)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel(text, color=style.SOFT_INK, labelpad=4)


def _write(ax: Axes, ends: Sequence[float], texts: Sequence[str]) -> None:
    """The amount of each row at the right end of its bar; widens the axis until all stand inside."""
    labels = []
    for row, (end, text) in enumerate(zip(ends, texts, strict=True)):
        label = ax.annotate(
            text, (end, row), xytext=(6, 0), textcoords="offset points", ha="left", va="center", fontsize=style.NOTE + 1
        )
        label.set_gid("label")
        labels.append((end, label))
    box = ax.get_position()
    low, high = ax.get_xlim()
    for end, label in labels:
        free = box.width - layout.width(label) - 0.014
        high = max(high, low + (end - low) * box.width / free)
    ax.set_xlim(low, high)
