"""The trade-off as a table: its points in order, with their values and both figures."""

from __future__ import annotations

from typing import Any

from simulator.reporting import metrics
from simulator.reporting.figures.trade_off import Figured, finding, stops
from simulator.reporting.section import Section
from simulator.reporting.words import word


def trade_off_table(study: Any, lang: str) -> list[Section]:
    """The finding, then the points from the lowest to the highest of what is maximised."""
    keys = [one["key"] for one in study.summary["keys"]]
    both = (study.summary["maximise"], study.summary["against"])
    letters = [chr(ord("A") + i) for i in range(len(keys) + 2)]
    names = [*keys, *(metrics.label(at["metric"], at["month"], at["segment"], lang) for at in both)]
    legend = [f"{letter}: {name}" for letter, name in zip(letters, names, strict=True)]
    rows = [
        [
            *(stop.texts.get(key) or word("format.none", lang) for key in keys),
            *(_cell(study, figure, at["metric"], lang) for figure, at in zip(stop.figures, both, strict=True)),
        ]
        for stop in stops(study)
    ]
    notes = [word("trade_off.note", lang, replications=study.replications)]
    bounds = study.summary["subject"]
    notes += [word("trade_off.subject", lang, bounds=", ".join(bounds))] if bounds else []
    return [Section(finding(study, lang), [], [], legend), Section("", letters, rows, notes)]


def _cell(study: Any, figure: Figured, metric: str, lang: str) -> str:
    mean = metrics.value(figure.mean, metric, study.currency, lang)
    if figure.difference is None:
        return mean
    change = metrics.differences(figure.difference, (), metric, study.currency, lang)[0]
    return word("trade_off.with_change", lang, value=mean, change=change)
