"""One customer as a state of a Markov chain: what it holds and waits for, and what that costs a month.

The amount is the one that customers pay in a run (customer/pricing.py), to the last ten-thousandth.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from simulator.customer.pricing import HALF_UP
from simulator.model import tables as T
from simulator.model.compile import Model

ACTIVE, LEAVING, GONE, ON_PAUSE = 0, 1, 2, 3
# Whether a customer has paid: never; but at no month-end yet; at some month-end; and has been lost since the last one
# (told apart from the third only where pauses are made).
NEVER_PAID, PAID, CLOSED_PAYING, LOST = 0, 1, 2, 3
RESUMED = -1  # `start` of somebody who had paid before a pause that has ended in this month
FOREVER = math.inf  # length of the trial of somebody who has cancelled during it


class Back(NamedTuple):
    """A return to come: to which plan, at which hazard, with which cause of the movement."""

    plan: int
    hazard: float
    cause: int


class Pending(NamedTuple):
    """A change of plan that waits: `term` MONTHLY for the next anniversary, or the term whose renewal it waits for."""

    plan: int
    cause: int
    offer: int  # or NOBODY
    term: int


class Notice(NamedTuple):
    """A cancellation that waits for the end of `term`; of the monthly one for `more` further anniversaries.

    `fresh` is who has given notice too late for the next anniversary to count.
    """

    term: int
    more: int
    fresh: bool


class Wait(NamedTuple):
    """An item's price move to come: at the renewal of `term`, or at the date `at` where it is not NaN."""

    to: int  # epoch
    retire_to: int
    term: int
    at: float


class Pause(NamedTuple):
    """A pause: which offer led to it, and the MRR before it."""

    offer: int
    mrr: int


class Left(NamedTuple):
    """How MRR ended in this month: the plan that was paid, and why.

    `uncounted` is who had no MRR at the last month-end, for a pause, and has not been counted as lost yet.
    """

    plan: int
    cause: int
    uncounted: bool = False


class State(NamedTuple):
    """What a customer is. The last two say what happened in the month in progress and are cleared at its end."""

    here: int
    plan: int
    addons: int
    term: int
    items: tuple[int, ...]  # price epoch of the plan, then of each add-on; 0 where it is not held
    waits: tuple[Wait | None, ...] = ()  # by item; empty: none waits
    price_moves: float = 1.0
    units: int = 1
    own_price: int = 0
    trial: float = 0.0  # length of the trial at sign-up that runs; 0: none
    pending: Pending | None = None
    notice: Notice | None = None
    back: Back | None = None
    rescued: bool = False
    first_plan: int = 0
    pause: Pause | None = None
    late: int = 0  # months by which pauses have moved the renewal of the longer term, modulo the term
    gone: int = 0  # whole months since leaving, where somebody may be asked back
    paid: int = NEVER_PAID
    start: int = 0  # cause of the first payment, or of the return in this month; RESUMED
    left: Left | None = None  # where MRR ended in this month


def plain(table: Any) -> Any:
    """Return record arrays as nested lists of namespaces: Python reads them ten times faster."""
    if isinstance(table, np.ndarray) and table.ndim:
        return [plain(row) for row in table]
    names = getattr(table, "dtype", None) and table.dtype.names
    if names:
        return SimpleNamespace(**{name: plain(table[name]) for name in names})
    return table.item() if hasattr(table, "item") else table


