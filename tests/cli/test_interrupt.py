"""Ctrl-C in the middle of a run: it ends soon, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import SMALL, everything_in

# says when simulating is well on its way, then runs as ever
DRIVER = """
import sys
from contextlib import contextmanager
from simulator import cli
from simulator.commands import run as command

@contextmanager
def told(*, show):
    yield lambda share: print(f"{share:.6f}", flush=True)

command.progress_bar = told
sys.argv = ["plansim", *sys.argv[1:]]
cli.main()
"""


# one replication of these is longer than the test
SHARED = """\
  ask: {motion: care, when: {rate: 9 per month}, acceptance: 1%, needs: {team: care, work: 1 day, waits: 1 day}}
teams: {care: {people: 9}}
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("shared", ["", SHARED], ids=["apart", "sharing people"])
@pytest.mark.parametrize("options", [[], ["--ledger"]], ids=str)
def test_an_interrupted_run_ends_soon_and_leaves_nothing(tmp_path: Path, options: list[str], shared: str):
    customers = 100_000 if shared else 400_000
    (tmp_path / "large.yaml").write_text(SMALL.replace("basic: 30}", f"basic: {customers}}}") + shared)
    (tmp_path / "tmp").mkdir()
    running = subprocess.Popen(
        [sys.executable, "-c", DRIVER, "run", "large.yaml", "--replications", "2000", "--quiet", *options],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        for _ in range(30):
            share = running.stdout.readline()  # the first pieces are done
        assert 0 < float(share) < 0.5
        start = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
        assert time.monotonic() - start < 5
    finally:
        running.kill()
    assert running.returncode != 0
    assert "Traceback" not in said
    assert everything_in(tmp_path) == {"large.yaml", "tmp"}


def started(folder: Path, driver: str, *options: str, **environment: str) -> subprocess.Popen[str]:
    """A run of the small scenario in a process of its own, which Ctrl-C can be sent to."""
    (folder / "small.yaml").write_text(SMALL)
    return subprocess.Popen(
        [sys.executable, "-c", driver, "run", "small.yaml", *options],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupt(running: subprocess.Popen[str]) -> None:
    """Press Ctrl-C, and hold that the run ends with its exit code and without a traceback."""
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_reference_engine_hears_of_an_interruption(tmp_path: Path):
    """It calls compiled code for every event, and what is raised meanwhile may be lost there."""
    running = started(tmp_path, DRIVER, "--replications", "1000000", "--engine", "simpy", "--quiet")
    try:
        assert running.stdout is not None
        for _ in range(20):
            assert 0 < float(running.stdout.readline()) < 0.5
        interrupt(running)
    finally:
        running.kill()
    assert everything_in(tmp_path) == {"small.yaml"}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_who_interrupts_compiling_does_not_wait_for_it(tmp_path: Path):
    cache = tmp_path / "cache"
    running = started(
        tmp_path, "from simulator.cli import main; main()", "--replications", "2", PLANSIM_CACHE=str(cache)
    )
    try:
        assert running.stderr is not None
        assert "compiling" in running.stderr.readline()
        time.sleep(2)
        interrupt(running)
    finally:
        running.kill()
    assert not list(cache.rglob("*simulate_pieces*")), "it has been compiled to the end"
    assert {name for name in everything_in(tmp_path) if not name.startswith("cache")} == {"small.yaml"}
