"""Small histories for tests of the accounting: rows of changes in currency units."""

import numpy as np

from simulator.accounting.account import ABSENT, PAUSED, PRESENT
from simulator.accounting.books import Books
from simulator.accounting.movements import LINES, Cause
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.replay import CHANGE, OPENING, replay


class Tale:
    """The history of one company: customers open, change, pause, leave."""

    def __init__(self, months: int = 12, segments: int = 1, plans: int = 3) -> None:
        self.months, self.segments, self.plans = months, segments, plans
        self.rows: list[tuple] = []

    def opens(self, customer: int, mrr: float, plan: int = 0, segment: int = 0) -> "Tale":
        return self._row(customer, OPENING, mrr, Cause.UNSPECIFIED, plan, PRESENT, segment)

    def pays(self, customer: int, month: int, mrr: float, cause: Cause, plan: int = 0, segment: int = 0) -> "Tale":
        return self._row(customer, month, mrr, cause, plan, PRESENT, segment)

    def leaves(self, customer: int, month: int, cause: Cause = Cause.VOLUNTARY, plan: int = 0) -> "Tale":
        return self._row(customer, month, 0, cause, plan, ABSENT, 0)

    def pauses(self, customer: int, month: int, plan: int = 0) -> "Tale":
        return self._row(customer, month, 0, Cause.PAUSE, plan, PAUSED, 0)

    def _row(self, customer, month, mrr, cause, plan, standing, segment) -> "Tale":
        self.rows.append((customer, month, segment, plan, standing, cause, round(mrr * 10_000)))
        return self

    def frees(self, customer: int, month: int, cause: Cause = Cause.DOWNGRADE, plan: int = 1) -> "Tale":
        return self._row(customer, month, 0, cause, plan, PRESENT, 0)

    def books(self, policy: Policy = DEFAULT) -> Books:
        rows = np.array(self.rows, CHANGE)
        ordered = rows[np.argsort(rows["customer"], kind="stable")]
        return replay(ordered, self.months, self.segments, self.plans, policy)

    def movements(self, grain: str = "month", policy: Policy = DEFAULT) -> dict[tuple, float]:
        """Non-zero movements: (month, kind, motion, reason) -> amount in currency units."""
        amounts = getattr(self.books(policy), f"{grain}_amount").sum(axis=(1, 2))
        return {(m, *LINES[line]): amounts[m, line] / 10_000 for m, line in zip(*np.nonzero(amounts), strict=True)}

    def counts(self, grain: str = "month", policy: Policy = DEFAULT) -> dict[tuple, int]:
        counts = getattr(self.books(policy), f"{grain}_count").sum(axis=(1, 2))
        return {(m, *LINES[line]): int(counts[m, line]) for m, line in zip(*np.nonzero(counts), strict=True)}
