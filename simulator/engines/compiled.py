"""The compiled engine: customers in machine code, on all cores.

Where customers do not meet, each lives its whole life before the next begins, and memory does not grow with their
number; a task is a chunk of them. Where they share people, all live on one calendar (firm.py), and a task is a whole
replication. A task is an ordinary function that releases the GIL; threads share nothing, and sums of integers do not
depend on order, so any number of threads gives the same books.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import Event

import numpy as np

from simulator.accounting.books import sum_up
from simulator.borrow import borrow
from simulator.customer.life import advance, end, next_due
from simulator.customer.record import empty_customers, kernel_customer_at
from simulator.customer.sign_up import enter
from simulator.draws.address import replication_key
from simulator.engines.arrivals import arrival_limits, next_arrival
from simulator.engines.firm_run import live_firm
from simulator.engines.output import Replication, closing_mrr, empty_output, no_rows
from simulator.engines.twin import add_saved, differs, empty_twin
from simulator.engines.waiting import awaited
from simulator.jit import jit, main_loop, number
from simulator.model.compile import Model
from simulator.model.tables import ARRIVING

CHUNK = 40_000  # customers, about: a fraction of a second, so that progress and Ctrl-C have something to hold on to
PIECE = np.dtype([("block", "i8"), ("first", "i8"), ("last", "i8")])
LEDGER_ROOM = 1 << 16  # ledger rows of a chunk, at first
ONE = number(1)
TakeRows = Callable[[int, np.ndarray], None]
Task = Callable[[Callable[[float], None]], Replication]  # it may tell what share of it is done


@jit
def live(m, c, out, due):
    """Let one customer live to the horizon; return the number of its events."""
    horizon = float(m.scalars[0].months)
    events = 1
    while due < horizon:
        due = advance(m, c, out)
        events += 1
    end(m, c, out)
    return events


@jit
def live_through(m, twin, c, out, key0, key1, block, number, t):
    """Let one customer enter at t and live, and its twin where that lives otherwise; return its number of events."""
    enter(m, c, out, key0, key1, block, number, t)
    events = live(m, c, out, next_due(m, c))
    if differs(twin, c):
        add_saved(twin, c, ONE)
        enter(twin.tables, c, twin.out, key0, key1, block, number, t)
        live(twin.tables, c, twin.out, next_due(twin.tables, c))
        add_saved(twin, c, -ONE)
    return events


@main_loop
def simulate_pieces(m, blocks, pieces, limits, key0, key1, memory, out, twin):
    """Simulate the customers of all pieces of the population, and their twins; return the customers' events."""
    events = 0
    m, c, out, twin = borrow(m), borrow(kernel_customer_at(memory, 0)), borrow(out), borrow(twin)
    for piece in pieces:
        block = blocks[piece.block]
        if block.kind != ARRIVING:
            for number in range(piece.first, piece.last):
                events += live_through(m, twin, c, out, key0, key1, block, number, 0.0)
            continue
        t = float(block.month)
        for number in range(limits[piece.block]):
            t = next_arrival(c.state, block, key0, key1, number, t)
            if t >= block.month + 1.0:
                break
            events += live_through(m, twin, c, out, key0, key1, block, number, t)
    return events


def chunks(model: Model) -> list[np.ndarray]:
    """Return the population cut into chunks of about CHUNK customers: arrays of pieces of blocks."""
    result: list[np.ndarray] = []
    current: list[tuple[int, int, int]] = []
    room = float(CHUNK)
    for b, block in enumerate(model.blocks):
        first = 0
        count = int(block.count) if block.kind != ARRIVING else 1
        while first < count:
            if block.kind == ARRIVING:  # its times are sums of gaps, so it is never cut
                last, size = 1, float(block.rate)
            else:
                last = min(count, first + max(1, int(room)))
                size = float(last - first)
            current.append((b, first, last))
            room -= size
            first = last
            if room < 1.0:
                result.append(_pieces(current))
                current, room = [], float(CHUNK)
    if current or not result:
        result.append(_pieces(current))
    return result


