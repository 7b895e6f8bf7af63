"""Other engines on the ladder, each run in a process of its own: what one leaves behind slows nobody else."""

from __future__ import annotations

import importlib
import multiprocessing
import time

import numpy as np

from ladder.law import Law


def timed(name: str, law: Law) -> tuple[float, np.ndarray]:
    """Run the engine of that name once; return its seconds and the MRR at each month-end."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(_run, (name, law))


def _run(name: str, law: Law) -> tuple[float, np.ndarray]:
    run = importlib.import_module(f"ladder.{name}").run
    began = time.perf_counter()
    mrr = run(law, 1)
    return time.perf_counter() - began, mrr
