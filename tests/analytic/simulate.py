"""Run a scenario given as text with the compiled engine, and read its books by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import simulator
from simulator.accounting.movements import LINES
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.model.compile import Model, compile_model

HEADER = "language: 1\ncurrency: USD\nstart: 2026-01\n"
UNIT = 10_000  # money is kept in ten-thousandths
STOCK = ("paying", "free", "trial", "paused", "mrr")


@dataclass(frozen=True)
class Run:
    """Replications of one scenario. Arrays are (months + 1,) at month-ends and (months,) in months, summed over all."""

    model: Model
    replications: list[Replication]

    def stock(self, column: str = "paying", plan: str | None = None) -> np.ndarray:
        """Return customers (or MRR in currency units) at month-ends, 0 = opening."""
        tables = sum(one.books.stock for one in self.replications).sum(axis=1)
        tables = tables.sum(axis=1) if plan is None else tables[:, self.model.names.plans.index(plan)]
        values = tables[:, STOCK.index(column)]
        return values / UNIT if column == "mrr" else values

    def flow(self, table: str, kind: str, reason: str | None = None) -> np.ndarray:
        """Return a table of movements (`event_count`, `month_amount`, ...) by month, amounts in currency units."""
        lines = [i for i, line in enumerate(LINES) if line.kind == kind and reason in (None, line.reason)]
        assert lines, f"there is no line {kind}, {reason}"
        values = sum(getattr(one.books, table) for one in self.replications)[..., lines].sum(axis=(1, 2, 3))
        return values / UNIT if table.endswith("amount") else values

    def counter(self, name: str) -> np.ndarray:
        """Return a counter of the tallies by month."""
        return sum(one.tallies.counters for one in self.replications)[:, :, COUNTERS.index(name)].sum(axis=1)

    def offer(self, name: str, stage: str) -> np.ndarray:
        """Return a stage of an offer's funnel by month."""
        o = self.model.names.offers.index(name)
        return sum(one.tallies.offers for one in self.replications)[:, :, o, OFFER_STAGES.index(stage)].sum(axis=1)

    def sign_ups(self, plan: str) -> np.ndarray:
        """Return sign-ups for a plan by month."""
        p = self.model.names.plans.index(plan)
        return sum(one.tallies.moves for one in self.replications)[:, :, len(self.model.names.plans), p].sum(axis=1)


def simulate(
    text: str, *, seed: int, replications: int = 1, ledger: bool = False, broken: Callable[[Model], None] | None = None
) -> Run:
    """Simulate the scenario; `broken` may first falsify its compiled tables."""
    model = compile_model(simulator.load(HEADER + text))
    if broken is not None:
        broken(model)
    return Run(model, list(run_compiled(model, seed, range(replications), ledger=ledger)))
