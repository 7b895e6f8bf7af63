"""A result or a study as one HTML file that needs nothing else: no network, no fonts, no script to be read."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Sequence
from functools import partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulator.reporting import numbers
from simulator.reporting.figures import drawable
from simulator.reporting.page import method, run_parts, scenario_parts, study_parts
from simulator.reporting.page.content import Block, Facts, Folded, Items, Part, Text, listed
from simulator.reporting.page.target_part import target_part
from simulator.reporting.targets import Target
from simulator.reporting.words import word


def page(found: Any, lang: str, targets: Sequence[Target] = ()) -> str:
    """The page of a Result or a Study, as HTML; `targets` are laid beside its forecast (see `targets.shown_run`).

    Texts of the user (titles, names, warnings, the scenario) are escaped wherever they stand.
    """
    parts = _study(found, lang) if hasattr(found, "kind") else _run(found, lang)
    if targets:
        places = [i for i, part in enumerate(parts) if part.anchor in ("summary", "warnings")]
        parts.insert(places[-1] + 1, target_part(found, targets, lang))
    environment = Environment(
        loader=PackageLoader("simulator.reporting.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _resource("page.js")
    ids = itertools.count(1)
    return environment.get_template("page.html.jinja").render(
        lang=lang,
        title=found.title,
        subtitle=_subtitle(found, lang),
        parts=parts,
        say=partial(_say, lang=lang),
        new_id=lambda: f"n{next(ids)}",
        style=Markup(_resource("page.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _run(result: Any, lang: str) -> list[Part]:
    drawn = run_parts.pictures(result, drawable(result), "figure", lang)
    told = scenario_parts.told(result.scenario_yaml, lang) if result.scenario_yaml else scenario_parts.Told()
    segments = run_parts.by_segment(result, lang)
    uncertain = run_parts.uncertainty(result, lang)
    metrics: list[Block] = [] if segments is None else [segments]
    metrics.append(Folded(word("page.by_month", lang), [run_parts.by_month(result, lang)]))
    metrics += run_parts.all_metrics(result, lang)
    offered = [*run_parts.offers(result, lang), *run_parts.teams(result, lang)]
    sentences, sections = scenario_parts.sentences(told)
    parts = [
        Part(word("page.summary", lang), _summary(run_parts.facts(result, lang), drawn, lang), anchor="summary"),
        *_anchored(run_parts.warnings(result, lang), "warnings"),
        Part(word("page.figures", lang), parts=drawn, anchor="figures"),
        Part(
            word("table.title", lang),
            [run_parts.movements(result, lang), *run_parts.years(result, lang)],
            anchor="movements",
        ),
        Part(word("page.metrics", lang), metrics, anchor="metrics"),
    ]
    if offered:
        parts.append(Part(word("page.offers_and_teams", lang), parts=offered, anchor="offers"))
    further = run_parts.further_tables(result, lang)
    if further:
        parts.append(Part(word("page.further", lang), further, anchor="further"))
    if uncertain:
        parts.append(Part(word("page.uncertainty", lang), [listed(uncertain)], anchor="uncertainty"))
    if result.scenario_yaml:
        yaml = scenario_parts.yaml_text(result.scenario_yaml, lang)
        parts.append(Part(word("page.scenario", lang), [*sentences, *yaml], sections, anchor="scenario"))
        if told.assumptions:
            parts.append(scenario_parts.assumed(told, lang, "assumptions"))
        parts.append(_not_modelled(told.left_out, lang))
    parts += _method(result, run_parts.metric_names(result), lang)
    return parts


def _study(study: Any, lang: str) -> list[Part]:
    drawn = study_parts.pictures(study, lang)
    told = {
        one: scenario_parts.told(result.scenario_yaml, lang) if result.scenario_yaml else scenario_parts.Told()
        for one, result in study.runs.items()
    }
    blocks: list[Block] = [Items(run_parts.findings_of(drawn))] if drawn else []
    blocks += study_parts.overview(study, lang)
    parts = [
        Part(word("page.summary", lang), blocks, anchor="summary"),
        *_anchored(run_parts.warnings(study, lang), "warnings"),
    ]
    if drawn:
        parts.append(Part(word("page.figures", lang), parts=drawn, anchor="figures"))
    compared = [*study_parts.tables(study, lang), *study_parts.choices(study, lang)]
    parts.append(Part(word("page.comparison", lang), parts=compared, anchor="comparison"))
    if study.runs:
        each = study_parts.scenarios(study, told, lang)
        parts.append(Part(word("page.scenarios", lang), parts=each, anchor="scenarios"))
        everywhere = [set(one.left_out) for one in told.values() if not one.problem]
        names = next((one.left_out for one in told.values() if not one.problem), ())
        shared = tuple(name for name in names if all(name in some for some in everywhere))
        parts.append(_not_modelled(shared, lang))
    base = next(iter(study.runs.values()), None)
    parts += _method(study, [] if base is None else run_parts.metric_names(base), lang)
    return parts


def _summary(facts: Facts, drawn: list[Part], lang: str) -> list[Block]:
    return [facts, Text(word("page.findings", lang)), Items(run_parts.findings_of(drawn))]


def _not_modelled(names: tuple[str, ...], lang: str) -> Part:
    return Part(word("page.not_modelled", lang), scenario_parts.not_modelled(names, lang), anchor="not-modelled")


def _method(found: Any, metrics: list[str], lang: str) -> list[Part]:
    parts = [Part(word("page.method", lang), method.method(found, lang), anchor="method")]
    if metrics:
        parts.append(Part(word("page.definitions", lang), [method.definitions(metrics, lang)], anchor="definitions"))
    parts.append(Part(word("page.how_to_reproduce", lang), method.reproduce(found, lang), anchor="reproduce"))
    return parts


def _anchored(parts: list[Part], anchor: str) -> list[Part]:
    for part in parts:
        part.anchor = anchor
    return parts


def _subtitle(found: Any, lang: str) -> str:
    first, last = numbers.month(found.months[0], lang), numbers.month(found.months[-1], lang)
    source = run_parts.source(found, lang)
    return word("page.subtitle", lang, first=first, last=last, source=source, currency=found.currency)


def _say(key: str, lang: str, **gaps: object) -> str:
    return word(key, lang, **gaps)


def _resource(file: str) -> str:
    return resources.files("simulator.reporting.page").joinpath("templates", file).read_text(encoding="utf-8")
