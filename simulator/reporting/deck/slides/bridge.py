"""From opening to closing MRR: a waterfall of stacked columns."""

from __future__ import annotations

from typing import Any

from simulator.reporting import findings, numbers, style
from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import notes, titled
from simulator.reporting.waterfall import Waterfall, waterfall
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """One chart: a column a step, in the colour of its kind, its amount above it."""
    lang = deck.lang
    finding = findings.bridge(result, lang)
    steps = waterfall(result, lang)
    told = notes(deck, finding, "bridge", file="movements.csv, metrics.csv")
    page = deck.page(titled(finding, label, lang), told, word("note.rounded", lang))
    if steps is None:
        page.fitted(page.body, [word("figure.no_data", lang)], bullet=False)
        return
    charts.add(page, page.body, _chart(result, steps, lang), finding)


def _chart(result: Any, steps: Waterfall, lang: str) -> Chart:
    """The columns in the unit of the waterfall: an unseen base, then balances and kinds."""
    share = 10**steps.digits
    names = [word("figure.opening_month", lang, month=numbers.month(result.months[0], lang))]
    names += [step.label for step in steps.steps]
    names.append(word("figure.closing_month", lang, month=numbers.month(result.months[-1], lang)))
    count = len(names)
    bases, tops, labels = [0.0], [steps.opening / share], [_written(steps.opening, steps, lang)]
    level = steps.opening
    for step in steps.steps:
        after = level + step.units
        bases.append(min(level, after) / share)
        tops.append(max(level, after) / share)
        labels.append(("+" if step.units > 0 else "") + _written(step.units, steps, lang))
        level = after
    bases.append(0.0)
    tops.append(steps.closing / share)
    labels.append(_written(steps.closing, steps, lang))
    columns = [Series(word("deck.base", lang), bases)]
    ends: list[float | None] = [None] * count
    ends[0], ends[-1] = tops[0], tops[-1]
    columns.append(Series(word("deck.balance", lang), ends, style.BALANCE))
    for group in steps.groups:
        values: list[float | None] = [None] * count
        for i, step in enumerate(steps.steps, start=1):
            if step.kind == group.kind:
                values[i] = abs(step.units) / share
        columns.append(Series(word(f"kind.{group.kind}", lang), values, style.KIND_COLOURS[group.kind]))
    unit = numbers.unit(steps.scale, result.currency, lang)
    axis = word("format.with_unit", lang, text=word("figure.bridge_axis", lang), unit=unit)
    top = Series(word("deck.amount", lang), tops, labels=labels)
    form = charts.number_format(lang, min(steps.digits, 1))
    return Chart("column", names, columns, axis, form, lines=[top], gap=25)


def _written(units: int, steps: Waterfall, lang: str) -> str:
    """An amount in the unit that stands above the chart."""
    return numbers.plain(units / 10**steps.digits, lang, digits=steps.digits)
