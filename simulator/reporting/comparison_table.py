"""The main table of a comparison: at the last month, each scenario's headline metrics against the base."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.words import word

METRICS = ("closing_mrr", "net_mrr_churn_rate", "nrr_12m", "paying_customers", "contribution")
RATES = frozenset({"net_mrr_churn_rate", "nrr_12m"})


def comparison_table(study: Any, lang: str) -> list[Section]:
    """What differs between the scenarios, then one table a metric: scenarios against the base at the last month."""
    columns = ("what", "base", "value", "difference", "interval", "p", "cost")
    titles = [word(f"comparison.{name}", lang) for name in columns]
    last = study.months[-1]
    differences = study.table("differences").filter((pl.col("segment") == "all") & (pl.col("month") == last))
    choices = study.table("choices").filter(pl.col("month") == last)
    sections = [_what_differs(study, lang)]
    for metric in METRICS:
        some = differences.filter(pl.col("metric") == metric)
        if some.is_empty():
            continue
        rows = []
        for row in some.iter_rows(named=True):
            cost = choices.filter((pl.col("metric") == metric) & (pl.col("scenario") == row["scenario"]))
            rows.append(_row(study, metric, row, known(cost["cost_if_wrong"][0]), lang))
        notes = _variance_notes(study, metric, lang)
        caption = word(
            "comparison.caption_rate" if metric in RATES else "comparison.caption",
            lang,
            metric=word(f"metric.{metric}", lang),
            month=numbers.month(last, lang),
        )
        sections.append(Section(caption, titles, rows, notes))
    return sections


def _what_differs(study: Any, lang: str) -> Section:
    """The keys in which each scenario differs from the base."""
    none = word("format.none", lang)
    lines = [
        word(
            "comparison.difference_line",
            lang,
            scenario=name,
            name=line["key"],
            before=line["before"] or none,
            after=line["after"] or none,
        )
        for name, some in study.summary["differs"].items()
        for line in some
        if line["key"] != "title"
    ]
    return Section(word("comparison.differs", lang, base=study.summary["base"]), [], [], lines)


def _variance_notes(study: Any, metric: str, lang: str) -> list[str]:
    """How many times fewer replications the shared draws need than independent runs."""
    factors = [of[metric] for of in study.summary["variance_reduction"].values() if of.get(metric)]
    if not factors:
        return []
    return [word("comparison.variance", lang, factor=numbers.plain(min(factors), lang, digits=1))]


def _row(study: Any, metric: str, row: dict[str, Any], cost: float | None, lang: str) -> list[str]:
    def value(amount: float | None) -> str:
        if metric in RATES:
            return numbers.percent(amount, lang, digits=2)
        if metric == "paying_customers":
            return numbers.plain(amount, lang, digits=1)
        return numbers.money(amount, study.currency, lang)

    def change(amount: float | None) -> str:
        if metric in RATES:
            return numbers.percent(amount, lang, digits=2, signed=True).rstrip("%")  # the caption has the unit
        if metric == "paying_customers":
            return numbers.plain(amount, lang, digits=1)
        return numbers.money(amount, study.currency, lang, signed=True)

    low, high = known(row["low95"]), known(row["high95"])
    return [
        row["scenario"],
        value(known(row["base"])),
        value(known(row["value"])),
        change(known(row["difference"])),
        "–" if low is None or high is None else numbers.between(change(low), change(high), lang),
        numbers.percent(known(row["p_better"]), lang, digits=0),
        change(cost).lstrip("+"),
    ]


def cases_table(study: Any, lang: str) -> list[Section]:
    """The tables of the comparison, then one a metric: what each option brings against the base, case by case."""
    sections = comparison_table(study, lang)
    last = study.months[-1]
    rows = study.table("cases").filter((pl.col("segment") == "all") & (pl.col("month") == last))
    cases = study.summary["cases"]
    for metric in ("closing_mrr", "nrr_12m"):
        some = rows.filter(pl.col("metric") == metric)
        found = {(row["scenario"], row["case"]): row for row in some.iter_rows(named=True)}
        options = [name for name in study.summary["runs"] if name != study.summary["base"]]
        body = [
            [_option(study, name, lang), *(_in_case(study, metric, found.get((name, case)), lang) for case in cases)]
            for name in options
        ]
        caption = word(
            "comparison.cases_rate" if metric in RATES else "comparison.cases",
            lang,
            metric=word(f"metric.{metric}", lang),
            month=numbers.month(last, lang),
        )
        titles = [word("comparison.option", lang), *(case_title(name, title, lang) for name, title in cases.items())]
        sections.append(Section(caption, titles, body))
    return sections


def case_title(name: str, title: str, lang: str) -> str:
    """The title of a case; those that nobody has named have the usual words."""
    return word(f"case.{name}", lang) if title == name and name in ("low", "base", "high") else title


def _option(study: Any, name: str, lang: str) -> str:
    title = f"{name}: {study.summary['titles'][name]}"
    return word("comparison.recommended", lang, option=title) if name == study.summary["recommended"] else title


def _in_case(study: Any, metric: str, row: dict[str, Any] | None, lang: str) -> str:
    if row is None:
        return word("format.none", lang)
    if metric in RATES:
        return numbers.percent(known(row["difference"]), lang, digits=2, signed=True).rstrip("%")
    return numbers.money(known(row["difference"]), study.currency, lang, signed=True)
