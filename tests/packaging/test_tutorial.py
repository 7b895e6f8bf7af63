"""The tutorial: its files load, its commands run in the order of the page, and print the lines that it quotes."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from tests.cli.commands import plansim
from tests.packaging.checkout import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)(?: file=(\S+))?\n(.*?)```", re.DOTALL)


def plain(text: str) -> str:
    """Text with one space between words: tables are as wide as the terminal."""
    return " ".join(text.split())


def test_the_tutorial_runs_and_says_what_it_quotes(tmp_path: Path, monkeypatch):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    printed, commands, quotes = "", 0, 0
    for language, file, content in BLOCK.findall(PAGE):
        if file:
            (tmp_path / file).write_text(content, encoding="utf-8")
        elif language == "sh":
            for line in content.strip().splitlines():
                name, *arguments = shlex.split(line)
                assert name == "plansim"
                done = plansim(*arguments)
                assert done.exit_code == 0, f"{line}\n{done.output}"
                printed, commands = plain(done.stdout), commands + 1
        elif language == "text":
            for line in content.strip().splitlines():
                assert plain(line) in printed, f"{line!r} is not in what the command printed"
                quotes += 1
    assert (commands, quotes) == (8, 14)


def test_the_sentences_quote_the_tables():
    decision = PAGE.partition("## 7. The decision")[2]
    for amount in ("¥500k", "¥392k", "¥608k"):
        assert amount in decision
        assert any(amount in content for language, _, content in BLOCK.findall(PAGE) if language == "text")
