"""The Markov ladder in salabim: a component for each customer, a component that closes the months."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import numpy as np
import salabim

from ladder.law import Books, Law


class Customer(salabim.Component):
    """Lives until it leaves."""

    def setup(self, law: Law, books: Books, draw: random.Random, plan: int) -> None:
        """Keep what the customer needs."""
        self.law, self.books, self.draw, self.plan = law, books, draw, plan

    def process(self) -> Generator[Any]:
        """Live."""
        law, books, draw, plan = self.law, self.books, self.draw, self.plan
        top = law.plans - 1
        while True:
            up = law.up if plan < top else 0.0
            down = law.down if plan > 0 else 0.0
            total = up + down + law.cancel[plan]
            yield self.hold(draw.expovariate(total))
            which = draw.random() * total
            month = min(int(self.env.now()), law.months - 1)
            if which < up:
                books.move(month, 0, law.price[plan + 1] - law.price[plan])
                plan += 1
            elif which < up + down:
                books.move(month, 1, law.price[plan - 1] - law.price[plan])
                plan -= 1
            else:
                books.move(month, 2, -law.price[plan])
                return


class Months(salabim.Component):
    """Closes every month."""

    def setup(self, books: Books) -> None:
        """Keep the books."""
        self.books = books

    def process(self) -> Generator[Any]:
        """Live."""
        while True:
            yield self.hold(1.0)
            self.books.close_month()


def run(law: Law, seed: int) -> np.ndarray:
    """Return the MRR at each month-end."""
    env = salabim.Environment(trace=False, yieldless=False)
    books, draw = Books(law), random.Random(seed)
    for plan, count in enumerate(law.start):
        for _ in range(count):
            Customer(law=law, books=books, draw=draw, plan=plan)
    Months(books=books)
    env.run(till=law.months + 1e-9)
    return np.array(books.mrr)
