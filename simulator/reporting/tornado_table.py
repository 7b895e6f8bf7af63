"""The table of a tornado: each key at its low and at its high end."""

from __future__ import annotations

from typing import Any

from simulator.reporting import metrics, numbers
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.figures.tornado import by_key
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.words import word

MOST_KEYS = 20


def tornado_table(study: Any, lang: str) -> list[Section]:
    """Two rows a key, the keys that matter most first."""
    at = Shown(**study.summary["shown"])
    found = by_key(study)
    rows = []
    for one in found[:MOST_KEYS]:
        for end, name in zip(("low", "high"), _two_lines(one["low"]["key"]), strict=True):
            row = one[end]
            center, low, high = (row[name] for name in ("difference", "difference_low95", "difference_high95"))
            difference = metrics.cells(center, low, high, at.metric, study.currency, lang)
            chance = numbers.percent(known(row["p_better"]), lang, digits=0)
            rows.append([name, metrics.shortened(row["value_text"]), *difference, chance])
    titles = [word(f"tornado.{name}", lang) for name in ("key", "end")]
    titles += [word(f"study.{name}", lang) for name in ("difference", "interval", "p")]
    value = metrics.value(study.summary["value"], at.metric, study.currency, lang)
    notes = [word("tornado.now", lang, value=value), word("tornado.note", lang)]
    chosen = study.summary["chosen"]
    if chosen == "usual":
        notes.append(word("tornado.usual", lang, by=numbers.percent(study.summary["by"], lang, digits=0)))
    if len(found) > MOST_KEYS:
        notes.append(word("tornado.more", lang, count=len(found) - MOST_KEYS))
    return [Section(metrics.caption(at.metric, at.month, at.segment, lang), titles, rows, notes)]


def _two_lines(key: str) -> tuple[str, str]:
    """A key on one line if it is short, else on two, broken at the dot that is nearest to its middle."""
    if len(key) <= 20 or "." not in key:
        return key, ""
    dots = [place for place, letter in enumerate(key) if letter == "."]
    cut = min(dots, key=lambda place: abs(place - len(key) / 2)) + 1
    return key[:cut], f"  {key[cut:]}"
