"""Small worlds whose every step is known beforehand, and what ledger, books and tallies say of them.

Nothing happens by chance unless a test asks for it: rates are 0, offers come at a date and everybody accepts them. A
rate of SURELY makes a random event happen within a fraction of a second of the date from which it holds.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import yaml

import simulator
from simulator.accounting.movements import LINES, Cause
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model, compile_model

NEVER = "0 per month"
SURELY = "1_000_000 per month"
UNIT = 10_000  # money is kept in ten-thousandths
STOCK = ("paying", "free", "trial", "paused", "mrr")
PLANS: dict[str, Any] = {
    "free": {"price": 0},
    "lite": {"price": 300, "sold": "rescue"},
    "basic": {"price": 1_000},
    "plus": {"price": 2_000},
    "top": {"price": 4_000},
}
BASE: dict[str, Any] = {
    "language": 1,
    "currency": "JPY",
    "start": "2026-01",
    "months": 24,
    "plans": PLANS,
    "ladder": ["free", "basic", "plus", "top"],
    "segments": {"smb": {"opening": {"basic": 1}, "opening_tenure": "0 months", "cancel": dict.fromkeys(PLANS, NEVER)}},
    "cancellation": {"takes_effect": "immediate"},
}


class Step(NamedTuple):
    """One row of the ledger; amounts in currency units."""

    time: float
    cause: str
    before: float
    after: float
    plan: str | None  # led to; None: left


class World:
    """A scenario and what becomes of its customers."""

    def __init__(
        self,
        *,
        seed: int = 1,
        replications: int = 1,
        engine: str = "compiled",
        ledger: bool = True,
        broken: Callable[[Model], None] | None = None,
        **blocks: Any,
    ) -> None:
        self.tree = merged(BASE, blocks)
        self.model: Model = compile_model(simulator.load(text(self.tree)))
        if broken is not None:
            broken(self.model)
        run = run_compiled if engine == "compiled" else run_simpy
        self.replications: list[Replication] = list(run(self.model, seed, range(replications), ledger=ledger))

    @property
    def rows(self) -> np.ndarray:
        """Rows of the first replication by customer and time; those of one moment in the order they happened."""
        return in_order(self.replications[0].ledger)

    @property
    def steps(self) -> list[Step]:
        """The steps of everybody, customer by customer."""
        return [self._step(row) for row in self.rows]

    @property
    def lives(self) -> list[list[Step]]:
        """The steps of each customer who took one."""
        lives: dict[tuple[int, int], list[Step]] = {}
        for row in self.rows:
            lives.setdefault((int(row["stream"]), int(row["index"])), []).append(self._step(row))
        return list(lives.values())

    @property
    def told(self) -> list[tuple[float, str, float]]:
        """Time (to a millionth of a month), cause and new MRR of each step."""
        return [(round(s.time, 6), s.cause, s.after) for s in self.steps]

    @property
    def changes(self) -> list[tuple[float, str, float]]:
        """The steps that moved money."""
        return [(round(s.time, 6), s.cause, s.after) for s in self.steps if s.before != s.after]

    def counter(self, name: str) -> np.ndarray:
        """A counter of the tallies by month, summed over segments and replications."""
        return sum(one.tallies.counters for one in self.replications)[:, :, COUNTERS.index(name)].sum(axis=1)

    def counted(self, name: str) -> int:
        """A counter of the tallies over all months."""
        return int(self.counter(name).sum())

    def offer(self, name: str, stage: str = "made") -> np.ndarray:
        """A stage of an offer's funnel by month, summed over segments and replications."""
        o = self.model.names.offers.index(name)
        return sum(one.tallies.offers for one in self.replications)[:, :, o, OFFER_STAGES.index(stage)].sum(axis=1)

    def offered(self, name: str, stage: str = "made") -> int:
        """A stage of an offer's funnel over all months."""
        return int(self.offer(name, stage).sum())

    def months(self, name: str, stage: str = "made") -> list[int]:
        """Months in which an offer was made, a month as often as that happened."""
        return [month for month, n in enumerate(self.offer(name, stage)) for _ in range(n)]

    def stock(self, column: str = "paying", plan: str | None = None) -> np.ndarray:
        """Customers (or MRR in currency units) at month-ends, 0 = opening, over all replications."""
        tables = sum(one.books.stock for one in self.replications).sum(axis=1)
        tables = tables.sum(axis=1) if plan is None else tables[:, self.model.names.plans.index(plan)]
        values = tables[:, STOCK.index(column)]
        return values / UNIT if column == "mrr" else values

    @property
    def mrr(self) -> list[float]:
        """MRR of everybody at the opening and at each month-end."""
        return self.stock("mrr").tolist()

    def lines(self, grain: str = "event") -> dict[tuple[str, str, str], float]:
        """Amounts in currency units by kind, motion and reason, where there are any."""
        amounts = sum(getattr(one.books, f"{grain}_amount") for one in self.replications).sum(axis=(0, 1, 2))
        return {tuple(LINES[i]): float(amounts[i]) / UNIT for i in np.flatnonzero(amounts)}

    def customers(self, grain: str = "event") -> dict[tuple[str, str, str], int]:
        """Numbers of movements by kind, motion and reason, where there are any."""
        counts = sum(getattr(one.books, f"{grain}_count") for one in self.replications).sum(axis=(0, 1, 2))
        return {tuple(LINES[i]): int(counts[i]) for i in np.flatnonzero(counts)}

    def events(self, cause: str, month: int | None = None) -> np.ndarray:
        """Rows of the first replication with that cause."""
        rows = self.rows
        rows = rows[rows["cause"] == Cause[cause.upper()]]
        return rows if month is None else rows[rows["time"].astype(int) == month]

    def _step(self, row: Any) -> Step:
        plan = None if row["plan_to"] < 0 else self.model.names.plans[row["plan_to"]]
        cause = Cause(int(row["cause"])).name.lower()
        return Step(float(row["time"]), cause, int(row["before"]) / UNIT, int(row["after"]) / UNIT, plan)