def of_shard(pieces: list[np.ndarray], shard: int, shards: int) -> list[np.ndarray]:
    """Return the chunks of one of `shards` parts of the population; an empty chunk where there are too few."""
    first, last = (len(pieces) * k // shards for k in (shard, shard + 1))
    return pieces[first:last] or [_pieces([])]


def _pieces(pieces: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array(pieces, PIECE).view(np.recarray)


def run_compiled(
    model: Model,
    seed: int,
    replications: range,
    *,
    threads: int | None = None,
    ledger: bool = False,
    progress: Callable[[float], None] | None = None,
    shard: tuple[int, int] = (0, 1),
    take: TakeRows | None = None,
    twin: bool = False,
) -> Iterator[Replication]:
    """Yield the replications in order.

    Parameters
    ----------
    threads
        number of threads; by default one for each processor. The result does not depend on it.
    ledger
        keep the ledger rows.
    progress
        called with the share of the work that is done, from the calling thread.
    shard
        (i, n): simulate only the i-th of n parts of the customers; the books of all n add up to those of everybody.
        Customers who share people are not cut.
    take
        called with a replication's number and the ledger rows of each of its chunks, in order, from the calling
        thread: they are not kept then, so that memory does not grow with them.
    twin
        live the twin without offers in the cancellation flow too, for its closing MRR.

    Raises
    ------
    ValueError
        if a twin is asked of customers who share people: there everybody's life depends on everybody's.
    """
    if twin and model.shares_people:
        raise ValueError("customers who share people have no twin one by one")
    stop = Event()
    tasks = _tasks(model, seed, replications, ledger, stop, shard, twin)
    lived = np.zeros(len(tasks))  # share of each task that is done
    workers = threads or os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)
    futures: deque[Future[Replication]] = deque()
    ahead = iter(enumerate(tasks))

    def submit(count: int) -> None:
        for n, (_, run) in islice(ahead, count):
            futures.append(pool.submit(run, partial(lived.__setitem__, n)))

    def tell() -> None:
        if progress is not None and lived.any():
            progress(float(lived.mean()))

    submit(2 * workers)
    whole: Replication | None = None
    rows: list[np.ndarray] = []
    try:
        for n, (is_last, _) in enumerate(tasks):
            future = futures.popleft()
            part = awaited(future, tell)
            submit(1)
            if take is not None:
                take(part.number, part.ledger)
                part.ledger = no_rows()
            lived[n] = 1.0
            tell()
            rows.append(part.ledger)
            if whole is None:
                whole = part
            else:
                whole.add(part)
            if is_last:
                whole.ledger = np.concatenate(rows)
                yield whole
                whole, rows = None, []
    finally:  # who interrupts it does not wait for what is being simulated, or compiled
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _tasks(
    model: Model, seed: int, replications: range, ledger: bool, stop: Event, shard: tuple[int, int], twin: bool
) -> list[tuple[bool, Task]]:
    """Return the tasks in order, and of each whether it is the last of its replication."""
    if model.shares_people:
        return [(True, partial(live_firm, model, seed, r, ledger, stop.is_set)) for r in replications]
    pieces = of_shard(chunks(model), *shard)
    room = _Room(LEDGER_ROOM if ledger else 0)
    of = model.without_rescue() if twin else None
    return [
        (i == len(pieces) - 1, partial(_run_chunk, model, of, seed, r, piece, room))
        for r in replications
        for i, piece in enumerate(pieces)
    ]


@dataclass
class _Room:
    """Room for the ledger rows of a chunk: as many as any chunk before has needed. The result does not depend on it."""

    rows: int  # 0: none are kept


def _run_chunk(
    model: Model,
    of: Model | None,
    seed: int,
    replication: int,
    pieces: np.ndarray,
    room: _Room,
    _: Callable[[float], None],
) -> Replication:
    key0, key1 = replication_key(seed, replication)
    tables = model.tables
    memory = empty_customers(1, tables.scalars[0])
    limits = arrival_limits(model, key0, key1)
    while True:
        capacity = room.rows
        out = empty_output(model, capacity)
        twin = empty_twin(model, of)
        events = simulate_pieces(
            tables, model.blocks, pieces, limits, np.uint64(key0), np.uint64(key1), memory, out, twin
        )
        rows = int(out.ledger.size[0])
        if capacity == 0 or rows <= capacity:
            break
        room.rows = max(room.rows, rows + rows // 8)  # the same draws again, with room for every row
    kept = out.ledger.rows[:rows].copy() if capacity else no_rows()
    sum_up(out.books)
    without = None if of is None else closing_mrr(out.books) - twin.saved
    return Replication(replication, out.books, out.tallies, events, kept, without_rescue=without)
