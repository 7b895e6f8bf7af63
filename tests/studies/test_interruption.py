"""A study that is killed at any moment goes on where it stopped, and gives the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.studies.scenarios import BASE, WHAT_IF
from tests.studies.test_compare import digest

COMMANDS = {
    "compare": ["compare", "base.yaml", "better.yaml", "--replications", "60"],
    "sweep": ["sweep", "base.yaml", "offers.rescue.acceptance=0:40%:3", "--replications", "30"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two scenarios, large enough for several tasks."""
    for name, text in (("base", BASE), ("better", WHAT_IF)):
        (tmp_path / f"{name}.yaml").write_text(text.replace("basic: 60, plus: 20", "basic: 30_000, plus: 10_000"))
    return tmp_path


def started(folder: Path, arguments: list[str], out: str) -> subprocess.Popen[bytes]:
    """The command, running in a process of its own."""
    script = "from simulator.cli import main; main()"
    options = ["--out", out, "--quiet", "--threads", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments, *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT], ids=lambda s: s.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(folder, command, kind):
    unfinished = folder / ".stopped-unfinished"
    stopped = started(folder, COMMANDS[command], "stopped")
    try:
        for _ in range(600):  # until something is done, but not all
            if len(list(unfinished.glob("*.npz"))) >= 2 or stopped.poll() is not None:
                break
            time.sleep(0.05)
        assert stopped.poll() is None, stopped.communicate()
        stopped.send_signal(kind)
        stopped.communicate(timeout=30)
    finally:
        stopped.kill()
    assert stopped.returncode != 0
    assert not (folder / "stopped").exists()
    done_before = {path.name: path.stat().st_mtime_ns for path in unfinished.glob("*.npz")}
    assert len(done_before) >= 2
    again = started(folder, COMMANDS[command], "stopped")
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert b"continuing where an earlier run stopped" in said
    assert not unfinished.exists()
    whole = started(folder, COMMANDS[command], "whole")
    _, said = whole.communicate(timeout=120)
    assert whole.returncode == 0, said
    assert digest(folder / "stopped") == digest(folder / "whole")
