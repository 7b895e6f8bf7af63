"""The parts of a page that show a scenario: its sentences, what it assumes, what it leaves out, its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.reporting.page.content import Block, Code, Folded, Part, Text, listed
from simulator.reporting.page.left_out import left_out
from simulator.reporting.words import word


@dataclass(frozen=True)
class Told:
    """A scenario in sentences: its frame, sections, what it assumes, and which mechanisms it leaves out (by name).

    `problem` says why a scenario cannot be read any more, for example because its file of customers is gone.
    """

    frame: list[str] = field(default_factory=list)
    sections: list[Part] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    problem: str = ""


def told(yaml: str, lang: str) -> Told:
    """Read a scenario's text back in sentences."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.explain import LANGUAGES, explain
    from simulator.scenario.load import load

    try:
        scenario = load(yaml if "\n" in yaml else f"{yaml}\n")
    except ScenarioError as error:
        return Told(problem=word("page.unreadable", lang, why=str(error)))
    assumed = LANGUAGES[lang]().say("assumptions")
    frame: list[str] = []
    sections: list[Part] = []
    sentences: list[str] = []
    for block in explain(scenario, lang).split("\n\n")[1:]:  # the first is the title
        if block.startswith("## "):
            sections.append(Part(block.removeprefix("## ").strip()))
        elif not sections:
            frame.append(block.strip())
        else:
            sentences = [line.removeprefix("- ") for line in block.strip().split("\n")]
            sections[-1].blocks.append(listed(sentences))
    assumptions = sentences if sections and sections[-1].title == assumed else []
    return Told(frame, sections[:-1] if assumptions else sections, assumptions, left_out(scenario))


def sentences(one: Told) -> tuple[list[Block], list[Part]]:
    """The scenario in sentences, as blocks and parts."""
    if one.problem:
        return [Text(one.problem)], []
    return [Text(text) for text in one.frame], one.sections


def assumed(one: Told, lang: str, anchor: str = "") -> Part:
    """What the scenario assumes without saying so."""
    blocks: list[Block] = [Text(word("page.assumed", lang)), listed(one.assumptions)]
    return Part(word("page.assumptions", lang), blocks, anchor=anchor)


def yaml_text(yaml: str, lang: str) -> list[Block]:
    """The scenario as its file has it, folded; nothing where there is none."""
    if not yaml:
        return []
    label = word("page.yaml", lang)
    return [Folded(label, [Code(yaml, label)])]


def not_modelled(names: tuple[str, ...], lang: str) -> list[Block]:
    """What these results leave out: mechanisms that the scenario does not use, and what no run has."""
    blocks: list[Block] = []
    if names:
        blocks.append(Text(word("page.left_out", lang)))
        blocks.append(listed([word(f"left_out.{name}", lang) for name in names]))
    blocks.append(Text(word("page.never_modelled", lang)))
    blocks.append(listed([word(f"never_modelled.{name}", lang) for name in NEVER]))
    return blocks


NEVER = ("rivals", "each_other", "economy", "cash", "fit", "model")
"""What no scenario can say in this version."""
