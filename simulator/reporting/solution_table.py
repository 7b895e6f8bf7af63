"""What a solution says: the sentence, and the values that were tried."""

from __future__ import annotations

from typing import Any

from simulator.reporting import metrics
from simulator.reporting.figures.solution import finding
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.words import word


def solution_table(study: Any, lang: str) -> list[Section]:
    """The finding, then the values tried in order, with the mean that each gives and its 95 % interval."""
    at = study.summary["shown"]
    rows = []
    for row in study.table("trials").iter_rows(named=True):
        low, high = known(row["low95"]), known(row["high95"])
        texts = [metrics.value(v, at["metric"], study.currency, lang) for v in (row["mean"], low, high)]
        interval = (
            word("format.none", lang) if low is None else word("format.from_to", lang, low=texts[1], high=texts[2])
        )
        mark = word("solution.reaches", lang) if row["surplus"] >= 0 else ""
        rows.append([row["value_text"], texts[0], interval, mark])
    titles = [
        study.summary["key"],
        *(word(f"solution.{name}", lang) for name in ("mean", "interval", "reached")),
    ]
    notes = [word("solution.several", lang)] if study.summary["crosses_more_than_once"] else []
    caption = metrics.label(at["metric"], at["month"], at["segment"], lang)
    return [Section(finding(study, lang), [], [], notes), Section(caption, titles, rows)]
