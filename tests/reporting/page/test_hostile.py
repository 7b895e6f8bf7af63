"""Names and titles are text, whatever they hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest

from simulator.reporting.page.page import page
from simulator.results.result import Result
from simulator.results.study import Study
from tests.reporting.page.pages import HOSTILE, compared, markup, shop, study_markup, tree, words_of


def renamed(frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    columns = [
        c for c in ("segment", "plan", "offer", "team", "scenario", "plan_from", "plan_to") if c in frame.columns
    ]
    return frame.with_columns(pl.col(c).replace(names) for c in columns)


def hostile(result: Result, name: str) -> Result:
    """The result with every name in it, its title and its warnings made hostile."""
    names = {old: f"{name}{i}" for i, old in enumerate(("smb", "firm", "basic", "plus", "lite", "rise", "stay"))}
    summary = {
        **result.summary,
        "title": name,
        "segments": [names["smb"], names["firm"]],
        "warnings": [f"segments.{name}: warned", name],
        "rescue": {names["stay"]: result.summary["rescue"]["stay"]},
        "versions": {name: name},
    }
    further: Any = {one: renamed(frame, names) for one, frame in result.tables.items()}
    return replace(
        result,
        metrics=renamed(result.metrics, names),
        movements=renamed(result.movements, names),
        offers=renamed(result.offers, names),
        teams=renamed(result.teams, names),
        tables=further,
        summary=summary,
        scenario_yaml=result.scenario_yaml + f"\n# {name}\n",
    )


def elements(text: str) -> dict[str, int]:
    """How many elements of each kind a page has, figures aside: their shapes follow their texts."""
    root = tree(text)
    for svg in root.xpath("//svg"):
        svg.clear()
    counts: dict[str, int] = {}
    for one in root.iter():
        if isinstance(one.tag, str):
            counts[one.tag] = counts.get(one.tag, 0) + 1
    return counts


@cache
def harmless() -> dict[str, int]:
    """What the same page holds with a name of no malice."""
    return elements(page(hostile(shop(), "name"), "en"))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_text(name, monkeypatch):
    monkeypatch.setattr("simulator.reporting.page.page.drawable", lambda result: ["offer_funnel"])
    harmful = page(hostile(shop(), name), "en")
    assert elements(harmful) == harmless()
    root = tree(harmful)
    assert " ".join(name.split()) in words_of(root.xpath("//h1")[0])
    assert [one for one in root.iter() for key in getattr(one, "attrib", {}) if key.startswith("on")] == []
    assert len(root.xpath("//script")) == 1
    assert "49" not in words_of(root.xpath("//h1")[0])
    for cell in root.xpath("//tbody//th"):
        assert cell.xpath("./bdi|./a/bdi")


def test_elements_of_an_unescaped_name_would_be_noticed():
    assert elements(markup("en").replace("A small shop", "<script>alert(1)</script>")) != elements(markup("en"))


def test_hostile_scenarios_of_a_study_are_text(monkeypatch):
    monkeypatch.setattr("simulator.reporting.page.study_parts.RUN_FIGURES", ())
    study = compared()
    names = dict(zip(study.runs, HOSTILE, strict=False))
    text = page(_with_names(study, names), "en")
    expected = page(_with_names(study, {old: old for old in study.runs}), "en")
    assert elements(text) == elements(expected)
    shown = [words_of(one) for one in tree(text).xpath("//section[@id='scenarios']/section/h3")]
    assert all(" ".join(name.split()) in title for name, title in zip(names.values(), shown, strict=True))


def _with_names(study: Study, names: dict[str, str]) -> Study:
    def keys(of: dict[str, Any]) -> dict[str, Any]:
        return {names[key]: value for key, value in of.items()}

    summary = {
        **study.summary,
        "base": names[study.summary["base"]],
        "runs": list(names.values()),
        "titles": {new: new for new in names.values()},
        "differs": keys(study.summary["differs"]),
        "variance_reduction": keys(study.summary["variance_reduction"]),
        "recommended": names["dear"],
    }
    tables = {one: renamed(frame, names) for one, frame in study.tables.items()}
    return Study(study.kind, tables, summary, keys(study.runs))


def test_a_study_that_recommends_says_so_and_whose_word_it_is():
    text = page(_with_names(compared(), {old: old for old in compared().runs}), "en")
    assert "Recommended in the study’s file: dear: dear (recommended)." in text
    assert "Recommended" not in study_markup("en")
