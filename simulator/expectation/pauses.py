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
from simulator.expectation.customer import CLOSED_PAYING, LOST
from simulator.expectation.nodes import TOLERANCE
from simulator.expectation.propagate import Before, Month, Part, Worth, flow

MOST_NUMBERS = 50_000_000  # of the map of a part of the month, all lanes together


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
    def moments(self) -> int:
        """Moments of a part at which a pause may begin: its nodes, then the date at its start."""
        return len(self.nodes.at) + 1

    @property
    def slots(self) -> int:
        """Moments of a month at which a pause may begin."""
        return self.parts * self.moments

    @property
    def moved(self) -> int:
        """How many places the month to come moves by chance: the active, and those whose pause ends in it."""
        return self.active + self.slots * len(self.waits)

    def ending(self, places: np.ndarray) -> np.ndarray:
        """Return those whose pause ends in the month to come: (lanes, rows, parts, moments, states on a pause)."""
        shape = (*places.shape[:-1], self.parts, self.moments, len(self.waits))
        return places[..., self.active : self.moved].reshape(shape)

    @property
    def width(self) -> int:
        """All places."""
        return self.active + self.longest * self.slots * len(self.waits)

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
    pools: Pools,
) -> Month:  # fmt: skip
    """Return what a month does, as `live_month`, to customers who are not on a pause at its start.

    `Month.p` leads to the first `moved` places of `pools`: also to those of pauses that begin in the month.
    """
    lanes, rows = len(own), start.shape[1]
    x = np.tile(start, (1, lanes))
    factor = np.repeat(own, rows)
    begins = np.zeros(lanes * rows, np.int64)
    counted = np.zeros((lanes * rows, len(chain.counted)))
    begun = np.zeros((pools.parts, pools.moments, len(chain.on_pause), lanes * rows))
    for i, part in enumerate(parts):
        place = len(parts) - 1 - i
        if part.lengths.any():
            rates = chain.rates(part.stretch)
            lengths = np.repeat(part.lengths, rows)
            intake = Intake(pools.nodes, rates.pausing, begins, lengths)
            x, stayed = flow(rates, x, lengths, factor, intake)
            counted += (rates.counted[0].T @ stayed).T
            counted += (rates.counted[1].T @ (stayed * factor)).T
            begun[place, :-1] = intake.paused(rates, chain.on_pause, factor)
        if part.due is not None:
            jump = chain.jump(part.due, part.stretch_after, theta)
            counted += (jump.counted.T @ x).T
            x = jump.p.T @ x
            if part.due.dates:
                moves = jump.p[chain.on_pause][:, chain.on_pause].T.toarray()
                begun = np.einsum("ij,pkjc->pkic", moves, begun)
            begun[place - 1, -1] = x[chain.on_pause]  # at the date that the next part begins with
            x[chain.on_pause] = 0.0
    x[chain.on_pause] += begun.sum(axis=(0, 1))
    cells = _cells(worth, worth.group @ x, before, lanes, rows)
    begun = np.einsum("zy,pkzc->pkyc", ends_of_month(chain).toarray(), begun)
    p = np.concatenate([worth.collapse @ x, begun.reshape(-1, lanes * rows)])
    p = np.ascontiguousarray(p.reshape(-1, lanes, rows).transpose(1, 2, 0))
    return Month(p, cells, counted.reshape(lanes, rows, -1))


def _cells(worth: Worth, law: np.ndarray, before: Before, lanes: int, rows: int) -> np.ndarray:
    found = worth.movements(law.reshape(-1, lanes, rows), before)
    cells = np.zeros((3, lanes, rows, len(worth.cells)))
    for cell, moments in found.items():
        cells[..., cell] = moments
    return cells


def ends_of_month(chain: Chain) -> sparse.csr_array:
    """Return (states on a pause, those at a month-end) what a month-end makes of them."""
    n = len(chain.on_pause)
    places = np.searchsorted(chain.paused, chain.month_end[chain.on_pause])
    return sparse.csr_array((np.ones(n), (range(n), places)), shape=(n, len(chain.paused)))


