"""The calendar of a company whose customers meet: a heap of what happens next, each entry known by its number.

A 4-ary heap (Johnson 1975, Inf. Process. Lett. 4, 53): half the depth of a binary one, and the four entries under one
lie side by side in memory. `place` says where each thing's entry is, so that a date can be changed or taken out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.jit import inlined, jit, number

ENTRY = np.dtype([("time", "f8"), ("turn", "u8"), ("kind", "i4"), ("thing", "i4")], align=True)
ABSENT = number(-1)
WAYS = 4


class Calendar(NamedTuple):
    """Entries in heap order, how many there are, and the place of each thing's entry (or ABSENT)."""

    entries: Any  # [place] of ENTRY
    place: Any  # int64 [thing]
    size: Any  # int64 (1,)


def empty_calendar(things: int) -> Calendar:
    """Return a calendar without entries for things 0 to `things` - 1, each of which has one date at most."""
    return Calendar(np.zeros(things, ENTRY).view(np.recarray), np.full(things, ABSENT, np.int64), np.zeros(1, np.int64))


@inlined
def earlier(entry, time, kind, turn):
    """Tell whether an entry comes before another: by time, of one moment by kind, of one kind by turn."""
    if entry.time != time:
        return entry.time < time
    if entry.kind != kind:
        return entry.kind < kind
    return entry.turn < turn


@inlined
def write(q, i, time, kind, turn, thing):
    """Put an entry in place i."""
    entry = q.entries[i]
    entry.time = time
    entry.turn = turn
    entry.kind = kind
    entry.thing = thing
    q.place[thing] = i


@jit
def rise(q, i, time, kind, turn, thing):
    """Place an entry at i or above, letting later ones sink."""
    while i > 0:
        above = (i - 1) // WAYS
        other = q.entries[above]
        if earlier(other, time, kind, turn):
            break
        write(q, i, other.time, other.kind, other.turn, other.thing)
        i = above
    write(q, i, time, kind, turn, thing)


@jit
def sink(q, i, time, kind, turn, thing):
    """Place an entry at i or below, letting earlier ones rise."""
    size = q.size[0]
    while True:
        first = WAYS * i + 1
        if first >= size:
            break
        best = first
        for below in range(first + 1, min(first + WAYS, size)):
            least = q.entries[best]
            if earlier(q.entries[below], least.time, least.kind, least.turn):
                best = below
        other = q.entries[best]
        if not earlier(other, time, kind, turn):
            break
        write(q, i, other.time, other.kind, other.turn, other.thing)
        i = best
    write(q, i, time, kind, turn, thing)


@jit
def enter_date(q, thing, time, kind, turn):
    """Give a thing a date, or another one in place of the one it has."""
    i = q.place[thing]
    if i == ABSENT:
        i = q.size[0]
        q.size[0] += 1
        rise(q, i, time, kind, turn, thing)
    elif earlier(q.entries[i], time, kind, turn):
        sink(q, i, time, kind, turn, thing)
    else:
        rise(q, i, time, kind, turn, thing)


@jit
def strike_out(q, thing):
    """Take a thing's date out, if it has one: the last entry takes its place."""
    i = q.place[thing]
    if i == ABSENT:
        return
    q.place[thing] = ABSENT
    q.size[0] -= 1
    if i == q.size[0]:
        return
    struck, last = q.entries[i], q.entries[q.size[0]]
    if earlier(struck, last.time, last.kind, last.turn):
        sink(q, i, last.time, np.int64(last.kind), last.turn, np.int64(last.thing))
    else:
        rise(q, i, last.time, np.int64(last.kind), last.turn, np.int64(last.thing))
