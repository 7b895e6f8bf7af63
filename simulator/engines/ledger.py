"""The ledger: single events, kept on request."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

LEDGER_ROW = np.dtype(
    [
        ("stream", "u8"),
        ("index", "u8"),
        ("time", "f8"),
        ("before", "i8"),
        ("after", "i8"),
        ("segment", "i4"),
        ("line", "i4"),  # of the event-grain movement; -1: a change of plan that moved no MRR
        ("cause", "i4"),
        ("plan_from", "i4"),  # -1: outside
        ("plan_to", "i4"),
    ],
    align=True,
)


class Ledger(NamedTuple):
    """Rows and how many there are; `size` counts on when the rows are full, so that the caller can make room."""

    rows: Any
    size: Any  # int64 (1,)


def empty_ledger(capacity: int) -> Ledger:
    """Return a ledger with room for `capacity` rows; 0 keeps none."""
    return Ledger(np.zeros(capacity, LEDGER_ROW).view(np.recarray), np.zeros(1, np.int64))
