"""Who performs the tasks of a study: this process, or a cluster; and a folder that remembers what is done."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from simulator.engines.output import Replication
from simulator.studies.tasks import Task, pack, perform, unpack

Outcome = list[Replication]
Progress = Callable[[float], None]


class Executor(Protocol):
    """Performs tasks, wherever that may be."""

    def outcomes(self, tasks: Sequence[Task], progress: Progress | None = None) -> Iterator[Outcome]:
        """Yield the outcome of each task, in the order of the tasks; `progress` is told the share that is done."""
        ...


@dataclass(frozen=True)
class Here:
    """Performs tasks one after the other in this process; the engine uses `threads` for each."""

    threads: int | None = None

    def outcomes(self, tasks: Sequence[Task], progress: Progress | None = None) -> Iterator[Outcome]:
        """Yield the outcomes in order."""
        for done, task in enumerate(tasks):
            yield list(perform(task, threads=self.threads, progress=part(progress, done, len(tasks))))


@dataclass(frozen=True)
class Remembering:
    """Keeps every outcome in a folder, and looks there before another executor performs the task.

    A study that was interrupted continues where it stopped, and gives the same bytes: an outcome is written whole or
    not at all, under a name that stands for everything it depends on.
    """

    executor: Executor
    folder: Path

    def outcomes(self, tasks: Sequence[Task], progress: Progress | None = None) -> Iterator[Outcome]:
        """Yield the outcomes in order."""
        names = [task.digest() for task in tasks]
        known = {name for name in names if self._path(name).is_file()}
        missing = list({n: task for n, task in zip(names, tasks, strict=True) if n not in known}.items())
        done = len(tasks) - len(missing)

        def of_all(share: float) -> None:
            if progress is not None:
                progress((done + share * len(missing)) / len(tasks))

        performed = self.executor.outcomes([task for _, task in missing], of_all)
        for name in names:
            if name in known:
                yield self._read(name)
            else:
                outcome = next(performed)
                self._write(name, outcome)
                known.add(name)
                yield outcome

    def forget(self) -> None:
        """Remove the folder: the study is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def _read(self, name: str) -> Outcome:
        with np.load(self._path(name), allow_pickle=False) as stored:
            return unpack(dict(stored))

    def _write(self, name: str, outcome: Outcome) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(prefix=".outcome-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **pack(outcome))  # type: ignore[arg-type]
            Path(fresh).replace(self._path(name))
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise


def part(progress: Progress | None, done: int, of: int) -> Progress | None:
    """Return a progress callback for one of several pieces of work."""
    if progress is None:
        return None
    return lambda share: progress((done + share) / of)
