"""Figures drawn by processes of their own: the same bytes, no process too many, none left behind."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.commands.drawing import BESIDE, processes
from simulator.reporting import drawers as drawers_module
from simulator.reporting.drawers import Drawers, drawers
from simulator.reporting.drawing import draw_unclaimed
from simulator.results.folder import save
from simulator.results.result import Result
from tests.cli.commands import SMALL, everything_in, plansim
from tests.reporting.behaviour import CASES
from tests.reporting.deck.made import result

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and exit codes of POSIX")


def usual(case: str = "usual") -> Result:
    return replace(result(CASES[case]), tables=CASES[case].tables, teams=CASES[case].teams)


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_pictures_are_those_of_one_process(tmp_path: Path, lang: str):
    shown = usual("metered")
    with drawers(2) as started:
        save(shown, tmp_path / "together", lang=lang, draw=started.draw)
    save(shown, tmp_path / "alone", lang=lang)
    alone, together = (hashes(tmp_path / name / "figures") for name in ("alone", "together"))
    assert len(alone) == 22
    assert together == alone
    assert all(process.returncode == 0 for process in started.processes)


def test_a_run_draws_the_same_pictures_with_processes_and_without(desk: Path):
    for threads in (1, 2):
        done = plansim("run", "shop.yaml", "--replications", 2, "--threads", threads, "--out", f"{threads}")
        assert done.exit_code == 0, done.output
    one, two = (hashes(desk / name / "figures") for name in ("1", "2"))
    assert one
    assert one == two


@pytest.mark.parametrize(
    ("replications", "threads", "processors", "number"),
    [
        (200, None, 8, BESIDE),
        (2, 2, 1, BESIDE),
        (1, None, 8, 0),  # a large base: memory counts
        (200, 1, 8, 0),
        (200, None, 1, 0),
        (200, None, None, 0),
    ],
)
def test_processes_are_started_where_there_are_processors_and_memory_to_spare(
    monkeypatch, replications, threads, processors, number
):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert processes(replications, threads) == number


@pytest.fixture
def started(monkeypatch) -> list[int]:
    """The numbers of drawing processes that are asked for; none is started."""
    asked: list[int] = []

    def none(number: int):
        asked.append(number)
        raise LookupError

    monkeypatch.setattr("simulator.reporting.drawers.drawers", none)
    monkeypatch.setattr("simulator.reporting.save.save_all", lambda result, folder, lang: folder.mkdir())
    return asked


@pytest.mark.parametrize(
    "options", [["--replications", 1], ["--replications", 2, "--threads", 1], ["--replications", 2, "--no-figures"]]
)
def test_a_run_that_needs_no_process_starts_none(desk, started, options):
    assert plansim("run", "shop.yaml", *options).exit_code == 0
    assert started == []


def test_wrong_options_start_none(desk, started):
    assert plansim("run", "shop.yaml", "--replications", 2, "--threads", 2, "--lang", "fr").exit_code == 2
    assert started == []
    assert isinstance(plansim("run", "shop.yaml", "--threads", 2).exception, LookupError)
    assert started == [BESIDE]


def test_wrong_input_ends_the_process_that_was_getting_ready(desk, monkeypatch):
    processes: list[subprocess.Popen[bytes]] = []
    start = drawers_module._start
    monkeypatch.setattr(drawers_module, "_start", lambda: processes.append(start()) or processes[-1])
    (desk / "wrong.yaml").write_text(SMALL.replace("months:", "monhts:"))
    (desk / "full").mkdir()
    (desk / "full" / "mine").touch()
    for wrong in (["wrong.yaml"], ["shop.yaml", "--out", "full"]):
        assert plansim("run", *wrong, "--replications", 2, "--threads", 2).exit_code == 2
    assert [process.returncode for process in processes] == [-signal.SIGKILL] * 2 * BESIDE
    assert everything_in(desk) == {"shop.yaml", "wrong.yaml", "full", "full/mine"}


def test_a_fault_in_a_process_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("simulator.reporting.drawing.draw_unclaimed", lambda result, folder, lang: None)  # here alone
    shown = usual()
    del shown.summary["currency"]
    with (
        pytest.raises(RuntimeError, match=r"(?s)could not be drawn.*Traceback.*KeyError: 'currency'"),
        drawers(2) as all_,
    ):
        save(shown, tmp_path / "out", draw=all_.draw)
    assert everything_in(tmp_path) == set()
    assert all(process.returncode is not None for process in all_.processes)


def test_a_fault_in_this_process_is_told_as_it_is_and_ends_the_others(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("simulator.reporting.drawing.draw_unclaimed", lambda result, folder, lang: 1 / 0)
    with pytest.raises(ZeroDivisionError), drawers(1) as all_:
        save(usual(), tmp_path / "out", draw=all_.draw)
    assert everything_in(tmp_path) == set()
    assert all_.processes[0].returncode == -signal.SIGKILL


def test_a_process_that_is_gone_is_told_and_leaves_nothing(tmp_path: Path):
    told = pytest.raises(RuntimeError, match="ended with exit code -9; with --threads 1")
    with told, drawers(2) as all_:
        all_.processes[1].kill()
        save(usual(), tmp_path / "out", draw=all_.draw)
    assert everything_in(tmp_path) == set()


def test_a_fault_elsewhere_ends_the_processes(tmp_path: Path, monkeypatch):
    def full(result, folder):
        raise OSError("no space left")

    monkeypatch.setattr("simulator.results.folder.write_result", full)
    with pytest.raises(OSError, match="no space left"), drawers(2) as all_:
        save(usual(), tmp_path / "out", draw=all_.draw)
    assert everything_in(tmp_path) == set()
    assert {process.returncode for process in all_.processes} == {-signal.SIGKILL}


def test_processes_are_gone_as_soon_as_drawing_has_failed(tmp_path: Path):
    """Whoever removes the folder then finds nobody who still writes to it."""
    with drawers(1) as all_:
        with pytest.raises(ZeroDivisionError), all_.draw(usual(), tmp_path / "figures", "en"):
            1 / 0  # noqa: B018
        assert all_.processes[0].returncode == -signal.SIGKILL


def test_a_fault_before_anything_is_drawn_ends_the_processes():
    with pytest.raises(ZeroDivisionError), drawers(1) as all_:
        1 / 0  # noqa: B018
    assert all_.processes[0].returncode == -signal.SIGKILL


def test_where_one_process_cannot_be_started_none_is_left(monkeypatch):
    start, begun = drawers_module._start, []

    def second_fails():
        if begun:
            raise OSError("too many processes")
        begun.append(start())
        return begun[0]

    monkeypatch.setattr(drawers_module, "_start", second_fails)
    with pytest.raises(OSError, match="too many processes"), drawers(2):
        pass
    assert begun[0].returncode == -signal.SIGKILL


def test_ctrl_c_on_the_terminal_does_not_reach_the_processes():
    with drawers(1) as all_:
        process = all_.processes[0].pid
        assert os.getpgid(process) == process != os.getpgrp()


def test_a_process_imports_from_where_this_one_does(tmp_path: Path, monkeypatch):
    here = tmp_path / "simulator" / "reporting"
    here.mkdir(parents=True)
    for package in (here.parent, here):
        (package / "__init__.py").touch()
    (here / "drawing.py").write_text("import sys\ndef serve(): sys.stdout.write(__file__)\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with drawers(1) as all_:
        answered, _ = all_.processes[0].communicate(timeout=60)
        assert answered == str(here / "drawing.py").encode()


def test_what_was_left_to_be_sent_to_a_process_that_is_gone_is_dropped():
    with drawers(1) as all_:
        process = all_.processes[0]
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.write(b"left")
    assert process.stdin.closed


def test_a_folder_that_is_there_is_refused(tmp_path: Path):
    """What lies in it would be taken for what another process has begun."""
    (tmp_path / "bridge.svg").touch()
    with pytest.raises(FileExistsError), drawers(1) as all_, all_.draw(usual(), tmp_path, "en"):
        pass
    assert everything_in(tmp_path) == {"bridge.svg"}
    assert all_.processes[0].returncode == -signal.SIGKILL


def test_processes_that_are_asked_for_nothing_end_quietly(capfd):
    with drawers(1) as all_:
        pass
    assert isinstance(all_, Drawers)
    assert all_.processes[0].returncode == 0
    assert capfd.readouterr() == ("", "")


def served(sent: bytes) -> tuple[bytes, bytes]:
    """What a drawing process answers, and what it says, where drawing is no more than to print the job."""
    program = "from simulator.reporting import drawing as d; d.draw_unclaimed = lambda *job: print(*job); d.serve()"
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, check=True, timeout=60)
    return done.stdout, done.stderr


def test_what_is_printed_while_a_figure_is_drawn_does_not_come_between():
    answer, said = served(pickle.dumps((1, "two", None)))
    assert pickle.loads(answer) is None
    assert answer == pickle.dumps(None)
    assert said == b"1 two None\n"


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_a_process_whose_job_breaks_off_ends_quietly(share: float):
    job = pickle.dumps(("a result", list(range(1000)), "x" * 1000))
    assert served(job[: int(share * len(job))]) == (b"", b"")


# stops when the first picture is there, until it is interrupted
DRIVER = """
import sys, time
from pathlib import Path
from simulator import cli
from simulator.results import folder

