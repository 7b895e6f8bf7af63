"""From one month-end to the next: the law of where a customer is, and what is expected to happen on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy import sparse
from scipy.special import gammainc

from simulator.accounting.movements import (
    CHURN_LINE,
    CONTRACTION_LINE,
    EXPANSION_LINE,
    LINES,
    NEW_LINE,
    REACTIVATION_LINE,
    Line,
)
from simulator.expectation.chain import Chain, Rates
from simulator.expectation.customer import CLOSED_PAYING, LOST, ON_PAUSE, RESUMED
from simulator.expectation.law import Booked, Due


@dataclass(frozen=True)
class Cell:
    """A kind of month-grain movement; motion and reason None where the law of two month-ends does not tell them."""

    kind: str
    motion: str | None
    reason: str | None
    plan: int


class Steps(Protocol):
    """What looks on while `flow` takes its steps."""

    def add(self, n: int, v: np.ndarray, mean: np.ndarray) -> None:
        """Take step n, where the law is v; `mean` is the mean number of steps of each column."""


def flow(
    rates: Rates, x: np.ndarray, times: np.ndarray, own: np.ndarray, seen: Steps | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return x exp(Q t) and its integral over (0, t), column by column.

    x is (S, C), one law or part of one a column; column c runs for times[c] with the multiplier own[c]. By
    uniformization: a Poisson number of steps of the chain I + Q / rate, all terms non-negative (Jensen 1953,
    Skandinavisk Aktuarietidskrift 36, 87); the integral has the Poisson tails as weights.
    """
    q0, q1 = (q.T.tocsr() for q in rates.q)
    only_one = own.min() == own.max()
    if only_one:
        q0 = (q0 + q1 * own[0]).tocsr()
    fastest = float((rates.fastest[0] + own.max(initial=0.0) * rates.fastest[1]).max(initial=0.0))
    longest = fastest * float(times.max(initial=0.0))
    if longest == 0.0:
        return x, x * times
    q0 = q0 / fastest
    q1 = q1 * (1.0 / fastest)
    mean = fastest * times
    weight = np.exp(-mean)
    tail = gammainc(1.0, mean)
    v = np.array(x, np.float64, order="C")
    reached, stayed, part = v * weight, v * (tail / fastest), np.empty_like(v)
    n = 0
    if seen is not None:
        seen.add(0, v, mean)
    while tail.max() > 1e-17 or n < longest:
        n += 1
        v += q0 @ v if only_one else q0 @ v + (q1 @ v) * own
        if seen is not None:
            seen.add(n, v, mean)
        weight = weight * mean / n
        tail = gammainc(n + 1.0, mean)
        reached += np.multiply(v, weight, out=part)
        stayed += np.multiply(v, tail / fastest, out=part)
    return reached, stayed


@dataclass(frozen=True)
class Part:
    """A stretch of a month and what is due at its end: lengths are by lane."""

    lengths: np.ndarray
    stretch: int
    due: Due | None
    stretch_after: int


@dataclass(frozen=True)
class Month:
    """What a month does, lane by lane, to customers in each state at its start (rows).

    Attributes
    ----------
    p
        (lanes, rows, states at a month-end) law of the state at the month's end
    cells
        (3, lanes, rows, cells) month-grain movements: expected amount, amount squared, number
    counted
        (lanes, rows, things counted) event-grain amounts and counters
    """

    p: np.ndarray
    cells: np.ndarray
    counted: np.ndarray


class Before(NamedTuple):
    """How customers stood at the last month-end: MRR, whether any was paid at one, whether they were on a pause."""

    mrr: np.ndarray
    closed: np.ndarray
    paused: np.ndarray

    @classmethod
    def of(cls, chain: Chain, states: np.ndarray) -> Before:
        """Return it for states of a chain."""
        paid = [chain.states[i].paid in (CLOSED_PAYING, LOST) for i in states]
        return cls(chain.mrr[states], np.array(paid, bool), np.isin(states, chain.on_pause))

    @classmethod
    def nothing(cls) -> Before:
        """Return it for those who sign up."""
        return cls(np.zeros(1), np.zeros(1, bool), np.zeros(1, bool))


