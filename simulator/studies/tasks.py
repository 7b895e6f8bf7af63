"""Tasks: the independent pieces that every study is made of. Their outcomes add up, in whatever order they come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from simulator.accounting.books import Books
from simulator.customer.tally import Tallies
from simulator.engines.compiled import TakeRows, run_compiled
from simulator.engines.output import Replication, closing_mrr, empty_output, no_rows
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model, compile_model
from simulator.results.variance import PER_DRAW
from simulator.scenario.ranges import drawn, likely
from simulator.scenario.scenario import Scenario

ENGINES = ("auto", "compiled", "simpy")
TASK_SIZE = 1_000_000  # customers x replications, about: seconds of work, so that little is lost when one is
TASK_BYTES = 1 << 26  # of books, at most, where a task has several replications: an outcome is held in memory
PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Task:
    """Some replications of a scenario, or of one shard of its customers.

    With a `twin`, each is lived without the offers of the cancellation flow too: saved MRR is measured against it.
    """

    scenario: Scenario
    seed: int
    replications: range
    engine: str = "auto"
    twin: bool = False
    shard: int = 0
    shards: int = 1
    ledger: bool = False

    def digest(self) -> str:
        """Return a name of the outcome: equal for tasks that must give the same, in this version of the program."""
        digest = hashlib.sha256(f"{program_hash()} {scenario_digest(self.scenario)}".encode())
        numbers = (self.seed, self.replications.start, self.replications.stop, self.twin, self.shard, self.shards)
        digest.update(repr(numbers).encode())  # engines agree to the last bit
        return digest.hexdigest()[:32]


@cache
def program_hash() -> str:
    """Return a hash of the program's sources."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def scenario_digest(scenario: Scenario) -> str:
    """Return a hash of what a scenario says, its customers from files included."""
    digest = hashlib.sha256(scenario.resolved_yaml().encode())
    for name, customers in sorted(scenario.customers.items()):
        digest.update(repr((name, customers)).encode())
    return digest.hexdigest()


def draw_number(replication: int) -> int:
    """Return which draw of the ranges a replication lives with."""
    return replication // PER_DRAW


def scenario_of(scenario: Scenario, seed: int, replication: int) -> Scenario:
    """Return the scenario that a replication lives with: its ranges drawn, or itself where it has none."""
    return drawn(scenario, seed, draw_number(replication)) if scenario.ranges else scenario


def model_of(scenario: Scenario) -> Model:
    """Return a compiled model with the names and the size of all replications; ranges at their likely values."""
    return compile_model(likely(scenario) if scenario.ranges else scenario)