def told(result, place):
    while not list(place.glob("figures/*.png")):
        time.sleep(0.01)
    print("drawing", flush=True)
    time.sleep(60)

folder.write_result = told
sys.argv = ["plansim", *sys.argv[1:]]
cli.main()
"""


@pytest.mark.parametrize("sent", ["SIGINT", "SIGKILL"])
def test_a_run_that_is_stopped_leaves_no_process(tmp_path: Path, sent: str):
    (tmp_path / "shop.yaml").write_text(SMALL)
    command = [sys.executable, "-c", DRIVER, "run", "shop.yaml", "--replications", "2", "--threads", "2", "--quiet"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "drawing\n"
            start = time.monotonic()
            running.send_signal(signal.Signals[sent])
            # standard error is shared with the drawing processes: it ends with the last of them
            _, said = running.communicate(timeout=30)
            assert time.monotonic() - start < 10
        finally:
            running.kill()
    assert said.strip() in ("", "Aborted.")
    if sent == "SIGINT":
        assert everything_in(tmp_path) == {"shop.yaml", "reports"}


def test_what_another_process_has_begun_is_left_to_it(tmp_path: Path):
    (tmp_path / "bridge.svg").touch()
    draw_unclaimed(usual("few replications"), tmp_path, "en")
    drawn = {path.name for path in tmp_path.iterdir() if path.stat().st_size}
    assert {"movements.png", "movements.svg"} < drawn
    assert not {"bridge.png", "bridge.svg"} & drawn
