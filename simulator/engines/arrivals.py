"""When customers arrive: a Poisson stream by segment and month, each gap addressed by the customer it brings.

Within a month the rate is constant, so gaps are exponential; each month starts afresh, which the exponential law
allows. A what-if with a higher rate brings the same customers a little earlier, and then some more.
"""

from __future__ import annotations

import numpy as np

from simulator.customer.record import STATE
from simulator.draws.address import purpose
from simulator.draws.distributions import exponential
from simulator.jit import jit, main_loop
from simulator.model.tables import ARRIVING

GAP = purpose("arrival/gap")
NO_LIMIT = np.iinfo(np.int64).max


@jit
def next_arrival(address, block, key0, key1, number, t):
    """Return when customer `number` of an arriving block comes; t is when the one before came.

    `address` is a customer's state, of which only the address is touched.
    """
    address.key0, address.key1 = key0, key1
    address.stream, address.index = block.stream, np.uint64(block.first + number)
    return t + exponential(address, GAP, 0) / block.rate


def arrival_times(model, b: int, key0: int, key1: int, limit: int) -> np.ndarray:
    """Return the dates of the arrivals of block b, at most `limit` of them (float64)."""
    times = np.zeros(count_arrivals(model, b, key0, key1, limit))
    _arrivals(model.blocks, b, np.uint64(key0), np.uint64(key1), limit, _scratch(), times)
    return times


def count_arrivals(model, b: int, key0: int, key1: int, limit: int) -> int:
    """Return the number of arrivals of block b, at most `limit`."""
    return _arrivals(model.blocks, b, np.uint64(key0), np.uint64(key1), limit, _scratch(), np.zeros(0))


def _scratch() -> np.ndarray:
    return np.zeros(1, STATE).view(np.recarray)


@main_loop
def _arrivals(blocks, b, key0, key1, limit, scratch, times):
    address = scratch[0]
    block = blocks[b]
    t = float(block.month)
    n = 0
    while n < limit:
        t = next_arrival(address, block, key0, key1, n, t)
        if t >= block.month + 1.0:
            break
        if n < len(times):
            times[n] = t
        n += 1
    return n


def arrival_limits(model, key0: int, key1: int) -> np.ndarray:
    """Return how many customers of each block may sign up (int64): the market of a segment ends its stream."""
    limits = np.full(len(model.blocks), NO_LIMIT, np.int64)
    signed_up = np.zeros(model.markets.shape[1], np.int64)
    bounded = (model.markets >= 0).any(axis=0)
    starts = model.tables.epochs.start
    for b, block in enumerate(model.blocks):
        s = block.segment
        if block.kind == ARRIVING and bounded[s]:
            market = model.markets[np.searchsorted(starts, block.month, side="right") - 1, s]
            if market >= 0:
                limits[b] = max(market - signed_up[s], 0)
            signed_up[s] += count_arrivals(model, b, key0, key1, int(limits[b]))
    return limits
