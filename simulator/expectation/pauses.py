"""Pauses of whole months: who begins one at a random moment resumes, or leaves, at the same moment of a later month.

Between two dates the rate at which customers go on a pause is smooth, and so is all that follows from one, as a
function of the moment at which it begins. A part of a month (from one date to the next) therefore keeps who goes on a
pause by the nodes of a Gauss-Legendre rule: everybody at a node is taken to begin there. Customers who are active from
the start of the part get the weights of the rule. Those who resume at a node are active from there on only; what they
do in the rest of the part is integrated over that rest, and goes to the nodes by their Lagrange polynomials
(collocation; shares may be negative, sums over nodes are exact for polynomials of the moment).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.special import gammaln

from simulator.expectation.chain import Chain, Rates
from simulator.expectation.nodes import TOLERANCE
from simulator.expectation.propagate import Before, Month, Part, Worth, flow

MOST_PLACES = 4_000
MOST_NUMBERS = 20_000_000  # that one call of `live_month_with_pauses` holds at a time


def node_count(rate: float) -> int:
    """Return how many nodes interpolate exp(-rate x) on (0, 1) to TOLERANCE.

    The error of n Legendre nodes is at most rate^n n! / (2n)!: the largest value of their monic polynomial on an
    interval of length 1 is (n!)^2 / (2n)!, that of the n-th derivative over n! is rate^n / n!.
    """
    z = max(rate, 1e-3)
    for n in range(3, 60):
        if n * math.log(z) + gammaln(n + 1) - gammaln(2 * n + 1) < math.log(TOLERANCE):
            return n
    return 60


@dataclass(frozen=True)
class Nodes:
    """The nodes of a part of length 1, in (0, 1), and their weights."""

    at: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, n: int) -> Nodes:
        """Return the Gauss-Legendre rule of n nodes."""
        x, w = np.polynomial.legendre.leggauss(n)
        return cls((x + 1.0) / 2.0, w / 2.0)

    @cached_property
    def shares(self) -> np.ndarray:
        """(1 + n, n, n) [from, to, q]: what node `to` gets of what happens at node q of the rest of the part.

        The rest begins at 0 (from = 0) or at a node (from = 1 + node). From 0 each node gets what happens at it.
        """
        begins = np.concatenate([[0.0], self.at])
        moments = begins[:, None] + (1.0 - begins[:, None]) * self.at  # (1 + n, n)
        return np.stack(
            [self.weights * (1.0 - begin) * lagrange(self.at, at) for begin, at in zip(begins, moments, strict=True)]
        )


def lagrange(nodes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the Lagrange polynomials of the nodes at x, (nodes, x)."""
    result = np.ones((len(nodes), len(x)))
    for j, node in enumerate(nodes):
        for other in np.delete(nodes, j):
            result[j] *= (x - other) / (node - other)
    return result


