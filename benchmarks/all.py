"""Everything that is said about speed, in one run: python benchmarks/all.py.

    python benchmarks/all.py            # about a quarter of an hour on an idle machine
    python benchmarks/all.py --small    # what CI runs: fails on errors, never on speed

Ratios come from runs in turn, so that a machine whose speed drifts leaves them alone; times are medians of five rounds.
Whole processes are measured from outside: start, imports, simulation, tables, figures, result folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import teams
from ladder import c_loop, rivals
from ladder.law import Law, ladder_model
from rich.console import Console
from rich.progress import Progress
from smoke import CUSTOMERS, QUICKSTART, quickstart, timed

from simulator.engines.compiled import run_compiled
from simulator.engines.simpy_engine import run_simpy

MAIN = [sys.executable, "-c", "from simulator.cli import main; main()"]
# engine, its library, customers it is measured with; its time is then scaled to as many as the others'
RIVALS = (
    ("simpy_plain", "simpy", 1_000_000),
    ("salabim_processes", "salabim", 10_000),
    ("mesa_months", "mesa", 50_000),
    ("numpy_months", "numpy", 1_000_000),
)
BEYOND_CHANCE = 6.0  # standard deviations of a month-end's MRR from its exact mean: a wrong rival is no rival


@dataclass
class Bench:
    """How much is measured."""

    small: bool

    @property
    def rounds(self) -> int:
        """How often."""
        return 1 if self.small else 5

    def size(self, customers: int) -> int:
        """How many customers in place of so many."""
        return max(customers // 500, 100) if self.small else customers

    def alternately(self, runs: dict[str, Callable[[], float]], times: int = 1) -> dict[str, list[float]]:
        """Return what each run gives, all of them in turn in every round, with so many times the usual rounds."""
        found: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(self.rounds * times):
            for name, run in runs.items():
                found[name].append(run())
        return found


def say(what: str, figure: str, target: str = "") -> None:
    """Print one line."""
    print(f"{what:66} {figure:>24}  {target}", flush=True)


def ratio(of: list[float], to: list[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(of, to, strict=True))


def clock(run: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


@dataclass
class Process:
    """What a whole process took."""

    seconds: float
    processor: float
    megabytes: float


def process(*arguments: str, cache: str | None = None) -> Process:
    """Run plansim and return what it took; its output is thrown away.

    Raises
    ------
    CalledProcessError
        if it fails.
    """
    environment = os.environ | ({} if cache is None else {"PLANSIM_CACHE": cache})
    began = time.perf_counter()
    running = subprocess.Popen(
        [*MAIN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, used = os.wait4(running.pid, 0)
    seconds = time.perf_counter() - began
    if code := os.waitstatus_to_exitcode(status):
        raise subprocess.CalledProcessError(code, arguments)
    return Process(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(rounds: int, *arguments: str) -> Process:
    """Return the medians of several runs of plansim."""
    runs = [process(*arguments) for _ in range(rounds)]
    return Process(
        *(statistics.median(getattr(run, name) for run in runs) for name in ("seconds", "processor", "megabytes"))
    )


def engines(bench: Bench) -> None:
    """Compare the two engines on the quickstart scenario."""
    one, many = quickstart(1), quickstart(bench.size(178))
    timed(run_compiled, one), timed(run_simpy, one)  # compile

    def rate(engine: Callable, model: object, **options: object) -> float:
        seconds, events = timed(engine, model, **options)
        return events / seconds

    found = bench.alternately(
        {
            "simpy": lambda: rate(run_simpy, one),
            "compiled": lambda: rate(run_compiled, many),
            "alone": lambda: rate(run_compiled, many, threads=1),
            "two": lambda: rate(run_compiled, many, threads=2),
        }
    )
    say("quickstart, `simpy`: events/s", f"{statistics.median(found['simpy']):,.0f}")
    say("quickstart, `compiled`, all cores: events/s", f"{statistics.median(found['compiled']):,.0f}")
    say("`compiled` / `simpy`", f"{ratio(found['compiled'], found['simpy']):,.0f}", "at least 200")
    say("two threads / one", f"{ratio(found['two'], found['alone']):.2f}", "at least 1.8")


def ladder(bench: Bench) -> None:
    """Compare with the loop in C and with other engines, on the Markov ladder."""
    customers = bench.size(1_000_000)
    model = ladder_model(customers)
    runs = {
        "compiled": lambda: clock(lambda: list(run_compiled(model, 1, range(1)))),
        "alone": lambda: clock(lambda: list(run_compiled(model, 1, range(1), threads=1))),
    }
    ((replication),) = run_compiled(model, 1, range(1))
    if c_loop.has_compiler():
        _, transitions, books = c_loop.run(model, 1)
        if not c_loop.same_books(books, replication.books):
            raise AssertionError("the loop in C and `compiled` give different books")
        say("ladder: the books of `compiled` and of the loop in C", "equal")
        say("ladder: transitions a customer", f"{transitions / customers:.2f}")
        runs["c"] = lambda: c_loop.run(model, 1)[0]
    else:
        say("ladder: the loop in C", "skipped: no gcc")
    for name, library, size in RIVALS:
        if importlib.util.find_spec(library) is None:
            say(f"ladder: {name}", f"skipped: no {library}")
        else:
            runs[name] = rival(name, Law.of(ladder_model(bench.size(size))))
    found = bench.alternately(runs)
    millions = {name: 1.0 if name in ("compiled", "alone", "c") else bench.size(size) / customers for name, size in
                [("compiled", 0), ("alone", 0), ("c", 0), *((name, size) for name, _, size in RIVALS)]}  # fmt: skip
    seconds = {name: [t / millions[name] for t in times] for name, times in found.items()}
    if "c" in seconds:
        say(
            "ladder, one core: `compiled` / loop in C, time",
            f"{ratio(seconds['alone'], seconds['c']):.2f}",
            "at most 2.0",
        )
    say(
        "ladder: `compiled`, all cores, against plain SimPy",
        f"{ratio(seconds['simpy_plain'], seconds['compiled']):,.0f}",
        "at least 250",
    )
    print(f"\n| Markov ladder, {customers:,} customers, 36 months | seconds | x SimPy |\n|---|---|---|")
    for name, times in sorted(seconds.items(), key=lambda item: -statistics.median(item[1])):
        faster = ratio(seconds["simpy_plain"], times)
        with_fewer = f" (from {round(millions[name] * customers):,} customers)" if millions[name] < 1.0 else ""
        print(f"| {SAID.get(name, name)}{with_fewer} | {statistics.median(times):.3g} | {faster:.3g} |")
    print(flush=True)


SAID = {
    "alone": "`compiled`, one thread",
    "compiled": "`compiled`, all cores",
    "c": "loop in C, one core",
    "simpy_plain": "SimPy",
    "salabim_processes": "salabim",
    "mesa_months": "Mesa, month steps",
    "numpy_months": "NumPy, month steps",
}


def rival(name: str, law: Law) -> Callable[[], float]:
    """Return a function that runs another engine once and returns its seconds.

    Its MRR must lie where the chain's exact law says, or AssertionError is raised.
    """

    def once() -> float:
        seconds, mrr = rivals.timed(name, law)
        worst = abs(law.z_scores(mrr)).max()
        if not worst < BEYOND_CHANCE:
            raise AssertionError(f"{name}: MRR lies {worst:.1f} standard deviations from its exact mean")
        return seconds

    return once


def scaled(folder: Path, name: str, scale: float) -> str:
    """Write the quickstart scenario with that many times its customers; return the file's name."""
    path = folder / f"{name}.yaml"
    opening = {"free": 2_000, "standard": 600, "premium": 150}
    counts = ", ".join(f"{plan}: {round(count * scale)}" for plan, count in opening.items())
    arrivals = f"arrivals: {{per_month: {80 * scale:.2f}}}"
    path.write_text(f"extends: {QUICKSTART}\nsegments: {{smb: {{opening: {{{counts}}}, {arrivals}}}}}\n")
    return str(path)


