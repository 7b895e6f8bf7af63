"""What happens in a company whose customers share people: one calendar for everybody.

The earliest entry happens, and all that it brings about at once happens before the next. Of one moment: staff changes,
then ends of work, then of patience, then customers in the order of their addresses.
"""

from __future__ import annotations

import numpy as np

from simulator.borrow import borrow
from simulator.customer.hazards import refresh
from simulator.customer.life import advance, end, next_due, serve
from simulator.customer.record import GONE, kernel_customer_at
from simulator.customer.sign_up import enter
from simulator.engines.arrivals import next_arrival
from simulator.engines.calendar import enter_date, strike_out
from simulator.engines.coverage import next_in_waiting, seek_place
from simulator.engines.desks import (
    CUSTOMER,
    PATIENCE_END,
    STAFF,
    WORK_END,
    abandon,
    ask,
    forget,
    leave_line,
    lose_patience,
    start_work,
)
from simulator.jit import inlined, jit, main_loop, number
from simulator.model.tables import ARRIVING, LISTED, NOBODY

FINISHED, PAUSED, FULL = range(3)  # why the calendar stands still
STAFF_CHANGE = number(0)  # the first thing in the calendar; then the blocks; then residents and requests in turn
FIRST = number(0)
WORD = np.uint64(32)


@inlined
def thing_of_resident(f, resident):
    """Return the number of a resident in the calendar."""
    return 2 * resident + 1 + len(f.cursors)


@jit
def start(m, f, memory, blocks, limits, key0, key1):
    """Enter what is known beforehand: changes of staff, and the first customer of each block."""
    office = f.office[0]
    office.started = 1
    for team in range(len(f.desks)):
        f.desks[team].people = m.teams[0, team].people
    office.free_places = f.places[0]
    next_staff_change(m, f)
    for b in range(len(blocks)):
        f.cursors[b].time = float(blocks[b].month)
        f.cursors[b].number = -1
        next_customer(m, f, memory, blocks, limits, key0, key1, b, FIRST)


@jit
def next_staff_change(m, f):
    """Enter the start of the next epoch, if there is one."""
    following = f.office[0].epoch + 1
    if following < m.scalars[0].n_epochs:
        enter_date(f.calendar, STAFF_CHANGE, m.epochs[following].start, STAFF, np.uint64(0))


@jit
def next_customer(m, f, memory, blocks, limits, key0, key1, b, spare):
    """Enter when the next customer of a block comes, if one does; `spare` is a row of the memory free to write to."""
    block, cursor = blocks[b], f.cursors[b]
    cursor.number += 1
    n = cursor.number
    if block.kind == ARRIVING:
        if n >= limits[b]:
            return
        cursor.time = next_arrival(memory.state[spare], block, key0, key1, n, cursor.time)
        if cursor.time >= block.month + 1.0:
            return
    elif n >= block.count:
        return
    enter_date(f.calendar, b + 1, cursor.time, CUSTOMER, address_of(m, f, block, n))


@jit
def address_of(m, f, block, n):
    """Return the address of the n-th customer of a block as one word; listed ones come in order of their addresses."""
    if block.kind == LISTED:
        row = m.listed[block.first + f.listed_turns[block.first + n]]
        return (row.stream << WORD) | row.index
    return (block.stream << WORD) | np.uint64(block.first + n)


@jit
def come_in(m, f, memory, blocks, limits, key0, key1, out, b, t):
    """Let the next customer of a block enter at t."""
    office, block, n = f.office[0], blocks[b], f.cursors[b].number
    resident = office.free_resident
    if resident == NOBODY:
        resident = office.residents
        office.residents += 1
    else:
        office.free_resident = f.residents[resident].after
    r = f.residents[resident]
    r.address = address_of(m, f, block, n)
    r.lives, r.waiting, r.asking, r.place = 1, NOBODY, 0, 0
    next_customer(m, f, memory, blocks, limits, key0, key1, b, resident)
    c = borrow(kernel_customer_at(memory, resident))
    if block.kind == LISTED:
        n = f.listed_turns[block.first + n]
    enter(m, c, out, key0, key1, block, n, t)
    office.events += 1
    expect(m, f, resident, next_due(m, c))
    meet(m, f, memory, out, resident, t)


@jit
def take_turn(m, f, memory, out, resident, t):
    """Let a customer do what is due."""
    f.office[0].events += 1
    expect(m, f, resident, advance(m, borrow(kernel_customer_at(memory, resident)), out))
    meet(m, f, memory, out, resident, t)


@jit
def expect(m, f, resident, due):
    """Note when a customer's next event is due; what lies beyond the horizon does not stand in the calendar."""
    r = f.residents[resident]
    r.due = due
    if due < m.scalars[0].months:
        enter_date(f.calendar, thing_of_resident(f, resident), due, CUSTOMER, r.address)
    else:
        strike_out(f.calendar, thing_of_resident(f, resident))


