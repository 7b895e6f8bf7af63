"""Options against the base: the difference of closing MRR by month, and how sure it is at the horizon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.comparison_table import METRICS, RATES
from simulator.reporting.deck import charts, tables
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.palette import line_colours
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.figures.comparison import finding as difference_finding
from simulator.reporting.result_view import known
from simulator.reporting.words import word


def options(study: Any) -> list[str]:
    """The scenarios that are compared with the base, in order."""
    return [name for name in study.summary["runs"] if name != study.summary["base"]]


def at_end(study: Any, metric: str, scenario: str) -> dict[str, Any] | None:
    """The row of the last month, of everybody."""
    rows = study.table("differences").filter(
        (pl.col("metric") == metric)
        & (pl.col("segment") == "all")
        & (pl.col("month") == study.months[-1])
        & (pl.col("scenario") == scenario)
    )
    return rows.row(0, named=True) if rows.height else None


def add(deck: Deck, study: Any) -> None:
    """The chart of differences, the chart of closing MRR, then the tables of the headline metrics."""
    lang = deck.lang
    finding = difference_finding(study, lang)
    page = deck.page(
        finding, notes(deck, finding, "closing_mrr", "paired", file="differences.csv"), word("deck.paired", lang)
    )
    rows = study.table("differences").filter((pl.col("metric") == "closing_mrr") & (pl.col("segment") == "all"))
    by_name = {name: _column(rows, name, study.months, "difference") for name in options(study)}
    unit = charts.money_unit([x for values in by_name.values() for x in values], study.currency, lang)
    colours = line_colours(deck.look.accents)
    lines = [
        Series(_title(study, name), unit.of(values), colours[i % len(colours)])
        for i, (name, values) in enumerate(by_name.items())
    ]
    axis = word("format.with_unit", lang, text=word("figure.comparison_axis", lang), unit=unit.name)
    months = Months(study.months)
    charts.add(page, page.body, Chart("line", months, lines, axis, unit.number_format), finding)
    _levels(deck, study, colours)
    _tables(deck, study)


def _levels(deck: Deck, study: Any, colours: tuple[str, ...]) -> None:
    """Closing MRR of the base and of the options at the horizon, as columns."""
    lang = deck.lang
    ends = {name: at_end(study, "closing_mrr", name) for name in options(study)}
    shown = {name: row for name, row in ends.items() if row is not None}
    if not shown:
        return
    base = next(iter(shown.values()))["base"]
    values = [known(base), *(known(row["value"]) for row in shown.values())]
    unit = charts.money_unit(values, study.currency, lang)
    month = numbers.month(study.months[-1], lang)
    names = [_title(study, study.summary["base"]), *(_title(study, name) for name in shown)]
    best = max(range(len(values)), key=lambda i: values[i] or 0.0)
    finding = word(
        "deck.levels_title",
        lang,
        month=month,
        best=names[best],
        amount=numbers.money(values[best], study.currency, lang),
        base=numbers.money(values[0], study.currency, lang),
    )
    page = deck.page(finding, notes(deck, finding, "closing_mrr", file="differences.csv"))
    labels = [numbers.money(x, study.currency, lang) for x in values]
    series = Series(word("metric.closing_mrr", lang), unit.of(values), colours[0], labels=labels)
    axis = word("format.with_unit", lang, text=f"{word('metric.closing_mrr', lang)} {month}", unit=unit.name)
    chart = Chart("grouped", names, [series], axis, unit.number_format, legend=False, gap=80)
    charts.add(page, page.body, chart, finding)


def _tables(deck: Deck, study: Any) -> None:
    """The headline metrics: value, difference, interval, probability of being better, cost of a wrong choice."""
    lang = deck.lang
    columns = ("base", "value", "difference", "interval", "p", "cost")
    titles = [word("comparison.option", lang)]
    titles += [word(f"comparison.{x}", lang).replace("-\n", "").replace("\n", " ") for x in columns]
    rows: list[list[str]] = []
    strong = []
    for metric in METRICS:
        found = {name: at_end(study, metric, name) for name in options(study)}
        some = [_row(study, metric, name, row, lang) for name, row in found.items() if row is not None]
        if some:
            strong.append(len(rows))
            rows += [[word(f"metric.{metric}", lang), *[""] * len(columns)], *some]
    finding = _clear(study, lang)
    told = notes(deck, finding, "closing_mrr", "paired", "p_better", file="differences.csv, choices.csv")
    source = word("deck.paired", lang)
    tables.add_pages(deck, finding, Grid(titles, rows, "lrrrrrr", frozenset(strong)), told, source=source)


def _clear(study: Any, lang: str) -> str:
    """How many options differ clearly from the base in closing MRR."""
    up = down = 0
    for name in options(study):
        row = at_end(study, "closing_mrr", name)
        low, high = (known(row["low95"]), known(row["high95"])) if row is not None else (None, None)
        up += low is not None and low > 0
        down += high is not None and high < 0
    month, count = numbers.month(study.months[-1], lang), len(options(study))
    return word(
        "deck.clear_title", lang, metric=word("metric.closing_mrr", lang), month=month, up=up, down=down, count=count
    )


def writer(study: Any, metric: str, lang: str, *, signed: bool) -> Callable[[float | None], str]:
    """How values of a metric, or differences of it, are written."""

    def write(amount: float | None) -> str:
        if metric in RATES:
            return numbers.points(amount, lang, digits=2) if signed else numbers.percent(amount, lang, digits=2)
        if metric == "paying_customers":
            plus = "+" if signed and amount is not None and round(amount, 1) > 0 else ""
            return plus + numbers.plain(amount, lang, digits=1)
        return numbers.money(amount, study.currency, lang, signed=signed)

    return write


def interval(study: Any, metric: str, low: float | None, high: float | None, lang: str) -> str:
    """An interval of differences; percentage points are named once."""
    if low is None or high is None:
        return word("format.none", lang)
    change = writer(study, metric, lang, signed=True)
    first = change(low)
    if metric in RATES:
        first = first.removesuffix(word("format.points", lang, number="")).rstrip()
    return numbers.between(first, change(high), lang)


def _row(study: Any, metric: str, name: str, row: dict[str, Any], lang: str) -> list[str]:
    value, change = (writer(study, metric, lang, signed=signed) for signed in (False, True))
    low, high = known(row["low95"]), known(row["high95"])
    cost = study.table("choices").filter(
        (pl.col("month") == study.months[-1]) & (pl.col("metric") == metric) & (pl.col("scenario") == name)
    )
    wrong = known(cost["cost_if_wrong"][0]) if cost.height else None
    return [
        option_title(study, name, lang),
        value(known(row["base"])),
        value(known(row["value"])),
        change(known(row["difference"])),
        interval(study, metric, low, high, lang),
        numbers.percent(known(row["p_better"]), lang, digits=0),
        change(wrong).lstrip("+"),
    ]


def _title(study: Any, name: str) -> str:
    return named(study.summary["titles"].get(name, name))


def option_title(study: Any, name: str, lang: str) -> str:
    """The title of an option, marked where it is the recommended one."""
    title = _title(study, name)
    return word("comparison.recommended", lang, option=title) if name == study.summary.get("recommended") else title


def _column(rows: pl.DataFrame, scenario: str, months: tuple[str, ...], column: str) -> list[float | None]:
    found = {
        row["month"]: known(row[column]) for row in rows.filter(pl.col("scenario") == scenario).iter_rows(named=True)
    }
    return [found.get(month) for month in months]
