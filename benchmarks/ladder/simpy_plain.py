"""The Markov ladder as one writes it in SimPy: a process for each customer, a process that closes the months."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from ladder.law import Books, Law


def customer(env: simpy.Environment, law: Law, books: Books, draw: random.Random, plan: int) -> Generator[Any]:
    """Live until leaving."""
    top = law.plans - 1
    while True:
        up = law.up if plan < top else 0.0
        down = law.down if plan > 0 else 0.0
        total = up + down + law.cancel[plan]
        yield env.timeout(draw.expovariate(total))
        which = draw.random() * total
        month = int(env.now)
        if which < up:
            books.move(month, 0, law.price[plan + 1] - law.price[plan])
            plan += 1
        elif which < up + down:
            books.move(month, 1, law.price[plan - 1] - law.price[plan])
            plan -= 1
        else:
            books.move(month, 2, -law.price[plan])
            return


def months(env: simpy.Environment, books: Books) -> Generator[Any]:
    """Close every month."""
    while True:
        yield env.timeout(1.0)
        books.close_month()


def run(law: Law, seed: int) -> np.ndarray:
    """Return the MRR at each month-end."""
    env, books, draw = simpy.Environment(), Books(law), random.Random(seed)
    for plan, count in enumerate(law.start):
        for _ in range(count):
            env.process(customer(env, law, books, draw, plan))
    env.process(months(env, books))
    env.run(until=law.months + 1e-9)
    return np.array(books.mrr)
