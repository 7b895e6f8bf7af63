"""A scenario written back: the text loads as an equal scenario; and what two scenarios say differently."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import load
from simulator.scenario.differences import Difference, differences
from tests.packaging.checkout import ROOT
from tests.scenario.texts import GOOD, added, edited

SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
EXAMPLE = ROOT / "tests" / "data" / "language_example.yaml"


@pytest.mark.parametrize("path", [*SHIPPED, EXAMPLE], ids=lambda path: path.stem)
def test_a_resolved_scenario_reads_as_the_same_scenario(path, tmp_path):
    scenario = load(path)
    text = scenario.resolved_yaml()
    assert "extends" not in text
    again = load(text)
    assert again == scenario
    assert again.resolved_yaml() == text
    (tmp_path / "elsewhere.yaml").write_text(text)
    assert load(tmp_path / "elsewhere.yaml") == scenario


def test_there_are_scenarios_to_read():
    assert len(SHIPPED) >= 20
    assert any("extends:" in path.read_text() for path in SHIPPED)


def test_the_example_of_the_language_uses_it_widely():
    scenario = load(EXAMPLE)
    assert scenario.plan_names == ("free", "lite", "standard", "premium", "metered")
    assert len(scenario.epochs) == 5
    assert scenario.offer_names[0] == "near_limit"


@pytest.mark.parametrize(
    "title",
    ["'null'", '"~"', "'yes'", "'0123'", "'1:30'", "'a: b # c'", '"two\\nlines"', "松竹梅", "''", "'- x'", "'{a'"],
)
def test_odd_texts_survive(title):
    scenario = load(edited(("A good scenario", title)))
    assert load(scenario.resolved_yaml()) == scenario
    assert load(scenario.resolved_yaml()).title == scenario.title


def test_values_stay_as_they_were_written():
    text = load(GOOD).resolved_yaml()
    assert "10_000" in text
    assert "3.5% per month" in text
    assert "x1.5" in text
    assert "{length: 14 days, converts: 45%, else: free}" in text


def test_customer_files_are_named_by_their_full_path(tmp_path, monkeypatch):
    (tmp_path / "people.csv").write_text("customer_id,plan,tenure_months\nC1,a,3\n")
    (tmp_path / "shop.yaml").write_text(
        "currency: JPY\nstart: 2026-04\nmonths: 3\nplans: {a: {price: 1}}\n"
        "segments: {x: {opening: people.csv, cancel: {a: 1% per month}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    scenario = load("shop.yaml")
    assert str(Path.cwd() / "people.csv") in scenario.resolved_yaml()
    monkeypatch.chdir("/")
    assert load(scenario.resolved_yaml()) == scenario


# differences


def told(*edits: tuple[str, str]) -> list[tuple[str, str | None, str | None]]:
    return [(d.key, d.before, d.after) for d in differences(load(GOOD), load(edited(*edits)))]


def test_no_difference():
    assert told() == []
    assert told(("discount: 15%}\n", "discount: 0.15}\n"), ("price: 4_000", "price: 4000")) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("price: 4_000", "price: 5_000", ("addons.storage.price", "4_000", "5_000")),
        ("    frailty: 0.6\n", "", ("segments.smb.frailty", "0.6", None)),
        ("acceptance: 18%", "acceptance: {base: 18%, framing: x2}",
         ("offers.suite_start.acceptance", "18%", "{base: 18%, framing: x2}")),
        ("[free, basic, premium]", "[basic, premium]", ("ladder", "[free, basic, premium]", "[basic, premium]")),
        ("  success: {people: 4}", "  success: {people: 4}\n  sales: {people: 1}",
         ("teams.sales", None, "{people: 1}")),
        ("title: A good scenario", "title: Another", None),
    ],
    ids=["a value", "one less", "long for short", "a list", "a whole new one", "the title"],
)  # fmt: skip
def test_a_difference_is_shown_as_it_is_written(old, new, difference):
    found = told((old, new))
    if difference is None:
        assert [key for key, _, _ in found] in ([], ["title"])
    else:
        assert difference in found, found
        assert len({key for key, _, _ in found}) == len(found) <= 4


def test_entries_of_the_timeline_are_compared_whole():
    one = "{at: 2026-10, set: {plans.premium.price: 36_000}, existing: keep}"
    two = "{at: 2026-10, set: {plans.premium.price: 36_000}, existing: now}"
    found = differences(load(GOOD), load(added(f"changes:\n  - {two}\n")))
    assert set(found) == {Difference("changes", one, None), Difference("changes", None, two)}
