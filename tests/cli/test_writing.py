"""plansim new, explain, schema: what helps to write a scenario."""

from __future__ import annotations

import json

import pytest

from tests.cli.commands import everything_in, plansim


def test_new_writes_a_commented_scenario_that_checks_and_runs(desk):
    done = plansim("new", "mine.yaml")
    assert (done.exit_code, done.stdout) == (0, "mine.yaml written; next: plansim run mine.yaml\n")
    text = (desk / "mine.yaml").read_text(encoding="utf-8")
    assert sum("#" in line for line in text.splitlines()) >= 10
    assert plansim("check", "mine.yaml").exit_code == 0
    ran = plansim("run", "mine.yaml", "--replications", 2, "--quiet")
    assert (ran.exit_code, ran.stdout) == (0, "results: reports/mine\n")
    assert plansim("explain", "mine.yaml").exit_code == 0


def test_new_leaves_an_existing_file_alone(desk):
    before = (desk / "shop.yaml").read_text()
    wrong = plansim("new", "shop.yaml")
    assert wrong.exit_code == 2
    assert wrong.stderr == "shop.yaml is there already; it is left alone. Name a new file\n"
    assert (desk / "shop.yaml").read_text() == before


def test_new_says_why_a_file_cannot_be_written(desk):
    wrong = plansim("new", "nowhere/mine.yaml")
    assert wrong.exit_code == 2
    assert wrong.stderr == "nowhere/mine.yaml cannot be written: No such file or directory\n"
    assert everything_in(desk) == {"shop.yaml"}


def test_explain_reads_a_scenario_back_in_both_languages(desk):
    english, japanese = plansim("explain", "shop.yaml"), plansim("explain", "shop.yaml", "--lang", "ja")
    for told in (english, japanese):
        assert told.exit_code == 0
        assert told.stderr == ""
        for fact in ("A small shop", "basic", "plus", "smb", "20"):
            assert fact in told.stdout
    assert not any("\u3040" <= letter <= "\u30ff" for letter in english.stdout)
    assert any("\u3040" <= letter <= "\u30ff" for letter in japanese.stdout)
    assert everything_in(desk) == {"shop.yaml"}


def test_explain_knows_two_languages(desk):
    wrong = plansim("explain", "shop.yaml", "--lang", "fr")
    assert (wrong.exit_code, wrong.stderr) == (2, "--lang: 'fr' is not a language of plansim; write en or ja\n")


def test_schema_prints_a_json_schema_of_the_keys(desk):
    done = plansim("schema")
    assert done.exit_code == 0
    schema = json.loads(done.stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"plans", "segments", "offers", "changes", "extends"} <= set(schema["properties"])


@pytest.mark.parametrize("command", ["new", "explain"])
def test_a_command_that_needs_a_file_says_so(desk, command):
    wrong = plansim(command)
    assert wrong.exit_code == 2
    assert "Missing argument" in wrong.stderr
