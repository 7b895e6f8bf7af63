"""The twin of a replication: the same customers and draws, with no offer made in the cancellation flow.

Who is never made such an offer lives the same life in both, since no draw depends on another: the twin has to be lived
only by the others, right after their own life, and differs by what they pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.customer.record import Output
from simulator.engines.output import empty_output
from simulator.jit import inlined
from simulator.model.compile import Model


class Twin(NamedTuple):
    """What the twin lives by and what comes of it."""

    tables: Any
    in_flow: Any  # u1, one an offer: it is made in the cancellation flow, and not to the twin
    out: Output  # its books and tallies: of those who live it, and of no use by themselves
    saved: Any  # int64 (M, S) closing MRR of those who live it, less that of their twins


def empty_twin(model: Model, of: Model | None) -> Twin:
    """Return the twin of a model before anybody has lived it; `of` is the model without the offers, None for none."""
    in_flow = np.zeros(len(model.names.offers), np.uint8)
    if of is None:
        of = model
    else:
        in_flow |= (model.tables.offers.made != of.tables.offers.made).any(axis=0)
    saved = np.zeros((model.months, len(model.names.segments)), np.int64)
    return Twin(of.tables, in_flow, empty_output(of), saved)


@inlined
def differs(twin, c):
    """Tell whether the customer was made an offer that its twin is not made."""
    for o in range(len(twin.in_flow)):  # noqa: SIM110  (the kernel has no generators)
        if twin.in_flow[o] and c.offers[o].made > 0:
            return True
    return False


@inlined
def add_saved(twin, c, sign):
    """Add what the customer pays at each month-end, times the sign."""
    saved = twin.saved[:, c.state.segment]
    mrr = c.history.mrr
    for month in range(len(saved)):
        saved[month] += sign * mrr[month + 1]
