"""The reference engine: each customer is a SimPy process that sleeps until its next event; teams are resources."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from heapq import heappush
from threading import Event
from typing import Any

import numpy as np
import simpy
from simpy.core import StopSimulation

from simulator.accounting.books import sum_up
from simulator.borrow import borrow
from simulator.customer.hazards import refresh
from simulator.customer.life import advance, end, next_due, serve
from simulator.customer.record import GONE, customer_at, empty_customers
from simulator.customer.service import give_up, work_time
from simulator.customer.sign_up import enter
from simulator.draws.address import replication_key
from simulator.engines.arrivals import arrival_limits, arrival_times
from simulator.engines.output import Replication, empty_output, no_rows
from simulator.engines.team_figures import empty_figures, places
from simulator.engines.teams import Coverage, Desk
from simulator.engines.waiting import awaited
from simulator.jit import entry_point
from simulator.model.compile import Model
from simulator.model.tables import ADOPTED, ARRIVING, LISTED, NOBODY

Process = Generator[simpy.Event, Any, None]
# What goes first of one moment. SimPy's own events (a request granted, a sleep interrupted) have 0 and 1, so that all
# that an event brings about at once happens before the next; customers come last, in the order of their addresses.
STAFF, WORK_END, PATIENCE_END, CUSTOMER = range(2, 6)


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
def serve_customer(m, c, out, t, o):
    """Carry out the end of a team's work for a customer and return when its next event is due."""
    return serve(borrow(m), borrow(c), borrow(out), t, o)


@entry_point
def disappoint_customer(c, o):
    """Tell a customer that nobody had time."""
    give_up(borrow(c), o)


@entry_point
def draw_work_time(m, c, o):
    """Return how long a person works on an offer to a customer."""
    return work_time(borrow(m), borrow(c).state, o)


@entry_point
def cover_customer(m, c, t):
    """Look after a customer from t on and return when its next event is due."""
    m, c = borrow(m), borrow(c)
    c.state.covered = 1
    refresh(m, c, t)
    return next_due(m, c)


@entry_point
def end_customer(m, c, out):
    """Close one customer's account at the horizon."""
    end(borrow(m), borrow(c), borrow(out))


class Calendar(simpy.Environment):
    """A SimPy environment whose processes can wait for a date instead of a delay, and that stops when it is told to.

    A delay is added to the present time, and the sum may differ from the date in its last bit.
    """

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    def step(self) -> None:
        """Let the next event happen."""
        if self._stop.is_set():
            raise StopSimulation(None)
        super().step()

    def at(self, date: float, order: int) -> simpy.Event:
        """Return an event that happens at `date`; of simultaneous ones the lowest order goes first."""
        if date < self.now:
            raise ValueError(f"the date ({date}) must not lie before the present time ({self.now})")
        event = simpy.Event(self)
        event._ok, event._value = True, None
        heappush(self._queue, (date, order, next(self._eid), event))  # type: ignore[misc]
        return event


class Resident:
    """One customer as the engine sees it: its record, when it is due, and the process that sleeps until then."""

    def __init__(self, company: Company) -> None:
        self.record = customer_at(empty_customers(1, company.model.tables.scalars[0]), 0)
        self.due = np.inf
        self.process: simpy.Process | None = None
        self.waits_for: Any = NOBODY  # offer
        self.leaves_line: simpy.Event = company.calendar.event()