def cut(scenario: Scenario, seed: int, replications: range, *, engine: str = "auto", twin: bool = True) -> list[Task]:
    """Cut the replications of a scenario into tasks of about TASK_SIZE customers: blocks of them, or shards of one.

    They have a twin without rescue offers where there are such offers, unless `twin` is False: saved MRR is then
    not measured. The cut depends on the scenario alone, not on the machine.

    Raises
    ------
    ValueError
        if the engine is unknown.
    """
    engine_of(engine)
    model = model_of(scenario)
    customers = _customers(model)
    shards = 1 if model.shares_people else max(1, round(customers / TASK_SIZE))
    fitting = min(TASK_SIZE / max(customers, 1.0), TASK_BYTES / _bytes(model))
    block = max(PER_DRAW, int(fitting) // PER_DRAW * PER_DRAW)
    has_twin = twin and model.without_rescue() is not None
    return [
        Task(scenario, seed, range(first, min(first + block, replications.stop)), engine, has_twin, shard, shards)
        for first in range(replications.start, replications.stop, block)
        for shard in range(shards)
    ]


def _customers(model: Model) -> float:
    """Return how many customers live in one replication, expected sign-ups included."""
    return float(model.blocks["count"].sum() + model.blocks["rate"].sum()) if len(model.blocks) else 0.0


def _bytes(model: Model) -> int:
    """Return the size of the books and tallies of one replication."""
    out = empty_output(model)
    return sum(table.nbytes for table in (*out.books, *out.tallies))


def perform(
    task: Task,
    *,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
    take: TakeRows | None = None,
) -> Iterator[Replication]:
    """Yield the replications of a task in order.

    `progress` is told the share of the task that is done; `take` is given the ledger rows, where the task asks for
    them, in place of the replication.
    """
    if not task.scenario.ranges:
        yield from _live(task, compile_model(task.scenario), task.replications, threads, progress, take)
        return
    done, total = 0, len(task.replications)
    for draw in range(draw_number(task.replications.start), draw_number(task.replications.stop - 1) + 1):
        first = max(task.replications.start, draw * PER_DRAW)
        some = range(first, min(task.replications.stop, (draw + 1) * PER_DRAW))
        yield from _live(task, compile_model(drawn(task.scenario, task.seed, draw)), some, threads, None, take)
        done += len(some)
        if progress is not None:
            progress(done / total)


def _live(
    task: Task,
    model: Model,
    replications: range,
    threads: int | None,
    progress: Callable[[float], None] | None,
    take: TakeRows | None,
) -> Iterator[Replication]:
    lived = partial(_replicated, task, replications=replications, threads=threads)
    if not task.twin:
        yield from lived(model, progress=progress, take=take)
        return
    if engine_of(task.engine) == "compiled" and not model.shares_people:
        yield from lived(model, progress=progress, take=take, twin=True)
        return
    halves = [None if progress is None else partial(_half, progress, second) for second in (False, True)]
    firsts = list(lived(model, progress=halves[0], take=take))
    other = lived(model.without_rescue() or model, progress=halves[1], ledger=False)
    for replication, without in zip(firsts, other, strict=True):
        replication.without_rescue = closing_mrr(without.books)
        yield replication


def _half(progress: Callable[[float], None], second: bool, share: float) -> None:
    progress((share + second) / 2)


def _replicated(
    task: Task,
    model: Model,
    *,
    replications: range,
    threads: int | None,
    progress: Callable[[float], None] | None,
    take: TakeRows | None = None,
    ledger: bool = True,
    twin: bool = False,
) -> Iterator[Replication]:
    ledger = ledger and task.ledger
    if engine_of(task.engine) == "simpy":
        for replication in run_simpy(model, task.seed, replications, ledger=ledger, progress=progress):
            if ledger and take is not None:
                take(replication.number, replication.ledger)
                replication.ledger = no_rows()
            yield replication
        return
    yield from run_compiled(
        model,
        task.seed,
        replications,
        threads=threads,
        ledger=ledger,
        progress=progress,
        shard=(task.shard, task.shards),
        take=take if ledger else None,
        twin=twin,
    )


def engine_of(engine: str) -> str:
    """Return the engine that a name means.

    Raises
    ------
    ValueError
        if there is none of that name.
    """
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
    return "compiled" if engine == "auto" else engine


def merge(shards: list[list[Replication]]) -> list[Replication]:
    """Add up the outcomes of the shards of one block."""
    first, *others = shards
    for other in others:
        for mine, theirs in zip(first, other, strict=True):
            mine.add(theirs)
    return first


def pack(replications: list[Replication]) -> dict[str, np.ndarray]:
    """Return the outcome of a task as plain arrays: the non-zero cells of every table."""
    arrays: dict[str, np.ndarray] = {
        "numbers": np.array([(r.number, r.events) for r in replications], np.int64),
        "with_teams": np.array([r.teams is not None for r in replications]),
        "with_twin": np.array([r.without_rescue is not None for r in replications]),
    }
    for i, r in enumerate(replications):
        for k, table in enumerate((*r.books, *r.tallies)):
            flat = table.ravel()
            cells = np.flatnonzero(flat)
            arrays[f"{i}.{k}.shape"] = np.array(table.shape, np.int64)
            arrays[f"{i}.{k}.cells"] = cells.astype(np.int32 if flat.size < 2**31 else np.int64)
            arrays[f"{i}.{k}.values"] = flat[cells]
        if r.teams is not None:
            arrays[f"{i}.teams"] = r.teams
        if r.without_rescue is not None:
            arrays[f"{i}.without_rescue"] = r.without_rescue
    return arrays


def unpack(arrays: dict[str, np.ndarray]) -> list[Replication]:
    """Return the replications that `pack` was given, ledger rows left out."""
    result = []
    n_books, n_tallies = len(Books._fields), len(Tallies._fields)
    for i, (number, events) in enumerate(arrays["numbers"]):
        tables = []
        for k in range(n_books + n_tallies):
            values = arrays[f"{i}.{k}.values"]
            table = np.zeros(tuple(arrays[f"{i}.{k}.shape"]), values.dtype)
            table.reshape(-1)[arrays[f"{i}.{k}.cells"]] = values
            tables.append(table)
        teams = arrays[f"{i}.teams"] if arrays["with_teams"][i] else None
        without = arrays[f"{i}.without_rescue"] if arrays["with_twin"][i] else None
        books, tallies = Books(*tables[:n_books]), Tallies(*tables[n_books:])
        result.append(Replication(int(number), books, tallies, int(events), no_rows(), teams, without))
    return result
