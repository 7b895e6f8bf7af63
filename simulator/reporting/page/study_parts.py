"""The parts of a page that show a study: figures, what differs, differences, choices, cases, and each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.comparison_table import METRICS
from simulator.reporting.page import run_parts, scenario_parts, values
from simulator.reporting.page.content import Block, Cell, Folded, Items, Part, Table, Text, listed
from simulator.reporting.page.frames import frame_table
from simulator.reporting.page.scenario_parts import Told
from simulator.reporting.page.written_number import written_number
from simulator.reporting.result_view import known
from simulator.reporting.section import Section
from simulator.reporting.study_figures import STUDY_FIGURES, draw
from simulator.reporting.study_terminal import TABLES
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import word

RUN_FIGURES = ("closing_mrr", "bridge", "net_churn")
"""Figures shown of each scenario of a study; a page of its folder shows them all."""


def pictures(study: Any, lang: str) -> list[Part]:
    """The figures of the study, each under its finding."""
    about = run_parts.source(study, lang)
    return [
        run_parts.picture(draw(study, one, lang), f"figure-{one}", about, lang)
        for one in STUDY_FIGURES.get(study.kind, {})
    ]


def anchors(study: Any) -> dict[str, str]:
    """The anchor of each scenario's part. Names stay out of it: they may be anything."""
    return {one: f"scenario-{i}" for i, one in enumerate(study.runs, 1)}


def titles(study: Any) -> dict[str, str]:
    """The title of each scenario."""
    known_titles = study.summary.get("titles") or {}
    return {one: str(known_titles.get(one, result.title)) for one, result in study.runs.items()}


def named(study: Any, one: str, lang: str) -> str:
    """A scenario as headings name it: name and title, and whether it is the base or the recommended option."""
    text = word("page.scenario_named", lang, name=one, title=titles(study)[one])
    if one == study.summary.get("recommended"):
        return word("comparison.recommended", lang, option=text)
    return word("page.scenario_base", lang, scenario=text) if one == study.summary.get("base") else text


def overview(study: Any, lang: str) -> list[Block]:
    """The scenarios, each leading to its part, and which one the study recommends."""
    if not study.runs:
        return []
    leads = anchors(study)
    blocks: list[Block] = []
    recommended = study.summary.get("recommended")
    if recommended in study.runs:
        blocks.append(Text(word("page.recommends", lang, option=named(study, recommended, lang))))
    blocks.append(Text(word("page.scenarios_of_study", lang)))
    blocks.append(Items([Cell(named(study, one, lang), leads_to=leads[one]) for one in study.runs]))
    return blocks


def tables(study: Any, lang: str) -> list[Part]:
    """The tables of the study as the terminal shows them; those of its files where its kind has none."""
    sections = TABLES[study.kind](study, lang) if study.kind in TABLES else []
    lists = [section for section in sections if not section.titles and section.notes]
    parts = [Part(unbroken(one.caption, lang), [listed([unbroken(note, lang) for note in one.notes])]) for one in lists]
    leads = anchors(study)
    shown: list[Block] = [_table(section, leads, lang) for section in sections if section.titles]
    if study.kind not in TABLES:
        shown = [frame_table(frame, one, lang) for one, frame in study.tables.items()]
    parts.append(Part(word("page.tables", lang), shown))
    told = (study.summary.get("uncertainty_of_difference") or {}).items()
    sentences = [
        dominant(found, word("comparison.difference_of", lang, scenario=one), lang) for one, found in told if found
    ]
    if sentences:
        parts.append(Part(word("page.uncertainty", lang), [listed(sentences)]))
    return parts


