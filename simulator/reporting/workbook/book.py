"""A workbook being written: its sheets, the ways to put text, numbers and formulas into them, its print setup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from simulator.reporting.workbook import styles
from simulator.reporting.workbook.safe_text import clean, footer

CREATED = datetime(2000, 1, 1)
"""The date in every file: the same input gives the same bytes."""
A4 = 9
HEAD_HEIGHT = 42.0
ROWS = 1_048_576
"""Rows of a sheet (Excel specifications and limits)."""


class Sheet(Worksheet):
    """A sheet whose formulas are taken as they are: none here needs a prefix, and looking for one takes most time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("{").removesuffix("}").removeprefix("=")


class Book:
    """A workbook being written to `path`, in one language and currency."""

    def __init__(self, path: Path, title: str, currency: str, lang: str) -> None:
        self.lang, self.title, self.currency = lang, title, currency
        options = {
            "in_memory": True,  # files on the way would carry their time
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": dict(styles.FONTS[lang]),  # it is written to
        }
        self._book = Workbook(str(path), options)
        self._book.set_properties({"title": clean(title, 200), "created": CREATED})
        self._book.set_size(2400, 1500)
        font = styles.font(lang)
        self._formats = {
            name: self._book.add_format({**font, **some}) for name, some in styles.properties(currency, lang).items()
        }

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def sheet(self, name: str, widths: Sequence[float], *, pages_wide: int = 1) -> Sheet:
        """A new sheet with columns of these widths, set up to be printed on A4 landscape.

        `name` is never a text of the user: names of sheets stand in formulas.
        """
        sheet: Sheet = self._book.add_worksheet(name, worksheet_class=Sheet)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L{footer(self.title)}&C&A&R&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def text(self, sheet: Sheet, row: int, column: int, text: str, style: str = "label") -> None:
        """A text, whatever it looks like."""
        sheet.write_string(row, column, clean(text), self._formats[style])

    def texts(self, sheet: Sheet, row: int, column: int, texts: Sequence[str], style: str = "label") -> None:
        """Texts side by side."""
        for k, text in enumerate(texts):
            self.text(sheet, row, column + k, text, style)

    def head(self, sheet: Sheet, row: int, column: int, titles: Sequence[str]) -> None:
        """Titles of columns, in a row that holds two lines."""
        sheet.set_row(row, HEAD_HEIGHT)
        self.texts(sheet, row, column, titles, "head")

    def number(self, sheet: Sheet, row: int, column: int, value: float | None, style: str) -> None:
        """A number; nothing where there is none."""
        if value is None:
            sheet.write_blank(row, column, None, self._formats[style])
        else:
            sheet.write_number(row, column, value, self._formats[style])

    def month(self, sheet: Sheet, row: int, column: int, month: str, style: str = "month") -> None:
        """A month 'YYYY-MM' as the date of its first day."""
        sheet.write_datetime(row, column, date.fromisoformat(f"{month}-01"), self._formats[style])

    def formula(self, sheet: Sheet, row: int, column: int, formula: str, value: float | str | None, style: str) -> None:
        """A formula, with the value that it has, for readers that do not compute."""
        sheet.write_formula(row, column, f"={formula}", self._formats[style], "" if value is None else value)

    def array_formula(
        self, sheet: Sheet, row: int, column: int, formula: str, value: float | str | None, style: str
    ) -> None:
        """A formula of whole ranges in one cell."""
        shown: Any = "" if value is None else value
        sheet.write_array_formula(row, column, row, column, f"{{={formula}}}", self._formats[style], shown)

    def link(self, sheet: Sheet, row: int, column: int, target: Sheet) -> None:
        """A link to another sheet of the workbook."""
        sheet.write_url(row, column, f"internal:'{target.get_name()}'!A1", self._formats["link"], target.get_name())

    def style(self, name: str) -> Any:
        """The format called `name`."""
        return self._formats[name]

    def define(self, name: str, reference: str) -> None:
        """A name for a cell or a range, to be used in formulas."""
        self._book.define_name(name, f"={reference}")

    def chart(self, kind: str, subtype: str | None = None) -> Any:
        """A chart, still without data."""
        return self._book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})

    def paint_verdicts(self, sheet: Sheet, first: int, last: int, column: int, good: str) -> None:
        """Colour cells by whether they say that a check holds."""
        for criteria, colour in (("==", styles.GOOD), ("!=", styles.BAD)):
            rule = {"type": "cell", "criteria": criteria, "value": f'"{good}"'}
            rule["format"] = self._book.add_format({"bg_color": colour})
            sheet.conditional_format(first, column, last, column, rule)


def cell(row: int, column: int) -> str:
    """A cell of the same sheet, as formulas name it."""
    return xl_rowcol_to_cell(row, column)


def fixed(row: int, column: int) -> str:
    """A cell of the same sheet, as formulas name one that stays when they are copied."""
    return xl_rowcol_to_cell(row, column, True, True)


def on(sheet: Sheet, row: int, column: int, last_row: int | None = None, last_column: int | None = None) -> str:
    """A cell of another sheet, or a range of it, as formulas name it."""
    first = f"'{sheet.get_name()}'!{fixed(row, column)}"
    if last_row is None:
        return first
    return f"{first}:{fixed(last_row, column if last_column is None else last_column)}"
