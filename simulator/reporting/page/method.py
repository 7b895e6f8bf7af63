"""How the numbers were made, what they mean, and how to make them again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from simulator.reporting.page import values
from simulator.reporting.page.content import Block, Cell, Code, Table, Text, listed
from simulator.reporting.words import table, word


def method(found: Any, lang: str) -> list[Block]:
    """Replications, seed, engine, how intervals are made, versions."""
    summary = found.summary
    drawn = summary.get("seed") is not None
    sentences = []
    if drawn:
        sentences.append(word("page.method_draws", lang, replications=f"{found.replications:,}", seed=found.seed))
        if summary.get("engine"):
            sentences.append(word("page.method_engine", lang, engine=summary["engine"]))
    else:
        sentences.append(word("page.method_account", lang))
    if drawn and found.replications > 1:
        sentences.append(word("page.method_band", lang))
    if drawn and "kind" in summary:
        sentences.append(word("page.method_paired", lang))
    sentences.append(word("page.method_rates", lang))
    sentences.append(word("page.method_identity", lang))
    sentences.append(word("page.method_rounding", lang))
    blocks: list[Block] = [listed(sentences)]
    versions = summary.get("versions") or {}
    if versions:
        heads = [word("page.software", lang), word("page.version", lang)]
        rows = [[Cell(str(one)), Cell(str(version))] for one, version in versions.items()]
        blocks.append(Table(word("page.versions", lang), heads, rows, words=frozenset({0, 1})))
    return blocks


def definitions(metrics: Sequence[str], lang: str) -> Table:
    """What the metrics shown mean, by formula."""
    rows = [
        [Cell(values.label(metric, lang)), Cell(word(f"definition.{metric}", lang)), Cell(metric)]
        for metric in metrics
        if f"definition.{metric}" in table()
    ]
    heads = [word(f"page.{title}", lang) for title in ("metric", "definition", "name_in_files")]
    return Table(word("page.definitions", lang), heads, rows, words=frozenset({0, 1, 2}))


def reproduce(found: Any, lang: str) -> list[Block]:
    """The command that makes the same numbers again, from the folder of the page."""
    command = command_of(found)
    if command is None:
        return [Text(word("page.reproduce_other", lang))]
    blocks: list[Block] = [Text(word("page.reproduce", lang)), Code(command, word("page.command", lang))]
    if found.summary.get("kind") == "cases":
        blocks.append(Text(word("page.reproduce_cases", lang), weak=True))
    return blocks


def command_of(found: Any) -> str | None:
    """The command for a run, a comparison or a study of cases; None for kinds that are not only their scenarios."""
    summary = found.summary
    if summary.get("seed") is None:
        return None
    options = ["--replications", str(found.replications), "--seed", str(found.seed)]
    if summary.get("engine") in ("compiled", "simpy"):
        options += ["--engine", summary["engine"]]
    kind = summary.get("kind")
    if kind is None:
        return _shell("run", ["scenario.yaml"], options) if found.scenario_yaml else None
    if kind == "comparison":
        return _shell("compare", [f"{one}/scenario.yaml" for one in found.runs], options)
    return _shell("compare", ["STUDY.yaml"], options) if kind == "cases" else None


def _shell(command: str, files: Sequence[str], options: Sequence[str]) -> str:
    parts = ["plansim", command, *files, *options, "--out", "again"]
    return " ".join(shlex.quote(part) for part in parts)
