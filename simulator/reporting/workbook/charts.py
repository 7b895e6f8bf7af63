"""Native charts: movements as stacked columns, closing MRR and differences as lines, in the colours of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.accounting.movements import KINDS
from simulator.reporting.words import word
from simulator.reporting.workbook import styles
from simulator.reporting.workbook.book import Book
from simulator.reporting.workbook.movements import Movements

SIZE = {"width": 940, "height": 360}
LINE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5F6B76")
"""Okabe and Ito 2008, as in the figures."""
GREY = "#D0D0D0"


def movements_chart(book: Book, movements: Movements, title: str) -> Any:
    """Gains above, losses below the axis, one colour a kind."""
    from simulator.reporting.style import KIND_COLOURS  # matplotlib is slow to import

    chart = book.chart("column", "stacked")
    for kind in KINDS:
        chart.add_series(
            {
                "name": movements.title(kind),
                "categories": movements.column("month"),
                "values": movements.column(kind),
                "fill": {"color": KIND_COLOURS[kind]},
                "gap": 40,
            }
        )
    return _dressed(book, chart, title)


def closing_chart(book: Book, movements: Movements, title: str) -> Any:
    """Closing MRR by month, from zero."""
    chart = book.chart("line")
    chart.add_series(
        {
            "name": movements.title("closing"),
            "categories": movements.column("month"),
            "values": movements.column("closing"),
            "line": {"color": LINE_COLOURS[0], "width": 2.25},
        }
    )
    return _dressed(book, chart, title, minimum=0)


def lines_chart(book: Book, series: Sequence[tuple[Any, Any, Any]], title: str) -> Any:
    """One line for each (name, categories, values)."""
    chart = book.chart("line")
    for k, (name, categories, values) in enumerate(series):
        line = {"color": LINE_COLOURS[k % len(LINE_COLOURS)], "width": 2.25}
        chart.add_series({"name": name, "categories": categories, "values": values, "line": line})
    return _dressed(book, chart, title)


def _dressed(book: Book, chart: Any, title: str, minimum: float | None = None) -> Any:
    formats = styles.number_formats(book.currency, book.lang)
    font = {"name": styles.FONTS[book.lang]["font_name"], "size": 9}
    chart.set_title({"name": title, "name_font": {**font, "size": 12}, "overlay": False})
    months = {"num_font": {**font, "rotation": -45}, "num_format": formats["month"], "label_position": "low"}
    chart.set_x_axis({**months, "date_axis": True, "major_unit": 3, "major_unit_type": "months"})
    scale = {} if minimum is None else {"min": minimum}
    amounts = {"num_font": font, "num_format": formats["money"], "major_gridlines": {"visible": True}}
    amounts["major_gridlines"] = {"visible": True, "line": {"color": GREY}}
    chart.set_y_axis(
        {
            **amounts,
            **scale,
            "name": word("workbook.amounts_in", book.lang, currency=styles.unit(book.currency, book.lang)),
        }
    )
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size(SIZE)
    return chart
