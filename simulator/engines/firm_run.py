"""Live one replication of a company whose customers share people, in slices, so that others can see how far it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.accounting.books import sum_up
from simulator.customer.record import empty_customers
from simulator.draws.address import replication_key
from simulator.engines.arrivals import arrival_limits
from simulator.engines.firm import open_firm, with_room
from simulator.engines.happenings import FINISHED, FULL, simulate_firm
from simulator.engines.output import Replication, empty_output, no_rows
from simulator.model.compile import Model
from simulator.model.tables import ARRIVING

SLICE = 50_000  # entries of the calendar: some hundredths of a second
LEDGER_ROOM = 1 << 16  # rows; a slice ends when half of them are there, and no event writes the other half
LEAST_ROOM = 1 << 10  # customers, and requests, at once


class Stopped(Exception):  # noqa: N818  (nothing is wrong)
    """The run was told to stop."""


def live_firm(
    model: Model, seed: int, replication: int, ledger: bool, stopped: Callable[[], bool], tell: Callable[[float], None]
) -> Replication:
    """Return one replication.

    Parameters
    ----------
    stopped
        asked between slices whether to stop.
    tell
        called between slices with the share of the horizon that has been lived.

    Raises
    ------
    Stopped
        when `stopped` says so.
    """
    key0, key1 = (np.uint64(word) for word in replication_key(seed, replication))
    limits = arrival_limits(model, int(key0), int(key1))
    opening = int(model.blocks["count"][model.blocks["kind"] != ARRIVING].sum())
    room = max(LEAST_ROOM, opening + opening // 4)
    firm, memory = open_firm(model, room), empty_customers(room, model.tables.scalars[0])
    out = empty_output(model, LEDGER_ROOM if ledger else 0)
    kept = [no_rows()]
    while True:
        why = simulate_firm(model.tables, firm, memory, model.blocks, limits, key0, key1, out, SLICE, LEDGER_ROOM // 2)
        if ledger:
            rows = int(out.ledger.size[0])
            if rows > LEDGER_ROOM:
                raise MemoryError(f"one event wrote {rows - LEDGER_ROOM // 2} ledger rows, more than there is room for")
            kept.append(out.ledger.rows[:rows].copy())
            out.ledger.size[0] = 0
        if why == FINISHED:
            break
        if stopped():
            raise Stopped
        if why == FULL:
            room *= 2
            firm, memory = with_room(firm, memory, model, room)
        tell(float(firm.office[0].now) / model.months)
    sum_up(out.books)
    events = int(firm.office[0].events)
    return Replication(replication, out.books, out.tallies, events, np.concatenate(kept), firm.figures)
