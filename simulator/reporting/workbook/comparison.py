"""The sheets of a comparison: every difference as a formula, the headline at the last month, the cases, the choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.comparison_table import METRICS, case_title
from simulator.reporting.result_view import known
from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, cell, on
from simulator.reporting.workbook.checks import RELATIVE, Check, absolute_tolerance
from simulator.reporting.workbook.metrics import Metrics
from simulator.reporting.workbook.units import style_of
from simulator.results.study import Study

HEAD_ROW, FIRST_ROW = 3, 4
WIDTHS = (18, 34, 26, 16, 16, 16, 12, 16, 16, 11, 11, 14)
DIFFERENCES_WIDTHS = (18, 34, 26, 10, 16, 16, 16, 12, 16, 16, 11, 11, 14, 16, 10)
SCENARIO, METRIC, NAME, MONTH, BASE, VALUE, DIFFERENCE, RELATIVELY, LOW, HIGH, BETTER, BEST, COST, PROGRAM, AGREES = (
    range(15)
)
DECIMALS = 2e-10
"""What the ten decimals of the table of differences leave open."""
CASE_METRICS = ("closing_mrr", "nrr_12m")


@dataclass(frozen=True)
class Differences:
    """Where the differences are: the row of each scenario, metric and month."""

    sheet: Sheet
    rows: dict[tuple[str, str, str], int]
    data: dict[tuple[str, str, str], dict[str, Any]]

    def at(self, key: tuple[str, str, str], column: int) -> str:
        """A cell, for formulas of other sheets."""
        return on(self.sheet, self.rows[key], column)

    def checks(self, lang: str) -> Iterable[Check]:
        """That every row's formula gives the difference of the program."""
        count = len(self.rows)
        cells = on(self.sheet, FIRST_ROW, AGREES, FIRST_ROW + max(count, 1) - 1)
        formula = f'COUNTIF({cells},"{word("workbook.pass", lang)}")'
        yield Check(word("workbook.check_differences", lang), "", None, formula, count, count, 0.0, "whole")


def write_differences(book: Book, sheet: Sheet, study: Study) -> Differences:
    """Fill the sheet of all differences of everybody: scenario by metric by month."""
    lang = book.lang
    good, bad = word("workbook.pass", lang), word("workbook.fail", lang)
    book.text(sheet, 0, 0, word("workbook.differences_title", lang), "title")
    book.text(sheet, 1, 0, word("workbook.differences_note", lang), "note")
    book.head(sheet, HEAD_ROW, 0, _titles(lang))
    rows: dict[tuple[str, str, str], int] = {}
    data: dict[tuple[str, str, str], dict[str, Any]] = {}
    for i, one in enumerate(_joined(study).iter_rows(named=True)):
        row, metric = FIRST_ROW + i, one["metric"]
        style = style_of(metric)
        key = (one["scenario"], metric, one["month"])
        rows[key], data[key] = row, one
        book.text(sheet, row, SCENARIO, one["scenario"], "user")
        book.text(sheet, row, METRIC, name("metric", metric, lang))
        book.text(sheet, row, NAME, metric, "code")
        book.month(sheet, row, MONTH, one["month"])
        before, after, program = (known(one[column]) for column in ("base", "value", "difference"))
        book.number(sheet, row, BASE, before, f"{style}_input")
        book.number(sheet, row, VALUE, after, f"{style}_input")
        base, value, difference = (cell(row, column) for column in (BASE, VALUE, DIFFERENCE))
        book.formula(sheet, row, DIFFERENCE, f'IF(OR({base}="",{value}=""),"",{value}-{base})', program, style)
        share = None if program is None or not before else program / abs(before)
        relative = f'IF({difference}="","",IF({base}=0,"",{difference}/ABS({base})))'
        book.formula(sheet, row, RELATIVELY, relative, share, "percent")
        for column, field, look in (
            *((LOW, "low95", style), (HIGH, "high95", style), (BETTER, "p_better", "percent")),
            *((BEST, "p_best", "percent"), (COST, "cost_if_wrong", style), (PROGRAM, "difference", style)),
        ):
            book.number(sheet, row, column, known(one[field]), f"{look}_input")
        told = cell(row, PROGRAM)
        close = f"ABS({difference}-{told})<={DECIMALS:g}+{RELATIVE:g}*MAX(ABS({base}),ABS({value}))"
        agrees = (
            f'IF(AND({difference}="",{told}=""),"{good}",IF(OR({difference}="",{told}=""),"{bad}",'
            f'IF({close},"{good}","{bad}")))'
        )
        book.formula(sheet, row, AGREES, agrees, good if _agrees(before, after, program) else bad, "verdict")
    last = FIRST_ROW + max(len(rows), 1) - 1
    book.paint_verdicts(sheet, FIRST_ROW, last, AGREES, good)
    sheet.freeze_panes(FIRST_ROW, MONTH + 1)
    sheet.autofilter(HEAD_ROW, 0, last, AGREES)
    sheet.repeat_rows(HEAD_ROW)
    return Differences(sheet, rows, data)


