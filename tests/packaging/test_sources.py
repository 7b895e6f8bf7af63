"""What holds for the files of the checkout as files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.packaging.checkout import ROOT, text_of, tracked

SOURCES = sorted((ROOT / "simulator").rglob("*.py"))

# The patterns are put together so that this file does not name what it looks for.
OF_ONE_MACHINE = {
    "a folder of one machine": re.compile(r"(?<![\w.~}/-])/" + "(?:work|tmp|root|home/[a-z]+)/"),
    "a package index": re.compile("index" + "-url|/sim" + r"ple\b|https?://[^\s/]*(pypi|artifact|nexus|mirror)", re.I),
    "an address of one machine": re.compile(r"https?://(\d|local" + "host)"),
}


@pytest.mark.parametrize("what", OF_ONE_MACHINE)
def test_no_file_names(what):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        if OF_ONE_MACHINE[what].search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a folder of one machine", "open('" + "/".join(("", "work", "main", "x")) + "')"),
        ("a folder of one machine", "cd " + "/".join(("", "home", "kim", "x"))),
        ("a package index", "pip install --" + "index" + "-url x"),
        ("a package index", "url = 'https://py" + "pi.example.org'"),
        ("an address of one machine", "http:" + "//127.0.0.1:8000"),
    ],
)
def test_such_a_line_would_be_found(what, line):
    assert OF_ONE_MACHINE[what].search(line)


@pytest.mark.parametrize("line", ["a/work/b", "the tmp/ folder", "https://github.com/x", "~/work/x", "home/root/"])
def test_other_lines_are_no_finding(line):
    assert not any(pattern.search(line) for pattern in OF_ONE_MACHINE.values())


def public(tree: ast.Module) -> list[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes at the top of a module that others may use."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_and_what_it_offers_says_what_it_is(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


def test_there_are_sources_to_look_at():
    assert len(SOURCES) > 50
    assert ROOT / "simulator" / "cli.py" in SOURCES
    assert ROOT / ".ci" / "run" in tracked()
