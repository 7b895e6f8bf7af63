"""The command line as a user meets it: what it prints, its exit code, what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from simulator.cli import app

SMALL = """\
language: 1
title: A small shop
currency: USD
start: 2026-01
months: 4
plans: {basic: {price: 10}, plus: {price: 20}}
segments:
  smb:
    opening: {basic: 30}
    opening_tenure: 5 months
    cancel: {basic: 3% per month, plus: 1% per month}
offers:
  rise: {motion: upsell, when: {every: 1 month}, who: {plans: [basic]}, to: plus, acceptance: 20%}
"""
BROKEN = SMALL.replace("price: 10}", "prise: 10}").replace("acceptance: 20%", "acceptance: 200%")


def plansim(*arguments: Any) -> Any:
    """Run plansim in this process; the result has exit_code, stdout, stderr, output (both) and exception."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def everything_in(folder: Path) -> set[str]:
    """Paths of all files and folders below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
