"""Run one scenario: what will happen?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.engines.compiled import run_compiled
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import compile_model
from simulator.results.collect import Collector
from simulator.results.ledger import LedgerWriter
from simulator.results.result import Result
from simulator.scenario.scenario import Scenario

ENGINES = ("auto", "compiled", "simpy")
DEFAULT_REPLICATIONS = 100
DEFAULT_SEED = 1


def run(
    scenario: Scenario,
    *,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    ledger: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Simulate a scenario and return its Result.

    Where offers are made in the cancellation flow, every replication is run a second time without them, with the
    same draws: the difference of the two closing MRRs is what the offers have saved, net of those who would have
    stayed anyway and of those who came only for the cheap offer.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    replications
        how often the months are lived through, with draws of their own.
    seed
        of all draws: same seed, same result, whatever the engine and the number of threads.
    engine
        `compiled` (machine code on all cores), `simpy` (a process per customer; the reference, slow), or `auto`:
        compiled.
    threads
        of the compiled engine; by default one a processor.
    ledger
        write single events too; `Result.ledger` is then the path of a Parquet file in a temporary folder.
    progress
        called with the share of the work that is done.

    Raises
    ------
    ValueError
        if `replications` is not positive, the seed out of range, or the engine unknown.
    """
    if replications < 1:
        raise ValueError(f"replications must be at least 1, not {replications}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"the seed must be between 0 and 2**64 - 1, not {seed}")
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
    model = compile_model(scenario)
    without = model.without_rescue()
    passes = 1 if without is None else 2
    every = range(replications)
    collector = Collector(scenario, model)
    writer = LedgerWriter(scenario, model) if ledger else None
    try:
        for one in _replications(model, seed, every, engine, threads, ledger, _part(progress, 0, passes)):
            collector.add(one)
            if writer is not None:
                writer.add(one)
        if without is not None:
            for one in _replications(without, seed, every, engine, threads, False, _part(progress, 1, passes)):
                collector.add_without_rescue(one)
        result = collector.result(seed=seed, engine="simpy" if engine == "simpy" else "compiled")
        if writer is not None:
            result = replace(result, ledger=writer.finish())
        return result
    except BaseException:
        if writer is not None:
            writer.discard()
        raise


def entry_point(scenario: Scenario, engine: str) -> str:
    """Return the name of the compiled function that does most of the work of a run."""
    if engine == "simpy":
        return "advance_customer"
    return "simulate_firm" if compile_model(scenario).shares_people else "simulate_pieces"


def _replications(
    model: Any, seed: int, every: range, engine: str, threads: int | None, ledger: bool, progress: Any
) -> Any:
    if engine == "simpy":
        return run_simpy(model, seed, every, ledger=ledger, progress=progress)
    return run_compiled(model, seed, every, threads=threads, ledger=ledger, progress=progress)


def _part(progress: Callable[[float], None] | None, done: int, of: int) -> Callable[[float], None] | None:
    """Return a progress callback for one of several passes."""
    if progress is None:
        return None
    return lambda share: progress((done + share) / of)
