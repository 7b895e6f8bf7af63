"""What `run --check` prints: the comparisons with the theory, metric by metric, and what they say together."""

from __future__ import annotations

import math

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.accounting.metrics import METRICS
from simulator.reporting import findings, numbers
from simulator.reporting.result_view import ResultView
from simulator.reporting.words import word


def print_check(result: ResultView, console: Console, lang: str = "en") -> None:
    """Prints one row for each metric, the finding, and what the test leaves out; plain text if not to a terminal."""
    cells: pl.DataFrame = result.check  # type: ignore[attr-defined]
    table = Table(title=Text(word("check.title", lang)), title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column(Text(word("check.metric", lang)))
    table.add_column(Text(word("check.comparisons", lang)), justify="right")
    table.add_column(Text(word("check.largest", lang)), justify="right")
    table.add_column(Text(word("check.where", lang)))
    tested = cells.filter("tested")
    for metric in sorted(tested["metric"].unique(), key=list(METRICS).index):
        rows = tested.filter(pl.col("metric") == metric)
        worst = rows.row(int(rows["z"].abs().arg_max() or 0), named=True)
        certain = math.isinf(worst["z"])
        place = numbers.month(worst["month"], lang)
        table.add_row(
            Text(word(f"metric.{metric}", lang)),
            Text(numbers.plain(len(rows), lang)),
            Text(word("check.impossible", lang) if certain else numbers.plain(abs(worst["z"]), lang, digits=2)),
            Text(place if worst["segment"] == "all" else f"{place}, {worst['segment']}"),
        )
    console.print()
    console.print(table)
    console.print(Text(findings.forecast_check(result, lang), style="bold"))
    left_out = int((~cells["tested"] & (cells["sd"] > 0.0)).sum())
    if left_out:
        count, of = numbers.plain(left_out, lang), numbers.plain(len(cells), lang)
        console.print(Text(word("check.too_few", lang, count=count, cells=of), style="dim"))
    console.print(Text(word("check.every_cell", lang), style="dim"))
