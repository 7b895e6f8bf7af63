"""ARR = customers × ARPA × 12, at the start and at the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.reporting import findings, numbers
from simulator.reporting.deck.box import Box
from simulator.reporting.deck.page import Deck, Page
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.deck.writing import Paragraph
from simulator.reporting.result_view import Cell, series
from simulator.reporting.words import word


@dataclass(frozen=True)
class Leaf:
    """The three figures at one time: means over replications; `arpa` is ARR / 12 / customers of these means."""

    label: str
    arr: float
    customers: float

    @property
    def arpa(self) -> float | None:
        """MRR a customer."""
        return self.arr / 12 / self.customers if self.customers else None


def add(deck: Deck, results: Sequence[tuple[str, Any]]) -> None:
    """The tree of one result, or of the base and an option side by side; `results` are names and results."""
    lang = deck.lang
    leaves: list[Leaf] = []
    for name, result in results:
        closing, customers = series(result, "closing_mrr")[-1], series(result, "paying_customers")[-1]
        first, paying = series(result, "opening_mrr")[0], opening_customers(result)
        if not leaves and first.mean is not None and paying is not None:
            today = numbers.month(result.months[0], lang)
            leaves.append(Leaf(word("deck.at_start", lang, month=today), 12 * first.mean, paying))
        if closing.mean is None or customers.mean is None:
            return
        month = numbers.month(result.months[-1], lang)
        label = word("deck.at_end", lang, month=month, option=named(name, 32)) if name else month
        leaves.append(Leaf(label, 12 * closing.mean, customers.mean))
    title = _finding(results[-1], leaves, lang)
    told = notes(deck, title, "arr", "paying_customers", "arpa", file="metrics.csv, runs.parquet")
    page = deck.page(title, told, word("deck.kpi_source", lang))
    _draw(page, leaves, results[-1][1].currency)


def opening_customers(result: Any) -> float | None:
    """Paying customers before the first month, from the stock of month −1; None where a result has none."""
    import polars as pl

    runs = getattr(result, "runs", None)
    if runs is None or runs.is_empty():
        return None
    stock = runs.filter((pl.col("table") == "stock") & (pl.col("month") == -1) & (pl.col("reason") == "paying"))
    return float(stock["count"].sum()) / result.replications


def _finding(last: tuple[str, Any], leaves: Sequence[Leaf], lang: str) -> str:
    """ARR at the horizon with its interval, and what its parts do, of the means."""
    name, result = last
    cell = series(result, "arr")[-1]
    if cell.mean is None:
        cell = Cell(result.months[-1], leaves[-1].arr)
    amount, interval = findings.money_interval(result, cell, lang)
    month = numbers.month(result.months[-1], lang)
    start, end = leaves[0], leaves[-1]
    values = {"month": month, "amount": amount, "interval": interval}
    if start is end or not start.customers or not start.arpa or end.arpa is None:
        title = word("deck.kpi_title", lang, **values)
    else:
        customers = numbers.percent(end.customers / start.customers - 1, lang, digits=0, signed=True)
        arpa = numbers.percent(end.arpa / start.arpa - 1, lang, digits=0, signed=True)
        title = word("deck.kpi_title_parts", lang, customers=customers, arpa=arpa, **values)
    return word("deck.of_option", lang, option=named(name, 32), title=title) if name else title


def _draw(page: Page, leaves: Sequence[Leaf], code: str) -> None:
    lang = page.lang
    upper, lower = page.body.rows(1, 1, gap=54.0)
    width = page.body.width
    top = Box(page.body.left + 0.25 * width, upper.top, 0.5 * width, upper.height)
    arr = [(x.label, numbers.money(x.arr, code, lang)) for x in leaves]
    _leaf(page, top, word("metric.arr", lang), arr, 2)
    boxes = lower.columns(10, 1, 10, 1, 4, gap=6.0)
    customers = [(x.label, numbers.plain(x.customers, lang)) for x in leaves]
    arpa = [(x.label, numbers.money(x.arpa, code, lang)) for x in leaves]
    _leaf(page, boxes[0], word("metric.paying_customers", lang), customers, 0)
    _leaf(page, boxes[2], word("metric.arpa", lang), arpa, 1)
    page.framed(boxes[4], [Paragraph(word("deck.twelve_months", lang), 18.0, align="c")], colour="#7F7F7F")
    for box in (boxes[1], boxes[3]):
        page.text(box, [Paragraph("×", 22.0, bold=True, align="c")], anchor="m")
    equals = Box(page.body.left + 0.45 * width, upper.bottom + 12.0, 0.1 * width, 30.0)
    page.text(equals, [Paragraph("=", 22.0, bold=True, align="c")], anchor="m")


def _leaf(page: Page, box: Box, name: str, values: Sequence[tuple[str, str]], colour: int) -> None:
    told = [Paragraph(name, 15.0, bold=True, align="c", after=4.0)]
    size = 14.0 if len(values) < 3 and box.width > 240 else 12.0
    told += [
        Paragraph(word("deck.pair", page.lang, label=label, value=value), size, align="c") for label, value in values
    ]
    page.framed(box, told, colour=page.deck.look.accents[colour])
