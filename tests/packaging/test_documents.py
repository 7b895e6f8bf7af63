"""The README and the other documents: their commands are those that are run, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from simulator.cli import app
from tests.packaging.checkout import ROOT, tracked

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def commands(language: str = "sh") -> list[str]:
    """The lines of the README's code blocks of a language, without comments."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def complete(last: str) -> str:
    """The one command of the README that makes an environment, installs, and ends in `last`."""
    (found,) = [line for line in commands() if line.startswith("python3 -m venv") and last in line]
    return found


def test_the_test_command_is_the_last_thing_that_ci_runs():
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.strip()]
    assert lines[-1] == complete("pytest")


def test_ci_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_first_command_runs_a_scenario_that_is_there():
    arguments = shlex.split(complete("plansim run"))
    assert arguments[-3:-1] == [".venv/bin/plansim", "run"]
    assert (ROOT / arguments[-1]).is_file()


def test_every_plansim_command_of_the_readme_exists():
    known = {command.callback.__name__ for command in app.registered_commands}
    text = "\n".join([*commands(), *re.findall(r"`plansim .*?`", README)])
    used = set(re.findall(r"plansim ([a-z]+)", text))
    assert {"new", "check", "explain", "run", "schema"} <= used
    assert used <= known


def test_every_option_the_readme_names_is_there():
    named = set(re.findall(r"(?<!-)--[a-z][a-z-]*", README)) - {"--quiet", "--editable"}
    source = "".join(path.read_text() for path in (ROOT / "simulator" / "commands").glob("*.py"))
    assert {"--ledger", "--lang"} < named
    assert all(f'"{option}"' in source for option in named)


def test_every_file_of_a_result_is_described():
    for name in ("figures/", "metrics.csv", "movements.csv", "offers.csv", "runs.parquet", "summary.json",
                 "scenario.yaml", "ledger.parquet"):  # fmt: skip
        assert f"| `{name}` |" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_of_the_checkout(document):
    known = set(tracked()) | {folder for path in tracked() for folder in path.parents}
    targets = [link.partition("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8"))]
    local = [target for target in targets if target and "://" not in target]
    broken = [target for target in local if (document.parent / target).resolve() not in known]
    assert broken == []


def test_there_are_links_to_follow():
    assert len(LINK.findall(README)) >= 5
    assert len(DOCUMENTS) >= 4


def test_the_readme_says_the_same_python_as_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    least = project["requires-python"].removeprefix(">=")
    assert f"Python {least} or newer" in README


def test_every_metric_is_defined_in_the_documents():
    from simulator.accounting.metrics import METRICS

    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"`([a-z0-9_]+)`", text))
    assert set(METRICS) <= defined
