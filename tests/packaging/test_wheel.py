"""The package from a wheel, without extras, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.packaging.checkout import ROOT


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command without this environment's settings for Python, with a cache of its own; return its output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "PLANSIM_CACHE": str(cwd / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, ROOT, cwd=place)
    (built,) = place.glob("*.whl")
    return built


@pytest.mark.slow
def test_a_wheel_holds_the_package_and_all_its_files_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "simulator").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == sources
    assert {"LICENSE", "NOTICE"} <= {name.rpartition("/")[2] for name in names}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel, without extras, and what it needs."""
    place = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "venv", cwd=place)
    run(place / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel, cwd=place)
    return place / "venv/bin"


def results_of(plansim: Path, scenario: str, cwd: Path) -> Path:
    """Run two replications of a scenario in a folder and return where the results are."""
    said = run(plansim, "run", scenario, "--replications", "2", "--quiet", cwd=cwd)
    assert said.startswith("results: reports/")
    return cwd / said.removeprefix("results: ").strip()


@pytest.mark.slow
def test_a_wheel_is_enough_to_run_a_scenario(installed, tmp_path):
    (tmp_path / "mine.yaml").write_bytes((ROOT / "scenarios" / "quickstart.yaml").read_bytes())
    results = results_of(installed / "plansim", "mine.yaml", tmp_path)
    assert (results / "metrics.csv").stat().st_size > 10_000
    assert len(list((results / "figures").iterdir())) == 8
    where = run(installed / "python", "-c", "import simulator; print(simulator.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


@pytest.mark.slow
def test_a_wheel_is_enough_to_begin_with_a_scenario_of_ones_own(installed, tmp_path):
    assert "plansim new my.yaml" in run(installed / "plansim", cwd=tmp_path)
    run(installed / "plansim", "new", "x.yaml", cwd=tmp_path)
    assert (results_of(installed / "plansim", "x.yaml", tmp_path) / "summary.json").is_file()


def test_the_extras_are_those_that_messages_name():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"]) - {"test", "dev", "benchmarks"}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "simulator").rglob("*.py"))
    assert extras
    assert {extra for extra in extras if f"plansim[{extra}]" in code} == extras


def test_every_requirement_is_bounded():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    bounded = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    assert all(">=" in requirement and ",<" in requirement for requirement in bounded)
