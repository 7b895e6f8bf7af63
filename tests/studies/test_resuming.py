"""Every study that simulates many scenarios goes on where it was stopped, and gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.studies.executor import Here
from tests.cli.commands import plansim
from tests.studies.scenarios import BASE, WHAT_IF
from tests.studies.test_compare import digest

RANGED = BASE.replace("acceptance: 20%}\n  rescue", "acceptance: {low: 10%, likely: 20%, high: 40%}}\n  rescue")
COMMANDS = {
    "sweep": ["sweep", "base.yaml", "offers.rescue.acceptance=0:40%:4", "--replications", "4"],
    "tornado": ["sensitivity", "base.yaml", "--replications", "4"],
    "sobol": ["sensitivity", "ranged.yaml", "--sobol", "8"],
    "attribute": ["attribute", "base.yaml", "what_if.yaml", "--replications", "4"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with scenarios, the current one."""
    changed = WHAT_IF.replace("to: plus, acceptance: 20%", "to: plus, acceptance: 30%")
    for name, text in (("base", BASE), ("ranged", RANGED), ("what_if", changed)):
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_study_that_was_stopped_goes_on_and_gives_the_same_bytes(folder, monkeypatch, command):
    arguments = [*COMMANDS[command], "--quiet", "--out"]
    performed: list[int] = []
    whole = Here.outcomes

    def stopped(self, tasks, progress=None):
        for number, outcome in enumerate(whole(self, tasks, progress)):
            if number == 3:
                raise KeyboardInterrupt
            yield outcome

    def counted(self, tasks, progress=None):
        performed.append(len(tasks))
        yield from whole(self, tasks, progress)

    monkeypatch.setattr(Here, "outcomes", stopped)
    first = plansim(*arguments, folder / "stopped")
    assert first.exit_code not in (0, 2)
    assert "stopped; the same command continues from here" in first.stderr
    assert not (folder / "stopped").exists()
    assert len(list((folder / ".stopped-unfinished").glob("*.npz"))) == 3
    monkeypatch.setattr(Here, "outcomes", counted)
    again = plansim(*arguments, folder / "stopped")
    assert again.exit_code == 0, again.output
    assert "continuing where an earlier run stopped" in again.stderr
    assert plansim(*arguments, folder / "whole").exit_code == 0
    assert performed[0] == performed[1] - 3
    assert digest(folder / "stopped") == digest(folder / "whole")
    assert not (folder / ".stopped-unfinished").exists()
