"""What a drawing process does (see drawers.py): when it is asked, draws what no other process has begun."""

from __future__ import annotations

import atexit
import gc
import pickle
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from simulator.reporting.figures import begun, drawable
from simulator.reporting.result_view import ResultView
from simulator.reporting.save import pictures


def serve() -> None:
    """Draw what standard input asks for, if it does; answer None, or the traceback of what went wrong."""
    gc.freeze()  # what has been imported stays: neither now nor at the end is it searched for what is unreachable
    atexit.register(gc.freeze)
    with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as answers:
        sys.stdout = sys.stderr  # what a library prints must not come between
        with suppress(EOFError, pickle.UnpicklingError, BrokenPipeError):  # who asks is gone
            job = pickle.load(sys.stdin.buffer)
            answers.write(pickle.dumps(_fault_of(job)))


def _fault_of(job: tuple[ResultView, Path, str]) -> str | None:
    try:
        draw_unclaimed(*job)
    except Exception:
        return traceback.format_exc()
    return None


def draw_unclaimed(result: ResultView, folder: Path, lang: str) -> None:
    """Write the figures that nobody else has begun to write to the folder, one after the other."""
    with pictures(folder) as write:
        for name in drawable(result):
            if _claimed(folder / f"{name}.svg"):
                write(name, begun(result, name, lang))


def _claimed(file: Path) -> bool:
    """Make the file, still empty; False where somebody was faster."""
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