class Worth:
    """Which month-grain movement a customer makes who was in one state at a month-end and is in another at the next.

    A customer has one movement a month at most (accounting/account.py); which one depends on its MRR at both ends, on
    whether it had ever paid at a month-end, and, where MRR ended or began, on what the state remembers of the month.
    """

    def __init__(self, chain: Chain, cells: dict[Cell, int], rises: Line | None, falls: Line | None) -> None:
        values: dict[tuple, int] = {}
        column = []
        for x, mrr in zip(chain.states, chain.mrr, strict=True):
            value = (float(mrr), x.plan, x.start) if mrr > 0 else (0.0, x.left, x.plan if x.here == ON_PAUSE else None)
            column.append(values.setdefault(value, len(values)))
        n = len(chain.states)
        self.usual_return = chain.rules.usual_return
        self.group = sparse.csr_array((np.ones(n), (column, range(n))), shape=(len(values), n))
        self.values = list(values)
        self.cells, self.rises, self.falls = cells, rises, falls
        rest = np.setdiff1d(np.arange(n), chain.on_pause)
        collapse = np.searchsorted(chain.at_month_end, chain.month_end[rest])
        shape = (len(chain.at_month_end), n)
        self.collapse = sparse.csr_array((np.ones(len(rest)), (collapse, rest)), shape=shape)

    def _cell(self, kind: str, line: Line | None, plan: int) -> int:
        motion = None if line is None else line.motion
        reason = None if line is None else (line.reason or None)
        return self.cells.setdefault(Cell(kind, motion, reason, plan), len(self.cells))

    def movements(self, law: np.ndarray, last: Before) -> dict[int, np.ndarray]:
        """Return by cell (3, lanes, rows): expected amount, amount squared and number.

        law is (values, lanes, rows); `last` says how each row stood at the last month-end.
        """
        found: dict[int, np.ndarray] = {}
        before = last.mrr
        payed, had_closed = before > 0, last.closed

        def add(cell: int, k: int, amounts: np.ndarray, counts: np.ndarray | None = None) -> None:
            part = law[k]
            moments = np.stack([part * amounts, part * amounts**2, part * (amounts > 0 if counts is None else counts)])
            found[cell] = found[cell] + moments if cell in found else moments

        for k, value in enumerate(self.values):
            if value[0] > 0.0:
                mrr, plan, start = value
                change = mrr - before
                add(self._cell("expansion", self.rises, plan), k, np.where(payed & (change > 0), change, 0.0))
                add(self._cell("contraction", self.falls, plan), k, np.where(payed & (change < 0), -change, 0.0))
                if not payed.all():
                    begins = ~payed & ~had_closed
                    returns = ~payed & had_closed
                    if begins.any():
                        add(self._cell("new", LINES[NEW_LINE[start]], plan), k, np.where(begins, mrr, 0.0))
                    if returns.any() and start == RESUMED:
                        add(self._cell("expansion", self.rises, plan), k, np.where(returns, mrr, 0.0))
                    elif returns.any():
                        line = REACTIVATION_LINE[start] if start else self.usual_return
                        add(self._cell("reactivation", LINES[line], plan), k, np.where(returns, mrr, 0.0))
            elif value[1] is not None:
                plan, cause, uncounted = value[1]
                lost = payed | (last.paused & had_closed & uncounted)
                add(self._cell("churn", LINES[CHURN_LINE[cause]], plan), k, np.where(payed, before, 0.0), lost)
            elif value[2] is not None:
                add(self._cell("contraction", self.falls, value[2]), k, np.where(payed, before, 0.0))
        return found


def live_month(
    chain: Chain,
    worth: Worth,
    start: np.ndarray,
    before: Before,
    parts: Sequence[Part],
    own: np.ndarray,
    theta: int,
) -> Month:
    """Return what a month does.

    Parameters
    ----------
    start
        (states, rows) the law at the start of each row's customers; of the states of the epoch before, where the
        first part ends at once with the start of an epoch.
    before
        how each row stood at the last month-end.
    parts
        the month cut where something is due, for lanes with the multipliers `own`.
    """
    lanes, rows = len(own), start.shape[1]
    x = np.tile(start, (1, lanes)) if lanes > 1 else start
    factor = np.repeat(own, rows)
    width = len(chain.counted)
    counted = np.zeros((lanes * rows, width))
    for part in parts:
        if part.lengths.any():
            rates = chain.rates(part.stretch)
            x, stayed = flow(rates, x, np.repeat(part.lengths, rows), factor)
            counted += (rates.counted[0].T @ stayed).T
            if rates.counted[1].nnz:
                counted += (rates.counted[1].T @ (stayed * factor)).T
        if part.due is not None:
            jump = chain.jump(part.due, part.stretch_after, theta)
            counted += (jump.counted.T @ x).T
            x = jump.p.T @ x
    law = (worth.group @ x).reshape(-1, lanes, rows)
    found = worth.movements(law, before)
    cells = np.zeros((3, lanes, rows, len(worth.cells)))
    for cell, moments in found.items():
        cells[..., cell] = moments
    p = (worth.collapse @ x).reshape(-1, lanes, rows).transpose(1, 2, 0)
    return Month(np.ascontiguousarray(p), cells, counted.reshape(lanes, rows, width))


def common_line(lines: Sequence[Line]) -> Line | None:
    """Return the line that all movements of a kind are on; their motion without a reason; None where they differ."""
    if len(set(lines)) == 1:
        return lines[0]
    if len({line.motion for line in lines}) == 1:
        return Line(lines[0].kind, lines[0].motion, "")
    return None


def expansion_and_contraction(counted: Sequence[object]) -> tuple[Line | None, Line | None]:
    """Return the lines of month-grain expansions and contractions, where all of them are on one.

    The amounts of a month's causes are netted within a customer; where all causes that raise MRR lead to one line,
    the whole of an expansion is on it. Who leaves and returns within a month expands or contracts by those causes.
    """
    booked = [what for what in counted if isinstance(what, Booked)]
    kinds = {
        kind: {b.cause for b in booked if LINES[b.line].kind == kind}
        for kind in ("expansion", "reactivation", "contraction", "churn")
    }
    up = kinds["expansion"] | kinds["reactivation"]
    down = kinds["contraction"] | (kinds["churn"] if kinds["reactivation"] else set())
    rises = common_line([LINES[EXPANSION_LINE[cause]] for cause in sorted(up)]) if up else None
    falls = common_line([LINES[CONTRACTION_LINE[cause]] for cause in sorted(down)]) if down else None
    return rises, falls
