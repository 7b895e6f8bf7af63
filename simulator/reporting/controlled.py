"""What `run --control-variate` prints: headline means of the last month, their intervals, and what was gained."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.reporting import numbers
from simulator.reporting.result_view import ResultView
from simulator.reporting.words import word

HEADLINE = ("closing_mrr", "new_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr", "net_mrr_churn_rate")


def print_controlled(result: ResultView, replaced: Iterable[object], console: Console, lang: str = "en") -> None:
    """Prints a row for each headline metric of the last month, and how the core differs from the scenario."""
    cells: pl.DataFrame = result.controlled  # type: ignore[attr-defined]
    last = cells.filter((pl.col("segment") == "all") & (pl.col("month") == result.months[-1]))
    table = Table(
        title=Text(word("controlled.title", lang)), title_justify="left", box=box.SIMPLE_HEAD, show_edge=False
    )
    table.add_column(Text(word("controlled.metric", lang)))
    for column in ("controlled.mean", "controlled.interval", "controlled.factor"):
        table.add_column(Text(word(column, lang)), justify="right")
    for name in HEADLINE:
        for row in last.filter(pl.col("metric") == name).iter_rows(named=True):
            ends = (row["low95"], row["high95"])
            if name.endswith("_rate"):
                written = numbers.percent_together(row["mean"], ends, lang)
            else:
                written = numbers.money_together(row["mean"], ends, result.currency, lang)
            factor = numbers.plain(row["factor"], lang, digits=1)
            table.add_row(
                Text(word(f"metric.{name}", lang)),
                Text(written[0]),
                Text(numbers.between(written[1], written[2], lang)),
                Text(factor if row["factor"] is None else word("controlled.times", lang, factor=factor)),
            )
    console.print()
    console.print(table)
    console.print(Text(word("controlled.every_cell", lang), style="dim"))
    console.print(Text(word("controlled.replaced", lang), style="dim"))
    for one in replaced:
        console.print(Padding(Text(f"• {one}", style="dim"), (0, 0, 0, 1)))
