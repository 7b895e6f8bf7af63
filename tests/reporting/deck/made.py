"""Results and studies made by rule for decks, and what is read back from a deck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn

from simulator.reporting.deck import write_deck
from simulator.results.result import Result
from simulator.results.study import Study
from simulator.results.tables import RUNS_SCHEMA
from tests.reporting.synthetic import SyntheticResult, synthetic

TEXT_COLUMNS = ("month", "segment", "offer", "stage", "team", "figure")
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "x" * 300,
    "\u05e9\u05dc\u05d5\u05dd \u202e\u05d0\u05d1",
    "\U0001f680 \U0001f468\u200d\U0001f469",
    "a\x00b\x0bc\ufffed\ud800",
    "& ' \" ]]> {0} %s",
)

SCENARIO = """
title: Price rise
currency: JPY
start: 2026-04
months: 36
plans: {standard: {price: 10_000}, premium: {price: 30_000}}
segments:
  smb:
    opening: {standard: 600, premium: 150}
    arrivals: {per_month: 40}
    choose: {standard: 80%, premium: 20%}
    cancel: {standard: 3% per month, premium: 2% per month}
changes:
  - {at: 2026-10, set: {plans.premium.price: 36_000}, existing: MODE}
"""


def result(made: SyntheticResult, *, scenario: str = "", runs: pl.DataFrame | None = None) -> Result:
    """The synthetic result as a `Result`, with paying customers, NRR and GRR."""
    rows = []
    for i, month in enumerate(made.months):
        customers = 750.0 + 10 * i
        rows.append((month, "all", "paying_customers", customers, 5.0, customers - 9, customers, customers + 9))
        if i >= 11:
            rows.append((month, "all", "grr_12m", 0.8, 0.01, 0.78, 0.8, 0.82))
    schema = ("month", "segment", "metric", "mean", "sd", "p05", "p50", "p95")
    more = pl.DataFrame(rows, orient="row", schema=list(schema)).with_columns(
        pl.lit(made.replications, pl.Int64).alias("replications")
    )
    horizon = {"start": made.months[0], "months": len(made.months), "labels": list(made.months)}
    told = {"horizon": horizon, "fiscal_year_start": made.fiscal_year_start, "engine": "compiled", "versions": {}}
    empty = dict.fromkeys(TEXT_COLUMNS, pl.String)
    return Result(
        metrics=pl.concat([made.metrics, more]),
        movements=made.movements,
        offers=pl.DataFrame(
            schema={x: empty[x] for x in ("month", "segment", "offer", "stage")} | {"mean": pl.Float64}
        ),
        teams=pl.DataFrame(schema={x: empty[x] for x in ("month", "team", "figure")} | {"mean": pl.Float64}),
        runs=pl.DataFrame(schema=RUNS_SCHEMA) if runs is None else runs,
        summary={**made.summary, **told, "title": made.title},
        scenario_yaml=scenario,
    )


def stock(
    plan: str, month: int, paying: int, mrr: float, replications: int = 100, segment: str = "smb"
) -> pl.DataFrame:
    """Stock rows of `runs`: the same in every replication."""
    rows = []
    for r in range(replications):
        rows.append((r, "stock", month, segment, plan, None, None, "paying", 0, paying))
        rows.append((r, "stock", month, segment, plan, None, None, "mrr", round(mrr * 10_000), 0))
    return pl.DataFrame(rows, orient="row", schema=RUNS_SCHEMA)


def study(
    kind: str = "cases",
    *,
    difference: float = 500_000.0,
    half: float = 100_000.0,
    recommended: str | None = "A",
    names: tuple[str, ...] = ("base", "A"),
    titles: tuple[str, ...] = ("As today", "Premium +20 %"),
    scenario: str = "",
    months: int = 24,
) -> Study:
    """A comparison, or options in cases, whose difference in closing MRR at the end is given, with its half width."""
    runs = {
        name: result(synthetic(months, title=title), scenario=scenario)
        for name, title in zip(names, titles, strict=True)
    }
    labels = next(iter(runs.values())).months
    rows, choices = [], []
    for k, name in enumerate(names[1:], start=1):
        for i, month in enumerate(labels):
            part = (i + 1) / months
            mean, wide = k * difference * part, half * part
            rows.append((month, "all", name, "closing_mrr", 1e7, 1e7 + mean, mean, mean - wide, mean + wide, 0.9))
            rows.append((month, "all", name, "nrr_12m", 0.9, 0.91, 0.01, 0.005, 0.015, 0.9))
            choices.append((month, "closing_mrr", name, 1e7 + mean, 0.7, 1234.0))
    columns = ("month", "segment", "scenario", "metric", "base", "value", "difference", "low95", "high95", "p_better")
    differences = pl.DataFrame(rows, orient="row", schema=list(columns))
    tables = {
        "differences": differences,
        "choices": pl.DataFrame(
            choices, orient="row", schema=["month", "metric", "scenario", "value", "p_best", "cost_if_wrong"]
        ),
    }
    summary: dict[str, Any] = {
        "kind": kind,
        "title": "The price of Premium",
        "currency": "JPY",
        "fiscal_year_start": 4,
        "horizon": {"start": labels[0], "months": months, "labels": list(labels)},
        "replications": 100,
        "seed": 1,
        "base": names[0],
        "runs": list(names),
        "titles": dict(zip(names, titles, strict=True)),
        "differs": {
            name: [{"key": "plans.premium.price", "before": "30_000", "after": "36_000"}] for name in names[1:]
        },
        "variance_reduction": {},
        "warnings": ["The base is small."],
    }
    if kind == "cases":
        summary |= {"cases": {"low": "cautious", "base": "base"}, "recommended": recommended}
        cases = [differences.with_columns(pl.lit(case).alias("case")) for case in ("low", "base")]
        tables["cases"] = pl.concat(cases).select("case", *columns)
    return Study(kind, tables, summary, runs)


def deck_of(shown: Any, folder: Path, lang: str = "en", **options: Any) -> Any:
    """The deck of a result or study, written and opened again."""
    path = folder / f"deck.{lang}.pptx"
    write_deck(shown, path, lang, **options)
    return Presentation(str(path))


@dataclass(frozen=True)
class Placed:
    """A shape and its edges, in points."""

    name: str
    left: float
    top: float
    right: float
    bottom: float


def placed(slide: Any) -> list[Placed]:
    """All shapes of a slide that show something."""
    found = []
    for shape in slide.shapes:
        if shape.is_placeholder and shape.placeholder_format.type is not None and not shape.has_text_frame:
            continue
        sides = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
        found.append(Placed(shape.name, *(float(x) / 12700 for x in sides)))
    return found


def titles(deck: Any) -> list[str]:
    """The titles of the slides."""
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def charts(deck: Any) -> Iterator[Any]:
    """All native charts."""
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart:
                yield shape.chart


def texts(deck: Any) -> Iterator[str]:
    """Every text of the slides, the tables and the notes."""
    for root in roots(deck):
        for run in root.iter(qn("a:t")):
            yield run.text or ""


def roots(deck: Any) -> Iterator[etree._Element]:
    """The XML of slides, notes and charts."""
    for slide in deck.slides:
        yield slide._element
        yield slide.notes_slide._element
    for chart in charts(deck):
        yield chart._chartSpace
