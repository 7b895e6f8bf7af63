"""A company whose customers share people: its calendar, the desks of its teams, and who is looked after."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.customer.record import Customer, empty_customers
from simulator.engines.calendar import Calendar, empty_calendar
from simulator.engines.desks import DESK, REQUEST
from simulator.engines.team_figures import empty_figures, places
from simulator.model.compile import Model
from simulator.model.tables import LISTED, NOBODY

RESIDENT = np.dtype(
    [
        ("address", "u8"),
        ("due", "f8"),
        ("lives", "u1"),
        ("waiting", "i8"),  # request in line, or NOBODY
        ("asking", "i8"),  # requests in line or at work
        ("place", "i8"),  # with the teams that look after customers
        ("before", "i8"),  # among those who wait for a place
        ("after", "i8"),  # likewise, or in the chain of memory that is free to use
    ],
    align=True,
)
CURSOR = np.dtype([("number", "i8"), ("time", "f8")], align=True)  # the next customer of a block
OFFICE = np.dtype(
    [
        ("now", "f8"),
        ("epoch", "i8"),
        ("turn", "u8"),  # entries of the calendar made for the teams
        ("events", "i8"),
        ("residents", "i8"),  # rows ever used
        ("free_resident", "i8"),
        ("requests", "i8"),
        ("free_request", "i8"),
        ("free_places", "i8"),
        ("first_waiting", "i8"),
        ("last_waiting", "i8"),
        ("started", "u1"),
    ],
    align=True,
)


class Firm(NamedTuple):
    """What customers share. A resident is a customer's row here and in the memory."""

    calendar: Calendar
    residents: Any  # [resident]
    requests: Any  # [request]
    desks: Any  # [team]
    cursors: Any  # [block]
    listed_turns: Any  # int64 [listed customer]: the customers of each listed block in order of their addresses
    places: Any  # int64 [epoch]
    figures: Any  # float64 [month, team, TEAM_FIGURES]
    office: Any  # one row


def open_firm(model: Model, room: int) -> Firm:
    """Return a firm before anybody has entered, with room for so many customers and requests at once."""
    office = np.zeros(1, OFFICE).view(np.recarray)
    for name in ("free_resident", "free_request", "first_waiting", "last_waiting"):
        office[name] = NOBODY
    desks = np.zeros(len(model.names.teams), DESK).view(np.recarray)
    desks.first = desks.last = NOBODY
    return Firm(
        empty_calendar(1 + len(model.blocks) + 2 * room),
        np.zeros(room, RESIDENT).view(np.recarray),
        np.zeros(room, REQUEST).view(np.recarray),
        desks,
        np.zeros(len(model.blocks), CURSOR).view(np.recarray),
        _listed_turns(model),
        places(model),
        empty_figures(model),
        office,
    )


def _listed_turns(model: Model) -> np.ndarray:
    listed = model.tables.listed
    turns = np.zeros(len(listed), np.int64)
    for block in model.blocks:
        if block.kind == LISTED:
            mine = slice(block.first, block.first + block.count)
            turns[mine] = np.lexsort((listed.index[mine], listed.stream[mine]))
    return turns


def with_room(firm: Firm, memory: Customer, model: Model, room: int) -> tuple[Firm, Customer]:
    """Return the same firm and memory with room for more customers and requests at once."""
    larger, more = open_firm(model, room), empty_customers(room, model.tables.scalars[0])
    held = len(firm.residents)
    for new, old in zip((*more[:-1], *more.history), (*memory[:-1], *memory.history), strict=True):
        new[:held] = old
    larger.residents[:held], larger.requests[:held] = firm.residents, firm.requests
    things = len(firm.calendar.place)
    larger.calendar.entries[:things], larger.calendar.place[:things] = firm.calendar.entries, firm.calendar.place
    calendar = larger.calendar._replace(size=firm.calendar.size)
    return firm._replace(calendar=calendar, residents=larger.residents, requests=larger.requests), more
