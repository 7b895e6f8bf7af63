"""Events a second of both engines on the quickstart scenario, in one run; time and memory of a million customers.

python benchmarks/smoke.py            # a million customers, 36 months
python benchmarks/smoke.py --small    # what CI runs: fails on errors, never on speed
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import simulator as sim
from simulator.accounting.books import check_identity
from simulator.engines.compiled import run_compiled
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model, compile_model

QUICKSTART = Path(__file__).parent.parent / "scenarios" / "quickstart.yaml"
CUSTOMERS = 2_750 + 80 * 36  # opening base and, about, the sign-ups


def quickstart(scale: int) -> Model:
    """Return the quickstart scenario with `scale` times its customers."""
    text = f"""\
extends: {QUICKSTART}
segments:
  smb:
    opening: {{free: {2_000 * scale}, standard: {600 * scale}, premium: {150 * scale}}}
    arrivals: {{per_month: {80 * scale}}}
"""
    return compile_model(sim.load(text))


def timed(engine, model: Model, **options) -> tuple[float, int]:
    """Return seconds and events of one replication, whose books must add up."""
    start = time.perf_counter()
    (replication,) = engine(model, 1, range(1), **options)
    seconds = time.perf_counter() - start
    check_identity(replication.books)
    return seconds, replication.events


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="small sizes, one round")
    small = parser.parse_args().small
    rounds, scale = (1, 2) if small else (5, round(1_000_000 / CUSTOMERS))
    one, many = quickstart(1), quickstart(scale)
    timed(run_compiled, one), timed(run_simpy, one)  # compile

    ratios, rates = [], {"simpy": [], "compiled": []}
    for _ in range(rounds):  # in turn, so that a drifting machine speed leaves the ratio alone
        seconds, events = timed(run_simpy, one)
        rates["simpy"].append(events / seconds)
        seconds, events = timed(run_compiled, many)
        rates["compiled"].append(events / seconds)
        ratios.append(rates["compiled"][-1] / rates["simpy"][-1])
    for name, values in rates.items():
        print(f"{name:9} {statistics.median(values):14,.0f} events/s (median of {rounds})")
    print(f"ratio     {statistics.median(ratios):14,.0f}")
    alone = [timed(run_compiled, many, threads=1)[0] for _ in range(rounds)]
    both = [timed(run_compiled, many)[0] for _ in range(rounds)]
    print(f"one thread {statistics.median(alone):.2f} s, all {statistics.median(both):.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"about {CUSTOMERS * scale:,} customers x 36 months; peak memory of this process {peak:,.0f} MB")


if __name__ == "__main__":
    main()