def _titles(lang: str) -> list[str]:
    keys: tuple[str, ...] = (
        "scenario",
        "metric",
        "name",
        "",
        "base",
        "value",
        "difference",
        "relative",
        "low95",
        "high95",
    )
    keys += ("p_better", "p_best", "cost", "program", "verdict")
    return [word(f"workbook.{key}", lang) if key else word("table.month", lang) for key in keys]


def _joined(study: Study) -> pl.DataFrame:
    """The differences of everybody with how good a choice each scenario is, by scenario, metric and month."""
    some = study.table("differences").filter(pl.col("segment") == "all")
    choices = study.table("choices").select("month", "metric", "scenario", "p_best", "cost_if_wrong")
    joined = some.join(choices, on=["month", "metric", "scenario"], how="left", maintain_order="left")
    order = {one: k for k, one in enumerate(some["metric"].unique(maintain_order=True))}
    scenarios = {one: k for k, one in enumerate(some["scenario"].unique(maintain_order=True))}
    places = pl.DataFrame(
        {
            "s": [scenarios[one] for one in joined["scenario"]],
            "m": [order[one] for one in joined["metric"]],
        }
    )
    return joined.hstack(places).sort("s", "m", "month", maintain_order=True)


def _agrees(before: float | None, after: float | None, program: float | None) -> bool:
    if before is None or after is None or program is None:
        return program is None and (before is None or after is None)
    return abs(after - before - program) <= DECIMALS + RELATIVE * max(abs(before), abs(after))


def write(
    book: Book, sheet: Sheet, study: Study, differences: Differences, metrics: Mapping[str, Metrics]
) -> list[Check]:
    """Fill the sheet of the comparison at the last month; return the checks of its formulas."""
    lang, last = book.lang, study.months[-1]
    book.text(sheet, 0, 0, study.title, "title")
    caption = word("workbook.comparison_note", lang, base=study.summary["base"], month=numbers.month(last, lang))
    book.text(sheet, 1, 0, caption, "note")
    keys: tuple[str, ...] = (
        "scenario",
        "title",
        "metric",
        "base",
        "value",
        "difference",
        "relative",
        "low95",
        "high95",
        "p_better",
    )
    keys += ("p_best", "cost")
    book.head(sheet, HEAD_ROW, 0, [word(f"workbook.{key}", lang) for key in keys])
    row, checks = FIRST_ROW, []
    scenarios = list(dict.fromkeys(key[0] for key in differences.rows))
    for metric in METRICS:
        for scenario in scenarios:
            key = (scenario, metric, last)
            if key in differences.rows:
                checks.append(_headline(book, sheet, row, key, study, differences, metrics))
                row += 1
    row = _cases(book, sheet, row + 1, study) if "cases" in study.tables else row
    _chart(book, sheet, row + 1, study, differences, scenarios)
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.repeat_rows(HEAD_ROW)
    return checks