@dataclass(frozen=True)
class PartMap:
    """What a part of a month does to one customer, by lane.

    Rows are nodes by states of those who resume there, then states at the start of the part. `end` leads to the states
    at its end, `into` to nodes by states on a pause, `counted` to what is counted.
    """

    end: np.ndarray
    into: np.ndarray
    counted: np.ndarray

    @classmethod
    def of(cls, chain: Chain, stretch: int, lengths: np.ndarray, own: np.ndarray, nodes: Nodes) -> PartMap:
        """Return it for parts of those lengths by lane."""
        rates = chain.rates(stretch)
        k, lanes = len(nodes.at), len(own)
        resumed, rest = chain.resumed, chain.not_on_pause
        states = np.concatenate([np.tile(resumed, k), rest])
        begins = np.concatenate([np.repeat(1 + np.arange(k), len(resumed)), np.zeros(len(rest), np.int64)])
        left = np.concatenate([np.repeat(1.0 - nodes.at, len(resumed)), np.ones(len(rest))])
        rows = len(states)
        start = np.zeros((len(chain.states), rows))
        start[states, np.arange(rows)] = 1.0
        factor, whole = np.repeat(own, rows), np.repeat(lengths, rows)
        intake = Intake(nodes, rates.pausing, np.tile(begins, lanes), whole)
        x, stayed = flow(rates, np.tile(start, (1, lanes)), whole * np.tile(left, lanes), factor, intake)
        counted = rates.counted[0].T @ stayed + rates.counted[1].T @ (stayed * factor)
        into = intake.paused(rates, chain.on_pause, factor).reshape(-1, lanes * rows)

        def by_lane(table: np.ndarray) -> np.ndarray:
            return np.ascontiguousarray(table.reshape(-1, lanes, rows).transpose(1, 2, 0))

        return cls(by_lane(x[rest]), by_lane(into), by_lane(counted))


def map_size(chain: Chain, nodes: Nodes) -> int:
    """Return how many numbers a lane's map of a part holds."""
    k, rest = len(nodes.at), len(chain.not_on_pause)
    return (k * len(chain.resumed) + rest) * (rest + k * len(chain.on_pause) + len(chain.counted))


