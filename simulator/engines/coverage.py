"""Coverage in the compiled engine: whoever adopts first holds a place until it leaves, then the longest waiting.

Those who wait are a list linked through the residents, so that whoever leaves comes out of its middle at once.
"""

from __future__ import annotations

from simulator.customer.record import GONE
from simulator.jit import jit, number
from simulator.model.tables import ADOPTED, NOBODY

# Whether a resident has a place.
UNKNOWN, HOLDS, IN_WAITING = (number(state) for state in range(3))


@jit
def seek_place(s, f, resident):
    """Take a place with the teams, or leave it, as the customer's state says; return who is to be covered now."""
    r, office = f.residents[resident], f.office[0]
    if s.here == GONE:
        if r.place == HOLDS:
            r.place = UNKNOWN
            office.free_places += 1
            return next_in_waiting(f)
        if r.place == IN_WAITING:
            leave_waiting(f, resident)
        return NOBODY
    if s.phase != ADOPTED or r.place != UNKNOWN:
        return NOBODY
    if office.free_places > 0:
        office.free_places -= 1
        r.place = HOLDS
        return resident
    r.place = IN_WAITING
    r.before, r.after = office.last_waiting, NOBODY
    if office.last_waiting == NOBODY:
        office.first_waiting = resident
    else:
        f.residents[office.last_waiting].after = resident
    office.last_waiting = resident
    return NOBODY


@jit
def next_in_waiting(f):
    """Give a free place to the longest waiting and return it; NOBODY where there is no place, or nobody waits."""
    office = f.office[0]
    resident = office.first_waiting
    if office.free_places <= 0 or resident == NOBODY:
        return NOBODY
    leave_waiting(f, resident)
    office.free_places -= 1
    f.residents[resident].place = HOLDS
    return resident


@jit
def leave_waiting(f, resident):
    """Wait for a place no longer."""
    r, office = f.residents[resident], f.office[0]
    r.place = UNKNOWN
    if r.before == NOBODY:
        office.first_waiting = r.after
    else:
        f.residents[r.before].after = r.after
    if r.after == NOBODY:
        office.last_waiting = r.before
    else:
        f.residents[r.after].before = r.before
