"""The sheet of movement lines: one row a month, kind, motion, reason, segment and plan, to be filtered and pivoted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from simulator.accounting.totals import UNIT
from simulator.reporting.result_view import known
from simulator.reporting.waterfall import NO_MOTION
from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, on
from simulator.results.result import Result

HEAD_ROW, FIRST_ROW = 3, 4
MONTH, KIND, MOTION, REASON, SEGMENT, PLAN, MEAN = range(7)
WIDTHS = (10, 20, 20, 28, 16, 16, 16, 16, 16, 16)
SPREAD = ("p05", "p50", "p95")


@dataclass(frozen=True)
class Lines:
    """Where the columns of the sheet are."""

    sheet: Sheet
    rows: int

    def column(self, column: int) -> str:
        """All cells of a column."""
        return on(self.sheet, FIRST_ROW, column, FIRST_ROW + max(self.rows, 1) - 1)

    def total(self, month: str, kind: str, motion: str | None = None) -> str:
        """The formula that sums the amounts of a month and kind (and motion), each given as a cell."""
        more = "" if motion is None else f",{self.column(MOTION)},{motion}"
        return f"SUMIFS({self.column(MEAN)},{self.column(MONTH)},{month},{self.column(KIND)},{kind}{more})"


def motion_label(motion: str | None, lang: str) -> str:
    """What a motion is called; a dash where there is none."""
    return word("format.none", lang) if motion is None or motion in NO_MOTION else name("motion", motion, lang)


def write(book: Book, sheet: Sheet, result: Result) -> Lines:
    """Fill the sheet; return where things are."""
    lang = book.lang
    book.text(sheet, 0, 0, word("workbook.lines_title", lang), "title")
    book.text(sheet, 1, 0, word("workbook.lines_note", lang), "note")
    titles = [word("table.month", lang), *(word(f"workbook.{key}", lang) for key in _KEYS)]
    titles += [
        word("figure.mean", lang),
        word("figure.p05", lang),
        word("workbook.p50", lang),
        word("figure.p95", lang),
    ]
    book.head(sheet, HEAD_ROW, 0, titles)
    rows = exact_means(result)
    banded = result.replications > 1
    for i, one in enumerate(rows.iter_rows(named=True)):
        row = FIRST_ROW + i
        book.month(sheet, row, MONTH, one["month"])
        book.text(sheet, row, KIND, name("kind", one["kind"], lang))
        book.text(sheet, row, MOTION, motion_label(one["motion"], lang))
        book.text(sheet, row, REASON, name("reason", one["reason"], lang), "user")
        book.text(sheet, row, SEGMENT, one["segment"] or "", "user")
        book.text(sheet, row, PLAN, one["plan"] or "", "user")
        book.number(sheet, row, MEAN, known(one["mean"]), "money_input")
        for k, field in enumerate(SPREAD if banded else ()):
            book.number(sheet, row, MEAN + 1 + k, known(one[field]), "money_input")
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.autofilter(HEAD_ROW, 0, FIRST_ROW + max(len(rows), 1) - 1, MEAN + len(SPREAD))
    sheet.repeat_rows(HEAD_ROW)
    return Lines(sheet, len(rows))


_KEYS = ("kind", "motion", "reason", "segment", "plan")


def exact_means(result: Result) -> pl.DataFrame:
    """The movements with means that are not rounded, so that their sums are those of the program."""
    keys = ["month", "kind", "motion", "reason", "segment", "plan"]
    labels = pl.Series(list(result.months), dtype=pl.String)
    rows = result.runs.filter(pl.col("table") == "movement")
    if rows.is_empty():
        return result.movements
    rows = rows.with_columns(labels[rows["month"].to_numpy()].alias("month"))
    sums = rows.group_by(keys).agg(exact=pl.col("amount").sum() / (UNIT * result.replications))
    joined = result.movements.join(sums, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(mean=pl.coalesce("exact", "mean"))