class Resumption:
    """What a month does to those whose pause ends in it, of one epoch."""

    def __init__(self, chain: Chain, worth: Worth, pools: Pools) -> None:
        self.chain, self.worth, self.pools = chain, worth, pools
        ends = chain.pause_ends()
        self.resume = ends.p[chain.on_pause][:, chain.resumed]
        gone = ends.p[chain.on_pause][:, chain.not_on_pause].tolil()
        gone[:, np.searchsorted(chain.not_on_pause, chain.resumed)] = 0.0
        self.leave = gone.tocsr()
        self.counted = ends.counted[chain.on_pause]
        self._maps: dict[tuple, PartMap] = {}

    def month(self, ending: np.ndarray, source: Chain, parts: list[Part], own: np.ndarray, theta: int) -> Month:
        """Return what happens, by lane and row, to (lanes, rows, parts, moments, states on a pause) of `source`.

        Tables are as those of `live_month_with_pauses`, but of so many customers, and not for one.
        """
        paid = np.array([source.states[i].paid in (CLOSED_PAYING, LOST) for i in source.paused], bool)
        months = []
        for closed in np.unique(paid):
            mine = ending * (paid == closed)
            months.append(self._month(mine, bool(closed), source, parts, own, theta))
        cells = np.zeros((*months[0].cells.shape[:-1], len(self.worth.cells)))
        for month in months:
            cells[..., : month.cells.shape[-1]] += month.cells
        return Month(sum(m.p for m in months), cells, sum(m.counted for m in months))  # type: ignore[arg-type]

    def _month(
        self, ending: np.ndarray, closed: bool, source: Chain, parts: list[Part], own: np.ndarray, theta: int
    ) -> Month:
        chain, pools = self.chain, self.pools
        lanes, rows = ending.shape[:2]
        k, z, rest = len(pools.nodes.at), chain.on_pause, chain.not_on_pause
        x = np.zeros((lanes, rows, len(rest)))
        counted = np.zeros((lanes, rows, len(chain.counted)))
        begun = np.zeros((lanes, rows, pools.parts, k + 1, len(z)))
        waits = np.zeros((*ending.shape[:-1], len(source.on_pause)))
        waits[..., np.searchsorted(source.on_pause, source.paused)] = ending
        now = source
        for i, part in enumerate(parts):
            place = len(parts) - 1 - i
            if part.lengths.any():
                ends = waits[:, :, place, :-1]
                resumed = ends @ self.resume.toarray()  # (lanes, rows, nodes, states)
                x += (self.leave.T @ ends.sum(axis=2).reshape(-1, len(z)).T).T.reshape(x.shape)
                counted += ends.sum(axis=2) @ self.counted.toarray()
                step = self._map(part, own)
                acting = np.concatenate([resumed.reshape(lanes, rows, -1), x], axis=-1)
                x = acting @ step.end
                begun[:, :, place, :-1] = (acting @ step.into).reshape(lanes, rows, k, len(z))
                counted += acting @ step.counted
            if part.due is not None:
                jump = chain.jump(part.due, part.stretch_after, theta)
                ending = waits[:, :, place - 1, -1].copy()
                if part.due.epoch or part.due.dates:
                    moves = jump.p[now.on_pause][:, z].toarray()
                    waits = waits @ moves
                    if now is chain:
                        begun = begun @ moves
                flat = np.zeros((len(now.states), lanes * rows))
                if now is chain:
                    flat[rest] = x.reshape(-1, len(rest)).T
                happened, after = jump.counted.T @ flat, jump.p.T @ flat
                if part.due.terms:
                    due = chain.jump(part.due._replace(pauses=True), part.stretch_after, theta)
                    flat = np.zeros_like(flat)
                    flat[now.on_pause] = ending.reshape(-1, len(now.on_pause)).T
                    happened, after = happened + due.counted.T @ flat, after + due.p.T @ flat
                counted += happened.T.reshape(counted.shape)
                x = after[rest].T.reshape(x.shape)
                begun[:, :, place - 1, -1] = after[z].T.reshape(lanes, rows, -1)
                now = chain
        law = np.zeros((len(chain.states), lanes * rows))
        law[rest] = x.reshape(-1, len(rest)).T
        law[z] = begun.sum(axis=(2, 3)).reshape(-1, len(z)).T
        one = np.zeros(1)
        before = Before(one, np.full(1, closed), np.ones(1, bool))
        cells = _cells(self.worth, self.worth.group @ law, before, lanes, rows)
        active = (self.worth.collapse @ law).T.reshape(lanes, rows, -1)
        paused = (begun @ ends_of_month(chain).toarray()).reshape(lanes, rows, -1)
        return Month(np.concatenate([active, paused], axis=-1), cells, counted)

    def forget(self) -> None:
        """Forget the maps of an epoch that is over."""
        self._maps.clear()

    def _map(self, part: Part, own: np.ndarray) -> PartMap:
        name = (part.stretch, part.lengths.tobytes(), own.tobytes())
        if name not in self._maps:
            self._maps[name] = PartMap.of(self.chain, part.stretch, part.lengths, own, self.pools.nodes)
        return self._maps[name]


def source_of(chain: Chain, parts: list[Part]) -> Chain:
    """Return the chain that customers come from: that of the epoch before, where the month begins with a new one."""
    if parts[0].due is not None and parts[0].due.epoch:
        assert chain.before is not None
        return chain.before
    return chain


def waiting(chain: Chain, source: Chain, parts: list[Part]) -> sparse.csr_array:
    """Return what a month does to those who are on a pause throughout: (states on a pause before, and after)."""
    moves = sparse.eye_array(len(source.states), format="csr")[source.paused]
    for part in parts:
        if part.due is not None and (part.due.epoch or part.due.dates):
            moves = moves @ chain.jump(part.due, part.stretch_after).p
    return moves[:, chain.on_pause] @ ends_of_month(chain)
