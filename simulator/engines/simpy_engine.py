"""The reference engine: each customer is a SimPy process that sleeps until its next event."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from heapq import heappush
from typing import Any

import numpy as np
import simpy

from simulator.borrow import borrow
from simulator.customer.life import advance, end, next_due
from simulator.customer.record import Customer, customer_at, empty_customers
from simulator.customer.sign_up import enter
from simulator.draws.address import replication_key
from simulator.engines.arrivals import arrival_limits, arrival_times
from simulator.engines.output import Replication, empty_output, no_rows
from simulator.jit import entry_point
from simulator.model.compile import Model
from simulator.model.tables import ARRIVING


@entry_point
def enter_customer(m, c, out, key0, key1, blocks, b, number, t):
    """Enter one customer and return when its first event is due."""
    m, c, out = borrow(m), borrow(c), borrow(out)
    enter(m, c, out, key0, key1, blocks[b], number, t)
    return next_due(m, c)


@entry_point
def advance_customer(m, c, out):
    """Carry out one customer's next event and return when the one after it is due."""
    return advance(borrow(m), borrow(c), borrow(out))


@entry_point
def end_customer(m, c, out):
    """Close one customer's account at the horizon."""
    end(borrow(m), borrow(c), borrow(out))


class Calendar(simpy.Environment):
    """A SimPy environment whose processes can wait for a date instead of a delay.

    A delay is added to the present time, and the sum may differ from the date in its last bit.
    """

    def at(self, date: float) -> simpy.Event:
        """Return an event that happens at `date`."""
        if date < self.now:
            raise ValueError(f"the date ({date}) must not lie before the present time ({self.now})")
        event = simpy.Event(self)
        event._ok, event._value = True, None
        heappush(self._queue, (date, simpy.events.NORMAL, next(self._eid), event))
        return event


class Company:
    """One replication: the customers as processes of one environment."""

    def __init__(self, model: Model, seed: int, replication: int, ledger: bool) -> None:
        self.model = model
        self.key0, self.key1 = (np.uint64(word) for word in replication_key(seed, replication))
        self.out: Any = empty_output(model, 1 << 20 if ledger else 0)
        self.calendar = Calendar()
        self.events = 0

    def customers(self) -> Iterator[tuple[int, int, float]]:
        """Yield (block, number, time of entry) of everybody who enters."""
        limits = arrival_limits(self.model, int(self.key0), int(self.key1))
        for b, block in enumerate(self.model.blocks):
            if block.kind != ARRIVING:
                yield from ((b, number, 0.0) for number in range(block.count))
                continue
            times = arrival_times(self.model, b, int(self.key0), int(self.key1), int(limits[b]))
            yield from ((b, number, float(t)) for number, t in enumerate(times))

    def memory(self) -> Customer:
        """Return the record of one customer."""
        return customer_at(empty_customers(1, self.model.tables.scalars[0]), 0)

    def live(self, b: int, number: int, entry: float) -> Generator[simpy.Event, Any, None]:
        """Be one customer: enter, sleep until the next event, carry it out, until the horizon."""
        m, horizon = self.model.tables, float(self.model.months)
        yield self.calendar.at(entry)
        c = self.memory()
        due = enter_customer(m, c, self.out, self.key0, self.key1, self.model.blocks, b, number, entry)
        self.events += 1
        while due < horizon:
            yield self.calendar.at(due)
            due = advance_customer(m, c, self.out)
            self.events += 1
        end_customer(m, c, self.out)

    def run(self) -> None:
        """Let everybody live to the horizon."""
        for b, number, entry in self.customers():
            self.calendar.process(self.live(b, number, entry))
        self.calendar.run()


def run_simpy(
    model: Model,
    seed: int,
    replications: range,
    *,
    ledger: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Replication]:
    """Yield the replications in order; the arguments are those of `run_compiled`."""
    for done, r in enumerate(replications, start=1):
        company = Company(model, seed, r, ledger)
        company.run()
        size = int(company.out.ledger.size[0])
        rows = company.out.ledger.rows
        if ledger and size > len(rows):
            raise MemoryError(f"replication {r} has {size} events, the ledger has room for {len(rows)}")
        kept = rows[:size].copy() if ledger else no_rows()
        if progress is not None:
            progress(done / len(replications))
        yield Replication(r, company.out.books, company.out.tallies, company.events, kept)
