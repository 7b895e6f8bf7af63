"""The scenario that `plansim new` writes."""

from __future__ import annotations

import re

from simulator.scenario import load
from simulator.scenario.template import TEMPLATE
from tests.cli.commands import plansim


def test_the_template_is_a_scenario():
    scenario = load(TEMPLATE)
    assert scenario.title == "My first scenario"
    assert scenario.offer_names
    assert scenario.addon_names


def test_it_is_commented():
    lines = TEMPLATE.splitlines()
    assert sum("#" in line for line in lines) >= 15
    assert max(map(len, lines)) <= 120
    assert "assumption" in TEMPLATE


def test_the_commands_it_names_are_there():
    named = set(re.findall(r"plansim (\w+)", TEMPLATE))
    assert named == {"check", "explain", "run"}
    for command in named:
        assert plansim(command, "--help").exit_code == 0


def test_the_what_if_at_its_end_works(tmp_path):
    (tmp_path / "my.yaml").write_text(TEMPLATE)
    _, _, end = TEMPLATE.partition("and run that:\n#\n")
    lines = [line.removeprefix("#").removeprefix("   ") for line in end.splitlines()]
    (tmp_path / "what_if.yaml").write_text("\n".join(lines).replace("THIS.yaml", "my.yaml") + "\n")
    what_if = load(tmp_path / "what_if.yaml")
    assert what_if.title == "Premium +20 %, existing customers keep their price"
    assert [epoch.keys.plans["premium"].price for epoch in what_if.epochs] == [300_000_000, 360_000_000]
