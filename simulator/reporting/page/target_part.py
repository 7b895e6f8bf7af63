"""Targets beside the forecast: budget or actuals, and how far the forecast is from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.reporting import numbers
from simulator.reporting.page import values
from simulator.reporting.page.content import Block, Cell, Part, Table, Text
from simulator.reporting.targets import Target, WrongTargets, beside
from simulator.reporting.words import word


def shown_run(found: Any) -> Any:
    """The result that targets are laid beside: the result itself; of a study the scenario that decks show.

    Raises
    ------
    WrongTargets
        if the study holds no result.
    """
    if not hasattr(found, "kind"):
        return found
    name = _shown_name(found)
    if name is None:
        raise WrongTargets(["this study holds no run to lay them beside; give the folder of a run"])
    return found.runs[name]


def target_part(found: Any, targets: Sequence[Target], lang: str) -> Part:
    """A table of targets, forecasts and the differences between them."""
    result = shown_run(found)
    code = result.currency
    rows = []
    for one in beside(result, targets):
        metric, segment = one.target.metric, one.target.segment
        inside = "unknown" if one.inside is None else "inside" if one.inside else "outside"
        rows.append(
            [
                Cell(numbers.month(one.target.month, lang), float(result.months.index(one.target.month))),
                Cell(values.label(metric, lang)),
                Cell(word("page.everybody", lang) if segment == "all" else segment),
                Cell(values.written(one.target.value, metric, code, lang), one.target.value),
                values.cell(one.forecast, metric, code, lang),
                Cell(values.change(one.variance, metric, code, lang), one.variance),
                Cell(numbers.percent(one.share, lang, signed=True), one.share),
                Cell(word(f"page.target_{inside}", lang)),
            ]
        )
    columns = ("month", "metric", "segment", "target", "forecast", "variance", "share", "target_band")
    titles = [word(f"page.{column}", lang) for column in columns]
    blocks: list[Block] = []
    if hasattr(found, "kind"):
        blocks.append(Text(word("page.targets_of", lang, scenario=_shown_name(found))))
    notes = [word("page.targets_note", lang)]
    blocks.append(Table(word("page.targets", lang), titles, rows, notes, words=frozenset({1, 2, 7})))
    return Part(word("page.targets", lang), blocks, anchor="targets")


def _shown_name(study: Any) -> str | None:
    """The scenario of a study that its deck shows in detail: page and deck lay targets beside the same one."""
    from simulator.reporting.deck.contents import shown_run as of_deck  # needs the library of decks

    return of_deck(study)
