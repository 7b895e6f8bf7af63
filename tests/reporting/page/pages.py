"""Results that pages are made of, and pages as trees."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
from lxml import html

import simulator as sim
from simulator.reporting.page.page import page
from simulator.results.result import Result
from simulator.results.study import Study

if TYPE_CHECKING:
    from tests.reporting.synthetic import SyntheticResult

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(2)>",
    "{{7*7}}{% raw %}",
    "\u202eevil\u202c \u05d0\u05d1\u05d2",
    "\U0001f680\U0001f469\u200d\U0001f680",
    "n" * 300,
    '"\' onmouseover="alert(3)" x=\'',
    '=HYPERLINK("http://evil.example")',
    "]]><svg onload=alert(4)>",
)

SHOP = """\
language: 1
title: A small shop
currency: JPY
start: 2026-04
months: 26
fiscal_year_start: 4
plans: {basic: {price: 1000}, plus: {price: 3000}, lite: {price: 300, sold: rescue}}
segments:
  smb:
    opening: {basic: 60, plus: 20}
    opening_tenure: {mean: 8 months}
    arrivals: {per_month: 6}
    choose: {basic: 80%, plus: rest}
    cancel: {basic: 4% per month, plus: 2% per month, lite: 5% per month}
  firm:
    opening: {basic: 10, plus: 30}
    opening_tenure: {mean: 8 months}
    cancel: {basic: 2% per month, plus: 1% per month, lite: 5% per month}
offers:
  rise: {motion: upsell, when: {every: 2 months}, who: {plans: [basic]}, to: plus, acceptance: 10%}
  stay: {motion: downsell, when: cancel_intent, who: {plans: [basic, plus]}, to: lite, acceptance: 30%}
"""


@cache
def shop() -> Result:
    """A run with two segments, an upsell and a rescue."""
    return sim.run(sim.load(SHOP), replications=8, seed=3)


@cache
def compared() -> Study:
    """A comparison of three scenarios; names of scenarios come from their files, so they are set here."""
    from dataclasses import replace

    base = sim.load(SHOP)
    dear = sim.load(SHOP.replace("price: 3000", "price: 3600").replace("A small shop", "Plus +20 %"))
    bare = sim.load(SHOP.replace("acceptance: 30%", "acceptance: 0%").replace("A small shop", "Nobody is rescued"))
    named = [replace(one, name=name) for one, name in ((base, "base"), (dear, "dear"), (bare, "bare"))]
    return sim.compare(*named, replications=8, seed=3)


@cache
def markup(lang: str) -> str:
    """The page of the shop."""
    return page(shop(), lang)


@cache
def study_markup(lang: str) -> str:
    """The page of the comparison."""
    return page(compared(), lang)


def tree(text: str) -> Any:
    """The elements of a page."""
    return html.document_fromstring(text)


def words_of(element: Any) -> str:
    """The text of an element, spaces made one."""
    return " ".join(element.text_content().split())


def whole(result: SyntheticResult) -> Result:
    """A synthetic result with the tables that a run has beside metrics and movements, empty."""
    text, number = pl.String, pl.Float64
    ends: dict[str, Any] = dict.fromkeys(("mean", "p05", "p50", "p95"), number)
    return Result(
        metrics=result.metrics,
        movements=result.movements,
        offers=pl.DataFrame(schema={"month": text, "segment": text, "offer": text, "stage": text, **ends}),
        teams=pl.DataFrame(schema={"month": text, "team": text, "figure": text, **ends}),
        runs=pl.DataFrame(),
        summary={
            **result.summary,
            "horizon": {"labels": list(result.months)},
            "fiscal_year_start": result.fiscal_year_start,
        },
    )
