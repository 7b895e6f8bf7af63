"""How any metric is written: as money, as a rate, or as a plain number; and the axes of it and of its differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matplotlib.axes import Axes

from simulator.reporting import axes, numbers
from simulator.reporting.result_view import known
from simulator.reporting.words import name, word
from simulator.results.intervals import sign_of_better
from simulator.scenario.range_reading import written_number

_MONEY = frozenset({"arr", "arpa", "cac", "contribution", "ltv_revenue", "ltv_profit", "ltv_net"}) | frozenset(
    {"invoiced_revenue", "credited_revenue", "billed_revenue"}
)
_RATES = ("_rate", "nrr", "grr", "_share", "share_", "_acceptance", "rescue_still", "rescue_returned", "retention_gap")
_PLAIN_DIGITS = 2


def is_money(metric: str) -> bool:
    """Whether a metric is an amount of money."""
    return metric in _MONEY or metric.endswith("_mrr")


def is_rate(metric: str) -> bool:
    """Whether a metric is a fraction, written in per cent."""
    return not is_money(metric) and (metric == "nps" or any(part in metric for part in _RATES))


def lower_is_better(metric: str) -> bool:
    """Whether less of a metric is better."""
    return sign_of_better(metric) < 0


def label(metric: str, month: str, segment: str, lang: str) -> str:
    """What a metric is called, with its month, and its segment unless that is everybody."""
    text = name("metric", metric, lang)
    at = numbers.month(month, lang)
    if segment == "all":
        return word("study.metric_at", lang, metric=text, month=at)
    return word("study.metric_of", lang, metric=text, month=at, segment=segment)


def value(amount: float | None, metric: str, currency: str, lang: str) -> str:
    """The value of a metric."""
    if is_money(metric):
        return numbers.money(amount, currency, lang)
    if is_rate(metric):
        return numbers.percent(amount, lang, digits=2)
    return numbers.plain(amount, lang, digits=_PLAIN_DIGITS)


def differences(center: float, others: Iterable[float | None], metric: str, currency: str, lang: str) -> list[str]:
    """The differences [center, *others] of a metric with their signs, with decimals enough to tell them apart."""
    values = [center, *others]
    if is_money(metric):
        return numbers.money_together(center, values[1:], currency, lang, signed=True)
    if is_rate(metric):
        return [numbers.points(one, lang, digits=_digits(values)) for one in values]
    return [_signed(one, lang) for one in values]


def _digits(fractions: Iterable[float | None]) -> int:
    """Decimals of points: two, or as many as show that a fraction is not 0."""
    digits = 2
    while digits < 4 and any(one and round(100 * one, digits) == 0 for one in fractions):
        digits += 1
    return digits


def interval95(low: float | None, high: float | None, center: float, metric: str, currency: str, lang: str) -> str:
    """The 95 % interval of a difference in brackets for a title; nothing where there is none."""
    low, high = known(low), known(high)
    if low is None or high is None:
        return ""
    texts = differences(center, (low, high), metric, currency, lang)
    return word("interval.mean95", lang, range=numbers.between(texts[1], texts[2], lang))


def cells(
    center: float | None, low: float | None, high: float | None, metric: str, currency: str, lang: str
) -> tuple[str, str]:
    """A difference and its 95 % interval for two cells of a table; those of rates in points, which `caption` says."""
    center, low, high = known(center), known(low), known(high)
    none = word("format.none", lang)
    if center is None:
        return none, none
    if is_rate(metric):
        values = (center, low, high)
        texts = [numbers.percent(one, lang, digits=_digits(values), signed=True).rstrip("%") for one in values]
    else:
        texts = differences(center, (low, high), metric, currency, lang)
    return texts[0], none if low is None or high is None else numbers.between(texts[1], texts[2], lang)


def caption(metric: str, month: str, segment: str, lang: str) -> str:
    """What a table of a metric is called."""
    text = label(metric, month, segment, lang)
    return word("study.in_points", lang, metric=text) if is_rate(metric) else text


def difference_axis(ax: Axes, low: float, high: float, metric: str, study: Any, lang: str, text: str) -> str:
    """Ticks of a vertical axis of differences in one scale; returns its title."""
    return _axis(ax, low, high, metric, study, lang, text, tick_texts)


def level_axis(ax: Axes, low: float, high: float, metric: str, study: Any, lang: str, text: str) -> str:
    """Ticks of a vertical axis of the metric itself in one scale; returns its title."""
    return _axis(ax, low, high, metric, study, lang, text, level_texts)


Texts = Callable[[list[float], str, str, str], tuple[list[str], str]]


def _axis(ax: Axes, low: float, high: float, metric: str, study: Any, lang: str, text: str, texts: Texts) -> str:
    if is_money(metric):
        return axes.money_axis(ax, low, high, study.currency, lang, text, tight=True)
    places = axes.tick_places(low, high, 6)
    room = 0.04 * (high - low) or 1e-3
    ax.set_ylim(low - room, high + room)
    shown = [place for place in places if low - room <= place <= high + room]
    labels, unit = texts(shown, metric, study.currency, lang)
    ax.set_yticks(shown, labels=labels)
    axes.rule(ax)
    return word("format.with_unit", lang, text=text, unit=unit) if unit else text


def tick_texts(places: list[float], metric: str, currency: str, lang: str) -> tuple[list[str], str]:
    """Labels of ticks of differences of a metric in one scale, and the unit that they are in, or nothing."""
    if is_money(metric):
        scale = numbers.scale_for(max(abs(place) for place in places), lang)
        return numbers.tick_labels(places, scale, lang), numbers.unit(scale, currency, lang)
    if is_rate(metric):
        labels = [text.rstrip("%") for text in numbers.percent_tick_labels(places, lang)]
        return labels, word("study.points", lang)
    return numbers.tick_labels(places, numbers.UNIT, lang), ""


def level_texts(places: list[float], metric: str, currency: str, lang: str) -> tuple[list[str], str]:
    """Labels of ticks of a metric itself in one scale, and the unit that they are in, or nothing."""
    if is_rate(metric):
        return numbers.percent_tick_labels(places, lang), ""
    return tick_texts(places, metric, currency, lang)


def shortened(text: str) -> str:
    """A value as a scenario writes it, with at most four significant digits."""
    try:
        number, unit = written_number(text, None)
    except ValueError:
        return text
    return unit.rounded(number) if len(text) > len(unit.rounded(number)) else text


def _signed(number: float | None, lang: str) -> str:
    text = numbers.plain(number, lang, digits=_PLAIN_DIGITS)
    return f"+{text}" if number is not None and round(number, _PLAIN_DIGITS) > 0 else text