def text(tree: Mapping[str, Any]) -> str:
    """The scenario as the text of a file."""
    return yaml.safe_dump(dict(tree), sort_keys=False)


def in_order(rows: np.ndarray) -> np.ndarray:
    """Rows by customer and time."""
    return rows[np.lexsort((rows["time"], rows["index"], rows["stream"]))]


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A deep merge; None takes a key out, as in a scenario that extends another."""
    result: dict[str, Any] = copy.deepcopy(dict(base))
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
            continue
        inner = result.get(key)
        both = isinstance(inner, dict) and isinstance(value, Mapping)
        result[key] = merged(inner, value) if both else copy.deepcopy(value)
    return result


def smb(opening: Mapping[str, int] | None = None, **keys: Any) -> dict[str, Any]:
    """The segment with another opening (in place of one customer on basic) and more keys."""
    return {"smb": (keys if opening is None else {"opening": {"basic": 0, **opening}, **keys})}


def arriving(plan: str = "basic", per_month: float = 5, **keys: Any) -> dict[str, Any]:
    """The segment without an opening base: customers sign up for that plan."""
    return {"smb": {"opening": None, "arrivals": {"per_month": per_month}, "choose": {plan: "100%"}, **keys}}


def offer(motion: str, when: Any, to: Any = None, acceptance: Any = "100%", **more: Any) -> dict[str, Any]:
    """An offer that everybody accepts unless told otherwise."""
    return {"motion": motion, "when": when, "acceptance": acceptance, **({} if to is None else {"to": to}), **more}


def after(months: float) -> dict[str, str]:
    """The trigger of a date."""
    return {"tenure": f"{months} months"}


def same(one: Replication, other: Replication) -> None:
    """Assert that two replications are equal bit for bit: ledger, books, tallies, events."""
    mine, others = in_order(one.ledger), in_order(other.ledger)
    for column in mine.dtype.names:  # not the whole rows: they have bytes between the columns
        same = mine[column].tobytes() == others[column].tobytes()  # a diff of bytes would take minutes
        assert same, column
    for name, table in {**one.books._asdict(), **one.tallies._asdict()}.items():
        assert (table == {**other.books._asdict(), **other.tallies._asdict()}[name]).all(), name
    assert one.events == other.events
