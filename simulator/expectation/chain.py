"""One segment as a chain: its states epoch by epoch, found from those that customers enter, and its sparse matrices.

A matrix of rates is kept in two parts, Q0 + f Q1: the customer's own multiplier f acts on the cancel intent alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from simulator.expectation.customer import GONE, ON_PAUSE, State
from simulator.expectation.law import Branch, Due, Law, Rules

MOST_STATES = 6_000


class TooManyStates(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The chain of a segment has more states than can be followed."""


@dataclass
class _Entries:
    """Entries of a sparse matrix as they are found."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, row: int, column: int, value: float) -> None:
        self.rows.append(row)
        self.columns.append(column)
        self.values.append(value)

    def matrix(self, rows: int, columns: int) -> sparse.csr_array:
        return sparse.csr_array((self.values, (self.rows, self.columns)), shape=(rows, columns))


@dataclass(frozen=True)
class Rates:
    """A generator without and with the customer's multiplier, and the rates of what is counted in each state."""

    q: tuple[sparse.csr_array, sparse.csr_array]  # (S, S)
    counted: tuple[sparse.csr_array, sparse.csr_array]  # (S, things counted)
    fastest: tuple[np.ndarray, np.ndarray]  # (S,) rates of leaving a state
    pauses: tuple[sparse.csr_array, sparse.csr_array]  # (S, S) rates at which pauses begin; the generator lacks them

    @cached_property
    def pausing(self) -> np.ndarray:
        """The states in which a pause may begin."""
        return np.union1d(*(q.nonzero()[0] for q in self.pauses))


@dataclass(frozen=True)
class Jump:
    """What happens at one moment: probabilities of the states after it, and what is counted."""

    p: sparse.csr_array  # (S before, S)
    counted: sparse.csr_array  # (S before, things counted)


