"""The headline of a run: a few labelled values, each with its interval, from the summary of the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from simulator.reporting import findings, numbers
from simulator.reporting.negative_churn import negative_churn
from simulator.reporting.result_view import Cell, ResultView, is_observed, known
from simulator.reporting.words import word


class Line(NamedTuple):
    """One line of the headline."""

    label: str
    value: str


def headline(result: ResultView, lang: str) -> list[Line]:
    """Closing MRR, expansion rate, net MRR churn rate, 12-month NRR and negative churn."""
    told = result.summary.get("headline") or {}
    return [
        _closing(result, told, lang),
        _monthly_mean(told, "expansion_rate", lang),
        _monthly_mean(told, "net_mrr_churn_rate", lang),
        _retention(result, told, lang),
        Line(word("headline.negative_churn", lang), _negative(result, lang)),
    ]


def _closing(result: ResultView, told: Mapping[str, Any], lang: str) -> Line:
    cell = _cell(result, told.get("closing_mrr"))
    label = word("headline.closing_mrr", lang, month=numbers.month(cell.month or result.months[-1], lang))
    if cell.mean is None:
        return Line(label, word("headline.unknown", lang))
    amount, interval = findings.money_interval(result, cell, lang)
    return Line(label, amount + interval)


def _monthly_mean(told: Mapping[str, Any], metric: str, lang: str) -> Line:
    label = word(f"headline.{metric}", lang)
    rate = known(told.get(f"{metric}_mean"))
    if rate is None:
        return Line(label, word("headline.unknown", lang))
    return Line(label, word("headline.monthly_mean", lang, rate=numbers.percent(rate, lang, digits=2)))


def _retention(result: ResultView, told: Mapping[str, Any], lang: str) -> Line:
    cell = _cell(result, told.get("nrr_12m"))
    if cell.mean is None:
        reason = "headline.too_short" if len(result.months) < 12 else "headline.unknown"
        return Line(word("headline.nrr_12m_none", lang), word(reason, lang))
    rate, interval = findings.percent_interval(result, cell, lang)
    month = numbers.month(cell.month or result.months[-1], lang)
    return Line(word("headline.nrr_12m", lang, month=month), rate + interval)


def _negative(result: ResultView, lang: str) -> str:
    """The first month of negative churn and the share of replications with one, or that there is none."""
    negative = negative_churn(result)
    if negative is None:
        return word("headline.unknown", lang)
    if negative.month is None:
        if len(result.months) < findings.SHORTEST_TO_TURN:
            return word("headline.too_short_to_turn", lang)
        if result.replications == 0:
            return word("headline.never_expected", lang, month=numbers.month(result.months[-1], lang))
        if result.replications == 1:
            key = "headline.never_observed" if is_observed(result) else "headline.never_one"
            return word(key, lang, month=numbers.month(result.months[-1], lang))
        if negative.share == 0:
            return word("headline.never", lang, replications=result.replications)
        return word("headline.unknown", lang)
    share = numbers.share(negative.share, lang)
    values = {
        "month": numbers.month(negative.month, lang),
        "interval": findings.month_interval(result, negative, lang),
    }
    if negative.share < negative.MOST:
        return word("headline.from_month_part", lang, share=share, **values)
    if result.replications > 1:
        return word("headline.from_month_share", lang, share=share, **values)
    return word("headline.from_month", lang, **values)


def _cell(result: ResultView, told: Mapping[str, Any] | None) -> Cell:
    """A headline value as a cell; with one replication without quantiles, which would be the value itself."""
    if not told:
        return Cell("")
    banded = result.replications > 1
    return Cell(
        str(told.get("month") or ""),
        known(told.get("mean")),
        known(told.get("p05")) if banded else None,
        None,
        known(told.get("p95")) if banded else None,
    )
