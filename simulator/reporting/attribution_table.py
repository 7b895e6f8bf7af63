"""The tables of an attribution: what each lever brings, and by which movements."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import metrics, numbers
from simulator.reporting.figures.attribution import movement
from simulator.reporting.figures.sweep import Shown
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.words import word

MOST_ROWS = 12


def attribution_table(study: Any, lang: str) -> list[Section]:
    """Levers with their parts of the whole, then the movements that change most."""
    at = Shown(**study.summary["shown"])

    def cells(center: Any, low: Any, high: Any) -> tuple[str, str]:
        return metrics.cells(known(center), known(low), known(high), at.metric, study.currency, lang)

    rows = []
    notes = [word("attribution.note", lang)]
    for i, row in enumerate(study.table("attribution").iter_rows(named=True), start=1):
        lever = word("attribution.rest", lang) if row["lever"] == "rest" else row["lever"]
        if len(lever) > 30:
            notes.append(f"({i}) {lever}")
            lever = f"({i}) {lever[:24]}…"
        alone, last = (cells(row[side], None, None)[0] for side in ("alone", "last"))
        rows.append([lever, *cells(row["value"], row["low95"], row["high95"]), alone, last])
    total = study.summary["difference"]
    whole = cells(total["mean"], total["low95"], total["high95"])
    rows.append([word("attribution.total", lang), *whole, whole[0], whole[0]])
    titles = [word(f"attribution.{key}", lang) for key in ("lever", "part")]
    titles += [word("study.interval", lang), *(word(f"attribution.{key}", lang) for key in ("alone", "last"))]
    return [
        Section(metrics.caption(at.metric, at.month, at.segment, lang), titles, rows, notes),
        _movements(study, at, lang),
    ]


def _movements(study: Any, at: Shown, lang: str) -> Section:
    """The movements that change most, summed over levers, up to the month."""
    sums = (
        study.table("movements_by_lever")
        .group_by("kind", "motion", "reason", maintain_order=True)
        .agg(pl.col("amount").fill_null(0.0).sum())
        .sort(pl.col("amount").abs(), descending=True, maintain_order=True)
    )
    rows = []
    for row in sums.head(MOST_ROWS).iter_rows(named=True):
        label = movement(row["kind"], row["motion"], row["reason"], lang)
        rows.append([label, metrics.cells(row["amount"], None, None, "closing_mrr", study.currency, lang)[0]])
    caption = word("attribution.movements", lang, month=numbers.month(at.month, lang))
    titles = [word(f"attribution.{key}", lang) for key in ("movement", "amount")]
    notes = [word("attribution.more", lang)] if sums.height > MOST_ROWS else []
    return Section(caption, titles, rows, notes)
