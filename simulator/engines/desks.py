"""Desks of the compiled engine: one a team. Requests wait in line, first come, first served, and each person has one.

A line is a list linked through the requests themselves, so that whoever gives up leaves from its middle at once.
"""

from __future__ import annotations

import math

import numpy as np

from simulator.customer.service import give_up, work_time
from simulator.engines.calendar import enter_date, strike_out
from simulator.engines.team_figures import BUSY, DROPPED, LEFT, REQUESTS, SERVED, WAITED
from simulator.jit import inlined, jit, number
from simulator.model.tables import NOBODY

REQUEST = np.dtype(
    [
        ("resident", "i8"),
        ("offer", "i8"),
        ("team", "i8"),
        ("asked", "f8"),
        ("before", "i8"),  # in line
        ("after", "i8"),  # in line, or in the chain of requests that are free to use
    ],
    align=True,
)
DESK = np.dtype([("people", "i8"), ("working", "i8"), ("first", "i8"), ("last", "i8")], align=True)
# Kinds of entries of the calendar, in the order in which those of one moment happen.
STAFF, WORK_END, PATIENCE_END, CUSTOMER = (number(kind) for kind in range(4))
ONE = np.uint64(1)


@inlined
def thing_of_request(f, q):
    """Return the number of a request in the calendar: behind staff and blocks, between the residents."""
    return 2 * q + 2 + len(f.cursors)


@jit
def count(f, date, team, figure, amount):
    """Add to a team's figure of the month of the date; what lies beyond the horizon is not counted."""
    if date < len(f.figures):
        f.figures[int(date), team, figure] += amount


@jit
def count_work(f, team, start, end):
    """Count person-time from start to end, month by month."""
    while start < end and start < len(f.figures):
        stop = min(end, float(int(start) + 1))
        count(f, start, team, BUSY, stop - start)
        start = stop


@jit
def ask(m, c, f, resident, o, t):
    """Ask for somebody's time for offer o: at once if a person is free, else wait in line as long as the offer says."""
    s = c.state
    offer = m.offers[s.epoch, o]
    office = f.office[0]
    q = office.free_request
    if q == NOBODY:
        q = office.requests
        office.requests += 1
    else:
        office.free_request = f.requests[q].after
    request = f.requests[q]
    request.resident, request.offer, request.team, request.asked = resident, o, offer.team, t
    count(f, t, offer.team, REQUESTS, 1.0)
    f.residents[resident].asking += 1
    desk = f.desks[offer.team]
    if desk.working < desk.people and desk.first == NOBODY:
        start_work(m, c, f, q, t)
        return
    f.residents[resident].waiting = q
    request.before, request.after = desk.last, NOBODY
    if desk.last == NOBODY:
        desk.first = q
    else:
        f.requests[desk.last].after = q
    desk.last = q
    if math.isfinite(offer.waits):
        enter_date(f.calendar, thing_of_request(f, q), t + offer.waits, PATIENCE_END, office.turn)
        office.turn += ONE


@jit
def start_work(m, c, f, q, t):
    """Let a person of the team begin with a request that stands in no line."""
    request, office = f.requests[q], f.office[0]
    f.desks[request.team].working += 1
    end = t + work_time(m, c.state, request.offer)
    count(f, t, request.team, SERVED, 1.0)
    count(f, t, request.team, WAITED, t - request.asked)
    count_work(f, request.team, t, end)
    enter_date(f.calendar, thing_of_request(f, q), end, WORK_END, office.turn)
    office.turn += ONE


@jit
def leave_line(f, q):
    """Take a request out of its line; its customer waits no longer."""
    request = f.requests[q]
    desk = f.desks[request.team]
    if request.before == NOBODY:
        desk.first = request.after
    else:
        f.requests[request.before].after = request.after
    if request.after == NOBODY:
        desk.last = request.before
    else:
        f.requests[request.after].before = request.before
    f.residents[request.resident].waiting = NOBODY
    strike_out(f.calendar, thing_of_request(f, q))


@jit
def forget(f, q):
    """Make a request's place free for another."""
    f.residents[f.requests[q].resident].asking -= 1
    f.requests[q].after = f.office[0].free_request
    f.office[0].free_request = q


@jit
def abandon(f, q, t):
    """Let a customer leave the line because it thinks of the offer no more."""
    count(f, t, f.requests[q].team, LEFT, 1.0)
    leave_line(f, q)
    forget(f, q)


@jit
def lose_patience(c, f, q, t):
    """Drop a request that has waited as long as its offer allows."""
    request = f.requests[q]
    count(f, t, request.team, DROPPED, 1.0)
    give_up(c, request.offer)
    leave_line(f, q)
    forget(f, q)
