"""People in the SimPy engine: teams whose time offers need, and the customers whom they look after."""

from __future__ import annotations

from typing import Any

import numpy as np
import simpy

from simulator.engines.team_figures import TEAM_FIGURES
from simulator.model.compile import Model


class Desk:
    """One team: people who serve first come, first served, and what can be said of their work.

    It writes to its team's column of `figures` [month, team, TEAM_FIGURES].
    """

    def __init__(self, calendar: simpy.Environment, model: Model, team: int, figures: np.ndarray) -> None:
        self.teams = model.tables.teams[:, team]
        self.people = simpy.Resource(calendar)
        self.people._capacity = int(self.teams[0].people)  # SimPy itself wants at least one
        self.figures = figures[:, team]

    def staff(self, epoch: int) -> None:
        """Have the people of another epoch; who works goes on to the end of the work."""
        self.people._capacity = int(self.teams[epoch].people)
        self.call_in()

    def call_in(self) -> None:
        """Let people who are free begin with those who have waited longest, each with one: SimPy grants one a time."""
        while self.people.queue and self.people.count < self.people.capacity:
            self.people._trigger_put(None)

    def count(self, figure: str, date: float, amount: float = 1.0) -> None:
        """Add to a figure of the month of the date; what lies beyond the horizon is not counted."""
        if date < len(self.figures):
            self.figures[int(date), TEAM_FIGURES.index(figure)] += amount

    def work(self, start: float, end: float) -> None:
        """Count person-time from start to end, month by month."""
        while start < end and start < len(self.figures):
            stop = min(end, float(int(start) + 1))
            self.count("busy", start, stop - start)
            start = stop


class Coverage:
    """Places with a team: whoever has adopted first holds one until it leaves, then the longest waiting takes it."""

    def __init__(self, places: int) -> None:
        self.free = places
        self.holders: set[Any] = set()
        self.waiting: dict[Any, None] = {}  # in order of coming; whoever leaves is found at once
        self.known: set[Any] = set()

    def join(self, customer: Any) -> bool:
        """Ask for a place; tell whether there was one."""
        self.known.add(customer)
        if self.free > 0:
            self.free -= 1
            self.holders.add(customer)
            return True
        self.waiting[customer] = None
        return False

    def leave(self, customer: Any) -> Any | None:
        """Give up the place, or the waiting for it; return who takes the place."""
        self.known.discard(customer)
        if customer not in self.holders:
            self.waiting.pop(customer, None)
            return None
        self.holders.remove(customer)
        self.free += 1
        return self._next()

    def grow(self, places: int) -> list[Any]:
        """Have more places (or fewer: they end as their holders leave); return who takes them."""
        self.free += places
        taken = []
        while (customer := self._next()) is not None:
            taken.append(customer)
        return taken

    def _next(self) -> Any | None:
        if self.free <= 0 or not self.waiting:
            return None
        self.free -= 1
        customer = next(iter(self.waiting))
        del self.waiting[customer]
        self.holders.add(customer)
        return customer
