"""How the value of any metric is written, with its interval and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulator.reporting import numbers
from simulator.reporting.page.content import Cell
from simulator.reporting.result_view import Cell as Value
from simulator.reporting.words import name, word

MONEY = frozenset({"arr", "arpa", "cac", "contribution", "ltv_revenue", "ltv_profit", "ltv_net"}) | frozenset(
    {"invoiced_revenue", "credited_revenue", "billed_revenue"}
)
"""Amounts of money beside those that end in _mrr."""
RATES = frozenset(
    {
        *("expansion_rate", "expansion_rate_chosen", "gross_mrr_churn_rate", "net_mrr_churn_rate", "logo_churn_rate"),
        *("logo_churn_rate_12m_mean", "nrr_month", "nrr_compounded_12m", "nrr_12m", "nrr_12m_without_price", "grr_12m"),
        *("expansion_share", "growth_share_of_expansion", "rescue_acceptance", "rescue_still_3m", "rescue_still_6m"),
        *("rescue_still_12m", "rescue_returned_12m", "attach_rate_90d", "nps"),
    }
)
"""Fractions, written in per cent."""
RATE_DIGITS = 2
POINTS = frozenset({"retention_gap_attached"})
"""Differences of fractions, written in percentage points."""
PRECISE = frozenset({"quick_ratio", "ltv_to_cac", "satisfaction"})
"""Numbers written with two decimals; all others, counts among them, get one."""


def label(metric: str, lang: str) -> str:
    """What a metric is called."""
    return name("metric", metric, lang)


def is_money(metric: str) -> bool:
    """Whether a metric is an amount of money."""
    return metric in MONEY or metric.endswith("_mrr")


def written(value: float | None, metric: str, currency: str, lang: str) -> str:
    """The value of a metric in short; a dash where there is none."""
    return _written(metric, currency, lang)(value)


def change(value: float | None, metric: str, currency: str, lang: str) -> str:
    """A difference of a metric with its sign; of rates in percentage points."""
    if is_money(metric):
        return numbers.money(value, currency, lang, signed=True)
    if metric in RATES or metric in POINTS:
        return numbers.points(value, lang, digits=2)
    text = written(value, metric, currency, lang)
    return f"+{text}" if value is not None and value > 0 and any(digit in "123456789" for digit in text) else text


def cell(value: Value, metric: str, currency: str, lang: str) -> Cell:
    """The mean of a metric, and below it its 5-95 % interval where replications differ."""
    if value.mean is None:
        return Cell(word("format.none", lang))
    ends = (value.p05, value.p95)
    if is_money(metric):
        mean, low, high = numbers.money_together(value.mean, ends, currency, lang)
    elif metric in RATES:
        mean, low, high = _percent(value.mean, ends, lang)
    else:
        mean, low, high = map(_written(metric, currency, lang), (value.mean, *ends))
    banded = value.has_band and value.p05 != value.p95
    return Cell(mean, value.mean, numbers.between(low, high, lang) if banded else "")


def _written(metric: str, currency: str, lang: str) -> Callable[[float | None], str]:
    if is_money(metric):
        return lambda value: numbers.money(value, currency, lang)
    if metric in RATES:
        return lambda value: numbers.percent(value, lang, digits=RATE_DIGITS)
    if metric in POINTS:
        return lambda value: numbers.points(value, lang)
    return lambda value: numbers.plain(value, lang, digits=2 if metric in PRECISE else 1)


def _percent(center: float, others: Iterable[float | None], lang: str) -> list[str]:
    """Rates with two decimals, or with more where that takes to tell them apart."""
    rates = [center, *others]
    texts = numbers.percent_together(center, rates[1:], lang)
    exact = len(texts[0].rstrip("%").partition(".")[2]) > RATE_DIGITS
    return texts if exact else [numbers.percent(rate, lang, digits=RATE_DIGITS) for rate in rates]
