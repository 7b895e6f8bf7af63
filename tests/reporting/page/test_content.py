"""What a page tells beside its numbers: scenario, assumptions, what is left out, method, how to reproduce it."""

from __future__ import annotations

import shlex
from dataclasses import replace

import polars as pl
import pytest

import simulator as sim
from simulator.reporting.page.left_out import MECHANISMS, left_out
from simulator.reporting.page.method import command_of
from simulator.reporting.page.page import page
from simulator.reporting.page.scenario_parts import told
from simulator.results.study import Study
from simulator.scenario.explain import explain
from simulator.scenario.load import load
from tests.cli.commands import plansim
from tests.reporting.cases import CASES
from tests.reporting.page.pages import SHOP, compared, markup, shop, study_markup, tree, whole, words_of


def sentences(root, section: str) -> list[str]:
    return [words_of(one) for one in root.xpath(f"//section[@id='{section}']//li")]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_scenario_and_assumptions_are_the_explanation(lang):
    root = tree(markup(lang))
    shown = sentences(root, "scenario") + sentences(root, "assumptions")
    lines = explain(load(shop().scenario_yaml), lang).splitlines()
    assert shown == [" ".join(line[2:].split()) for line in lines if line.startswith("- ")]
    assert sentences(root, "assumptions")


def test_the_scenario_is_there_as_a_file():
    code = tree(markup("en")).xpath("//section[@id='scenario']//pre/code")[0]
    assert code.text_content().strip() == shop().scenario_yaml.strip()


def test_a_scenario_that_cannot_be_read_is_said_so():
    broken = told("language: 1\ntitle: gone\n", "en")
    assert broken.problem.startswith("The scenario cannot be put into sentences any more:")
    text = page(replace(shop(), scenario_yaml="language: 1\ntitle: gone\n"), "en")
    assert "cannot be put into sentences" in text


def test_what_the_shop_leaves_out():
    names = left_out(load(SHOP))
    assert {"usage", "seats", "teams", "price_response", "economics", "ranges", "addons", "terms"} <= set(names)
    assert not {"arrivals", "upsell", "rescue"} & set(names)
    text = markup("en")
    assert "Failed payments: all churn is voluntary." in text
    assert "Upsell offers." not in text


@pytest.mark.parametrize("scenario", ["b2b_team", "usage_based", "telco_rescue", "quickstart", "freemium"])
def test_a_mechanism_is_left_out_or_used(scenario):
    loaded = sim.load(f"scenarios/{scenario}.yaml")
    names = set(left_out(loaded))
    used = {name for name, uses in MECHANISMS.items() if any(uses(epoch.keys) for epoch in loaded.epochs)}
    assert names & set(MECHANISMS) == set(MECHANISMS) - used
    assert used


def test_the_command_gives_the_same_tables_again(tmp_path, monkeypatch):
    folder = shop().save(tmp_path / "run", figures=False)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("simulator.reporting.save.save_all", lambda result, folder, lang: folder.mkdir())
    command = shlex.split(command_of(shop()))
    assert command[0] == "plansim"
    assert words_of(tree(markup("en")).xpath("//section[@id='reproduce']//code")[0]) == shlex.join(command)
    done = plansim(*command[1:], "--quiet")
    assert done.exit_code == 0, done.output
    for file in ("metrics.csv", "movements.csv", "offers.csv"):
        assert (folder / "again" / file).read_bytes() == (folder / file).read_bytes(), file


def test_the_command_of_a_comparison_names_its_scenarios():
    assert command_of(compared()).startswith("plansim compare base/scenario.yaml dear/scenario.yaml bare/scenario.yaml")


def test_a_name_cannot_add_to_the_command():
    study = compared()
    evil = Study(study.kind, study.tables, study.summary, {"a; rm -rf x": study.runs["base"]})
    assert shlex.split(command_of(evil))[2] == "a; rm -rf x/scenario.yaml"


def test_method_tells_replications_seed_engine_and_versions():
    text = words_of(tree(markup("en")).xpath("//section[@id='method']")[0])
    for said in ("8 times", "seed 3", "Engine: compiled", "mean of rates", "numpy", "5–95 %"):
        assert said in text
    assert "share their draws" not in text
    assert "share their draws" in study_markup("en")


def test_warnings_are_shown_where_there_are_some():
    assert not tree(markup("en")).xpath("//section[@id='warnings']")
    summary = {**shop().summary, "warnings": ["prices change, and nobody responds"]}
    root = tree(page(replace(shop(), summary=summary), "en"))
    assert sentences(root, "warnings") == ["prices change, and nobody responds"]


def test_a_kind_of_study_without_tables_of_its_own_falls_back_to_its_files():
    frame = pl.DataFrame({"month": ["2026-04"] * 300, "metric": ["nrr_12m"] * 300, "mean": [0.5] * 300})
    summary = {**compared().summary, "kind": "unheard", "title": "Something new", "runs": []}
    root = tree(page(Study("unheard", {"unheard": frame}, summary), "en"))
    assert len(root.xpath("//section[@id='comparison']//tbody/tr")) == 200
    assert "100 more rows are in unheard.csv." in words_of(root)


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_page_holds_up_on_every_kind_of_result(case, lang, monkeypatch):
    monkeypatch.setattr("simulator.reporting.page.page.drawable", lambda result: [])
    root = tree(page(whole(CASES[case]), lang))
    assert root.xpath("//h1")
    assert "nan" not in words_of(root.xpath("//main")[0]).lower().split()


def test_one_replication_has_no_intervals_and_says_so(monkeypatch):
    monkeypatch.setattr("simulator.reporting.page.page.drawable", lambda result: [])
    text = page(whole(CASES["one replication"]), "en")
    assert "one replication" in text
    assert tree(text).xpath("//td/small") == []
    assert "nine of ten" not in text


def test_a_page_is_the_same_twice():
    assert page(shop(), "ja") == markup("ja")
