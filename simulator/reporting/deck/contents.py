"""Which slides a deck has, in which order, by what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides import (
    assumptions,
    bridge,
    cases,
    closing_mrr,
    comparison,
    cover,
    decisions,
    definitions,
    economics,
    fiscal,
    kpi_tree,
    method,
    movements,
    net_churn,
    offers,
    pictures,
    price_rise,
    prices,
    rescue,
    retention,
    risks,
    run_summary,
    schedule,
    sections,
    study_summary,
    teams,
)
from simulator.reporting.deck.slides import targets as target_slides
from simulator.reporting.deck.telling import named, scenario_of
from simulator.reporting.targets import Target

COMPARED = ("comparison", "cases")
"""Kinds of studies that compare options with a base."""

NATIVE = frozenset(
    {
        *("movements", "closing_mrr", "bridge", "net_churn", "retention"),
        *("rescue_funnel", "offer_funnel", "team_utilisation"),
    }
)
"""Figures for which PowerPoint has a chart or a table; all others become pictures."""


def fill_run(deck: Deck, result: Any, targets: Sequence[Target]) -> None:
    """The slides of a run."""
    cover.add(deck, result)
    run_summary.add(deck, result)
    kpi_tree.add(deck, [("", result)])
    if targets:
        target_slides.add(deck, result, targets)
    _findings_of(deck, result, "")
    _prices_of(deck, result, result, "")
    assumptions.add(deck, result)
    risks.add_for_run(deck, result)
    method.add(deck, result, study=False)
    definitions.add(deck)


def fill_study(deck: Deck, study: Any, targets: Sequence[Target]) -> None:
    """The slides of a study."""
    cover.add(deck, study)
    if study.kind in COMPARED:
        _fill_options(deck, study, targets)
    else:
        _fill_other(deck, study, targets)
    method.add(deck, study, study=True)
    definitions.add(deck)


def shown_run(study: Any) -> str | None:
    """The run that a study's deck shows in detail: the recommended option, else the best on average, else the first."""
    recommended = study.summary.get("recommended")
    if recommended in study.runs:
        return recommended
    base = study.summary.get("base")
    others = [name for name in study.runs if name != base]
    if study.kind in COMPARED and others:
        return study_summary.best_option(study)
    return next(iter(study.runs), None)


def _fill_options(deck: Deck, study: Any, targets: Sequence[Target]) -> None:
    """Options against a base: what is asked first, then what it rests on, then what it brings."""
    base, option = study.runs[study.summary["base"]], shown_run(study)
    assert option is not None
    chosen, label = study.runs[option], named(study.summary["titles"].get(option, option))
    study_summary.add(deck, study)
    decisions.add(deck, study, option, scenario_of(chosen))
    comparison.add(deck, study)
    if study.kind == "cases":
        cases.add(deck, study)
    kpi_tree.add(deck, [(study.summary["titles"][study.summary["base"]], base), (label, chosen)])
    _prices_of(deck, base, chosen, label)
    if targets:
        target_slides.add(deck, chosen, targets, label)
    _findings_of(deck, chosen, label)
    risks.add_for_study(deck, study, chosen)
    assumptions.add(deck, chosen, label)


def _fill_other(deck: Deck, study: Any, targets: Sequence[Target]) -> None:
    """A kind without slides of its own: its figures as pictures, then its tables."""
    from simulator.reporting.study_figures import STUDY_FIGURES, draw

    for name in STUDY_FIGURES.get(study.kind, {}):
        pictures.add(deck, draw(study, name, deck.lang), f"figures/{name}.png")
    sections.add(deck, study)
    option = shown_run(study)
    result = study.runs[option] if option else None
    if result is not None:
        label = named(study.summary.get("titles", {}).get(option, option))
        if targets:
            target_slides.add(deck, result, targets, label)
        assumptions.add(deck, result, label)
    risks.add_for_study(deck, study, result)


def _findings_of(deck: Deck, result: Any, label: str) -> None:
    """What a run has found: charts first, then the figures that have none."""
    from simulator.reporting.figures import draw, drawable

    for slide in (closing_mrr, fiscal, movements, bridge, net_churn, retention):
        slide.add(deck, result, label)
    for slide in (rescue, offers, teams, economics):
        slide.add(deck, result, label)
    for name in drawable(result):
        if name not in NATIVE:
            pictures.add(deck, draw(result, name, deck.lang), f"figures/{name}.png", label)


def _prices_of(deck: Deck, today: Any, new: Any, label: str) -> None:
    """Prices, who is hit, and the schedule, where the scenarios can be read."""
    before, after = scenario_of(today), scenario_of(new)
    if before is None or after is None:
        return
    prices.add(deck, before, after, label)
    price_rise.add(deck, new, after, label)
    schedule.add(deck, after, label)
