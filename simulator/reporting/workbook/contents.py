"""Which sheets a result or a study gets, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from simulator.reporting.targets import Target
from simulator.reporting.words import name, word
from simulator.reporting.workbook import (
    checks,
    comparison,
    lines,
    metrics,
    movements,
    plain_table,
    replications,
    scenario,
    summary,
)
from simulator.reporting.workbook import targets as targets_sheet
from simulator.reporting.workbook.book import ROWS, Book, Sheet
from simulator.reporting.workbook.checks import Check
from simulator.reporting.workbook.summary import Part
from simulator.results.result import Result
from simulator.results.study import Study

MOST_REPLICATION_ROWS = 20_000
"""Replications × months × scenarios up to which single replications are in the workbook: a few megabytes."""
COMPARED = ("comparison", "cases")
"""Kinds of study that hold scenarios against a base, month by month."""


class TooLarge(Exception):  # noqa: N818  (it reads as the sentence it is)
    """A table does not fit a sheet; the message says which and what to do."""


class RunSheets(NamedTuple):
    """The sheets of one scenario, still empty."""

    movements: Sheet
    metrics: Sheet
    lines: Sheet
    replications: Sheet | None


def write(path: Path, source: Result | Study, lang: str, targets: Sequence[Target] = ()) -> None:
    """Write the workbook of a run or a study to `path`; `targets` stand beside the forecast of a run.

    Raises
    ------
    TooLarge
        if a table has more rows than a sheet.
    """
    book = Book(path, source.title, source.currency, lang)
    if isinstance(source, Study):
        _write_study(book, source)
    else:
        _write_result(book, source, targets)
    book.close()


def _write_result(book: Book, result: Result, targets: Sequence[Target]) -> None:
    lang = book.lang
    sheets = Sheets(book)
    head = sheets.add("summary", summary.WIDTHS)
    charts_sheet = sheets.add("charts", ())
    of_run = sheets.of_run(result, "", with_replications=fits([result]))
    aims = sheets.add("targets", targets_sheet.WIDTHS) if targets else None
    scenario_sheet = sheets.add("scenario", scenario.WIDTHS)
    checks_sheet = sheets.add("checks", checks.WIDTHS)
    part = write_run(book, of_run, "", result)
    if aims is not None:
        targets_sheet.write(book, aims, result, targets, part.metrics)
    scenario.write(book, scenario_sheet, {"": result}, {})
    verdict_row = summary.write_head(book, head, result, summary.findings_of(result, lang))
    row, more = summary.write_headline(book, head, verdict_row + 2, part)
    verdict = checks.write(book, checks_sheet, [*checks_of(part, lang), *more])
    summary.write_verdict(book, head, verdict_row, checks_sheet, verdict)
    row = summary.write_notes(book, head, row, result.summary.get("warnings") or [])
    summary.write_contents(book, head, row, sheets.contents)
    summary.write_charts(book, charts_sheet, part)


def _write_study(book: Book, study: Study) -> None:
    """The sheets of a study: its own, then those of each scenario, numbered, since names of sheets are not theirs."""
    lang = book.lang
    sheets = Sheets(book)
    head = sheets.add("summary", summary.WIDTHS)
    compared = study.kind in COMPARED
    if compared:
        comparison_sheet = sheets.add("comparison", comparison.WIDTHS)
        differences_sheet = sheets.add("differences", comparison.DIFFERENCES_WIDTHS)
    else:
        for table, frame in study.tables.items():
            _check_size(table, len(frame))
            sheet = sheets.add_table(table)
            plain_table.write(book, sheet, name("workbook_table", table, lang), frame)
    with_replications = fits(study.runs.values())
    several = len(study.runs) > 1
    of_runs = {
        key: sheets.of_run(result, f" {k}" if several else "", key, with_replications=with_replications)
        for k, (key, result) in enumerate(study.runs.items(), 1)
    }
    if study.runs:
        charts_sheet = sheets.add("charts", (), of=next(iter(study.runs)))
        scenario_sheet = sheets.add("scenario", scenario.WIDTHS)
        scenario.write(book, scenario_sheet, study.runs, study.summary.get("differs") or {})
    checks_sheet = sheets.add("checks", checks.WIDTHS) if study.runs else None
    parts = [
        write_run(book, of_run, key, study.runs[key], f"_{k}" if several else "")
        for k, (key, of_run) in enumerate(of_runs.items(), 1)
    ]
    if parts:
        summary.write_charts(book, charts_sheet, parts[0])
    found = [check for part in parts for check in checks_of(part, lang)]
    if compared:
        _check_size("differences", len(study.table("differences")))
        differences = comparison.write_differences(book, differences_sheet, study)
        of_parts = {part.key: part.metrics for part in parts}
        found += comparison.write(book, comparison_sheet, study, differences, of_parts)
        found += differences.checks(lang)
    verdict_row = summary.write_head(book, head, study, summary.findings_of_study(study, lang))
    row = verdict_row
    if checks_sheet is not None:
        verdict = checks.write(book, checks_sheet, found)
        summary.write_verdict(book, head, verdict_row, checks_sheet, verdict)
        row = summary.write_table(book, head, verdict_row + 2, parts, study.summary.get("titles") or {})
    row = summary.write_notes(book, head, row, study.summary.get("warnings") or [])
    summary.write_contents(book, head, row, sheets.contents)


class Sheets:
    """Adds sheets to a workbook and remembers what each holds."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.contents: list[tuple[Sheet, str]] = []

    def add(self, key: str, widths: Sequence[float], number: str = "", of: str = "", **options: Any) -> Sheet:
        """A new sheet; `number` tells those of several scenarios apart, `of` says whose it is."""
        lang = self.book.lang
        sheet = self.book.sheet(word(f"workbook.sheet_{key}", lang) + number, widths, **options)
        if key != "summary":
            about = word(f"workbook.about_{key}", lang)
            self.contents.append((sheet, f"{of}: {about}" if of else about))
        return sheet

    def add_table(self, table: str) -> Sheet:
        """A new sheet for a table of a study."""
        lang = self.book.lang
        sheet = self.book.sheet(name("workbook_table", table, lang), ())
        self.contents.append((sheet, word("workbook.about_table", lang)))
        return sheet

    def of_run(self, result: Result, number: str, of: str = "", *, with_replications: bool) -> RunSheets:
        """The sheets of one scenario, in order."""
        pages = metrics.pages_wide(len(result.months))
        _check_size("movements", len(result.movements))
        return RunSheets(
            self.add("movements", movements.WIDTHS, number, of),
            self.add("metrics", metrics.WIDTHS, number, of, pages_wide=pages),
            self.add("lines", lines.WIDTHS, number, of),
            self.add("replications", replications.WIDTHS, number, of) if with_replications else None,
        )


def write_run(book: Book, sheets: RunSheets, key: str, result: Result, suffix: str = "") -> Part:
    """Fill the sheets of one scenario. `suffix` ends the names that its metrics get."""
    found_lines = lines.write(book, sheets.lines, result)
    found_movements = movements.write(book, sheets.movements, result, found_lines)
    singles = None if sheets.replications is None else replications.write(book, sheets.replications, result)
    found_metrics = metrics.write(book, sheets.metrics, result, found_movements, singles, suffix)
    return Part(key, result, found_movements, found_metrics, singles)


def checks_of(part: Part, lang: str) -> Iterable[Check]:
    """The checks of one scenario."""
    yield from checks.of_metrics(part.metrics, part.key, lang)
    if part.replications is not None:
        yield from checks.of_replications(part.replications, part.key, lang)


def fits(results: Iterable[Result]) -> bool:
    """Whether single replications are put into the workbook."""
    return sum(one.replications * len(one.months) for one in results) <= MOST_REPLICATION_ROWS


def _check_size(table: str, rows: int) -> None:
    if rows > ROWS - 10:
        raise TooLarge(f"{table} has {rows:,} rows; a sheet of a workbook holds {ROWS:,}. Read {table}.csv instead")
