"""The sheet of the scenario: what differs between scenarios, each one in sentences, and its resolved YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.reporting.words import word
from simulator.reporting.workbook.book import Book, Sheet
from simulator.results.result import Result

WIDTHS = (26, 34, 60, 60)
WIDE = 3
"""Column up to which a sentence spreads."""
PER_LINE = 150
"""Characters that fit a line of that width."""
LINE_HEIGHT = 14.0


def write(book: Book, sheet: Sheet, results: Mapping[str, Result], differs: Mapping[str, Any]) -> None:
    """Fill the sheet. `differs` gives for each scenario the keys in which it differs from the base."""
    lang = book.lang
    book.text(sheet, 0, 0, word("workbook.scenario_title", lang), "title")
    row = _differences(book, sheet, 2, differs) if differs else 2
    for key, result in results.items():
        if len(results) > 1:
            book.text(sheet, row, 0, key, "section")
            book.text(sheet, row, 1, result.title, "section")
            row += 1
        row = _sentences(book, sheet, row, result)
        row = _yaml(book, sheet, row + 1, result.scenario_yaml) + 1
    sheet.freeze_panes(1, 0)


def _differences(book: Book, sheet: Sheet, row: int, differs: Mapping[str, Any]) -> int:
    lang, none = book.lang, word("format.none", book.lang)
    book.text(sheet, row, 0, word("workbook.differs", lang), "section")
    titles = [word(f"workbook.{key}", lang) for key in ("scenario", "key", "before", "after")]
    book.head(sheet, row + 1, 0, titles)
    row += 2
    for key, some in differs.items():
        for one in some:
            texts = (key, one["key"], one["before"] or none, one["after"] or none)
            book.texts(sheet, row, 0, texts, "sentence")
            row += 1
    return row + 1


def _sentences(book: Book, sheet: Sheet, row: int, result: Result) -> int:
    """The scenario read back; where it cannot be read any more (its customers' file is gone), that it cannot."""
    lang = book.lang
    for line in sentences(result, lang).splitlines():
        if line.startswith("#"):
            row += 1
            book.text(sheet, row, 0, line.lstrip("# "), "section")
        elif line.strip():
            text = line.removeprefix("- ")
            sheet.merge_range(row, 0, row, WIDE, "", book.style("sentence"))
            book.text(sheet, row, 0, text, "sentence")
            sheet.set_row(row, LINE_HEIGHT * max(1, -(-_width(text) // PER_LINE)))
        else:
            continue
        row += 1
    return row


def sentences(result: Result, lang: str) -> str:
    """The scenario of a result in sentences."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.explain import explain
    from simulator.scenario.load import load

    if "\n" not in result.scenario_yaml:
        return "- " + word("workbook.no_scenario", lang)
    try:
        return explain(load(result.scenario_yaml), lang)
    except ScenarioError as error:
        return "- " + word("workbook.not_read", lang, problem=str(error).splitlines()[0])


def _yaml(book: Book, sheet: Sheet, row: int, text: str) -> int:
    if not text:
        return row
    book.text(sheet, row, 0, word("workbook.resolved", book.lang), "section")
    lines = text.split("\n")
    for k, line in enumerate(lines, 1):
        book.text(sheet, row + k, 0, line, "yaml")
    return row + len(lines) + 1


def _width(text: str) -> int:
    """Width in Latin characters: Japanese ones count twice."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
