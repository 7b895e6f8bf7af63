"""The sheet of metrics: one row a metric, one column a month; whatever can be computed here is a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.accounting.movements import KINDS
from simulator.reporting.result_view import LOSSES, series
from simulator.reporting.words import name, table, word
from simulator.reporting.workbook import replications as of_replications
from simulator.reporting.workbook.book import Book, Sheet, on
from simulator.reporting.workbook.movements import MOTIONS, Movements
from simulator.reporting.workbook.replications import Replications
from simulator.reporting.workbook.units import style_of
from simulator.results.result import Result

HEAD_ROW, FIRST_ROW = 3, 4
LABEL, HOW, FIRST_MONTH = range(3)
WIDTHS = (36, 9)
MONTH_WIDTH, NAME_WIDTH, DEFINITION_WIDTH = 13, 26, 90
A_YEAR = 12

Cells = Callable[[str], str]
"""Gives the cell of a column of the movements in one month."""


def _cell_of(key: str) -> Callable[[Cells], str]:
    """The cell itself; losses, which the movements show below zero, with the other sign."""
    return (lambda at: f"-{at(key)}") if key in LOSSES else (lambda at: at(key))


AMOUNTS: dict[str, Callable[[Cells], str]] = {
    **{f"{key}_mrr": _cell_of(key) for key in ("opening", *KINDS, "closing", *MOTIONS)},
    "net_new_mrr": lambda at: f"{at('closing')}-{at('opening')}",
    "arr": lambda at: f"12*{at('closing')}",
}
"""Amounts: formulas over the movements of a month."""


@dataclass(frozen=True)
class Metrics:
    """Where the metrics are, and which of them are computed here."""

    sheet: Sheet
    rows: dict[str, int]
    computed: frozenset[str]
    values: dict[str, list[float | None]]  # of the program, by month
    months: tuple[str, ...]

    def at(self, metric: str, month: int) -> str:
        """The cell of a metric in a month, for formulas of other sheets."""
        return on(self.sheet, self.rows[metric], FIRST_MONTH + month)

    def row(self, metric: str) -> list[object]:
        """The cells of a metric in all months, for charts."""
        row, last = self.rows[metric], FIRST_MONTH + len(self.months) - 1
        return [self.sheet.get_name(), row, FIRST_MONTH, row, last]

    def titles(self) -> list[object]:
        """The cells of the months, for charts."""
        return [self.sheet.get_name(), HEAD_ROW, FIRST_MONTH, HEAD_ROW, FIRST_MONTH + len(self.months) - 1]


def pages_wide(months: int) -> int:
    """Pages that a year a page takes."""
    return -(-months // A_YEAR)


def write(
    book: Book,
    sheet: Sheet,
    result: Result,
    movements: Movements,
    replications: Replications | None,
    suffix: str,
) -> Metrics:
    """Fill the sheet; return where things are. `suffix` ends the names that rows get."""
    lang, months = book.lang, result.months
    book.text(sheet, 0, 0, word("workbook.metrics_title", lang), "title")
    key = "workbook.metrics_note" if replications else "workbook.metrics_note_values"
    book.text(sheet, 1, 0, word(key, lang), "note")
    book.head(sheet, HEAD_ROW, 0, [word("workbook.metric", lang), word("workbook.how", lang)])
    code = FIRST_MONTH + len(months)
    book.head(sheet, HEAD_ROW, code, [word("workbook.name", lang), word("workbook.definition", lang)])
    sheet.set_column(FIRST_MONTH, code - 1, MONTH_WIDTH)
    sheet.set_column(code, code, NAME_WIDTH)
    sheet.set_column(code + 1, code + 1, DEFINITION_WIDTH)
    for m, month in enumerate(months):
        book.month(sheet, HEAD_ROW, FIRST_MONTH + m, month, "head_month")
    some = list(result.metrics.filter(result.metrics["segment"] == "all")["metric"].unique(maintain_order=True))
    rows = {metric: FIRST_ROW + i for i, metric in enumerate(some)}
    values = {metric: [one.mean for one in series(result, metric)] for metric in some}
    computed = set()
    for metric, row in rows.items():
        book.text(sheet, row, LABEL, name("metric", metric, lang))
        book.text(sheet, row, code, metric, "code")
        definition = f"definition.{metric}"
        book.text(sheet, row, code + 1, word(definition, lang) if definition in table() else "", "code")
        formula = _formula(metric, movements, replications)
        book.text(sheet, row, HOW, word("workbook.formula" if formula else "workbook.value", lang), "code")
        if formula:
            computed.add(metric)
        style = style_of(metric)
        for m, value in enumerate(values[metric]):
            if formula:
                book.formula(sheet, row, FIRST_MONTH + m, formula(m), value, style)
            else:
                book.number(sheet, row, FIRST_MONTH + m, value, f"{style}_input")
        book.define(f"{metric}{suffix}", on(sheet, row, FIRST_MONTH, row, FIRST_MONTH + len(months) - 1))
    sheet.freeze_panes(FIRST_ROW, FIRST_MONTH)
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(LABEL, HOW)
    sheet.print_area(0, 0, FIRST_ROW + len(rows) - 1, code - 1)
    return Metrics(sheet, rows, frozenset(computed), values, tuple(months))


def _formula(metric: str, movements: Movements, replications: Replications | None) -> Callable[[int], str] | None:
    """The formula of a metric by month; None where it can only be written."""
    if metric in AMOUNTS:
        return lambda m: AMOUNTS[metric](lambda key: movements.at(key, m))
    if replications is not None and of_replications.has(metric):
        return lambda m: mean(replications.block(metric, m))
    return None


def mean(cells: str) -> str:
    """The mean of those cells that have a value; blank where none has."""
    return f'IF(COUNT({cells})=0,"",AVERAGE({cells}))'
