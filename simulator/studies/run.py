"""Run one scenario: what will happen?"""

from __future__ import annotations

from dataclasses import replace

from simulator.results.collect import Collector
from simulator.results.ledger import LedgerWriter
from simulator.results.result import Result
from simulator.scenario.scenario import Scenario
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.replicate import collect, give
from simulator.studies.tasks import cut, engine_of, model_of

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
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate a scenario and return its Result.

    Where offers are made in the cancellation flow, every customer who is made one lives a second time without them,
    with the same draws: the difference of the two closing MRRs is what the offers have saved, net of those who would
    have stayed anyway and of those who came only for the cheap offer. Where the scenario has ranges, every second
    replication draws them anew.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    replications
        how often the months are lived through, with draws of their own.
    seed
        of all draws: same seed, same result, whatever the engine, the number of threads and the executor.
    engine
        `compiled` (machine code on all cores), `simpy` (a process per customer; the reference, slow), or `auto`:
        compiled.
    threads
        of the compiled engine; by default one a processor.
    ledger
        write single events too; `Result.ledger` is then the path of a Parquet file in a temporary folder.
    executor
        who performs the tasks; by default this process.
    progress
        called with the share of the work that is done.

    Raises
    ------
    ValueError
        if `replications` is not positive, the seed out of range, the engine unknown, or a ledger is asked
        of an executor.
    """
    check_numbers(replications, seed)
    if ledger and executor is not None:
        raise ValueError("a ledger is written where the customers live; leave the executor out")
    every = range(replications)
    used = engine_of(engine)
    if ledger:
        return _with_ledger(scenario, every, seed, used, threads, progress)
    (collector,) = collect([scenario], every, seed, executor or Here(threads), engine=engine, progress=progress)
    return collector.result(seed=seed, engine=used)


def check_numbers(replications: int, seed: int) -> None:
    """Refuse a number of replications or a seed that cannot be.

    Raises
    ------
    ValueError
        with the number.
    """
    if replications < 1:
        raise ValueError(f"replications must be at least 1, not {replications}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"the seed must be between 0 and 2**64 - 1, not {seed}")


def _with_ledger(
    scenario: Scenario, every: range, seed: int, engine: str, threads: int | None, progress: Progress | None
) -> Result:
    """Run every replication by itself and write its events before the next begins."""
    model = model_of(scenario)
    writer = LedgerWriter(scenario, model)
    collector = Collector(scenario, model)
    tasks = [
        replace(task, replications=range(r, r + 1), shard=0, shards=1, ledger=True)
        for task in cut(scenario, seed, every, engine=engine)
        if task.shard == 0
        for r in task.replications
    ]
    try:
        give([tasks], [collector], Here(threads, writer.add), progress)
        result = collector.result(seed=seed, engine=engine)
        return replace(result, ledger=writer.finish())
    except BaseException:
        writer.discard()
        raise


def entry_point(scenario: Scenario, engine: str) -> str:
    """Return the name of the compiled function that does most of the work of a run."""
    if engine == "simpy":
        return "advance_customer"
    return "simulate_firm" if model_of(scenario).shares_people else "simulate_pieces"
