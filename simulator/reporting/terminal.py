"""What `run` prints: the table of MRR movements, the headline, the warnings."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.reporting import numbers
from simulator.reporting.headline import headline
from simulator.reporting.movement_table import MONTHLY_UP_TO, Resolution, Row, movement_rows, resolutions
from simulator.reporting.result_view import ResultView, is_observed, kinds_of
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import word

TOLD_APART = ("closing_mrr", "nrr_12m")
"""Figures of which the terminal says what their band comes from."""

WIDEST = 100
"""Columns that the table keeps to, also where the terminal is wider."""


def print_run(result: ResultView, console: Console, lang: str = "en") -> None:
    """Prints the movement table, the headline and the warnings of a run; plain text if not to a terminal."""
    console.print(Text(result.title, style="bold"))
    console.print(_fitting_table(result, console, lang))
    for note in _notes(result, lang):
        console.print(Text(note, style="dim"))
    console.print()
    console.print(_headline(result, lang))
    for metric, found in (result.summary.get("uncertainty") or {}).items():
        if metric in TOLD_APART:
            console.print(Text(dominant(found, word(f"metric.{metric}", lang), lang)))
    _print_warnings(result, console, lang)


def _fitting_table(result: ResultView, console: Console, lang: str) -> Table:
    """The most exact table that fits the width, with narrower gaps where that helps."""
    room = min(console.width, WIDEST)
    table = Table()
    for resolution in resolutions(result, lang):
        for gap in (1, 0):
            table = _table(result, resolution, lang, gap)
            if Measurement.get(console, console.options.update(max_width=1000), table).maximum <= room:
                return table
    return table


def _table(result: ResultView, resolution: Resolution, lang: str, gap: int) -> Table:
    source = {0: "table.source_expected", 1: "table.source_one"}.get(result.replications, "table.source")
    source = "table.source_billing" if is_observed(result) else source
    caption = word(
        "table.caption",
        lang,
        title=word("table.title", lang),
        unit=numbers.unit(resolution.scale, result.currency, lang),
        source=word(source, lang, replications=result.replications),
    )
    table = Table(
        title=Text(caption),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, gap, 0, 0),
    )
    table.add_column(Text(word("table.month", lang)), no_wrap=True)
    for column in ("opening", *kinds_of(result), "closing", "net_churn"):
        table.add_column(Text(word(f"table.{column}", lang)), justify="right", overflow="fold")
    for row in movement_rows(result, resolution, lang):
        table.add_row(*_cells(row, resolution, lang), style="bold" if row.total else None, end_section=row.total)
    return table


def _cells(row: Row, resolution: Resolution, lang: str) -> list[Text]:
    amounts = (row.opening, *row.moved, row.closing)
    texts = [row.label, *(resolution.written(amount, lang) for amount in amounts)]
    return [Text(text) for text in (*texts, numbers.percent(row.net_churn, lang, digits=2))]


def _notes(result: ResultView, lang: str) -> list[str]:
    notes = []
    if any(row.total for row in movement_rows(result, resolutions(result, lang)[0], lang)):
        notes.append(word("table.note_mean_rate", lang))
    if len(result.months) > MONTHLY_UP_TO:
        notes.append(word("table.note_months", lang))
    return notes


def _headline(result: ResultView, lang: str) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    for line in headline(result, lang):
        grid.add_row(Text(line.label), Text(line.value, style="bold"))
    return grid


def _print_warnings(result: ResultView, console: Console, lang: str) -> None:
    warnings = result.summary.get("warnings") or []
    if not warnings:
        return
    console.print()
    console.print(Text(word("headline.warnings", lang), style="bold yellow"))
    for warning in warnings:
        console.print(Padding(Text(f"• {warning}"), (0, 0, 0, 1)))
