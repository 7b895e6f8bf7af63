"""Malformed files through the command line: message, exit code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.billing.files import written
from tests.billing.test_malformed import REFUSED, row
from tests.cli.commands import plansim

OPTIONS = {
    "encoding": "--encoding",
    "decimal": "--decimal",
    "format": "--format",
    "interval": "--interval",
    "timezone": "--timezone",
    "currency": "--currency",
    "delimiter": "--delimiter",
}
SOME = [name for name, (_, options, _) in REFUSED.items() if set(options) <= set(OPTIONS)]


@pytest.mark.parametrize("name", SOME)
def test_exit_code_and_message(name: str, tmp_path: Path) -> None:
    content, options, _ = REFUSED[name]
    path = written(tmp_path, content)
    arguments = [part for key, value in options.items() for part in (OPTIONS[key], value)]
    done = plansim("account", path, *arguments, "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 2, done.output
    assert "subs.csv" in done.stderr or "--" in done.stderr
    assert "no such option" not in done.stderr.lower()
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_strict(tmp_path: Path) -> None:
    path = written(tmp_path, row() + "b,s2,2026-04-01,,abc,x,JPY\n")
    done = plansim("account", path, "--strict", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "subs.csv, line 3, column \"mrr\": an amount that cannot be read ('abc')" in done.stderr
    assert not (tmp_path / "out").exists()