class Company:
    """One replication: customers as processes of one environment, teams as its resources."""

    def __init__(self, model: Model, seed: int, replication: int, ledger: bool, stop: Event) -> None:
        self.model = model
        self.key0, self.key1 = (np.uint64(word) for word in replication_key(seed, replication))
        self.out: Any = empty_output(model, 1 << 20 if ledger else 0)
        self.calendar = Calendar(stop)
        self.figures = empty_figures(model)
        self.desks = [Desk(self.calendar, model, team, self.figures) for team in range(len(model.names.teams))]
        self.places = places(model)
        self.coverage = Coverage(int(self.places[0]))
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

    def order(self, b: int, number: int) -> int:
        """Return the place of a customer among those of one moment: its address."""
        block = self.model.blocks[b]
        if block.kind == LISTED:
            row = self.model.tables.listed[block.first + number]
            return CUSTOMER + (int(row.stream) << 32 | int(row.index))
        return CUSTOMER + (int(block.stream) << 32 | int(block.first) + number)

    def live(self, b: int, number: int, entry: float) -> Process:
        """Be one customer: enter, sleep until the next event, carry it out, until the horizon.

        Where customers share people, others' events may change what is due: then the sleep is interrupted.
        """
        m, horizon, order = self.model.tables, float(self.model.months), self.order(b, number)
        yield self.calendar.at(entry, order)
        me = Resident(self)
        c = me.record
        me.process = self.calendar.active_process
        me.due = enter_customer(m, c, self.out, self.key0, self.key1, self.model.blocks, b, number, entry)
        self.events += 1
        shares = self.model.shares_people
        if shares:
            self.meet(me, entry)
        while me.due < horizon or shares:
            try:
                yield self.calendar.at(min(me.due, horizon), order)
            except simpy.Interrupt:
                continue
            if me.due >= horizon:
                break
            now = me.due
            me.due = advance_customer(m, c, self.out)
            self.events += 1
            if shares:
                self.meet(me, now)
        end_customer(m, c, self.out)

    def meet(self, me: Resident, now: float) -> None:
        """Let the customer meet the company's people: leave a line, ask for somebody's time, take or leave a place."""
        s = me.record.state
        if me.waits_for != NOBODY and (s.requested != NOBODY or s.considered != me.waits_for):
            me.leaves_line.succeed()
            me.waits_for = NOBODY
        if s.requested != NOBODY:
            me.waits_for, s.requested = int(s.requested), NOBODY
            me.leaves_line = self.calendar.event()
            self.calendar.process(self.service(me, me.waits_for, now, me.leaves_line))
        if self.places.max() > 0:
            if s.here == GONE and me in self.coverage.known:
                self.cover(self.coverage.leave(me), now)
            elif s.here != GONE and s.phase == ADOPTED and me not in self.coverage.known and self.coverage.join(me):
                self.cover(me, now)

    def cover(self, customer: Resident | None, now: float) -> None:
        """Look after a customer from now on."""
        if customer is not None:
            self.wake(customer, cover_customer(self.model.tables, customer.record, now))

    def wake(self, customer: Resident, due: float) -> None:
        """Give a customer a new date, and interrupt its sleep if it sleeps until another."""
        changed, customer.due = due != customer.due, due
        process = customer.process
        if changed and process is not None and process.is_alive and process is not self.calendar.active_process:
            process.interrupt()

    def service(self, me: Resident, o: int, asked: float, leaves_line: simpy.Event) -> Process:
        """Wait for a person of the team, have the work done, and get the offer."""
        m, c = self.model.tables, me.record
        offer = m.offers[c.state.epoch, o]
        desk = self.desks[int(offer.team)]
        desk.count("requests", asked)
        with desk.people.request() as turn:
            ways = [turn, leaves_line]
            if np.isfinite(offer.waits):
                ways.append(self.calendar.at(asked + offer.waits, PATIENCE_END))
            yield self.calendar.any_of(ways)
            if me.leaves_line is leaves_line:
                me.waits_for = NOBODY
            if not turn.triggered:
                desk.count("left" if leaves_line.triggered else "dropped", self.calendar.now)
                if not leaves_line.triggered:
                    disappoint_customer(c, o)
                return
            start = self.calendar.now
            end = start + draw_work_time(m, c, o)
            desk.count("served", start)
            desk.count("waited", start, start - asked)
            desk.work(start, end)
            yield self.calendar.at(end, WORK_END)
        desk.call_in()
        if end < self.model.months:
            self.events += 1
            self.wake(me, serve_customer(m, c, self.out, end, o))
            self.meet(me, end)

    def change_staff(self) -> Process:
        """Have the people and places of each epoch from its start on."""
        for epoch in range(1, len(self.model.tables.epochs)):
            yield self.calendar.at(float(self.model.tables.epochs[epoch].start), STAFF)
            for desk in self.desks:
                desk.staff(epoch)
            for customer in self.coverage.grow(int(self.places[epoch] - self.places[epoch - 1])):
                self.cover(customer, self.calendar.now)

    def run(self) -> None:
        """Let everybody live to the horizon."""
        if self.desks:
            self.calendar.process(self.change_staff())
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
    """Yield the replications in order; the arguments are those of `run_compiled`.

    They live in a thread of their own. An interruption comes to the main one, and would be lost where Numba takes the
    records of a customer apart: it takes what is raised meanwhile for a record without that field.
    """
    stop = Event()
    pool = ThreadPoolExecutor(1)
    try:
        for done, r in enumerate(replications, start=1):
            company = awaited(pool.submit(_lived, model, seed, r, ledger, stop))
            size = int(company.out.ledger.size[0])
            rows = company.out.ledger.rows
            if ledger and size > len(rows):
                raise MemoryError(f"replication {r} has {size} events, the ledger has room for {len(rows)}")
            kept = rows[:size].copy() if ledger else no_rows()
            if progress is not None:
                progress(done / len(replications))
            sum_up(company.out.books)
            teams = company.figures if model.shares_people else None
            yield Replication(r, company.out.books, company.out.tallies, company.events, kept, teams)
    finally:
        stop.set()
        pool.shutdown(wait=False)


def _lived(model: Model, seed: int, replication: int, ledger: bool, stop: Event) -> Company:
    company = Company(model, seed, replication, ledger, stop)
    company.run()
    return company
