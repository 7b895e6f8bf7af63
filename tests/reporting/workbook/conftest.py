"""A small run and a small comparison, made once, and LibreOffice to recalculate workbooks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from simulator.results.result import Result
from simulator.results.study import Study
from simulator.studies.compare import compare

SCENARIO = """\
language: 1
title: A small company
currency: {currency}
start: 2026-11
months: 14
plans:
  free: {{price: 0}}
  lite: {{price: 9.99, sold: rescue}}
  standard: {{price: {price}}}
  premium: {{price: 80}}
ladder: [free, standard, premium]
addons:
  care: {{price: 5.55, with: [standard, premium], cancel: 3% per month}}
segments:
  smb:
    opening: {{free: 60, standard: 50, premium: 20}}
    opening_tenure: {{mean: 9 months}}
    arrivals: {{per_month: 8}}
    choose: {{free: 40%, standard: 40%, premium: 20%}}
    cancel: {{free: 3% per month, lite: 6% per month, standard: 7% per month, premium: 4% per month}}
    downgrade: 1% per month
    price_response: {{cancel: 0.4}}
  corp:
    opening: {{premium: 4}}
    opening_tenure: 0 months
    cancel: {{premium: 30% per month, standard: 3% per month, lite: 3% per month, free: 3% per month}}
offers:
  grow: {{motion: upsell, when: {{rate: 6% per month}}, who: {{plans: [free, standard]}}, to: next_plan,
         acceptance: 30%}}
  add_care: {{motion: cross_sell, when: {{tenure: 1 month}}, who: {{plans: [standard, premium]}}, to: care,
             acceptance: 40%}}
  stay: {{motion: downsell, when: cancel_intent, who: {{plans: [standard, premium]}}, to: lite, acceptance: 40%}}
  back: {{motion: win_back, when: {{churned_for: 2 months}}, who: {{plans: [lite, standard, premium]}}, to: standard,
         acceptance: 15%}}
changes:
  - {{at: 2027-06, set: {{plans.premium.price: 90}}, existing: now}}
"""


def scenario(folder: Path, name: str = "small", currency: str = "USD", price: str = "29.95") -> sim.Scenario:
    """A scenario file of the small company, loaded."""
    path = folder / f"{name}.yaml"
    path.write_text(SCENARIO.format(currency=currency, price=price), encoding="utf-8")
    return sim.load(path)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Seven replications of the small company: means of seven are no round numbers."""
    return sim.run(scenario(tmp_path_factory.mktemp("run")), seed=3, replications=7)


@pytest.fixture(scope="session")
def folder(run: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run."""
    return run.save(tmp_path_factory.mktemp("saved") / "run", figures=False)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A comparison of two prices."""
    place = tmp_path_factory.mktemp("study")
    return compare(scenario(place), scenario(place, "dearer", price="35.5"), replications=4, seed=2)


@pytest.fixture(scope="session")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """Has LibreOffice compute every formula of workbooks of one folder anew; returns the workbooks that it writes."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed: no formula is recalculated")
    profile = tmp_path_factory.mktemp("office")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")

    def recalculate(*paths: Path) -> list[Path]:
        out = paths[0].parent / "recalculated"
        command = [office, "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", "xlsx"]
        subprocess.run([*command, "--outdir", str(out), *map(str, paths)], check=True, capture_output=True, timeout=300)
        return [out / path.name for path in paths]

    return recalculate


ALWAYS_RECALCULATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