class Intake:
    """Collects in what states customers are at the nodes of a part, while `flow` takes its steps.

    Parameters
    ----------
    states
        from which a pause may begin.
    begins
        (C,) where each column begins: 0 the start of the part, 1 + node.
    lengths
        (C,) of the part.
    """

    def __init__(self, nodes: Nodes, states: np.ndarray, begins: np.ndarray, lengths: np.ndarray) -> None:
        self.nodes, self.states, self.lengths = nodes, states, lengths
        self.columns = [(b, np.flatnonzero(begins == b)) for b in np.unique(begins)]
        self.found = np.zeros((len(nodes.at), len(states), len(begins)))  # times the weights of the nodes
        self._mean = self._weight = np.zeros(0)

    def add(self, n: int, v: np.ndarray, mean: np.ndarray) -> None:
        """Take step n, where the law is v (states, columns); `mean` is the mean number of steps (columns,)."""
        if n == 0:
            self._mean = self.nodes.at[:, None] * mean
            self._weight = np.exp(-self._mean)
        else:
            self._weight = self._weight * self._mean / n
        share = np.empty_like(self._weight)
        for begin, columns in self.columns:
            share[:, columns] = self.nodes.shares[begin] @ self._weight[:, columns]
        self.found += (share * self.lengths)[:, None, :] * v[self.states]

    def paused(self, rates: Rates, on_pause: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Return who goes on a pause, (nodes, states on a pause, columns)."""
        fixed, varying = (q[self.states][:, on_pause].T.tocsr() for q in rates.pauses)
        found = np.stack([fixed @ x for x in self.found])
        if varying.nnz:
            found += np.stack([varying @ x for x in self.found]) * own
        return found


@dataclass(frozen=True)
class Pools:
    """Where customers stand at a month-end: the active by state, then those on a pause.

    On a pause they are told apart by the whole months that they still wait (0: it ends in the month to come), by the
    part of the month and the node at which it began, and by what they hold.
    """

    active: int
    parts: int
    nodes: Nodes
    waits: np.ndarray  # (states on a pause,) whole months at the first month-end of a pause that begins in this epoch
    longest: int

    @property
    def slots(self) -> int:
        """Moments of a month at which a pause may begin."""
        return self.parts * len(self.nodes.at)

    @property
    def moved(self) -> int:
        """How many places the month to come moves by chance: the active, and those whose pause ends in it."""
        return self.active + self.slots * len(self.waits)

    @property
    def width(self) -> int:
        """All places."""
        return self.active + self.longest * self.slots * len(self.waits)

    @property
    def row_parts(self) -> np.ndarray:
        """(moved,) the part in which the pause ends, counted from the month's end; -1: no pause."""
        parts = np.repeat(np.arange(self.parts), len(self.nodes.at) * len(self.waits))
        return np.concatenate([np.full(self.active, -1), parts])

    @property
    def row_nodes(self) -> np.ndarray:
        """(moved,) the node at which it ends."""
        nodes = np.tile(np.repeat(np.arange(len(self.nodes.at)), len(self.waits)), self.parts)
        return np.concatenate([np.zeros(self.active, np.int64), nodes])

    def pad(self, values: np.ndarray, paused: float) -> np.ndarray:
        """Return values of the active states with one for everybody on a pause, (width,)."""
        return np.concatenate([values, np.full(self.width - self.active, paused)])

    def land(self, moved: np.ndarray) -> np.ndarray:
        """Return the places (..., width) of those whom a month has moved (..., moved)."""
        if not self.longest:
            return moved
        result = np.zeros((*moved.shape[:-1], self.width))
        result[..., : self.active] = moved[..., : self.active]
        begun = moved[..., self.active :].reshape(*moved.shape[:-1], self.slots, len(self.waits))
        pool = self._pool(result)
        for place, wait in enumerate(self.waits):
            pool[..., wait, :, place] = begun[..., place]
        return result

    def wait(self, places: np.ndarray, moves: sparse.csr_array, was: Pools) -> np.ndarray:
        """Return the places (..., width) of those who wait on for another month; `was` is how they stood before."""
        result = np.zeros((*places.shape[:-1], self.width))
        if was.longest > 1:
            self._pool(result)[..., : was.longest - 1, :, :] = was._pool(places)[..., 1:, :, :] @ moves.toarray()
        return result

    def _pool(self, places: np.ndarray) -> np.ndarray:
        """Return the view (..., months to wait, slots, states on a pause) of the places."""
        shape = (self.longest, self.slots, len(self.waits))
        return places[..., self.active :].reshape(*places.shape[:-1], *shape)


def live_month_with_pauses(
    chain: Chain, worth: Worth, start: np.ndarray, before: Before, parts: list[Part], own: np.ndarray, theta: int,
    was: Pools | None, pools: Pools,
) -> Month:  # fmt: skip
    """Return what a month does, as `live_month`, to the active and to those whose pause ends in it.

    Rows of `start` are the places of `was` that the month moves; without it one row of those who sign up. `Month.p`
    leads to the places of `pools` that those stand at whom it moves.
    """
    rows = start.shape[1]
    size = max(pools.slots * len(chain.on_pause), 1) * rows
    together = max(MOST_NUMBERS // size, 1)
    pieces = [slice(i, i + together) for i in range(0, len(own), together)]
    months = []
    for lanes in pieces:
        mine = [Part(part.lengths[lanes], part.stretch, part.due, part.stretch_after) for part in parts]
        months.append(_live(chain, worth, start, before, mine, own[lanes], theta, was, pools))
    cells = np.zeros((3, len(own), rows, len(worth.cells)))
    for lanes, month in zip(pieces, months, strict=True):
        cells[:, lanes, :, : month.cells.shape[-1]] = month.cells
    p, counted = (np.concatenate([getattr(month, name) for month in months]) for name in ("p", "counted"))
    return Month(p, cells, counted, waiting(chain, parts))


def _live(
    chain: Chain, worth: Worth, start: np.ndarray, before: Before, parts: list[Part], own: np.ndarray, theta: int,
    was: Pools | None, pools: Pools,
) -> Month:  # fmt: skip
    lanes, rows = len(own), start.shape[1]
    x = np.tile(start, (1, lanes))
    factor = np.repeat(own, rows)
    ends = np.tile(np.full(rows, -1) if was is None else was.row_parts, lanes)
    node = np.tile(np.zeros(rows, np.int64) if was is None else was.row_nodes, lanes)
    counted = np.zeros((lanes * rows, len(chain.counted)))
    z = chain.on_pause
    begun = np.zeros((pools.parts, len(pools.nodes.at), len(z), lanes * rows))
    for i, part in enumerate(parts):
        place = len(parts) - 1 - i
        lengths = np.repeat(part.lengths, rows)
        resuming = ends == place
        begins = np.where(resuming, 1 + node, 0)
        if resuming.any():
            jump = chain.pause_ends()
            counted[resuming] += (jump.counted.T @ x[:, resuming]).T
            x[:, resuming] = jump.p.T @ x[:, resuming]
        moving = (ends < 0) | (ends >= place)
        if part.lengths.any():
            rates = chain.rates(part.stretch)
            times = np.where(resuming, lengths * (1.0 - pools.nodes.at[node]), lengths)[moving]
            intake = Intake(pools.nodes, rates.pausing, begins[moving], lengths[moving])
            x[:, moving], stayed = flow(rates, x[:, moving], times, factor[moving], intake)
            counted[moving] += (rates.counted[0].T @ stayed).T
            counted[moving] += (rates.counted[1].T @ (stayed * factor[moving])).T
            begun[place][..., moving] += intake.paused(rates, z, factor[moving])
        if part.due is not None:
            jump = chain.jump(part.due, part.stretch_after, theta)
            counted += (jump.counted.T @ x).T
            x = jump.p.T @ x
            if part.due.dates:
                moves = jump.p[z][:, z].T.toarray()
                begun = np.einsum("ij,pkjc->pkic", moves, begun)
    x[z] += begun.sum(axis=(0, 1))
    found = worth.movements((worth.group @ x).reshape(-1, lanes, rows), before)
    cells = np.zeros((3, lanes, rows, len(worth.cells)))
    for cell, moments in found.items():
        cells[..., cell] = moments
    slots = np.zeros((pools.parts, len(pools.nodes.at), len(chain.paused), lanes * rows))
    for j, k in enumerate(np.searchsorted(chain.paused, chain.month_end[z])):
        slots[:, :, k] += begun[:, :, j]
    p = np.concatenate([worth.collapse @ x, slots.reshape(-1, lanes * rows)])
    p = p.reshape(-1, lanes, rows).transpose(1, 2, 0)
    return Month(np.ascontiguousarray(p), cells, counted.reshape(lanes, rows, -1))


def waiting(chain: Chain, parts: list[Part]) -> sparse.csr_array:
    """Return what a month does to those who are on a pause throughout: (states on a pause before, and after)."""
    source = chain
    if parts and parts[0].due is not None and parts[0].due.epoch:
        assert chain.before is not None
        source = chain.before
    moves = sparse.eye_array(len(source.states), format="csr")[source.paused]
    for part in parts:
        if part.due is not None and (part.due.epoch or part.due.dates):
            moves = moves @ chain.jump(part.due, part.stretch_after).p
    n = len(chain.on_pause)
    places = np.searchsorted(chain.paused, chain.month_end[chain.on_pause])
    ends = sparse.csr_array((np.ones(n), (range(n), places)), shape=(n, len(chain.paused)))
    return moves[:, chain.on_pause] @ ends
