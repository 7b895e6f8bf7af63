"""What each option brings against the base in every case, as a table of differences."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.comparison_table import case_title
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.comparison import interval, option_title, options, writer
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.result_view import known
from simulator.reporting.words import word

METRICS = ("closing_mrr", "nrr_12m", "paying_customers")


def add(deck: Deck, study: Any) -> None:
    """A table: a row a metric and option, a column a case; each cell a difference and its interval."""
    lang = deck.lang
    cases = study.summary["cases"]
    rows = study.table("cases").filter((pl.col("segment") == "all") & (pl.col("month") == study.months[-1]))
    body: list[list[str]] = []
    strong = []
    for metric in METRICS:
        found = {(x["scenario"], x["case"]): x for x in rows.filter(pl.col("metric") == metric).iter_rows(named=True)}
        if not found:
            continue
        strong.append(len(body))
        body.append([word(f"metric.{metric}", lang), *[""] * len(cases)])
        for name in options(study):
            cells = [_cell(study, metric, found.get((name, case)), lang) for case in cases]
            body.append([option_title(study, name, lang), *cells])
    if not body:
        return
    closing = rows.filter(pl.col("metric") == "closing_mrr")
    finding = _finding(study, {(x["scenario"], x["case"]): x for x in closing.iter_rows(named=True)}, lang)
    titles = [word("comparison.option", lang)]
    titles += [named(case_title(name, title, lang)) for name, title in cases.items()]
    told = notes(deck, finding, "closing_mrr", "paired", "case", file="cases.csv")
    grid = Grid(titles, body, "l" + "r" * len(cases), frozenset(strong))
    month = numbers.month(study.months[-1], lang)
    intro = word("deck.cases_intro", lang, month=month)
    tables.add_pages(deck, finding, grid, told, source=word("deck.paired", lang), intro=intro)


def _cell(study: Any, metric: str, row: dict[str, Any] | None, lang: str) -> str:
    """The difference and, below it, its interval."""
    if row is None:
        return word("format.none", lang)
    change = writer(study, metric, lang, signed=True)
    low, high = known(row["low95"]), known(row["high95"])
    if low is None or high is None:
        return change(known(row["difference"]))
    return f"{change(known(row['difference']))}\n{interval(study, metric, low, high, lang)}"


def _finding(study: Any, found: Any, lang: str) -> str:
    """In how many cases the recommended option, or the first, is clearly above or below the base."""
    name = study.summary.get("recommended") or options(study)[0]
    some = [found[name, case] for case in study.summary["cases"] if (name, case) in found]
    up = sum((known(row["low95"]) or 0.0) > 0 for row in some)
    down = sum((known(row["high95"]) or 0.0) < 0 for row in some)
    return word(
        "deck.cases_title",
        lang,
        option=named(study.summary["titles"][name]),
        metric=word("metric.closing_mrr", lang),
        up=up,
        down=down,
        count=len(some),
    )
