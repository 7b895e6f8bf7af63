"""The parts of a page that show one result: headline, figures, movements, metrics, offers, teams."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from simulator.accounting.movements import KINDS
from simulator.reporting import numbers
from simulator.reporting.figures import draw
from simulator.reporting.headline import headline
from simulator.reporting.movement_table import YEARS_FROM, movement_rows, resolutions
from simulator.reporting.page import values
from simulator.reporting.page.content import Block, Cell, Facts, Folded, Part, Picture, Table, Text, listed
from simulator.reporting.page.fiscal_years import fiscal_years
from simulator.reporting.page.frames import MOST_ROWS, frame_table
from simulator.reporting.page.svg import finding_of, inline
from simulator.reporting.result_view import known, last_known, series
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import name, word

BY_SEGMENT = (
    *("closing_mrr", "paying_customers", "arpa", "expansion_rate", "net_mrr_churn_rate", "nrr_12m", "grr_12m"),
    *("logo_churn_rate_12m_mean", "quick_ratio"),
)
"""Metrics that are held against each other by segment."""
BY_MONTH = (
    *("closing_mrr", "net_new_mrr", "expansion_rate", "net_mrr_churn_rate", "nrr_12m", "grr_12m"),
    *("paying_customers", "churned_customers"),
)
"""Metrics that are shown month by month."""
STAGES = ("made", "accepted", "busy", "capped")
"""Stages of an offer that are counts of every month."""
TEAM_FIGURES = ("utilisation", "requests", "served", "dropped", "left", "waiting_days")
SUMMED = frozenset({"requests", "served", "dropped", "left"})
"""Figures of a team that are counts of a month; the others are means."""


def findings_of(pictures: Sequence[Part]) -> list[Cell]:
    """The findings of figures, each leading to its figure."""
    return [Cell(part.title, leads_to=part.anchor) for part in pictures]


def pictures(result: Any, names: Sequence[str], prefix: str, lang: str) -> list[Part]:
    """Parts with a figure each, the finding as heading."""
    return [picture(draw(result, one, lang), f"{prefix}-{one}", source(result, lang), lang) for one in names]


def picture(figure: Any, anchor: str, description: str, lang: str) -> Part:
    """One figure under its finding."""
    finding = finding_of(figure)
    about = word("page.figure_about", lang, source=description)
    return Part(finding, [Picture(inline(figure, f"svg-{anchor}", about), finding)], anchor=anchor)


def source(result: Any, lang: str) -> str:
    """Where the figures come from: replications and seed, or billed customers."""
    if getattr(result, "seed", None) is None:
        return word("page.source_account", lang)
    key = "page.source" if result.replications > 1 else "page.source_one"
    return word(key, lang, replications=f"{result.replications:,}", seed=result.seed)


def facts(result: Any, lang: str) -> Facts:
    """The headline."""
    return Facts([(line.label, line.value) for line in headline(result, lang)])


def movements(result: Any, lang: str) -> Table:
    """MRR movements by month, with fiscal years as totals; every row adds up as written."""
    resolution = resolutions(result, lang)[0]
    columns = ("opening", *KINDS, "closing", "net_churn")
    titles = [word("page.month", lang), *(word(f"page.column_{column}", lang) for column in columns)]
    unit = resolution.unit
    rows, totals = [], set()
    for i, row in enumerate(movement_rows(result, resolution, lang)):
        amounts = (row.opening, *row.moved, row.closing)
        cells = [Cell(row.label, float(i))]
        cells += [Cell(resolution.written(one, lang), None if one is None else one * unit) for one in amounts]
        cells.append(Cell(numbers.percent(row.net_churn, lang, digits=2), row.net_churn))
        rows.append(cells)
        if row.total:
            totals.add(i)
    caption = word(
        "table.caption",
        lang,
        title=word("table.title", lang),
        unit=numbers.unit(resolution.scale, result.currency, lang),
        source=source(result, lang),
    )
    notes = [word("page.note_adds_up", lang), word("page.note_tax", lang)]
    if any(cell.mean for cell in series(result, "reactivation_mrr")):
        notes.append(word("note.reactivation", lang))
    if totals:
        notes.append(word("table.note_mean_rate", lang))
    return Table(caption, titles, rows, notes, words=frozenset(), totals=frozenset(totals))


def years(result: Any, lang: str) -> list[Table]:
    """Fiscal years with their change over the year before; none for a short horizon."""
    return [fiscal_years(result, lang)] if len(result.months) >= YEARS_FROM else []


def by_month(result: Any, lang: str) -> Table:
    """The main metrics of everybody month by month, with their intervals."""
    columns = {metric: series(result, metric) for metric in BY_MONTH}
    columns = {metric: cells for metric, cells in columns.items() if last_known(cells)}
    rows = [
        [Cell(numbers.month(month, lang), float(i))]
        + [values.cell(cells[i], metric, result.currency, lang) for metric, cells in columns.items()]
        for i, month in enumerate(result.months)
    ]
    titles = [word("page.month", lang), *(values.label(metric, lang) for metric in columns)]
    return Table(word("page.by_month", lang), titles, rows, _band_note(result, lang), words=frozenset())


def by_segment(result: Any, lang: str) -> Table | None:
    """The main metrics of the last month, everybody and each segment; None with one segment only."""
    segments = _segments(result)
    if len(segments) < 2:
        return None
    last = len(result.months) - 1
    found = {(m, s): series(result, m, s)[last] for m in BY_SEGMENT for s in ("all", *segments)}
    metrics = [m for m in BY_SEGMENT if any(found[m, s].mean is not None for s in ("all", *segments))]
    rows = [
        [Cell(_segment(segment, lang))] + [values.cell(found[m, segment], m, result.currency, lang) for m in metrics]
        for segment in ("all", *segments)
    ]
    caption = word("page.by_segment", lang, month=numbers.month(result.months[-1], lang))
    titles = [word("page.segment", lang), *(values.label(metric, lang) for metric in metrics)]
    return Table(caption, titles, rows, _band_note(result, lang), totals=frozenset({0}))


def all_metrics(result: Any, lang: str) -> list[Folded]:
    """Every metric of the last month that has a value, for everybody and for each segment."""
    return [_metrics_of(result, segment, lang) for segment in ("all", *_segments(result))]


def metric_names(result: Any) -> list[str]:
    """The metrics that a result has, in the order of its table."""
    return list(result.metrics["metric"].unique(maintain_order=True))


def offers(result: Any, lang: str) -> list[Part]:
    """What became of the offers, and of those who were kept by one."""
    parts = []
    table = _offers(result, lang)
    if table is not None:
        parts.append(Part(word("page.offers", lang), [table]))
    rescued = _rescue(result, lang)
    if rescued is not None:
        parts.append(Part(word("page.rescue", lang), [rescued, Text(word("page.rescue_three", lang), weak=True)]))
    return parts


def teams(result: Any, lang: str) -> list[Part]:
    """How busy the teams were; nothing where nobody shares people."""
    frame = getattr(result, "teams", None)
    if frame is None or frame.is_empty():
        return []
    names = list(frame["team"].unique(maintain_order=True))
    figures = [one for one in TEAM_FIGURES if one in set(frame["figure"])]
    rows = []
    for team in names:
        cells = [Cell(team)]
        for figure in figures:
            means = frame.filter((pl.col("team") == team) & (pl.col("figure") == figure))["mean"]
            some = [value for value in map(known, means) if value is not None]
            total = math.fsum(some) / (1 if figure in SUMMED else len(some)) if some else None
            text = numbers.percent(total, lang) if figure == "utilisation" else numbers.plain(total, lang, digits=1)
            cells.append(Cell(text, total))
        rows.append(cells)
    titles = [word("page.team", lang), *(word(f"page.team_{figure}", lang) for figure in figures)]
    table = Table(word("page.teams_caption", lang), titles, rows, [word("page.teams_note", lang)])
    return [Part(word("page.teams", lang), [table])]


def uncertainty(result: Any, lang: str) -> list[str]:
    """What the bands come from, in sentences: ranges, or the luck of customers."""
    found = result.summary.get("uncertainty") or {}
    return [dominant(one, values.label(metric, lang), lang) for metric, one in found.items() if one["ranges"]]


def further_tables(result: Any, lang: str) -> list[Block]:
    """Tables that a result has beside its metrics and movements; long ones are named, to be read in their file."""
    tables = {one: frame for one, frame in (getattr(result, "tables", None) or {}).items() if not frame.is_empty()}
    blocks: list[Block] = [
        Folded(name("page_table", one, lang), [frame_table(frame, one, lang)])
        for one, frame in tables.items()
        if frame.height <= MOST_ROWS
    ]
    long = [
        word("page.long_table", lang, what=name("page_table", one, lang), file=f"{one}.csv", rows=f"{frame.height:,}")
        for one, frame in tables.items()
        if frame.height > MOST_ROWS
    ]
    return [*blocks, listed(long)] if long else blocks


def warnings(found: Any, lang: str) -> list[Part]:
    """What must be known before a number is used, if there is anything."""
    told = [str(one) for one in found.summary.get("warnings") or []]
    return [Part(word("headline.warnings", lang), [listed(told)])] if told else []


def _band_note(result: Any, lang: str) -> list[str]:
    return [word("page.note_band", lang)] if result.replications > 1 else []


def _segments(result: Any) -> list[str]:
    return [one for one in result.metrics["segment"].unique(maintain_order=True) if one != "all"]


def _segment(segment: str, lang: str) -> str:
    return word("page.everybody", lang) if segment == "all" else segment


def _metrics_of(result: Any, segment: str, lang: str) -> Folded:
    last = result.months[-1]
    found = result.metrics.filter((pl.col("segment") == segment) & (pl.col("month") == last))
    banded = result.replications > 1
    columns = ("mean", "p05", "p50", "p95") if banded else ("mean",)
    rows = []
    for row in found.iter_rows(named=True):
        if known(row["mean"]) is None:
            continue
        some = [known(row[column]) for column in columns]
        texts = [values.written(one, row["metric"], result.currency, lang) for one in some]
        rows.append([Cell(values.label(row["metric"], lang)), *(Cell(text) for text in texts)])
    titles = [word("page.metric", lang), *(word(f"page.{column}", lang) for column in columns)]
    caption = word("page.all_metrics", lang, segment=_segment(segment, lang), month=numbers.month(last, lang))
    return Folded(caption, [Table(caption, titles, rows)])


def _offers(result: Any, lang: str) -> Table | None:
    frame = getattr(result, "offers", None)
    if frame is None or frame.is_empty():
        return None
    sums: dict[str, dict[str, float]] = {}
    for offer, stage, mean in _summed(frame):
        sums.setdefault(offer, {})[stage] = mean
    stages = [stage for stage in STAGES if any(row.get(stage) for row in sums.values())]
    rows = []
    for offer, of in sums.items():
        made, accepted = of.get("made", 0.0), of.get("accepted", 0.0)
        rate = accepted / made if made else None
        moved = of.get("mrr")
        counts = [Cell(numbers.plain(of.get(stage, 0.0), lang, digits=1), of.get(stage, 0.0)) for stage in stages]
        rows.append(
            [
                Cell(offer),
                *counts,
                Cell(numbers.percent(rate, lang), rate),
                Cell(numbers.money(moved, result.currency, lang, signed=True), moved),
            ]
        )
    titles = [
        word("page.offer", lang),
        *(word(f"page.offer_{stage}", lang) for stage in stages),
        word("page.offer_acceptance", lang),
        word("page.offer_mrr", lang),
    ]
    return Table(word("page.offers_caption", lang), titles, rows, [word("page.offers_note", lang)])


def _summed(frame: pl.DataFrame) -> Iterator[tuple[str, str, float]]:
    """(offer, stage, mean) summed over months and segments, in the order of the table."""
    summed = frame.group_by("offer", "stage", maintain_order=True).agg(pl.col("mean").sum())
    for offer, rows in itertools.groupby(sorted(summed.iter_rows(), key=lambda row: row[0]), key=lambda row: row[0]):
        for _, stage, mean in rows:
            yield offer, stage, float(mean)


def _rescue(result: Any, lang: str) -> Table | None:
    funnel = result.summary.get("rescue") or {}
    if not funnel:
        return None
    counts = ("offered", "accepted")
    shares = ("acceptance", "still_3m", "still_6m", "still_12m", "returned_12m", "stayed_after_end")
    columns = [*counts, *(one for one in shares if any(known(row.get(one)) is not None for row in funnel.values()))]
    rows = []
    for offer, row in funnel.items():
        cells = [Cell(offer)]
        for column in columns:
            mean, low, high = (known(row.get(key)) for key in (column, f"{column}_p05", f"{column}_p95"))
            if column in counts:
                texts = [numbers.plain(one, lang, digits=1) for one in (mean, low, high)]
            else:
                texts = [numbers.percent(one, lang) for one in (mean, low, high)]
            banded = result.replications > 1 and low is not None and high is not None and low != high
            cells.append(Cell(texts[0], mean, numbers.between(texts[1], texts[2], lang) if banded else ""))
        rows.append(cells)
    titles = [word("page.offer", lang), *(word(f"page.rescue_{column}", lang) for column in columns)]
    notes = [word("page.rescue_note", lang), *_band_note(result, lang)]
    return Table(word("page.rescue_caption", lang), titles, rows, notes)