@jit
def meet(m, f, memory, out, resident, t):
    """Let a customer meet the company's people after an event: leave a line, ask for time, take or leave a place."""
    c = borrow(kernel_customer_at(memory, resident))
    s, r = c.state, f.residents[resident]
    if r.waiting != NOBODY and (s.requested != NOBODY or s.considered != f.requests[r.waiting].offer):
        abandon(f, r.waiting, t)
    if s.requested != NOBODY:
        o = s.requested
        s.requested = NOBODY
        ask(m, c, f, resident, o, t)
    cover(m, f, memory, seek_place(s, f, resident), t)
    retire(m, f, memory, out, resident)


@jit
def cover(m, f, memory, resident, t):
    """Look after a customer, if there is one, from t on."""
    if resident == NOBODY:
        return
    c = borrow(kernel_customer_at(memory, resident))
    c.state.covered = 1
    refresh(m, c, t)
    expect(m, f, resident, next_due(m, c))


@jit
def retire(m, f, memory, out, resident):
    """Close the account of a customer who is gone for good, so that another may use the memory."""
    r = f.residents[resident]
    if memory.state[resident].here != GONE or r.asking > 0 or r.due < m.scalars[0].months:
        return
    end(m, borrow(kernel_customer_at(memory, resident)), out)
    r.lives = 0
    r.after = f.office[0].free_resident
    f.office[0].free_resident = resident


@jit
def end_work(m, f, memory, out, q, t):
    """End a person's work: the next in line has its turn, and the customer gets its offer."""
    resident, offer, team = f.requests[q].resident, f.requests[q].offer, f.requests[q].team
    f.desks[team].working -= 1
    forget(f, q)
    call_in(m, f, memory, team, t)
    f.office[0].events += 1
    expect(m, f, resident, serve(m, borrow(kernel_customer_at(memory, resident)), out, t, offer))
    meet(m, f, memory, out, resident, t)


@jit
def call_in(m, f, memory, team, t):
    """Let people of a team who are free begin with those who have waited longest."""
    desk = f.desks[team]
    while desk.working < desk.people and desk.first != NOBODY:
        q = desk.first
        leave_line(f, q)
        start_work(m, borrow(kernel_customer_at(memory, f.requests[q].resident)), f, q, t)


@jit
def end_patience(m, f, memory, out, q, t):
    """Let a customer wait no longer."""
    resident = f.requests[q].resident
    lose_patience(borrow(kernel_customer_at(memory, resident)), f, q, t)
    retire(m, f, memory, out, resident)


@jit
def change_staff(m, f, memory, t):
    """Have the people and places of the next epoch; who works goes on to the end of the work."""
    office = f.office[0]
    office.epoch += 1
    for team in range(len(f.desks)):
        f.desks[team].people = m.teams[office.epoch, team].people
        call_in(m, f, memory, team, t)
    office.free_places += f.places[office.epoch] - f.places[office.epoch - 1]
    resident = next_in_waiting(f)
    while resident != NOBODY:
        cover(m, f, memory, resident, t)
        resident = next_in_waiting(f)
    next_staff_change(m, f)


@jit
def happen(m, f, memory, blocks, limits, key0, key1, out):
    """Carry out the first entry of the calendar."""
    first = f.calendar.entries[0]
    t, kind, thing = first.time, first.kind, np.int64(first.thing)
    f.office[0].now = t
    offset = 1 + len(f.cursors)
    if kind == CUSTOMER and thing >= offset:
        take_turn(m, f, memory, out, (thing - offset) // 2, t)
        return
    strike_out(f.calendar, thing)
    if kind == CUSTOMER:
        come_in(m, f, memory, blocks, limits, key0, key1, out, thing - 1, t)
    elif kind == WORK_END:
        end_work(m, f, memory, out, (thing - offset) // 2, t)
    elif kind == PATIENCE_END:
        end_patience(m, f, memory, out, (thing - offset) // 2, t)
    else:
        change_staff(m, f, memory, t)


@main_loop
def simulate_firm(m, firm, memory, blocks, limits, key0, key1, out, steps, rows):
    """Go on for so many entries of the calendar, or until the ledger has so many rows; return why it stopped."""
    m, f, memory, out = borrow(m), borrow(firm), borrow(memory), borrow(out)
    office = f.office[0]
    room = len(f.residents)
    horizon = m.scalars[0].months
    if not office.started:
        start(m, f, memory, blocks, limits, key0, key1)
    while f.calendar.size[0] > 0 and f.calendar.entries[0].time < horizon:
        if (office.free_resident == NOBODY and office.residents == room) or (
            office.free_request == NOBODY and office.requests == room
        ):
            return FULL
        if steps == 0 or out.ledger.size[0] > rows:
            return PAUSED
        steps -= 1
        happen(m, f, memory, blocks, limits, key0, key1, out)
    for resident in range(office.residents):
        if f.residents[resident].lives:
            f.residents[resident].lives = 0
            end(m, borrow(kernel_customer_at(memory, resident)), out)
    return FINISHED
