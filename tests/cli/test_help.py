"""What a user finds who knows nothing yet."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.cli.commands import plansim

COMMANDS = (
    "run",
    "expect",
    "compare",
    "sweep",
    "sensitivity",
    "attribute",
    "solve",
    "optimise",
    "report",
    "workbook",
    "deck",
    "figures",
    "account",
    "base",
    "check",
    "explain",
    "schema",
    "new",
)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)], ids=str)
def test_help_says_what_to_do_first(arguments):
    shown = plansim(*arguments)
    assert shown.exit_code == 0
    first_steps = ["plansim new my.yaml", "plansim check my.yaml", "plansim explain my.yaml", "plansim run my.yaml"]
    places = [shown.stdout.find(step) for step in first_steps]
    assert -1 not in places
    assert places == sorted(places)
    assert shown.stderr == ""


def test_help_names_every_command_with_its_question_in_full():
    lines = plansim().stdout.partition("Commands:")[2].splitlines()
    listed = {line.split()[0]: line for line in lines if line.strip()}
    assert set(listed) == set(COMMANDS)
    assert all("?" in line and line.endswith(".") and not line.endswith("...") for line in listed.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    shown = plansim(command, "--help")
    assert shown.exit_code == 0
    assert f"plansim {command}" in shown.stdout


def test_help_of_run_names_every_option():
    shown = plansim("run", "--help").stdout
    for option in ("replications", "seed", "engine", "out", "lang", "ledger", "threads", "quiet"):
        assert f"--{option}" in shown


@pytest.mark.parametrize("arguments", [(), ("--help",), ("run", "--help"), ("check", "--help")], ids=str)
def test_help_waits_for_no_compiler_and_no_table_or_drawing_library(arguments):
    heavy = {"numba", "polars", "matplotlib", "scipy", "simpy", "numpy"}
    script = (
        "import sys; from simulator.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "finally: print('loaded:', sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.partition("loaded: ")[2].strip("[]\n").replace("'", "").split(", "))
    assert "simulator" in loaded
    assert not loaded & heavy


def test_the_version_is_told():
    shown = plansim("--version")
    assert (shown.exit_code, shown.stdout) == (0, f"plansim {version('plansim')}\n")


def test_a_command_that_is_not_there_is_answered_with_the_nearest():
    wrong = plansim("rnu", "x.yaml")
    assert wrong.exit_code == 2
    assert "Did you mean 'run'?" in wrong.stderr
