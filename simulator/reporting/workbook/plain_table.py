"""A sheet that shows a table of a study as it is, to be filtered."""

from __future__ import annotations

import re

import polars as pl

from simulator.reporting.result_view import known
from simulator.reporting.words import name
from simulator.reporting.workbook.book import Book, Sheet

HEAD_ROW, FIRST_ROW = 2, 3
WIDTH = 18
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def write(book: Book, sheet: Sheet, title: str, table: pl.DataFrame) -> None:
    """Fill the sheet: the columns as in the file, metrics with their label besides."""
    book.text(sheet, 0, 0, title, "title")
    book.head(sheet, HEAD_ROW, 0, table.columns)
    sheet.set_column(0, max(len(table.columns) - 1, 0), WIDTH)
    for k, column in enumerate(table.columns):
        values = table[column]
        for i, value in enumerate(values, FIRST_ROW):
            if value is None:
                continue
            if values.dtype != pl.String:
                book.number(sheet, i, k, known(value), "exact_input")
            elif column == "month" and MONTH.fullmatch(value):
                book.month(sheet, i, k, value)
            else:
                label = name("metric", value, book.lang) if column == "metric" else value
                book.text(sheet, i, k, label, "user")
    last = FIRST_ROW + max(len(table), 1) - 1
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.repeat_rows(HEAD_ROW)
    if table.columns:
        sheet.autofilter(HEAD_ROW, 0, last, len(table.columns) - 1)