def processes(bench: Bench) -> None:
    """Measure whole processes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        million = scaled(folder, "million", bench.size(1_000_000) / CUSTOMERS)
        ten = scaled(folder, "ten_million", bench.size(10_000_000) / CUSTOMERS)
        small = scaled(folder, "five_thousand", bench.size(5_000) / CUSTOMERS)
        out = ("--quiet", "--out", str(folder / "out"))
        one = ("--replications", "1")

        fresh = process("run", small, *one, *out, cache=str(folder / "cache"))
        again = process("run", small, *one, *out, cache=str(folder / "cache"))
        say("first run ever, more than a cached one", f"{fresh.seconds - again.seconds:.1f} s", "at most 20 s")
        shown = median(bench.rounds, "--help")
        say("plansim --help", f"{shown.seconds:.2f} s", "at most 0.4 s")
        took = median(bench.rounds, "run", million, *one, *out)
        say("1,000,000 customers x 36 months, 1 replication", told(took), "at most 4 s, 400 MB")
        ledger = median(bench.rounds, "run", million, *one, "--ledger", *out)
        say("the same with --ledger", told(ledger))
        say("--ledger / without, time", f"{ledger.seconds / took.seconds:.2f}", "at most 2")
        more = process("run", ten, *one, *out)
        say("10,000,000 customers", told(more))
        say("10,000,000 / 1,000,000, time and memory", f"{more.seconds / took.seconds:.2f}, "
            f"{more.megabytes / took.megabytes:.2f}", "10 within 15 %, 1")  # fmt: skip
        runs = str(2 if bench.small else 200)
        took = median(bench.rounds, "run", small, "--replications", runs, *out)
        say("200 replications x 5,000 customers x 36 months", told(took), "at most 3 s")
        took = median(bench.rounds, "run", small, "--replications", runs, "--no-figures", *out)
        say("the same with --no-figures", told(took), "at most 3 s")


def told(took: Process) -> str:
    """Return time and memory as text."""
    return f"{took.seconds:.2f} s, {took.megabytes:,.0f} MB"


def progress(bench: Bench) -> None:
    """Measure what a progress bar costs."""
    model = quickstart(bench.size(178))

    def shown() -> None:
        with Progress(console=Console(file=io.StringIO(), force_terminal=True)) as bar:
            task = bar.add_task("", total=1.0)
            list(run_compiled(model, 1, range(1), progress=lambda share: bar.update(task, completed=share)))

    found = bench.alternately(
        {"without": lambda: clock(lambda: list(run_compiled(model, 1, range(1)))), "with": lambda: clock(shown)},
        times=1 if bench.small else 6,  # a small difference of short runs
    )
    say("a progress bar, time", f"{(ratio(found['with'], found['without']) - 1) * 100:+.1f} %", "at most 2 %")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="few customers, one round: fails on errors alone")
    bench = Bench(parser.parse_args().small)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"load before {load:.1f}"
    )
    if bench.small:
        print("small sizes: the figures mean nothing")
    processes(bench)  # first: the system counts what this process holds as what a new one has held
    engines(bench)
    ladder(bench)
    progress(bench)
    print("\ncustomers who share people")
    teams.report(small=bench.small)


if __name__ == "__main__":
    main()
