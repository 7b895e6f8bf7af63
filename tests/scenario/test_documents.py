"""The page of the language: its examples load, and it has every key with its default."""

from __future__ import annotations

import re

import pytest

from simulator.scenario import load, units
from simulator.scenario.customers import COLUMNS
from simulator.scenario.keys import STRUCTURAL
from simulator.scenario.keys.catalogue import ScenarioFile
from simulator.scenario.keys.offers import To
from tests.packaging.checkout import ROOT
from tests.scenario.test_schema import blocks

PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FIRST = [text for text in EXAMPLES if text.startswith("language:")]
WHAT_IFS = [text for text in EXAMPLES if text.startswith("# complete")]
PARSERS = {
    "money": units.money,
    "share": units.share,
    "rate": units.rate,
    "growth": units.growth,
    "duration": units.duration,
    "factor": units.factor,
    "month": units.month,
    "number": units.number,
    "yes or no": units.yes_no,
}
NOT_SHOWN = ("Spread", "Gap", "After", "Keys")  # parts of others; Keys is the top level


def section(name: str) -> str:
    """What the page says of one block."""
    if name == "ScenarioFile":
        return PAGE.partition("### Top level\n")[2].partition("\n#")[0]
    return PAGE.partition(f"#### {name}\n")[2].partition("\n#")[0]


def test_there_are_examples():
    assert len(FIRST) == 1
    assert len(WHAT_IFS) == 3
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("text", WHAT_IFS, ids=["ranges", "what-if", "changes"])
def test_the_examples_load(tmp_path, text):
    (tmp_path / "my.yaml").write_text(FIRST[0])
    (tmp_path / "what_if.yaml").write_text(text)
    assert load(tmp_path / "my.yaml") != load(tmp_path / "what_if.yaml")


@pytest.mark.parametrize("kind", PARSERS)
def test_every_kind_reads_as_the_table_says(kind):
    table = PAGE.partition("## Values")[2].partition("\n## ")[0]
    (row,) = re.findall(rf"^\| {kind} \| (.*?) \|", table, re.MULTILINE)
    texts = re.findall(r"`([^`]*)`", row)
    assert texts
    for text in texts:
        PARSERS[kind](text)


@pytest.mark.parametrize(
    "block", [b for b in blocks() if b.__name__ not in NOT_SHOWN], ids=lambda block: block.__name__
)
def test_every_key_is_there_with_its_meaning_and_whether_it_is_required(block):
    rows = {
        row[0]: row for row in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", section(block.__name__), re.M)
    }
    shown = {field.alias or name: field for name, field in block.model_fields.items()}
    if block is To:
        shown = {key: field for key, field in shown.items() if key not in ("next_plan", "plan", "addon", "bundle")}
    assert set(rows) == set(shown)
    for key, field in shown.items():
        _, _, default, meaning = rows[key]
        assert meaning == field.description
        assert (default == "**required**") == field.is_required()
        if isinstance(field.default, str) and field.default:
            assert field.default in default


def test_every_link_of_the_page_leads_to_a_block():
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", PAGE, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


def test_what_the_page_says_of_files_and_dates():
    required = [name for name, field in ScenarioFile.model_fields.items() if field.is_required()]
    assert ", ".join(f"`{name}`" for name in required[:-1]) + f" and `{required[-1]}` are required" in PAGE
    assert all(f"`{column}`" in PAGE.partition("## Real customers")[2] for column in COLUMNS)
    dated = PAGE.partition("## Changes at a date")[2]
    assert all(f"`{key}`" in dated.partition("```")[0] for key in STRUCTURAL)
