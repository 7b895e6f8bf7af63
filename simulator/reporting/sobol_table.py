"""The table of Sobol indices."""

from __future__ import annotations

from typing import Any

from simulator.reporting import metrics, numbers
from simulator.reporting.figures.sobol import label, share
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.section import Section
from simulator.reporting.words import word


def sobol_table(study: Any, lang: str) -> list[Section]:
    """One row a range, and luck."""
    at = Shown(**study.summary["shown"])
    rows = []
    for row in study.table("sobol").iter_rows(named=True):
        cells = [label(row["key"], lang)]
        for order in ("first", "total"):
            low, high = (share(row[f"{order}_{end}95"], lang) for end in ("low", "high"))
            cells += [share(row[order], lang), numbers.between(low, high, lang)]
        rows.append(cells)
    columns = (word("sobol.alone_title", lang), word("sobol.total_title", lang))
    titles = [word("tornado.key", lang)]
    for column in columns:
        titles += [column, word("sobol.interval", lang)]
    text = metrics.label(at.metric, at.month, at.segment, lang)
    return [Section(word("sobol.caption", lang, metric=text), titles, rows, [word("sobol.note", lang)])]
