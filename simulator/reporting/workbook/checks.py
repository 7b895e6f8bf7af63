"""The sheet of checks: what the formulas of the workbook give, beside what the program found, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, cell, fixed
from simulator.reporting.workbook.metrics import Metrics
from simulator.reporting.workbook.replications import Replications
from simulator.reporting.workbook.units import is_money, style_of

OVERALL_ROW, HEAD_ROW, FIRST_ROW = 2, 5, 6
WHAT, OF, MONTH, HERE, PROGRAM, DIFFERENCE, TOLERANCE, VERDICT = range(8)
WIDTHS = (44, 26, 10, 20, 20, 14, 14, 10)
RELATIVE = 1e-9
HALF_DECIMAL = 0.00005
"""Half of the last decimal with which the program writes amounts."""
ROUNDING = 1e-12
"""What sums of rates that nearly cancel may be off by."""


class Check(NamedTuple):
    """One comparison: a formula with its value, the program's value, the absolute part of the tolerance."""

    what: str
    of: str
    month: str | None
    formula: str
    here: float | None
    program: float | None
    absolute: float
    style: str
    is_array: bool = False


def of_metrics(metrics: Metrics, scenario: str, lang: str) -> Iterable[Check]:
    """Every metric that is computed in the workbook, in every month."""
    for metric in metrics.rows:
        if metric in metrics.computed:
            label, absolute, style = name("metric", metric, lang), absolute_tolerance(metric), style_of(metric)
            for m, month in enumerate(metrics.months):
                value = metrics.values[metric][m]
                yield Check(label, scenario, month, metrics.at(metric, m), value, value, absolute, style)


def of_replications(replications: Replications, scenario: str, lang: str) -> Iterable[Check]:
    """The identity in every single replication, and each closing as the next opening."""
    column = replications.all_of
    gains = "+".join(column(key) for key in ("opening_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr"))
    losses = "".join(f"-{column(key)}" for key in ("contraction_mrr", "churn_mrr", "closing_mrr"))
    identity = f"MAX(ABS({gains}{losses}))"
    yield Check(word("workbook.check_identity", lang), scenario, None, identity, 0.0, 0.0, HALF_DECIMAL, "exact", True)
    if replications.months > 1:
        openings, closings = replications.followed("opening_mrr", "closing_mrr")
        what, formula = word("workbook.check_chain", lang), f"MAX(ABS({openings}-{closings}))"
        yield Check(what, scenario, None, formula, 0.0, 0.0, HALF_DECIMAL, "exact", True)


def absolute_tolerance(metric: str) -> float:
    """What a metric may be off by whatever its size."""
    return HALF_DECIMAL if is_money(metric) else ROUNDING


def write(book: Book, sheet: Sheet, checks: Iterable[Check]) -> str:
    """Fill the sheet; return the verdict of all checks together, as the cached values have it."""
    lang = book.lang
    good, bad = word("workbook.pass", lang), word("workbook.fail", lang)
    book.text(sheet, 0, 0, word("workbook.checks_title", lang), "title")
    book.text(sheet, 1, 0, word("workbook.checks_note", lang), "note")
    keys = ("check", "scenario", "", "here", "program", "difference", "tolerance", "verdict")
    titles = [word(f"workbook.{key}", lang) if key else word("table.month", lang) for key in keys]
    book.head(sheet, HEAD_ROW, 0, titles)
    count, passed = 0, 0
    for count, check in enumerate(checks, 1):
        passed += _write_check(book, sheet, FIRST_ROW + count - 1, check, good, bad)
    last = FIRST_ROW + max(count, 1) - 1
    verdicts = f"{fixed(FIRST_ROW, VERDICT)}:{fixed(last, VERDICT)}"
    overall = good if passed == count and count else bad
    book.text(sheet, OVERALL_ROW, 0, word("workbook.overall", lang), "section")
    formula = f'IF(COUNTIF({verdicts},"{good}")=ROWS({verdicts}),"{good}","{bad}")'
    book.formula(sheet, OVERALL_ROW, 1, formula, overall, "verdict")
    book.formula(sheet, OVERALL_ROW, HERE, f'COUNTIF({verdicts},"{good}")', passed, "whole")
    book.text(sheet, OVERALL_ROW, PROGRAM, word("workbook.of_checks", lang, count=f"{count:,}"), "note")
    book.paint_verdicts(sheet, OVERALL_ROW, OVERALL_ROW, 1, good)
    book.paint_verdicts(sheet, FIRST_ROW, last, VERDICT, good)
    book.define("overall_check", f"'{sheet.get_name()}'!{fixed(OVERALL_ROW, 1)}")
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.autofilter(HEAD_ROW, 0, last, VERDICT)
    sheet.repeat_rows(HEAD_ROW)
    return overall


def _write_check(book: Book, sheet: Sheet, row: int, check: Check, good: str, bad: str) -> bool:
    book.text(sheet, row, WHAT, check.what)
    book.text(sheet, row, OF, check.of, "user")
    if check.month is not None:
        book.month(sheet, row, MONTH, check.month)
    put = book.array_formula if check.is_array else book.formula
    put(sheet, row, HERE, check.formula, check.here, check.style)
    style = "exact" if check.style == "exact" else f"{check.style}_input"
    book.number(sheet, row, PROGRAM, check.program, style)
    here, program = cell(row, HERE), cell(row, PROGRAM)
    difference, tolerance = cell(row, DIFFERENCE), cell(row, TOLERANCE)
    known = check.here is not None and check.program is not None
    off = check.here - check.program if known else None  # type: ignore[operator]
    allowed = check.absolute + RELATIVE * abs(check.program or 0.0)
    holds = abs(off) <= allowed if off is not None else check.here is None and check.program is None
    book.formula(sheet, row, DIFFERENCE, f'IF(OR({here}="",{program}=""),"",{here}-{program})', off, "exact")
    book.formula(sheet, row, TOLERANCE, f"{check.absolute:g}+{RELATIVE:g}*ABS(N({program}))", allowed, "exact")
    formula = (
        f'IF(AND({here}="",{program}=""),"{good}",'
        f'IF(OR({here}="",{program}=""),"{bad}",IF(ABS({difference})<={tolerance},"{good}","{bad}")))'
    )
    book.formula(sheet, row, VERDICT, formula, good if holds else bad, "verdict")
    return bool(holds)
