"""What the commands of studies print: title, findings, the main table, the warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.reporting.attribution_table import attribution_table
from simulator.reporting.comparison_table import cases_table, comparison_table
from simulator.reporting.section import Section
from simulator.reporting.sobol_table import sobol_table
from simulator.reporting.solution_table import solution_table
from simulator.reporting.sweep_table import sweep_table
from simulator.reporting.tornado_table import tornado_table
from simulator.reporting.trade_off_table import trade_off_table
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import word

TABLES: dict[str, Callable[[Any, str], list[Section]]] = {
    "comparison": comparison_table,
    "sweep": sweep_table,
    "tornado": tornado_table,
    "sobol": sobol_table,
    "attribution": attribution_table,
    "solution": solution_table,
    "trade_off": trade_off_table,
    "cases": cases_table,
}
"""For each kind of study a function that gives its tables."""


def print_findings(study: Any, console: Console, lang: str = "en") -> None:
    """Prints the title of a study, its tables, and its warnings; plain text if not to a terminal."""
    console.print(Text(study.title, style="bold"))
    for section in TABLES[study.kind](study, lang):
        console.print()
        if section.caption:
            console.print(Text(section.caption, style="bold"))
        if not section.titles:
            for note in section.notes:
                console.print(Padding(Text(note), (0, 0, 0, 2)))
            continue
        console.print(_fitting_table(section, console))
        for note in section.notes:
            console.print(Text(note, style="dim"))
    for name, found in (study.summary.get("uncertainty_of_difference") or {}).items():
        console.print()
        console.print(Text(dominant(found, word("comparison.difference_of", lang, scenario=name), lang)))
    warnings = study.summary.get("warnings") or []
    if warnings:
        console.print(Text(word("headline.warnings", lang), style="bold yellow"))
        for warning in warnings:
            console.print(Padding(Text(f"• {warning}"), (0, 0, 0, 1)))


def _fitting_table(section: Section, console: Console) -> Table:
    """The table of a section; where it is wider than the terminal, texts of several words break."""
    whole = _table(section, breaks=False)
    wide = Measurement.get(console, console.options.update(max_width=1000), whole).maximum > console.width
    return _table(section, breaks=True) if wide else whole


def _table(section: Section, *, breaks: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for i, title in enumerate(section.titles):
        several = any(" " in row[i] for row in section.rows)
        no_wrap = not (breaks and several)  # a number that breaks would be misread
        table.add_column(Text(title), justify="right" if i else "left", no_wrap=no_wrap, overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
