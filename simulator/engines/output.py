"""What an engine hands back for one replication, or a part of one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.accounting.account import MRR
from simulator.accounting.books import Books, empty_books
from simulator.customer.record import Output
from simulator.customer.tally import Tallies, empty_tallies
from simulator.engines.ledger import LEDGER_ROW, empty_ledger
from simulator.model.compile import Model


def empty_output(model: Model, ledger_capacity: int = 0) -> Output:
    """Return empty books, tallies and ledger of the model's size."""
    names = model.names
    months, segments, plans = model.months, len(names.segments), len(names.plans)
    return Output(
        empty_books(months, segments, plans),
        empty_tallies(months, segments, len(names.offers), plans),
        empty_ledger(ledger_capacity),
    )


@dataclass
class Replication:
    """The books, tallies and ledger rows of one replication, and the number of events that made them."""

    number: int
    books: Books
    tallies: Tallies
    events: int
    ledger: np.ndarray  # rows of LEDGER_ROW, none unless asked for
    teams: np.ndarray | None = None  # float64 [month, team, TEAM_FIGURES] where customers share people
    without_rescue: np.ndarray | None = None  # int64 [month, segment] closing MRR of its twin, where it was asked for

    def add(self, other: Replication) -> None:
        """Add another part of the same replication: integers, so in any order. Ledger rows are left to the caller."""
        for mine, others in zip((*self.books, *self.tallies), (*other.books, *other.tallies), strict=True):
            mine += others
        self.events += other.events
        if self.without_rescue is not None and other.without_rescue is not None:
            self.without_rescue += other.without_rescue


def closing_mrr(books: Books) -> np.ndarray:
    """Return the MRR at the end of each month: int64 [month, segment], ten-thousandths of a currency unit."""
    return books.stock[1:, :, :, MRR].sum(axis=2)


def no_rows() -> np.ndarray:
    """Return an empty run of ledger rows."""
    return np.zeros(0, LEDGER_ROW)
