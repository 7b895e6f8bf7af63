"""Scenarios of a customer or two whose every step is known beforehand, and what the ledger says of them.

Nothing happens by chance unless a story asks for it: rates are 0, offers come at a date and are accepted by all.
A rate of SURELY makes a random event happen within a fraction of a second of the date from which it holds.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import yaml

import simulator as sim
from simulator.accounting.movements import LINES
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.output import Replication
from simulator.model.compile import Model, compile_model
from tests.engines.ledgers import compiled, in_order

NEVER = "0% per month"
SURELY = "1_000_000 per month"
PLANS = ("free", "lite", "basic", "plus", "top")
WORLD: dict[str, Any] = {
    "language": 1,
    "currency": "JPY",
    "start": "2026-01",
    "months": 30,
    "plans": {
        "free": {"price": 0},
        "lite": {"price": 300, "sold": "rescue", "term_discount": {"annual": "0%"}},
        "basic": {"price": 1_000, "term_discount": {"annual": "10%"}},
        "plus": {"price": 2_000, "term_discount": {"annual": "10%"}},
        "top": {"price": 4_000},
    },
    "ladder": ["free", "basic", "plus", "top"],
    "terms": {"annual": "12 months"},
    "addons": {
        "care": {"price": 100, "with": ["basic", "plus"]},
        "disk": {"price": 200, "with": ["basic", "plus"]},
        "extra": {"price": 50, "counts_as": "upsell"},
    },
    "segments": {"smb": {"opening": {"basic": 1}, "opening_tenure": "0 months", "cancel": dict.fromkeys(PLANS, NEVER)}},
}


class Step(NamedTuple):
    """One row of the ledger; amounts in currency units, plans by name."""

    time: float
    reason: str | None
    before: float
    after: float
    plan: str | None  # led to; None: left


class Story:
    """A scenario and what becomes of its customers."""

    def __init__(self, changes: Mapping[str, Any] | None = None, seed: int = 1, **blocks: Any) -> None:
        self.tree = merged(WORLD, blocks)
        for path, value in (changes or {}).items():
            self.set(path, value)
        self.scenario = sim.load(yaml.safe_dump(self.tree, sort_keys=False))
        self.model: Model = compile_model(self.scenario)
        self.run: Replication = compiled(self.model, seed, threads=1)

    def set(self, path: str, value: Any) -> None:
        *parents, last = path.split(".")
        place = self.tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value

    @property
    def steps(self) -> list[Step]:
        """The steps of everybody, customer by customer."""
        return [self._step(row) for row in in_order(self.run.ledger)]

    @property
    def lives(self) -> list[list[Step]]:
        """The steps of each customer who took one, in the order of their numbers within a stream."""
        lives: dict[tuple[int, int], list[Step]] = {}
        for row in in_order(self.run.ledger):
            lives.setdefault((int(row["stream"]), int(row["index"])), []).append(self._step(row))
        return list(lives.values())

    def line(self, number: int) -> tuple[str, str, str]:
        """Kind, motion and reason of one row."""
        return tuple(LINES[in_order(self.run.ledger)[number]["line"]])

    def made(self, offer: str, stage: str = "made") -> list[int]:
        """Months in which an offer was made (or accepted), a month as often as that happened."""
        times = self.run.tallies.offers[:, :, self.model.names.offers.index(offer), OFFER_STAGES.index(stage)].sum(
            axis=1
        )
        return [month for month, n in enumerate(times) for _ in range(n)]

    def counted(self, counter: str) -> int:
        return int(self.run.tallies.counters[..., COUNTERS.index(counter)].sum())

    def mrr(self) -> list[float]:
        """MRR of everybody at the opening and at each month end."""
        return (self.run.books.stock[..., 4].sum(axis=(1, 2)) / 10_000).tolist()

    def movements(self) -> dict[tuple[int, str, str, str], float]:
        """Month-grain movements: month, kind, motion, reason and the amount."""
        amounts = self.run.books.month_amount.sum(axis=(1, 2))
        return {
            (int(m), *LINES[line]): float(amounts[m, line]) / 10_000
            for m, line in zip(*np.nonzero(amounts), strict=True)
        }

    def _step(self, row: Any) -> Step:
        plan = None if row["plan_to"] < 0 else self.model.names.plans[row["plan_to"]]
        reason = None if row["line"] < 0 else LINES[row["line"]].reason
        return Step(float(row["time"]), reason, int(row["before"]) / 10_000, int(row["after"]) / 10_000, plan)


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


def offer(motion: str, to: Any, when: Any, acceptance: str = "100%", **more: Any) -> dict[str, Any]:
    return {"motion": motion, "to": to, "when": when, "acceptance": acceptance, **more}


def upsell(to: Any, after: str, **more: Any) -> dict[str, Any]:
    """An upsell at a tenure, which everybody accepts."""
    return offer("upsell", to, {"tenure": after}, **more)


def cross_sell(to: Any, after: str, **more: Any) -> dict[str, Any]:
    return offer("cross_sell", to, {"tenure": after}, **more)


def downsell(to: Any, after: str, **more: Any) -> dict[str, Any]:
    return offer("downsell", to, {"tenure": after}, **more)


def at(date: str, **sets: Any) -> dict[str, Any]:
    """A change of values that are no prices; dots are written as two underscores."""
    return {"at": date, "set": {path.replace("__", "."): value for path, value in sets.items()}}


def annual(plan: str = "basic", **more: Any) -> dict[str, Any]:
    """A segment with one customer of that plan on an annual term that began at the start."""
    return {"smb": {"opening": {"basic": 0, plan: 1}, "terms": {"annual": "100%"}, **more}}
