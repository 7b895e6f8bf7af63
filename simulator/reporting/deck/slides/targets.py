"""Budget or actuals beside the forecast (予実): a chart and a table for each metric of the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from simulator.reporting import numbers, style
from simulator.reporting.deck import charts, tables
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.closing_mrr import band_of
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes, titled
from simulator.reporting.result_view import series
from simulator.reporting.targets import Beside, Target, beside
from simulator.reporting.words import name, word
from simulator.results.tables import AMOUNTS

TARGET = "#B5005B"
RATE_ENDINGS = ("_rate", "_12m", "_month", "_share", "_acceptance", "_90d", "_mean")


def add(deck: Deck, result: Any, targets: Sequence[Target], label: str = "") -> None:
    """Two slides a metric and segment: the lines, then the variances."""
    groups: dict[tuple[str, str], list[Target]] = {}
    for target in targets:
        groups.setdefault((target.metric, target.segment), []).append(target)
    for (metric, segment), some in groups.items():
        _add_one(deck, result, metric, segment, beside(result, some), label)


def is_money(metric: str) -> bool:
    """Whether a metric is an amount in currency units."""
    return metric.endswith("_mrr") or metric in AMOUNTS


def is_rate(metric: str) -> bool:
    """Whether a metric is a fraction."""
    return metric.endswith(RATE_ENDINGS) and metric != "negative_churn_month"


def _add_one(deck: Deck, result: Any, metric: str, segment: str, rows: Sequence[Beside], label: str) -> None:
    lang = deck.lang
    what = name("metric", metric, lang)
    if segment != "all":
        what = word("format.with_unit", lang, text=what, unit=named(segment, 30))
    finding = _finding(what, rows, lang)
    told = notes(deck, finding, "target", file="metrics.csv, targets.csv")
    page = deck.page(titled(finding, label, lang), told)
    charts.add(page, page.body, _chart(result, metric, segment, rows, what, lang), finding)
    write = _writer(metric, result.currency, lang)
    none = word("format.none", lang)
    body = [
        [
            numbers.month(row.target.month, lang),
            write(row.target.value, False),
            write(row.forecast.mean, False),
            write(row.variance, True),
            numbers.percent(row.share, lang, signed=True),
            none
            if row.inside is None
            else numbers.between(write(row.forecast.p05, False), write(row.forecast.p95, False), lang),
            none if row.inside is None else word("deck.inside" if row.inside else "deck.outside", lang),
        ]
        for row in rows
    ]
    titles = [
        word(f"deck.target_{x}", lang) for x in ("month", "target", "forecast", "variance", "share", "band", "inside")
    ]
    tables.add_pages(deck, titled(finding, label, lang), Grid(titles, body, "lrrrrrl"), told, intro=what)


def _chart(result: Any, metric: str, segment: str, rows: Sequence[Beside], what: str, lang: str) -> Chart:
    cells = series(result, metric, segment)
    by_month = {row.target.month: row.target.value for row in rows}
    wanted = [by_month.get(month) for month in result.months]
    if is_money(metric):
        every = [*(x for cell in cells for x in (cell.mean, cell.p95)), *wanted]
        unit = charts.money_unit(every, result.currency, lang)
        scaled: Callable[[Sequence[float | None]], list[float | None]] = unit.of
        form = unit.number_format
        what = word("format.with_unit", lang, text=what, unit=unit.name)
    else:
        scaled = _as_it_is
        form = charts.percent_format(lang) if is_rate(metric) else charts.number_format(lang, 0)
    areas = band_of(cells, scaled, lang)
    lines = [
        Series(word("deck.forecast", lang), scaled([cell.mean for cell in cells]), style.LINE),
        Series(word("deck.target", lang), scaled(wanted), TARGET, dash=True),
    ]
    months = Months(result.months)
    if areas:
        return Chart("area", months, areas, what, form, lines=lines)
    return Chart("line", months, lines, what, form)


def _as_it_is(values: Sequence[float | None]) -> list[float | None]:
    return list(values)


def _finding(what: str, rows: Sequence[Beside], lang: str) -> str:
    """In how many months the forecast is above the target, and in how many the band holds it."""
    known = [row for row in rows if row.variance is not None]
    above = sum(row.variance is not None and row.variance > 0 for row in known)
    values = {"metric": what, "count": len(known), "above": above}
    banded = [row for row in known if row.inside is not None]
    if not banded:
        return word("deck.targets_title", lang, **values)
    inside = sum(bool(row.inside) for row in banded)
    return word("deck.targets_title_band", lang, inside=inside, **values)


def _writer(metric: str, code: str, lang: str) -> Callable[[float | None, bool], str]:
    def write(value: float | None, signed: bool) -> str:
        if is_money(metric):
            return numbers.money(value, code, lang, signed=signed)
        if is_rate(metric):
            return numbers.points(value, lang, digits=2) if signed else numbers.percent(value, lang, digits=2)
        plus = "+" if signed and value is not None and round(value, 1) > 0 else ""
        return plus + numbers.plain(value, lang, digits=1)

    return write
