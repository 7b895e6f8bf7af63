"""Risks: warnings of the run, the bad case, the probability of being worse, and what is not modelled."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck import flow
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.comparison import at_end, options
from simulator.reporting.deck.telling import named, notes, scenario_of
from simulator.reporting.page.left_out import left_out
from simulator.reporting.page.scenario_parts import NEVER
from simulator.reporting.result_view import known
from simulator.reporting.words import word


def add_for_run(deck: Deck, result: Any) -> None:
    """Warnings and what is not modelled."""
    _add(deck, list(result.summary.get("warnings") or []), [], result)


def add_for_study(deck: Deck, study: Any, result: Any) -> None:
    """The same, and for every option how often and in which cases it is worse than the base."""
    warnings = list(study.summary.get("warnings") or [])
    for one in study.runs.values():
        warnings += [x for x in one.summary.get("warnings") or [] if x not in warnings]
    _add(deck, warnings, _of_options(study, deck.lang), result)


def _add(deck: Deck, warnings: list[str], of_options: list[str], result: Any) -> None:
    lang = deck.lang
    scenario = scenario_of(result) if result is not None else None
    missing = [] if scenario is None else [word(f"left_out.{name}", lang) for name in left_out(scenario)]
    never = [word(f"never_modelled.{name}", lang).rstrip(";。.") for name in NEVER]
    items: list[tuple[str, bool]] = []
    if of_options:
        items += [(word("deck.risk_options", lang), True), *((x, False) for x in of_options)]
    items.append((word("headline.warnings", lang), True))
    items += [(x, False) for x in warnings] or [(word("deck.no_warnings", lang), False)]
    if missing:
        items += [(word("deck.left_out", lang), True), *((x, False) for x in missing)]
    items += [(word("deck.never_modelled", lang), True), *((x, False) for x in never)]

    def title(part: int, parts: int) -> str:
        told = word("deck.risks_title", lang, warnings=len(warnings), missing=len(missing) + len(never))
        return told if parts == 1 else word("deck.part", lang, title=told, part=part, parts=parts)

    flow.add(deck, title, items, notes(deck, title(1, 1), file="summary.json, scenario.yaml"))


def _of_options(study: Any, lang: str) -> list[str]:
    """For every option: probability of lower closing MRR than the base, and its worst case."""
    found: list[str] = []
    if "differences" not in study.tables:
        return found
    for name in options(study):
        row = at_end(study, "closing_mrr", name)
        if row is None or known(row["p_better"]) is None:
            continue
        worse = numbers.share(1.0 - row["p_better"], lang)
        found.append(word("deck.risk_worse", lang, option=named(study.summary["titles"][name]), share=worse))
        cases = _cases(study, name, lang)
        if cases:
            case, change = min(cases.items(), key=lambda x: x[1])
            amount = numbers.money(change, study.currency, lang, signed=True)
            title = named(study.summary["titles"][name])
            found.append(word("deck.risk_case", lang, option=title, case=named(case), amount=amount))
    return found


def _cases(study: Any, option: str, lang: str) -> dict[str, float]:
    """Difference of closing MRR at the horizon by the title of the case."""
    if "cases" not in study.tables:
        return {}
    from simulator.reporting.comparison_table import case_title

    found = {}
    for row in study.table("cases").iter_rows(named=True):
        if (row["month"], row["segment"], row["scenario"]) == (study.months[-1], "all", option):
            change = known(row["difference"])
            if row["metric"] == "closing_mrr" and change is not None:
                found[case_title(row["case"], study.summary["cases"][row["case"]], lang)] = change
    return found
