"""Drawing processes: ready by the time there is something to draw, they share the figures of a result with this one.

Each is an interpreter of its own, spoken to over pipes. A fork would be there at once, but inherit the locks of threads
that it does not have.
"""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.results.result import Result  # the processes are started before anything heavy is imported


@dataclass(frozen=True)
class Drawers:
    """Drawing processes that have been started, for one result."""

    processes: Sequence[subprocess.Popen[bytes]]

    @contextmanager
    def draw(self, result: Result, folder: Path, lang: str) -> Iterator[None]:
        """Have all figures of the result drawn to a fresh folder; they are there after the `with` block.

        Whatever ends it early ends the processes, so that nothing is written any more.

        Raises
        ------
        RuntimeError
            a figure could not be drawn, with the traceback, or a process has ended.
        """
        folder.mkdir()
        # no figure shows anything of single replications and events
        job = pickle.dumps((replace(result, runs=result.runs.clear(), ledger=None), folder, lang))
        try:
            for process in self.processes:
                with suppress(BrokenPipeError):  # it has ended, which is told below
                    _pipe(process.stdin).write(job)
                    _pipe(process.stdin).close()
            yield
            from simulator.reporting.drawing import draw_unclaimed  # matplotlib is slow to import, while they draw

            draw_unclaimed(result, folder, lang)
            for process in self.processes:
                _check_answer(process)
        except BaseException:
            _end(self.processes)
            raise


@contextmanager
def drawers(number: int) -> Iterator[Drawers]:
    """Start drawing processes; with the `with` block they end."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(number):
            processes.append(_start())
        yield Drawers(processes)
        for process in processes:
            _close(process.stdin)
        for process in processes:
            process.wait()
            _close(process.stdout)
    except BaseException:
        _end(processes)
        raise


def _start() -> subprocess.Popen[bytes]:
    """Start a process that imports from where this one does, and that Ctrl-C on the terminal does not reach."""
    search = f"import gc; gc.set_threshold{gc.get_threshold()}"  # as seldom as here: imports make much that stays
    program = f"{search}; import sys; sys.path = {sys.path!r}; from simulator.reporting.drawing import serve; serve()"
    command, pipe = [sys.executable, "-c", program], subprocess.PIPE
    if sys.platform == "win32":
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, creationflags=subprocess.CREATE_NEW_PROCESS_GROUP)
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, process_group=0)


def _check_answer(process: subprocess.Popen[bytes]) -> None:
    try:
        fault = pickle.load(_pipe(process.stdout))
    except EOFError:
        code = process.wait()
        raise RuntimeError(
            f"a drawing process ended with exit code {code}; with --threads 1 plansim draws without them"
        ) from None
    if fault is not None:
        raise RuntimeError(f"a figure could not be drawn\n\n{fault}")


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End processes at once, and wait until they are gone: until then they may write."""
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
        _close(process.stdin)
        _close(process.stdout)


def _close(end: IO[bytes] | None) -> None:
    with suppress(BrokenPipeError):  # what was left to be sent to a process that is gone
        _pipe(end).close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None
    return end
