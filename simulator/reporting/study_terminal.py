"""What the commands of studies print: title, findings, the main table, the warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.reporting.comparison_table import cases_table, comparison_table
from simulator.reporting.section import Section
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import word

TABLES: dict[str, Callable[[Any, str], list[Section]]] = {
    "comparison": comparison_table,
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
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
        for i, title in enumerate(section.titles):
            table.add_column(Text(title), justify="right" if i else "left", no_wrap=True)
        for row in section.rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
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
