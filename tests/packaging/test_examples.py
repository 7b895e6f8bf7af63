"""The example reports are those that the shipped scenarios give today: numbers and structure, not bytes of pictures."""

from __future__ import annotations

import html
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from simulator.cli import app
from tests.packaging.checkout import ROOT

REPORTS = ROOT / "reports"


def rebuilding() -> Any:
    """The script that rebuilds them, as a module."""
    spec = importlib.util.spec_from_file_location("rebuild_reports", REPORTS / "rebuild.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples in English, made anew."""
    target = tmp_path_factory.mktemp("reports")
    for command in rebuilding().commands(target):
        if "ja" not in command:
            app(command, standalone_mode=False)
    return target


def summary(folder: Path) -> dict[str, Any]:
    """The summary without the versions of libraries, which may be newer."""
    found = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    del found["versions"]
    return found


def words(path: Path) -> list[str]:
    """The text of a page, without pictures, scripts and what depends on versions and places."""
    text = re.sub(r"<(svg|script|style)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [" ".join(line.split()) for line in re.sub(r"<[^>]+>", "\n", html.unescape(text)).splitlines()]
    return [line for line in lines if line and not re.search(r"\d+\.\d+\.\d+|plansim (run|compare|report)", line)]


def titles(path: Path) -> list[str]:
    """The titles of a deck."""
    return [slide.shapes.title.text_frame.text for slide in Presentation(str(path)).slides if slide.shapes.title]


@pytest.mark.parametrize("name", ["metrics.csv", "movements.csv", "offers.csv", "teams.csv", "cohorts.csv"])
def test_tables_are_current(fresh, name):
    assert bool((REPORTS / "example" / name).read_bytes() == (fresh / "example" / name).read_bytes())


@pytest.mark.parametrize("folder", ["example", "example-study"])
def test_summaries_pages_and_decks_are_current(fresh, folder):
    assert bool(summary(REPORTS / folder) == summary(fresh / folder))
    there, here = words(REPORTS / folder / "report.html"), words(fresh / folder / "report.html")
    assert [pair for pair in zip(there, here, strict=False) if pair[0] != pair[1]][:3] == []
    assert len(there) == len(here)
    assert titles(REPORTS / folder / "deck.pptx") == titles(fresh / folder / "deck.pptx")


@pytest.mark.parametrize("folder", ["example", "example-study"])
def test_japanese_examples_are_there(folder):
    assert (REPORTS / folder / "report.ja.html").stat().st_size > 10_000
    slides = titles(REPORTS / folder / "deck.ja.pptx")
    assert len(slides) == len(titles(REPORTS / folder / "deck.pptx"))
    assert any(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", title) for title in slides)
