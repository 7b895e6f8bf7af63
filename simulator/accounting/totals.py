"""The books of all replications side by side, in the form that metrics are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accounting.account import MRR, RETAINED
from simulator.accounting.books import Books, check_identity
from simulator.accounting.movements import LINE_SIGN, lines_where
from simulator.accounting.policy import DEFAULT, Policy

UNIT = 10_000  # amounts are in ten-thousandths of a currency unit


@dataclass(frozen=True)
class Totals:
    """Integer tables over R replications, M months and G groups; group 0 is everybody, then the segments.

    Movements are those of the policy's grain. Billing gives the same with R = 1.
    """

    moved: np.ndarray  # (R, M, G, L) amounts by line, non-negative
    movers: np.ndarray  # (R, M, G, L) customers; at event grain one with two movements counts twice
    stock: np.ndarray  # (R, M + 1, G, 5) paying, free, trial, paused customers, MRR; 0 = opening
    retained: np.ndarray  # (R, M, G, 6) 12-month retention
    policy: Policy = DEFAULT

    @classmethod
    def of(cls, books: Books, policy: Policy = DEFAULT) -> Totals:
        """Return the totals of one replication whose books were kept under the policy.

        Raises
        ------
        BooksDoNotAddUp
            if it fails the MRR identity.
        """
        check_identity(books)

        def by_group(table: np.ndarray) -> np.ndarray:
            return np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1)[None]

        by_month = policy.grain == "month"
        return cls(
            moved=by_group((books.month_amount if by_month else books.event_amount).sum(axis=2)),
            movers=by_group((books.month_count if by_month else books.event_count).sum(axis=2)),
            stock=by_group(books.stock.sum(axis=2)),
            retained=by_group(books.retained),
            policy=policy,
        )

    @classmethod
    def stack(cls, parts: Sequence[Totals]) -> Totals:
        """Put the totals of replications, of one policy, side by side."""
        moved, movers, stock, retained = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("moved", "movers", "stock", "retained")
        )
        return cls(moved, movers, stock, retained, parts[0].policy)

    @property
    def months(self) -> int:
        """Number of months."""
        return self.moved.shape[1]

    def amount(self, kind: str | None = None, motion: str | None = None) -> np.ndarray:
        """Return (R, M, G) amounts of the lines of that kind and motion, in currency units."""
        return self.moved[..., lines_where(kind, motion)].sum(axis=-1) / UNIT

    def customers(self, kind: str) -> np.ndarray:
        """Return (R, M, G) customers with a movement of that kind in the month."""
        return self.movers[..., lines_where(kind)].sum(axis=-1)

    def opening(self) -> np.ndarray:
        """Return (R, M, G) MRR at the start of each month, in currency units."""
        return self.stock[:, :-1, :, MRR] / UNIT

    def closing(self) -> np.ndarray:
        """Return (R, M, G) MRR at the end of each month, in currency units."""
        return self.stock[:, 1:, :, MRR] / UNIT

    def count(self, column: int, at_opening: bool = False) -> np.ndarray:
        """Return (R, M, G) customers of one column of the stock, at month end or at its start."""
        return self.stock[:, :-1, :, column] if at_opening else self.stock[:, 1:, :, column]

    def retention(self, name: str) -> np.ndarray:
        """Return (R, M, G) of one column of the 12-month retention, as it is in the books."""
        return self.retained[..., RETAINED.index(name)]

    def net(self) -> np.ndarray:
        """Return (R, M, G) net new MRR in currency units."""
        return (self.moved * LINE_SIGN).sum(axis=-1) / UNIT
