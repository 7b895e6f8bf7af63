"""Every label of a page is there in both languages, and every metric is defined."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from simulator.reporting.page import values
from simulator.reporting.page.left_out import MECHANISMS
from simulator.reporting.page.scenario_parts import NEVER
from simulator.reporting.words import FILES, table
from tests.reporting.page.pages import markup, shop, tree, words_of

PAGE = Path(str(resources.files("simulator.reporting.page")))
SOURCES = "".join(path.read_text(encoding="utf-8") for path in (*PAGE.rglob("*.py"), *PAGE.rglob("*.jinja")))


def test_every_metric_of_a_run_has_a_label_and_a_definition():
    for metric in shop().metrics["metric"].unique():
        assert f"metric.{metric}" in table(), metric
        assert f"definition.{metric}" in table(), metric


def test_every_definition_is_of_a_metric_with_a_label():
    for key in table():
        section, _, metric = key.partition(".")
        if section == "definition":
            assert f"metric.{metric}" in table(), metric


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_page_defines_every_metric_that_it_shows(lang):
    root = tree(markup(lang))
    defined = {words_of(one) for one in root.xpath("//section[@id='definitions']//tbody//th")}
    shown = {words_of(one) for one in root.xpath("//section[@id='metrics']//details[position()>1]//tbody//th")}
    assert len(shown) > 40
    assert shown <= defined


def test_a_japanese_page_has_no_label_left_in_english():
    root = tree(markup("ja"))
    kept = {"ARR", "NPS", "MRR"}
    names = {"rise", "stay", "smb", "firm", "numba", "numpy", "plansim", "polars", "python", "scipy", "simpy"}
    for one in root.xpath("//h2|//h3|//thead//th|//caption|//dt|//summary|//tbody//th"):
        text = words_of(one)
        japanese = re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
        assert japanese or text in kept | names or any(name in text for name in names), text


def test_every_mechanism_that_can_be_left_out_has_its_words():
    known = {key.partition(".")[2] for key in table() if key.startswith("left_out.")}
    assert known == {*MECHANISMS, "economics", "ranges"}
    assert {key.partition(".")[2] for key in table() if key.startswith("never_modelled.")} == set(NEVER)


def test_no_word_of_the_page_is_unused():
    put_together = ("column_", "offer_", "team_", "rescue_", "choice_", "target_")
    of_columns = {"mean", "p05", "p50", "p95", "metric", "definition", "name_in_files", "month", "segment"}
    of_columns |= {"target", "forecast", "variance", "share"}
    unused = [
        key
        for key in table()
        if key.startswith("page.")
        and f'"{key}"' not in SOURCES
        and not key.partition(".")[2].startswith(put_together)
        and key.partition(".")[2] not in of_columns
    ]
    assert unused == []


def test_files_of_words_are_there_and_hold_no_key_twice():
    assert "page/words.toml" in FILES
    assert len(table()) > 300  # reading raises where a key is in two files


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_metric_is_written_in_both_languages(lang):
    for metric in shop().metrics["metric"].unique():
        assert values.written(1.5, metric, "USD", lang)