class PriceList:
    """What the items cost one segment, by epoch."""

    def __init__(self, model: Model, segment: int) -> None:
        t = model.tables
        self.segment = segment
        self.plans, self.terms = plain(t.plans), plain(t.plan_terms)
        self.addons, self.bundles = plain(t.addons), plain(t.bundles)
        self.tiers = plain(t.tiers)
        self.segments = [plain(row[segment]) for row in t.segments]
        self.n_addons = len(model.names.addons)
        seats = self.segments[0].seats
        self.seats = max(math.floor(seats.centre + 0.5), 1) if seats.there else 1
        self.plan_epoch = self._same_prices(
            [
                [self._plan_price(plan, of_plan) for plan, of_plan in zip(row, terms, strict=True)]
                for row, terms in zip(self.plans, self.terms, strict=True)
            ]
        )
        self.addon_epoch = self._same_prices([[(a.price, a.per_seat) for a in row] for row in self.addons])

    def _plan_price(self, plan: Any, terms: list[Any]) -> tuple:
        """Return all that decides what a plan costs."""
        tiers = [tuple(vars(tier).values()) for tier in self.tiers[plan.first_tier : plan.first_tier + plan.n_tiers]]
        limit = plan.included_usage if plan.blocks else None
        usage = (plan.mode, plan.unit, plan.package, tiers, plan.minimum, plan.maximum, limit)
        return (plan.price, plan.extra_seat, plan.included_seats, *usage, [x.discount for x in terms])

    def _same_prices(self, rows: list[list[Any]]) -> list[list[int]]:
        """Return for every epoch and item the first epoch in which it cost this segment the same."""
        factor = [segment.price_factor for segment in self.segments]
        return [
            [
                next(d for d in range(e + 1) if rows[d][i] == rows[e][i] and factor[d] == factor[e])
                for i in range(len(row))
            ]
            for e, row in enumerate(rows)
        ]

    def mrr(self, x: State, epoch: int) -> int:
        """Return the state's MRR in ten-thousandths under the bundles of the epoch."""
        if x.here in (GONE, ON_PAUSE) or x.trial:
            return 0
        return self.amount_due(x, epoch)

    def full_amount(self, x: State, epoch: int) -> int:
        """Return what the items cost without a trial."""
        return 0 if x.here == GONE else self.amount_due(x, epoch)

    def amount_due(self, x: State, epoch: int) -> int:
        """Return what the items held cost a month."""
        total = self._plan_amount(x)
        for a in range(self.n_addons):
            if x.addons >> a & 1:
                total += self._addon_amount(x, a)
        if x.addons:
            total -= self._bundle_saving(x, epoch)
        total = self._metered(x, total)
        return max(math.floor(total * HALF_UP + 0.5) + x.own_price, 0)

    def _plan_amount(self, x: State) -> float:
        e = x.items[0]
        plan = self.plans[e][x.plan]
        price = float(plan.price * x.units)
        if plan.extra_seat > 0 and self.seats > plan.included_seats:
            price += plan.extra_seat * (self.seats - plan.included_seats)
        return price * (1.0 - self.terms[e][x.plan][x.term].discount) * self.segments[e].price_factor

    def _addon_amount(self, x: State, a: int) -> float:
        e = x.items[1 + a]
        addon = self.addons[e][a]
        return addon.price * (self.seats if addon.per_seat else 1) * self.segments[e].price_factor

    def _bundle_saving(self, x: State, epoch: int) -> float:
        used, plan_used, saved = 0, False, 0.0
        while True:
            best, most = None, 0.0
            for bundle in self.bundles[epoch]:
                if not bundle.sold or bundle.addons & ~x.addons or bundle.addons & used:
                    continue
                if bundle.plan != T.NOBODY and (bundle.plan != x.plan or plan_used):
                    continue
                price = self._plan_amount(x) if bundle.plan != T.NOBODY else 0.0
                for a in range(self.n_addons):
                    if bundle.addons >> a & 1:
                        price += self._addon_amount(x, a)
                if price * bundle.discount > most:
                    best, most = bundle, price * bundle.discount
            if best is None:
                return saved
            used |= best.addons
            plan_used = plan_used or best.plan != T.NOBODY
            saved += most

    def _metered(self, x: State, fixed: float) -> float:
        e = x.items[0]
        plan, segment = self.plans[e][x.plan], self.segments[e]
        if plan.mode != T.NOT_METERED:
            used = segment.usage.centre if segment.usage.there else 0.0
            if plan.blocks:
                used = min(used, plan.included_usage)
            fixed += self._usage_charge(plan, used) * segment.price_factor
        return min(max(fixed, plan.minimum * segment.price_factor), plan.maximum * segment.price_factor)

    def _usage_charge(self, plan: Any, used: float) -> float:
        """Return the charge for the used amount, as customer/charging.py has it."""
        if plan.mode == T.PER_UNIT:
            return used * plan.unit
        if plan.mode == T.PACKAGE:
            return math.ceil(used / plan.package) * plan.unit
        total = below = 0.0
        for tier in self.tiers[plan.first_tier : plan.first_tier + plan.n_tiers]:
            if plan.mode == T.GRADUATED:
                total += tier.fee + (min(used, tier.up_to) - below) * tier.unit
            else:
                total = tier.fee + used * tier.unit
            if used <= tier.up_to:
                break
            below = tier.up_to
        return total
