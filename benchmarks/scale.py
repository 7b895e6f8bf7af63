"""What a study of 100 million customers and 1,000 replications would cost: measured on a part, then multiplied.

python benchmarks/scale.py [--small]
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time

import numpy as np

import simulator as sim
from simulator.studies.tasks import TASK_SIZE, Task, cut, merge, pack, perform, unpack

CUSTOMERS, REPLICATIONS = 100_000_000, 1_000


def large(customers: int) -> sim.Scenario:
    """The shipped first scenario with as many customers, sign-ups in proportion."""
    text = sim.load("scenarios/quickstart.yaml").resolved_yaml()
    scenario = sim.load(text)
    opening = scenario.epochs[0].keys.segments["smb"].opening
    arrivals = scenario.epochs[0].keys.segments["smb"].arrivals
    total = sum(opening.values()) + arrivals.per_month * scenario.months
    factor = customers / total
    counts = ", ".join(f"{plan}: {round(number * factor)}" for plan, number in opening.items())
    return sim.load(
        f"extends: {scenario_path()}\nsegments:\n  smb:\n    opening: {{{counts}}}\n"
        f"    arrivals: {{per_month: {arrivals.per_month * factor:.1f}, market: {customers * 10}}}\n"
    )


def scenario_path() -> str:
    """The file that `large` extends."""
    return "scenarios/quickstart.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a hundredth of the customers, for tests")
    size = TASK_SIZE // 100 if parser.parse_args().small else TASK_SIZE
    scenario = large(size)
    task = Task(scenario, 1, range(1))
    list(perform(Task(sim.load(scenario_path()), 1, range(1)), threads=1))  # compiled, or loaded
    seconds, packing, merging, bytes_ = [], [], [], 0
    for k in range(3):
        start = time.perf_counter()
        outcome = list(perform(Task(scenario, 1, range(k, k + 1)), threads=1))
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        file = io.BytesIO()
        np.savez(file, **pack(outcome))
        bytes_ = file.getbuffer().nbytes
        packing.append(time.perf_counter() - start)
        file.seek(0)
        start = time.perf_counter()
        with np.load(file) as stored:
            merge([outcome, unpack(dict(stored))])
        merging.append(time.perf_counter() - start)
    one = statistics.median(seconds) * TASK_SIZE / size
    tasks = len([t for t in cut(large(CUSTOMERS), 1, range(1)) if t.rescue]) * REPLICATIONS
    print(f"one task ({size:,} customers, {scenario.months} months, one thread): {statistics.median(seconds):.2f} s")
    print(f"its outcome: {bytes_ / 1e6:.2f} MB, packed in {statistics.median(packing) * 1e3:.0f} ms, "
          f"unpacked and added in {statistics.median(merging) * 1e3:.0f} ms")  # fmt: skip
    hours = CUSTOMERS / TASK_SIZE * REPLICATIONS * one / 3600
    print(f"{CUSTOMERS:,} customers x {REPLICATIONS:,} replications: {tasks:,} tasks, {hours:,.0f} core hours")
    for cores in (2, 64, 512):
        print(f"  on {cores} cores: {hours / cores:,.1f} hours")
    print(f"  outcomes through the one who adds them up: {tasks * bytes_ / 1e9:,.0f} GB, "
          f"{tasks * statistics.median(merging) / 3600:,.1f} hours of one core")  # fmt: skip
    print(f"  task {task.digest()}", file=sys.stderr)


if __name__ == "__main__":
    main()
