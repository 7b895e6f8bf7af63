"""How the numbers were made: replications, seed, versions, intervals, and the command that makes them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.reporting.deck import flow
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.words import word


def add(deck: Deck, shown: Any, *, study: bool) -> None:
    """One slide."""
    lang = deck.lang
    summary = shown.summary
    lines = [(word("deck.method_run", lang, replications=shown.replications, seed=shown.seed), False)]
    lines.append((word("deck.method_study" if study else "deck.method_band", lang), False))
    if study:
        lines.append((word("deck.method_common", lang), False))
    lines.append((word("deck.method_accounting", lang), False))
    versions = summary.get("versions") or {}
    if versions:
        written = ", ".join(f"{name} {number}" for name, number in versions.items())
        engine = summary.get("engine") or word("headline.unknown", lang)
        lines.append((word("deck.method_versions", lang, engine=engine, versions=written), False))
    commands = _commands(shown, study)
    if commands:
        lines.append((word("deck.method_again", lang), True))
        lines += [(line, False) for line in commands]
        lines.append((word("deck.method_bytes", lang), False))
    title = word("deck.method_title", lang, replications=shown.replications, seed=shown.seed)
    flow.add(deck, lambda *_: title, lines, notes(deck, title, "band", file="summary.json"))


def _commands(shown: Any, study: bool) -> Sequence[str]:
    """The commands, to be given in the result's folder; none for kinds whose options the summary does not hold."""
    options = f"--replications {shown.replications} --seed {shown.seed}"
    if not study:
        return [f"plansim run scenario.yaml {options}"]
    if shown.kind == "comparison":
        files = " ".join(f"{named(name)}/scenario.yaml" for name in shown.summary["runs"])
        return [f"plansim compare {files} {options}"]
    if shown.kind == "cases":
        return [f"plansim compare STUDY.yaml {options}"]
    return []
