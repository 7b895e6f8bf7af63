"""The tables of a sweep: each metric at its month, point by point, against the scenario as it stands."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import metrics, numbers
from simulator.reporting.figures.sweep import Shown, outcomes
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.words import word

MOST_ROWS = 30


def sweep_table(study: Any, lang: str) -> list[Section]:
    """One table a metric; of many points, the first ones."""
    keys = [one["key"] for one in study.summary["keys"]]
    titles = [key.replace(".", ".\n") for key in keys]
    titles += [word(f"study.{name}", lang) for name in ("mean", "difference", "interval", "p")]
    sections = []
    for some in study.summary["shown"]:
        at = Shown(**some)
        found = outcomes(study, at)
        rows = [_as_it_stands(study, at, lang)]
        for one in found[:MOST_ROWS]:
            values = [one.texts[key] for key in keys]
            mean = metrics.value(one.mean, at.metric, study.currency, lang)
            difference = metrics.cells(one.difference, one.low, one.high, at.metric, study.currency, lang)
            rows.append([*values, mean, *difference, numbers.percent(one.p_better, lang, digits=0)])
        notes = [word("sweep.more", lang, count=len(found) - MOST_ROWS)] if len(found) > MOST_ROWS else []
        sections.append(Section(metrics.caption(at.metric, at.month, at.segment, lang), titles, rows, notes))
    return sections


def _as_it_stands(study: Any, at: Shown, lang: str) -> list[str]:
    """The row of the scenario as it stands."""
    base = study.table("sweep").filter(
        (pl.col("point") == 0)
        & (pl.col("metric") == at.metric)
        & (pl.col("month") == at.month)
        & (pl.col("segment") == at.segment)
    )
    none = word("format.none", lang)
    first, *others = (one["now"] or none for one in study.summary["keys"])
    now = word("sweep.now", lang, value=first)
    return [now, *others, metrics.value(known(base["mean"][0]), at.metric, study.currency, lang), none, none, none]
