"""Random policies, and what a run's ledger says under one."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.movements import Cause
from simulator.accounting.policy import KNOBS, Policy
from simulator.accounting.replay import CHANGE, OPENING

QUANTITIES: dict[str, tuple[Any, ...]] = {
    "reactivation_gap": (
        "any",
        {"shortest": "1 month"},
        {"longest": "2 months"},
        {"shortest": "1 month", "longest": "3 months"},
    ),
    "unpaid_counts": ("until ended", "0 days", "3 days", "10 days"),
}
VALUES = {knob: QUANTITIES.get(knob, values) for knob, (values, _, _) in KNOBS.items()}


def policies() -> st.SearchStrategy[Policy]:
    """Any values of any knobs."""
    return st.fixed_dictionaries({knob: st.sampled_from(values) for knob, values in VALUES.items()}).map(Policy.of)


def drawn_policy(number: int, *, acting_on: tuple[str, ...] = ("kind", "amount", "metric")) -> dict[str, Any]:
    """Values as a scenario writes them, of the knobs that act on these."""
    random = Random(number)
    drawn = {knob: random.choice(values) for knob, values in VALUES.items()}
    return {knob: value for knob, value in drawn.items() if KNOBS[knob].acts_on in acting_on}


def history_of(ledger: np.ndarray, free: int) -> np.ndarray:
    """The changes that a ledger of the default policy tells; `free` is the position of the free plan.

    Customers without a row have not moved and are not in it.
    """
    rows = ledger[np.lexsort((ledger["time"], ledger["index"], ledger["stream"]))]
    changes: list[tuple] = []
    customer, standing, paid, last = -1, ABSENT, False, None
    for row in rows:
        if last != (row["stream"], row["index"]):
            last, customer, standing, paid = (row["stream"], row["index"]), customer + 1, ABSENT, False
            if row["plan_from"] >= 0:
                standing, paid = PRESENT, row["before"] > 0
                opening = (customer, OPENING, row["segment"], row["plan_from"], PRESENT, 0, row["before"])
                changes.append(opening)
        paid = paid or row["after"] > 0
        if row["plan_to"] < 0:
            standing = ABSENT
        elif row["cause"] == Cause.PAUSE or (standing == PAUSED and row["after"] == 0):
            standing = PAUSED
        elif row["after"] == 0 and row["plan_to"] != free and not paid:
            standing = TRIAL
        else:
            standing = PRESENT
        plan = row["plan_from"] if row["plan_to"] < 0 else row["plan_to"]
        change = (customer, int(row["time"]), row["segment"], plan, standing, row["cause"], row["after"])
        changes.append(change)
    return np.array(changes, CHANGE)