def _headline(
    book: Book,
    sheet: Sheet,
    row: int,
    key: tuple[str, str, str],
    study: Study,
    differences: Differences,
    metrics: Mapping[str, Metrics],
) -> Check:
    lang, (scenario, metric, month) = book.lang, key
    one, style = differences.data[key], style_of(metric)
    book.text(sheet, row, 0, scenario, "user")
    book.text(sheet, row, 1, study.summary["titles"][scenario], "user")
    book.text(sheet, row, 2, name("metric", metric, lang))
    sides = ((3, study.summary["base"], "base", BASE), (4, scenario, "value", VALUE))
    for column, run, field, place in sides:
        value = known(one[field])
        source = _source(metrics.get(run), metric, value) or differences.at(key, place)
        formula = source if value is not None else f'IF({source}="","",{source})'
        book.formula(sheet, row, column, formula, value, style)
    base, ours = cell(row, 3), cell(row, 4)
    program, before = known(one["difference"]), known(one["base"])
    book.formula(sheet, row, 5, f'IF(OR({base}="",{ours}=""),"",{ours}-{base})', program, f"{style}_total")
    share = None if program is None or not before else program / abs(before)
    relative = f'IF({cell(row, 5)}="","",IF({base}=0,"",{cell(row, 5)}/ABS({base})))'
    book.formula(sheet, row, 6, relative, share, "percent")
    fields = (("low95", LOW, style), ("high95", HIGH, style), ("p_better", BETTER, "percent"))
    for k, (field, place, look) in enumerate((*fields, ("p_best", BEST, "percent"), ("cost_if_wrong", COST, style))):
        source = differences.at(key, place)
        book.formula(sheet, row, 7 + k, f'IF({source}="","",{source})', known(one[field]), look)
    what = word("workbook.check_headline", lang, metric=name("metric", metric, lang))
    allowed = DECIMALS + absolute_tolerance(metric) * 2 + RELATIVE * abs(before or 0.0)
    return Check(what, scenario, month, on(sheet, row, 5), program, program, allowed, style)


def _source(metrics: Metrics | None, metric: str, value: float | None) -> str | None:
    """The cell of a scenario's own sheet, where the mean over paired replications is the mean over all of them."""
    if metrics is None or value is None or metric not in metrics.rows:
        return None
    found = metrics.values[metric][-1]
    same = found is not None and abs(found - value) <= absolute_tolerance(metric) + RELATIVE * abs(value)
    return metrics.at(metric, len(metrics.months) - 1) if same else None


def _cases(book: Book, sheet: Sheet, row: int, study: Study) -> int:
    """What each option brings against the base, case by case, at the last month."""
    lang, last = book.lang, study.months[-1]
    table = study.table("cases").filter((pl.col("segment") == "all") & (pl.col("month") == last))
    book.text(sheet, row, 0, word("workbook.cases_title", lang), "section")
    keys = ("scenario", "title", "metric", "case", "base", "value", "difference", "low95", "high95", "p_better")
    book.head(sheet, row + 1, 0, [word(f"workbook.{key}", lang) for key in keys])
    row += 2
    for one in (
        table.filter(pl.col("metric").is_in(CASE_METRICS)).sort("metric", maintain_order=True).iter_rows(named=True)
    ):
        style = style_of(one["metric"])
        book.text(sheet, row, 0, one["scenario"], "user")
        book.text(sheet, row, 1, study.summary["titles"][one["scenario"]], "user")
        book.text(sheet, row, 2, name("metric", one["metric"], lang))
        book.text(sheet, row, 3, case_title(one["case"], study.summary["cases"][one["case"]], lang), "user")
        book.number(sheet, row, 4, known(one["base"]), f"{style}_input")
        book.number(sheet, row, 5, known(one["value"]), f"{style}_input")
        base, value = cell(row, 4), cell(row, 5)
        formula = f'IF(OR({base}="",{value}=""),"",{value}-{base})'
        book.formula(sheet, row, 6, formula, known(one["difference"]), f"{style}_total")
        for column, field, look in ((7, "low95", style), (8, "high95", style), (9, "p_better", "percent")):
            book.number(sheet, row, column, known(one[field]), f"{look}_input")
        row += 1
    return row


def _chart(book: Book, sheet: Sheet, row: int, study: Study, differences: Differences, scenarios: list[str]) -> None:
    """The difference of closing MRR to the base by month, one line a scenario."""
    from simulator.reporting.workbook.charts import lines_chart

    found = {}
    for scenario in scenarios:
        rows = [differences.rows.get((scenario, "closing_mrr", month)) for month in study.months]
        if None not in rows:
            place = differences.sheet.get_name()
            found[scenario] = (
                [place, rows[0], SCENARIO],
                [place, rows[0], MONTH, rows[-1], MONTH],
                [place, rows[0], DIFFERENCE, rows[-1], DIFFERENCE],
            )
    if found:
        chart = lines_chart(book, list(found.values()), word("figure.comparison_axis", book.lang))
        sheet.insert_chart(row, 0, chart, {"object_position": 3})
