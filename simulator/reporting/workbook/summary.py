"""The first sheet: title, findings, headline figures as formulas, the verdict of the checks, the way to every sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from simulator.reporting import numbers
from simulator.reporting.findings import FINDINGS, finding
from simulator.reporting.result_view import known, series
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, on
from simulator.reporting.workbook.charts import closing_chart, movements_chart
from simulator.reporting.workbook.checks import OVERALL_ROW, Check, absolute_tolerance
from simulator.reporting.workbook.metrics import Metrics
from simulator.reporting.workbook.movements import Movements
from simulator.reporting.workbook.replications import INPUTS, RATES, Replications
from simulator.reporting.workbook.styles import unit
from simulator.reporting.workbook.units import style_of
from simulator.results.result import Result

WIDTHS = (44, 20, 20, 20, 20, 20)
WIDE = 5
HEADLINE = (
    *("closing_mrr", "arr", "net_mrr_churn_rate", "expansion_rate", "nrr_12m", "grr_12m", "quick_ratio"),
    *("paying_customers", "arpa", "logo_churn_rate"),
)
QUANTILES = (("p05", 0.05), ("p50", 0.5), ("p95", 0.95))
PER_LINE = 135
LINE_HEIGHT = 15.0
CHART_ROWS, CHART_COLUMNS = 20, 15


class Part(NamedTuple):
    """The sheets of one scenario."""

    key: str
    result: Result
    movements: Movements
    metrics: Metrics
    replications: Replications | None


def write_head(book: Book, sheet: Sheet, source: Any, sentences: Sequence[str]) -> int:
    """Title, where the numbers come from, the findings; return the next row."""
    lang = book.lang
    sheet.merge_range(0, 0, 0, WIDE, "", book.style("title"))
    book.text(sheet, 0, 0, source.title, "title")
    key = "workbook.source" if source.replications > 1 else "workbook.source_one"
    first, last = (numbers.month(month, lang) for month in (source.months[0], source.months[-1]))
    values = {"replications": source.replications, "seed": source.seed, "first": first, "last": last}
    book.text(sheet, 1, 0, word(key, lang, **values, currency=unit(source.currency, lang)), "note")
    book.text(sheet, 3, 0, word("workbook.findings", lang), "section")
    row = 4
    for sentence in sentences:
        sheet.merge_range(row, 0, row, WIDE, "", book.style("sentence"))
        book.text(sheet, row, 0, f"• {sentence}", "sentence")
        width = sum(2 if ord(character) > 0x2E7F else 1 for character in sentence)
        sheet.set_row(row, LINE_HEIGHT * max(1, -(-width // PER_LINE)))
        row += 1
    return row + 1


def write_verdict(book: Book, sheet: Sheet, row: int, checks: Sheet, verdict: str) -> None:
    """The verdict of all checks together."""
    book.text(sheet, row, 0, word("workbook.overall", book.lang), "section")
    book.formula(sheet, row, 1, on(checks, OVERALL_ROW, 1), verdict, "verdict")
    book.paint_verdicts(sheet, row, row, 1, word("workbook.pass", book.lang))


def findings_of(result: Result, lang: str) -> list[str]:
    """The finding of each figure of a run."""
    return [finding(result, one, lang) for one in FINDINGS]


def findings_of_study(study: Any, lang: str) -> list[str]:
    """What a comparison has found, what the spread comes from; the title stands for other studies."""
    if study.kind not in ("comparison", "cases"):
        return []
    from simulator.reporting.figures.comparison import finding as of_comparison  # matplotlib is slow to import

    sources = (study.summary.get("uncertainty_of_difference") or {}).items()
    spread = [dominant(one, word("comparison.difference_of", lang, scenario=key), lang) for key, one in sources]
    return [of_comparison(study, lang), *spread]


def write_headline(book: Book, sheet: Sheet, row: int, part: Part) -> tuple[int, list[Check]]:
    """The headline figures at the last month, mean and quantiles; return the next row, and checks of the quantiles."""
    lang, result, metrics = book.lang, part.result, part.metrics
    last = len(result.months) - 1
    month = numbers.month(result.months[-1], lang)
    book.text(sheet, row, 0, word("workbook.headline", lang, month=month), "section")
    banded = result.replications > 1
    titles = [word("workbook.metric", lang), word("figure.mean", lang)]
    keys = ("figure.p05", "workbook.p50", "figure.p95") if banded else ()
    book.head(sheet, row + 1, 0, [*titles, *(word(key, lang) for key in keys)])
    row += 2
    checks = []
    for metric in HEADLINE:
        if metric not in metrics.rows:
            continue
        found, style = series(result, metric)[-1], style_of(metric)
        book.text(sheet, row, 0, name("metric", metric, lang))
        book.formula(sheet, row, 1, metrics.at(metric, last), found.mean, style)
        book.define(f"{metric}_last", on(sheet, row, 1))
        for k, (field, share) in enumerate(QUANTILES if banded else ()):
            value = known(getattr(found, field))
            formula = _quantile(metric, last, share, part.replications)
            if formula is None:
                book.number(sheet, row, 2 + k, value, f"{style}_input")
                continue
            book.formula(sheet, row, 2 + k, formula, value, style)
            what = f"{name('metric', metric, lang)}, {word(keys[k], lang)}"
            place = on(sheet, row, 2 + k)
            tolerance = absolute_tolerance(metric)
            checks.append(Check(what, part.key, result.months[-1], place, value, value, tolerance, style))
        row += 1
    return row + 1, checks


def _quantile(metric: str, month: int, share: float, replications: Replications | None) -> str | None:
    """The quantile over replications (PERCENTILE interpolates as the program does), where they are in the workbook."""
    if replications is None:
        return None
    times = "12*" if metric == "arr" else ""
    column = "closing_mrr" if metric == "arr" else metric
    if column not in INPUTS and column not in RATES:
        return None
    cells = replications.block(column, month)
    return f'IF(COUNT({cells})=0,"",{times}PERCENTILE({cells},{share:g}))'


def write_table(book: Book, sheet: Sheet, row: int, parts: Sequence[Part], titles: Mapping[str, str]) -> int:
    """The headline figures of every scenario at the last month, side by side; return the next row."""
    lang = book.lang
    month = numbers.month(parts[0].result.months[-1], lang)
    book.text(sheet, row, 0, word("workbook.headline", lang, month=month), "section")
    book.text(sheet, row + 1, 0, word("workbook.metric", lang), "head")
    for k, part in enumerate(parts, 1):
        book.text(sheet, row + 1, k, f"{part.key}: {titles.get(part.key, part.result.title)}", "user_head")
    sheet.set_row(row + 1, 4 * LINE_HEIGHT)
    if len(parts) > WIDE:
        sheet.set_column(WIDE + 1, len(parts), WIDTHS[-1])
    row += 2
    for metric in HEADLINE:
        book.text(sheet, row, 0, name("metric", metric, lang))
        for k, part in enumerate(parts, 1):
            if metric in part.metrics.rows:
                value = part.metrics.values[metric][-1]
                last = len(part.result.months) - 1
                book.formula(sheet, row, k, part.metrics.at(metric, last), value, style_of(metric))
        row += 1
    return row + 1


def write_contents(book: Book, sheet: Sheet, row: int, contents: Sequence[tuple[Sheet, str]]) -> int:
    """A link to every sheet, with what it holds; return the next row."""
    book.text(sheet, row, 0, word("workbook.contents", book.lang), "section")
    for k, (target, holds) in enumerate(contents, 1):
        book.link(sheet, row + k, 0, target)
        book.text(sheet, row + k, 1, holds, "user_note")
    return row + len(contents) + 2


def write_notes(book: Book, sheet: Sheet, row: int, warnings: Sequence[str]) -> int:
    """How to read the workbook, and the warnings of the run; return the next row."""
    lang = book.lang
    for key in ("workbook.note_colours", "workbook.note_rates", "workbook.note_blank"):
        sheet.merge_range(row, 0, row, WIDE, "", book.style("note_wrapped"))
        book.text(sheet, row, 0, word(key, lang), "note_wrapped")
        row += 1
    if warnings:
        book.text(sheet, row + 1, 0, word("headline.warnings", lang), "section")
        row += 2
        for warning in warnings:
            sheet.merge_range(row, 0, row, WIDE, "", book.style("sentence"))
            book.text(sheet, row, 0, f"• {warning}", "sentence")
            sheet.set_row(row, LINE_HEIGHT * max(1, -(-len(warning) // PER_LINE)))
            row += 1
    return row + 1


def write_charts(book: Book, sheet: Sheet, part: Part) -> None:
    """The movements and closing MRR of a scenario as native charts, on a sheet that is one page."""
    for row, chart in (
        (0, movements_chart(book, part.movements, word("workbook.movements_title", book.lang))),
        (CHART_ROWS, closing_chart(book, part.movements, word("metric.closing_mrr", book.lang))),
    ):
        sheet.insert_chart(row, 0, chart, {"object_position": 3})
    sheet.print_area(0, 0, 2 * CHART_ROWS, CHART_COLUMNS - 1)
    sheet.fit_to_pages(1, 1)
