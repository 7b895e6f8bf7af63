"""Perform the tasks of a study on a Dask cluster: the same bytes as here, however many workers there are.

Workers must be able to import the same version of this program. A worker that dies loses what it was doing; the
scheduler gives that to another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Outcome, Progress
from simulator.studies.tasks import Task, pack, perform, program_hash, unpack

TIMEOUT = "20s"  # to reach the scheduler
RETRIES = 3  # of a task whose worker died
AHEAD = 3  # tasks a thread of the cluster, so that none waits and outcomes do not pile up


def connect(address: str) -> Cluster:
    """Return an executor on the Dask cluster whose scheduler is at `address`.

    Raises
    ------
    WrongStudy
        if Dask is not installed, the scheduler cannot be reached, there is no worker, or a worker runs another version
        of this program.
    """
    try:
        from distributed import Client
    except ImportError:
        raise WrongStudy("--cluster needs Dask; install it with: pip install 'plansim[cluster]'") from None
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WrongStudy(
            f"--cluster: no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, workers "
            f"with `dask worker {address}`, and give its address, e.g. tcp://127.0.0.1:8786"
        ) from None
    cluster = Cluster(client)
    try:
        cluster.check()
    except BaseException:
        client.close()
        raise
    return cluster


@dataclass(frozen=True)
class Cluster:
    """Performs tasks on the workers of a Dask client, one task a worker thread."""

    client: Any

    def check(self) -> None:
        """Refuse a cluster without workers, or with one that runs another version of this program.

        Raises
        ------
        WrongStudy
            naming the workers.
        """
        versions = self.client.run(_version)
        if not versions:
            raise WrongStudy("--cluster: the scheduler has no workers; start some with `dask worker ADDRESS`")
        others = [worker for worker, version in versions.items() if version != program_hash()]
        if others:
            raise WrongStudy(
                f"--cluster: {', '.join(sorted(others))} cannot import this version of plansim; install the same on "
                f"every worker"
            )

    def outcomes(self, tasks: Sequence[Task], progress: Progress | None = None) -> Iterator[Outcome]:
        """Yield the outcomes in order."""
        threads = sum(self.client.nthreads().values())
        waiting: deque[Any] = deque()
        todo = iter(tasks)

        def submit() -> None:
            task = next(todo, None)
            if task is not None:
                waiting.append(self.client.submit(_perform, task, pure=False, retries=RETRIES))

        for _ in range(AHEAD * max(1, threads)):
            submit()
        try:
            for done in range(len(tasks)):
                future = waiting.popleft()
                outcome = unpack(future.result())
                future.release()
                submit()
                if progress is not None:
                    progress((done + 1) / len(tasks))
                yield outcome
        finally:
            for future in waiting:
                future.cancel()


def _version() -> str:
    return program_hash()


def _perform(task: Task) -> dict[str, np.ndarray]:
    """Perform a task on a worker: one thread, since the cluster has others for other tasks."""
    return pack(list(perform(task, threads=1)))
