"""The Markov ladder as numbers that every engine is given, and what must come out on average."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.linalg import expm

import simulator as sim
from simulator.model.compile import Model, compile_model

SCENARIO = Path(__file__).with_name("ladder.yaml")


def ladder_model(customers: int) -> Model:
    """Return the scenario with that many customers, in the file's proportions."""
    opening = ", ".join(f"{plan}: {round(customers * share)}" for plan, share in (("one", 0.5), ("two", 0.3)))
    three = customers - round(customers * 0.5) - round(customers * 0.3)
    return compile_model(
        sim.load(f"extends: {SCENARIO}\nsegments: {{everybody: {{opening: {{{opening}, three: {three}}}}}}}\n")
    )


@dataclass(frozen=True)
class Law:
    """States 0 .. P - 1 are the plans, P is outside; hazards are a month's, prices are currency units."""

    months: int
    start: tuple[int, ...]  # customers by plan
    price: tuple[int, ...]
    up: float
    down: float
    cancel: tuple[float, ...]

    @classmethod
    def of(cls, model: Model) -> Law:
        """Return the law of the scenario, as the model has it."""
        m = model.tables
        start = np.zeros(len(model.names.plans), np.int64)
        start[model.blocks.plan] = model.blocks["count"]
        return cls(
            months=model.months,
            start=tuple(start.tolist()),
            price=tuple((m.plans.price[0] // 10_000).tolist()),
            up=float(m.offers[0, 0].when),
            down=float(m.segments[0, 0].downgrade),
            cancel=tuple(m.segment_plans.cancel[0, 0].tolist()),
        )

    @property
    def customers(self) -> int:
        """Number of customers."""
        return sum(self.start)

    @property
    def plans(self) -> int:
        """Number of plans: also the number of the state outside."""
        return len(self.price)

    @cached_property
    def steps(self) -> np.ndarray:
        """Probabilities of going from state to state within a month, (P + 1, P + 1): exact, whatever happens inside."""
        rates = np.zeros((self.plans + 1, self.plans + 1))
        for plan in range(self.plans):
            if plan + 1 < self.plans:
                rates[plan, plan + 1] = self.up
            if plan > 0:
                rates[plan, plan - 1] = self.down
            rates[plan, self.plans] = self.cancel[plan]
        return expm(rates - np.diag(rates.sum(axis=1)))

    def z_scores(self, mrr: np.ndarray) -> np.ndarray:
        """Return how many standard deviations the MRR of each month-end, (months,), lies from its exact mean."""
        price = np.array([*self.price, 0], float)
        reached = np.eye(self.plans + 1)[: self.plans]
        scores = []
        for m in range(self.months):
            reached = reached @ self.steps
            mean, square = reached @ price, reached @ price**2
            expected, variance = (np.array(self.start) @ x for x in (mean, square - mean**2))
            scores.append((mrr[m] - expected) / np.sqrt(variance))
        return np.array(scores)


class Books:
    """The monthly books of an engine that keeps them in Python: MRR moved by line, paying customers and MRR."""

    def __init__(self, law: Law) -> None:
        self.moved = [[0] * law.months for _ in range(3)]  # up, down, churn
        self.movers = [[0] * law.months for _ in range(3)]
        self.paying: list[int] = []
        self.mrr: list[int] = []
        self.paying_now = law.customers
        self.mrr_now = sum(n * price for n, price in zip(law.start, law.price, strict=True))

    def move(self, month: int, line: int, change: int) -> None:
        """Book one movement."""
        self.moved[line][month] += abs(change)
        self.movers[line][month] += 1
        self.mrr_now += change
        self.paying_now -= line == 2

    def close_month(self) -> None:
        """Count the stock at the end of a month."""
        self.paying.append(self.paying_now)
        self.mrr.append(self.mrr_now)
