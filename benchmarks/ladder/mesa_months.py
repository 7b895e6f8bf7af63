"""The Markov ladder in Mesa: an agent for each customer, who takes a step a month with the exact probabilities."""

from __future__ import annotations

from bisect import bisect_right

import mesa
import numpy as np

from ladder.law import Books, Law


class Customer(mesa.Agent):
    """A customer on a plan."""

    def __init__(self, model: Company, plan: int) -> None:
        super().__init__(model)
        self.plan = plan

    def step(self) -> None:
        """Live through one month."""
        model, plan = self.model, self.plan
        then = bisect_right(model.up_to[plan], model.random.random())
        if then != plan:
            price = model.price
            line = 2 if then == model.outside else 0 if then > plan else 1
            model.books.move(model.month, line, price[then] - price[plan])
            if then == model.outside:
                self.remove()
            else:
                self.plan = then


class Company(mesa.Model):
    """All customers and the books."""

    def __init__(self, law: Law, seed: int) -> None:
        super().__init__(seed=seed)
        self.books, self.month, self.outside = Books(law), 0, law.plans
        self.price = [*law.price, 0]
        self.up_to = [row[:-1].tolist() for row in np.cumsum(law.steps, axis=1)]
        for plan, count in enumerate(law.start):
            Customer.create_agents(self, count, plan)

    def step(self) -> None:
        """Let everybody live through a month."""
        self.agents.do("step")
        self.books.close_month()
        self.month += 1


def run(law: Law, seed: int) -> np.ndarray:
    """Return the MRR at each month-end."""
    company = Company(law, seed)
    for _ in range(law.months):
        company.step()
    return np.array(company.books.mrr)