def choices(study: Any, lang: str) -> list[Part]:
    """How good a choice each scenario is, the base among them: how often it is best, and what it costs if wrong."""
    if "choices" not in study.tables:
        return []
    last = study.months[-1]
    frame = study.tables["choices"].filter(pl.col("month") == last)
    leads = anchors(study)
    blocks: list[Block] = []
    for metric in METRICS:
        rows = []
        for row in frame.filter(pl.col("metric") == metric).iter_rows(named=True):
            value, best, cost = (known(row[column]) for column in ("value", "p_best", "cost_if_wrong"))
            texts = (
                values.written(value, metric, study.currency, lang),
                numbers.percent(best, lang, digits=0),
                numbers.points(cost, lang, digits=2).lstrip("+")
                if metric in values.RATES
                else values.written(cost, metric, study.currency, lang),
            )
            scenario = Cell(str(row["scenario"]), leads_to=leads.get(str(row["scenario"]), ""))
            rows.append([scenario, *(Cell(text, key) for text, key in zip(texts, (value, best, cost), strict=True))])
        if rows:
            caption = word(
                "comparison.caption", lang, metric=values.label(metric, lang), month=numbers.month(last, lang)
            )
            heads = [word(f"page.choice_{column}", lang) for column in ("scenario", "value", "p_best", "cost")]
            blocks.append(Table(word("page.choice_caption", lang, what=caption), heads, rows))
    return [Part(word("page.choices", lang), [Text(word("page.choices_note", lang)), *blocks])] if blocks else []


def scenarios(study: Any, told: dict[str, Told], lang: str) -> list[Part]:
    """Each scenario: headline, figures, movements, its sentences and its text."""
    parts = []
    for one, result in study.runs.items():
        anchor = anchors(study)[one]
        blocks: list[Block] = [run_parts.facts(result, lang), run_parts.movements(result, lang)]
        blocks += run_parts.years(result, lang)
        segments = run_parts.by_segment(result, lang)
        if segments is not None:
            blocks.append(segments)
        sentences, sections = scenario_parts.sentences(told[one])
        if told[one].assumptions:
            sections = [*sections, scenario_parts.assumed(told[one], lang)]
        pictured = run_parts.pictures(result, RUN_FIGURES, anchor, lang)
        offers = [*run_parts.offers(result, lang), *run_parts.teams(result, lang)]
        text = [
            Folded(word("page.scenario_in_sentences", lang), sentences, sections),
            *scenario_parts.yaml_text(result.scenario_yaml, lang),
        ]
        written = Part(word("page.scenario", lang), list(text))
        parts.append(Part(named(study, one, lang), blocks, [*pictured, *offers, written], anchor=anchor))
    return parts


def unbroken(text: str, lang: str) -> str:
    """A text that was broken for a narrow terminal, in one line."""
    return text.replace("-\n", "").replace(".\n", ".").replace("\n", " " if lang == "en" else "")


def _table(section: Section, leads: dict[str, str], lang: str) -> Table:
    columns = list(zip(*section.rows, strict=True))
    keys = [_keys(column, lang) for column in columns]
    words = frozenset(
        {0} | {i for i, column in enumerate(columns) if not any(any(map(str.isdigit, t)) for t in column)}
    )
    rows = [
        [Cell(text, keys[i][r], leads_to=_lead(text, leads) if i == 0 else "") for i, text in enumerate(row)]
        for r, row in enumerate(section.rows)
    ]
    notes = [unbroken(note, lang) for note in section.notes]
    heads = [unbroken(title, lang) for title in section.titles]
    return Table(unbroken(section.caption, lang), heads, rows, notes, words=words)


def _keys(column: Sequence[str], lang: str) -> list[float | None]:
    """What a column of written numbers is sorted by; nothing unless every text in it is one number, or none."""
    found = [written_number(text, lang) for text in column]
    numbered = all(key is not None or not any(map(str.isdigit, text)) for key, text in zip(found, column, strict=True))
    return found if numbered else [None] * len(column)


def _lead(text: str, leads: dict[str, str]) -> str:
    """The part of the scenario that a row is of: rows begin with its name."""
    return next((leads[one] for one in leads if text == one or text.startswith(f"{one}: ")), "")
