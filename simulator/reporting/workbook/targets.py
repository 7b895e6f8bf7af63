"""The sheet of targets: forecast beside budget or actuals (予実), variance and band as formulas."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.reporting.targets import Target, beside
from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, cell
from simulator.reporting.workbook.metrics import Metrics
from simulator.reporting.workbook.units import style_of
from simulator.results.result import Result

HEAD_ROW, FIRST_ROW = 3, 4
MONTH, METRIC, SEGMENT, FORECAST, TARGET, VARIANCE, SHARE, P05, P95, INSIDE = range(10)
WIDTHS = (10, 36, 16, 18, 18, 18, 11, 18, 18, 12)


def write(book: Book, sheet: Sheet, result: Result, targets: Sequence[Target], metrics: Metrics) -> None:
    """Fill the sheet. Of everybody the forecast is the cell of the metric, of a segment its value."""
    lang = book.lang
    yes, no = word("workbook.yes", lang), word("workbook.no", lang)
    book.text(sheet, 0, 0, word("workbook.targets_title", lang), "title")
    book.text(sheet, 1, 0, word("workbook.targets_note", lang), "note")
    keys = ("metric", "segment", "forecast", "target", "variance", "variance_share")
    titles = [word("table.month", lang), *(word(f"workbook.{key}", lang) for key in keys)]
    titles += [word("figure.p05", lang), word("figure.p95", lang), word("workbook.inside", lang)]
    book.head(sheet, HEAD_ROW, 0, titles)
    for row, one in enumerate(beside(result, targets), FIRST_ROW):
        target, style = one.target, style_of(one.target.metric)
        book.month(sheet, row, MONTH, target.month)
        book.text(sheet, row, METRIC, name("metric", target.metric, lang))
        book.text(
            sheet, row, SEGMENT, word("workbook.everybody", lang) if target.segment == "all" else target.segment, "user"
        )
        if target.segment == "all":
            source = metrics.at(target.metric, result.months.index(target.month))
            book.formula(sheet, row, FORECAST, f'IF({source}="","",{source})', one.forecast.mean, style)
        else:
            book.number(sheet, row, FORECAST, one.forecast.mean, f"{style}_input")
        book.number(sheet, row, TARGET, target.value, f"{style}_input")
        book.number(sheet, row, P05, one.forecast.p05, f"{style}_input")
        book.number(sheet, row, P95, one.forecast.p95, f"{style}_input")
        forecast, aim, variance, low, high = (cell(row, k) for k in (FORECAST, TARGET, VARIANCE, P05, P95))
        book.formula(sheet, row, VARIANCE, f'IF({forecast}="","",{forecast}-{aim})', one.variance, style)
        share = f'IF(OR({variance}="",{aim}=0),"",{variance}/ABS({aim}))'
        book.formula(sheet, row, SHARE, share, one.share, "percent")
        band = f'IF(OR({low}="",{high}=""),"",IF(AND({low}<={aim},{aim}<={high}),"{yes}","{no}"))'
        book.formula(sheet, row, INSIDE, band, None if one.inside is None else yes if one.inside else no, "verdict")
    last = FIRST_ROW + max(len(targets), 1) - 1
    sheet.freeze_panes(FIRST_ROW, METRIC + 1)
    sheet.autofilter(HEAD_ROW, 0, last, INSIDE)
    sheet.repeat_rows(HEAD_ROW)
