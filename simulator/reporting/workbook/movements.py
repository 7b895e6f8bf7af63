"""The sheet of movements: month by kind, every cell a sum over the lines, closing the sum of opening and movements."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.accounting.movements import KINDS
from simulator.reporting.result_view import LOSSES, series
from simulator.reporting.words import word
from simulator.reporting.workbook.book import Book, Sheet, cell, fixed, on
from simulator.reporting.workbook.lines import Lines
from simulator.results.result import Result

HEAD_ROW, FIRST_ROW = 4, 5
MOTIONS = ("upsell", "cross_sell", "price", "restoration")
KEYS = ("month", "opening", *KINDS, "closing", "net_new", *MOTIONS)
WIDTHS = (10, *(14,) * (len(KEYS) - 1))


@dataclass(frozen=True)
class Movements:
    """Where the columns of the sheet are."""

    sheet: Sheet
    months: int

    def at(self, key: str, month: int) -> str:
        """The cell of a column in a month, for formulas of other sheets."""
        return on(self.sheet, FIRST_ROW + month, KEYS.index(key))

    def column(self, key: str) -> list[object]:
        """The cells of a column in all months, for charts."""
        k = KEYS.index(key)
        return [self.sheet.get_name(), FIRST_ROW, k, FIRST_ROW + self.months - 1, k]

    def title(self, key: str) -> list[object]:
        """The cell of the title of a column, for charts."""
        return [self.sheet.get_name(), HEAD_ROW, KEYS.index(key)]


def write(book: Book, sheet: Sheet, result: Result, lines: Lines) -> Movements:
    """Fill the sheet; return where things are."""
    lang, months = book.lang, len(result.months)
    book.text(sheet, 0, 0, word("workbook.movements_title", lang), "title")
    book.text(sheet, 1, 0, word("workbook.movements_note", lang), "note")
    book.text(sheet, 2, 0, word("note.reactivation", lang), "note")
    first_motion = KEYS.index(MOTIONS[0])
    book.text(sheet, HEAD_ROW - 1, first_motion, word("workbook.of_expansion", lang), "note")
    titles = [word("table.month", lang), word("metric.opening_mrr", lang)]
    titles += [word(f"kind.{kind}", lang) for kind in KINDS]
    titles += [word("metric.closing_mrr", lang), word("metric.net_new_mrr", lang)]
    titles += [word(f"motion.{motion}", lang) for motion in MOTIONS]
    book.head(sheet, HEAD_ROW, 0, titles)
    for m, month in enumerate(result.months):
        book.month(sheet, FIRST_ROW + m, 0, month)
    known = {key: [one.mean for one in series(result, metric)] for key, metric in _METRICS.items()}
    expansion = fixed(HEAD_ROW, KEYS.index("expansion"))
    for m in range(months):
        row = FIRST_ROW + m
        for k, key in enumerate(KEYS[1:], 1):
            value = known[key][m]
            if key == "opening" and m == 0:
                book.number(sheet, row, k, value, "money_input")
                continue
            month = f"$A{row + 1}"
            if key == "opening":
                formula = cell(row - 1, KEYS.index("closing"))
            elif key in KINDS:
                formula = lines.total(month, fixed(HEAD_ROW, k))
            elif key in MOTIONS:
                formula = lines.total(month, expansion, fixed(HEAD_ROW, k))
            elif key == "closing":
                formula = f"SUM({cell(row, 1)}:{cell(row, k - 1)})"
            else:
                formula = f"{cell(row, KEYS.index('closing'))}-{cell(row, 1)}"
            if key in LOSSES:
                formula, value = f"-{formula}", None if value is None else -value + 0.0
            book.formula(sheet, row, k, formula, value, "money")
    _totals(book, sheet, known, months)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.repeat_rows(HEAD_ROW)
    return Movements(sheet, months)


_METRICS = {key: f"{key}_mrr" for key in KEYS[1:]}


def _totals(book: Book, sheet: Sheet, known: dict[str, list[float | None]], months: int) -> None:
    """Below the months: the first opening, the sums of the movements, the last closing."""
    row, last = FIRST_ROW + months, FIRST_ROW + months - 1
    book.text(sheet, row, 0, word("workbook.total", book.lang), "label_total")
    for k, key in enumerate(KEYS[1:], 1):
        if key == "opening":
            formula, value = cell(FIRST_ROW, k), known[key][0]
        elif key == "closing":
            formula, value = f"SUM({cell(row, 1)}:{cell(row, k - 1)})", known[key][-1]
        else:
            formula = f"SUM({cell(FIRST_ROW, k)}:{cell(last, k)})"
            total = sum(one for one in known[key] if one is not None)
            value = -total + 0.0 if key in LOSSES else total
        book.formula(sheet, row, k, formula, value, "money_total")