class Chain:
    """The states of one epoch, and what moves customers between them.

    Parameters
    ----------
    rules, epoch
        of the segment; number of the epoch.
    law
        the law by stretch of tenure and by number of the propensity to refuse renewals (0 .. propensities - 1).
    stretches
        of tenure, numbers.
    entering
        states that customers are in at the start, or sign up in.
    dues
        everything that is due together at some moment of the epoch.
    counted
        column of each thing that is counted; shared by all epochs, and grown here.
    before
        the chain of the epoch before.
    """

    def __init__(
        self,
        rules: Rules,
        epoch: int,
        law: Callable[[int, int], Law],
        stretches: range,
        propensities: int,
        entering: Iterable[State],
        dues: Iterable[Due],
        counted: dict[Any, int],
        before: Chain | None,
    ) -> None:
        self.rules, self.epoch, self.law, self.stretches = rules, epoch, law, stretches
        self.propensities, self.counted, self.before = propensities, counted, before
        self.states: list[State] = []
        self.index: dict[State, int] = {}
        self._rates: dict[int, Rates] = {}
        self._jumps: dict[tuple[Due, int, int], Jump] = {}
        self._pause_ends: Jump | None = None
        self._found: dict[tuple[Due, int, int], list[list[Branch]]] = {}
        self._random: dict[int, list[list[tuple[float, bool, list[Branch]]]]] = {g: [] for g in stretches}
        self._month_end: list[int] = []
        self._ended: dict[int, list[Branch]] = {}  # how the pauses of the states on one end
        dues = set(dues)
        for x in entering:
            self.place(x)
        if before is not None:
            self._enter([due for due in dues if due.epoch], before)
        self._explore([due for due in dues if not due.epoch])
        prices = rules.prices
        self.mrr = np.array([prices.mrr(x, epoch) for x in self.states], np.float64)
        self.month_end = np.array(self._month_end)
        on_pause = np.array([x.here == ON_PAUSE for x in self.states])
        self.on_pause = np.flatnonzero(on_pause)
        # the states that customers can be in at a month-end, active ones (and those who are gone), and on a pause
        self.at_month_end = np.unique(self.month_end[~on_pause])
        self.paused = np.unique(self.month_end[on_pause])
        self.not_on_pause = np.flatnonzero(~on_pause)
        resumed = {self.index[y] for ended in self._ended.values() for _, y, _ in ended if y.here != GONE}
        self.resumed = np.array(sorted(resumed), np.int64)  # the states in which pauses end

    def place(self, x: State) -> int:
        """Return the state's number; a new one gets the next."""
        i = self.index.get(x)
        if i is None:
            i = self.index[x] = len(self.states)
            self.states.append(x)
            if i >= MOST_STATES:
                raise TooManyStates(f"the chain of a segment has more than {MOST_STATES:,} states")
        return i

    def _note(self, branches: list[Branch]) -> None:
        """Give every state and everything counted in the branches its place."""
        for _, y, events in branches:
            self.place(y)
            for what, _ in events:
                self.counted.setdefault(what, len(self.counted))

    def _enter(self, dues: list[Due], before: Chain) -> None:
        """Take over the customers of the epoch before."""
        for due in dues:
            for g in self.stretches:
                for theta in self._propensities(due):
                    law = self.law(g, theta)
                    found: list[list[Branch]] = [[] for _ in before.states]
                    for i in before.paused if due.pauses else (*before.at_month_end, *before.paused):
                        found[i] = law.at(before.states[i], due)
                        self._note(found[i])
                    self._found[due, g, theta] = found

    def _explore(self, dues: list[Due]) -> None:
        """Find every state that can be reached, breadth first."""
        plain = self.law(self.stretches[0], 0)
        for due in dues:
            for g in self.stretches:
                for theta in self._propensities(due):
                    self._found[due, g, theta] = []
        done = 0
        while done < len(self.states):
            x = self.states[done]
            done += 1
            for g in self.stretches:
                clocks = list(self.law(g, 0).random_events(x))
                self._random[g].append(clocks)
                for _, _, branches in clocks:
                    self._note(branches)
            for due in dues:
                for g in self.stretches:
                    for theta in self._propensities(due):
                        branches = self.law(g, theta).at(x, due) if x.here == ON_PAUSE or not due.pauses else []
                        self._found[due, g, theta].append(branches)
                        self._note(branches)
            if x.here == ON_PAUSE:
                self._ended[done - 1] = plain.end_pause(x)
                self._note(self._ended[done - 1])
            self._month_end.append(self.place(plain.month_end(x)))

    def _propensities(self, due: Due) -> range:
        return range(self.propensities if due.terms else 1)

    def rates(self, stretch: int) -> Rates:
        """Return the generator in a stretch of tenure."""
        if stretch in self._rates:
            return self._rates[stretch]
        n = len(self.states)
        q, r, pauses = (_Entries(), _Entries()), (_Entries(), _Entries()), (_Entries(), _Entries())
        out = np.zeros((2, n))
        for i, clocks in enumerate(self._random[stretch]):
            for hazard, own, branches in clocks:
                for p, y, events in branches:
                    j = self.index[y]
                    if j != i:
                        (pauses if y.here == ON_PAUSE else q)[own].add(i, j, hazard * p)
                        out[int(own), i] += hazard * p
                    for what, amount in events:
                        r[own].add(i, self.counted[what], hazard * p * amount)
        generators = []
        for part, leaving in zip(q, out, strict=True):
            for i in np.flatnonzero(leaving).tolist():
                part.add(i, i, -leaving[i])
            generators.append(part.matrix(n, n))
        width = len(self.counted)
        counted = (r[0].matrix(n, width), r[1].matrix(n, width))
        begun = (pauses[0].matrix(n, n), pauses[1].matrix(n, n))
        self._rates[stretch] = Rates((generators[0], generators[1]), counted, (out[0], out[1]), begun)
        return self._rates[stretch]

    def jump(self, due: Due, stretch: int, theta: int = 0) -> Jump:
        """Return what is due at one moment; at the start of an epoch from the states of the one before."""
        key = (due, stretch, theta if due.terms else 0)
        if key not in self._jumps:
            self._jumps[key] = self._jump(self._found[key])
        return self._jumps[key]

    def pause_ends(self) -> Jump:
        """Return how pauses end; states without one are left out."""
        if self._pause_ends is None:
            self._pause_ends = self._jump([self._ended.get(i, []) for i in range(len(self.states))])
        return self._pause_ends

    def _jump(self, found: list[list[Branch]]) -> Jump:
        p, r = _Entries(), _Entries()
        for i, branches in enumerate(found):
            for share, y, events in branches:
                p.add(i, self.index[y], share)
                for what, amount in events:
                    r.add(i, self.counted[what], share * amount)
        n = len(found)
        return Jump(p.matrix(n, len(self.states)), r.matrix(n, len(self.counted)))
