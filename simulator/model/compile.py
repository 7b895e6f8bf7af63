"""Compile a scenario: names become positions, every epoch becomes one table of numbers, no parameter a special case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from simulator.accounting.books import rows_to_undo
from simulator.accounting.policy_row import policy_row
from simulator.draws.address import purpose
from simulator.model import tables as T
from simulator.model.behaviour import behaviour, signal_rows, usage_seasons
from simulator.model.charges import NOTHING_CHARGED, plan_charges
from simulator.model.clocks import with_clocks
from simulator.model.demand import choice_weights
from simulator.model.layout import clock_layout
from simulator.model.names import Names, bit_mask
from simulator.model.offers import offer_row
from simulator.model.population import arrival_blocks, opening_blocks
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Model:
    """A compiled scenario: all that engines, accounting and expectation need of it.

    `blocks` lists who enters (rows of tables.BLOCK), `markets` [epoch, segment] the most sign-ups a segment can have
    (-1: no bound), `warnings` what was assumed because the scenario does not say.
    """

    names: Names
    tables: T.Tables
    blocks: np.ndarray
    markets: np.ndarray
    warnings: tuple[str, ...]

    @property
    def months(self) -> int:
        """Number of months simulated."""
        return int(self.tables.scalars[0].months)

    @property
    def shares_people(self) -> bool:
        """Whether customers meet: an offer needs somebody's time, or a team looks after a number of them."""
        covers = (self.tables.teams.places.sum() > 0) and (self.tables.epochs.covered != 1.0).any()
        return bool((self.tables.offers.team != T.NOBODY).any() or covers)

    def without_rescue(self) -> Model | None:
        """Return the same model with no offer made in the cancellation flow; None where none is made anyway."""
        offers = self.tables.offers.copy()
        in_flow = (offers.trigger == T.CANCEL_INTENT) & (offers.made != 0)
        if not in_flow.any():
            return None
        offers.made[in_flow] = 0
        return replace(self, tables=self.tables._replace(offers=offers))


def compile_model(scenario: Scenario) -> Model:
    """Compile a loaded scenario to a Model.

    Raises
    ------
    ValueError
        if the scenario has ranges, which stand for many models; or two names have the same word.
    """
    if scenario.ranges:
        raise ValueError(
            f"{scenario.name} has ranges ({', '.join(scenario.uncertain[:3])}{', …' * (len(scenario.uncertain) > 3)}): "
            f"draw it first (simulator.scenario.ranges: drawn, likely, at)"
        )
    names = Names(
        segments=tuple(scenario.segment_names),
        plans=tuple(scenario.plan_names),
        addons=tuple(scenario.addon_names),
        bundles=tuple(scenario.bundle_names),
        offers=tuple(scenario.offer_names),
        terms=tuple(scenario.term_names),
        signals=signal_names(scenario),
        teams=tuple(dict.fromkeys(name for epoch in scenario.epochs for name in epoch.keys.teams)),
    )
    _refuse_equal_purposes(names)
    epochs = scenario.epochs
    first_prices, first_epoch_plans = _first_prices(epochs)
    warnings: list[str] = []
    tiers: list[tuple] = []
    opening, listed = opening_blocks(scenario, names, warnings)
    epoch_of_month = _epoch_of_month(scenario)
    warnings += unanswered_prices(scenario)
    arriving = arrival_blocks(scenario, epoch_of_month, first_prices)
    tables = T.Tables(
        scalars=_scalars(scenario, names),
        clocks=np.zeros(0, np.int64),
        epochs=_records([_epoch_row(epoch, scenario) for epoch in epochs], T.EPOCH),
        plans=_records([_plan_rows(epoch.keys, names, tiers) for epoch in epochs], T.PLAN),
        plan_terms=_records([_plan_term_rows(epoch.keys, names) for epoch in epochs], T.PLAN_TERM),
        segments=_records([_segment_rows(epoch.keys, names) for epoch in epochs], T.SEGMENT),
        segment_plans=_records(
            [_segment_plan_rows(epoch.keys, names, first_prices, first_epoch_plans) for epoch in epochs],
            T.SEGMENT_PLAN,
        ),
        segment_terms=_records([_segment_term_rows(epoch.keys, names) for epoch in epochs], T.SEGMENT_TERM),
        addons=_records([_addon_rows(epoch.keys, names) for epoch in epochs], T.ADDON),
        bundles=_records([_bundle_rows(epoch.keys, names) for epoch in epochs], T.BUNDLE),
        offers=_records([[offer_row(epoch.keys, names, o) for o in names.offers] for epoch in epochs], T.OFFER),
        tenure=_tenure_table(epochs),
        attached=_attached_table(epochs, names),
        migrations=_migration_table(scenario, names),
        term_months=np.array([_term_months(epochs[0].keys, term) for term in names.terms], np.float64),
        term_choice=np.array([purpose(f"term/{term}/choice") for term in names.terms], np.uint64),
        first_price=np.array([first_prices[plan] for plan in names.plans], np.int64),
        listed=listed.view(np.recarray),
        tiers=np.array(tiers or [(np.inf, 0.0, 0.0)], T.TIER).view(np.recarray),
        usage_season=np.array([usage_seasons(epoch.keys, names) for epoch in epochs]),
        teams=_records([_team_rows(epoch.keys, names) for epoch in epochs], T.TEAM),
        signals=_records([signal_rows(epoch.keys, names) for epoch in epochs], T.SIGNAL),
        policy=policy_row(scenario.policy),
    )
    markets = [[_market(epoch.keys.segments[s]) for s in names.segments] for epoch in epochs]
    return Model(
        names=names,
        tables=with_clocks(tables),
        blocks=np.array(opening + arriving, T.BLOCK).view(np.recarray),
        markets=np.array(markets, np.int64),
        warnings=tuple(warnings),
    )


def _records(rows: list, dtype: np.dtype) -> np.ndarray:
    """Return a record array; an axis without entries gets room for none but keeps its dimensions."""
    if isinstance(rows[0], list) and not rows[0]:
        return np.zeros((len(rows), 0), dtype).view(np.recarray)
    return np.array(rows, dtype).view(np.recarray)


def unanswered_prices(scenario: Scenario) -> list[str]:
    """Return a warning for every segment whose prices change while nothing is said about how it responds."""
    prices = [
        {name: item.price for items in (epoch.keys.plans, epoch.keys.addons) for name, item in items.items()}
        for epoch in scenario.epochs
    ]
    changes = any(now[name] != before[name] for before, now in pairwise(prices) for name in now.keys() & before.keys())
    silent = [
        name
        for name in scenario.segment_names
        if not any(vars(scenario.epochs[0].keys.segments[name].price_response).values())
    ]
    return [
        f"segments.{name}.price_response is not given: prices change, and nobody in {name} leaves, stays away or "
        f"chooses otherwise because of it"
        for name in silent
        if changes
    ]


def signal_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the signals of all segments and epochs."""
    segments = (segment for epoch in scenario.epochs for segment in epoch.keys.segments.values())
    return tuple(dict.fromkeys(name for segment in segments for name in segment.signals))


def _refuse_equal_purposes(names: Names) -> None:
    """Hold the words of all named purposes and streams apart: two equal ones would share their draws."""
    seen: dict[int, str] = {}
    for name in [f"offer/{o}" for o in names.offers] + [
        *(f"addon/{a}" for a in names.addons),
        *(f"signal/{x}" for x in names.signals),
        *(f"plan/{p}" for p in names.plans),
        *(f"term/{x}" for x in names.terms),
    ]:
        for use in ("clock", "accepts", "consequence", "cancel", "work", "choice"):
            value = int(purpose(f"{name}/{use}"))
            if seen.setdefault(value, name) != name:
                raise ValueError(f"{name} and {seen[value]} have the same 32-bit word: rename one of them")


def _first_prices(epochs: Any) -> tuple[dict[str, int], set[str]]:
    """Return each plan's list price in the first epoch it appears in, and the plans of the first epoch."""
    first: dict[str, int] = {}
    for epoch in epochs:
        for name, plan in epoch.keys.plans.items():
            first.setdefault(name, plan.price)
    return first, set(epochs[0].keys.plans)


def _epoch_of_month(scenario: Scenario) -> list[int]:
    starts = [epoch.month_index for epoch in scenario.epochs]
    return [max(i for i, start in enumerate(starts) if start <= month) for month in range(scenario.months)]


def _scalars(scenario: Scenario, names: Names) -> np.ndarray:
    row = np.zeros(1, T.SCALARS).view(np.recarray)
    values = row[0]
    values.months = scenario.months
    values.start_month = scenario.start[1] - 1
    values.n_epochs = len(scenario.epochs)
    values.n_plans = len(names.plans)
    values.n_addons = len(names.addons)
    values.n_bundles = len(names.bundles)
    values.n_offers = len(names.offers)
    values.n_terms = len(names.terms)
    values.n_signals = len(names.signals)
    values.has_ticks = any(_looks_at_ticks(epoch.keys) for epoch in scenario.epochs)
    values.n_tenure = max(len(epoch.keys.retention.tenure) for epoch in scenario.epochs)
    layout = clock_layout(len(names.addons), len(names.signals), len(names.offers))
    values.n_clocks = layout.n_clocks
    values.first_random = layout.first_random
    values.first_signal = layout.first_signal
    values.first_random_offer = layout.first_random_offer
    values.return_clock = layout.return_clock
    values.has_win_back = any(
        offer.motion == "win_back" for epoch in scenario.epochs for offer in epoch.keys.offers.values()
    )
    values.n_undo = rows_to_undo(policy_row(scenario.policy), len(names.plans))
    return row


THRESHOLDS = ("usage_above", "usage_below", "seats_above", "signal", "satisfaction_above", "satisfaction_below")


def _looks_at_ticks(keys: Any) -> bool:
    """Tell whether anything of this epoch happens at month ticks."""
    moving = any(segment.usage or segment.satisfaction for segment in keys.segments.values())
    waiting = any(offer.when.kind in THRESHOLDS for offer in keys.offers.values())
    return moving or waiting or keys.retention.bill_shock is not None


_EFFECT = {"now": T.NOW, "anniversary": T.ANNIVERSARY, "renewal": T.AT_RENEWAL_DATE}


def _epoch_row(epoch: Any, scenario: Scenario) -> tuple:
    keys = epoch.keys
    flow, changes = keys.cancellation, keys.plan_changes
    return (
        float(epoch.month_index),
        (scenario.start[1] - 1 + epoch.month_index) % 12,
        flow.bluff,
        flow.lured,
        flow.notice,
        flow.takes_effect == "immediate",
        _EFFECT[changes.upgrade],
        _EFFECT[changes.downgrade],
        _EFFECT[changes.from_annual],
        *_nps(keys.retention.nps),
        *_bill_shock(keys.retention.bill_shock),
        keys.retention.causal,
        keys.retention.covered,
    )


def _nps(factors: Any) -> tuple[float, float, float]:
    return (1.0, 1.0, 1.0) if factors is None else (factors.promoter, factors.passive, factors.detractor)


def _bill_shock(shock: Any) -> tuple[float, float, float]:
    return (np.inf, 1.0, 0.0) if shock is None else (shock.above, shock.factor, shock.for_)


_SOLD = {"everyone": T.SOLD_TO_EVERYONE, "rescue": T.SOLD_AS_RESCUE, "nobody": T.NOT_SOLD}


def _plan_rows(keys: Any, names: Names, tiers: list[tuple]) -> list[tuple]:
    ladder = [plan for plan in keys.ladder if plan in keys.plans]
    rows = []
    for name in names.plans:
        plan, choice = keys.plans.get(name), int(purpose(f"plan/{name}/choice"))
        if plan is None:
            rows.append((choice, 0, T.NOBODY, T.NOBODY, T.NOBODY, T.NOT_SOLD, *NOTHING_CHARGED))
            continue
        up = down = rung = T.NOBODY
        if name in ladder:
            rung = ladder.index(name)
            up = names.plans.index(ladder[rung + 1]) if rung + 1 < len(ladder) else T.NOBODY
            down = names.plans.index(ladder[rung - 1]) if rung > 0 else T.NOBODY
        rows.append((choice, plan.price, up, down, rung, _SOLD[plan.sold], *plan_charges(plan, names, tiers)))
    return rows


def _plan_term_rows(keys: Any, names: Names) -> list[list[tuple]]:
    """Return discount and offer of each plan for each term; the monthly one is always there, without discount."""

    def row(plan: Any, term: str) -> tuple:
        if term == names.terms[T.MONTHLY]:
            return (0.0, True)
        if plan is None or term not in plan.term_discount:
            return (0.0, False)
        return (plan.term_discount[term], True)

    return [[row(keys.plans.get(plan), term) for term in names.terms] for plan in names.plans]


def _segment_rows(keys: Any, names: Names) -> list[tuple]:
    rows = []
    for name in names.segments:
        segment = keys.segments[name]
        shape = 1.0 / segment.frailty**2 if segment.frailty > 0 else 0.0
        response = segment.price_response
        prices = (segment.price_factor, shape, segment.downgrade, response.upgrade, response.cancel)
        rows.append((*prices, *behaviour(keys, name)))
    return rows


def _segment_plan_rows(
    keys: Any, names: Names, first_prices: dict[str, int], first_epoch_plans: set[str]
) -> list[list[tuple]]:
    table = []
    for segment_name in names.segments:
        segment = keys.segments[segment_name]
        weights = choice_weights(keys, segment, first_prices, first_epoch_plans)
        total = sum(weights.values())
        table.append(
            [(segment.cancel.get(plan, 0.0), weights.get(plan, 0.0) / total if total else 0.0) for plan in names.plans]
        )
    return table


def _segment_term_rows(keys: Any, names: Names) -> list[list[tuple]]:
    def row(segment: Any, term: str) -> tuple:
        decided = segment.not_renewed.get(term)
        monthly = term == names.terms[T.MONTHLY]
        share = 1.0 - sum(segment.terms.values()) if monthly else segment.terms.get(term, 0.0)
        if decided is None:
            return (share, False, 0.0, 0.0, 0.0)
        if isinstance(decided, float):
            return (share, True, decided, 0.0, 0.0)
        return (share, True, 0.0, decided.alpha, decided.beta)

    return [[row(keys.segments[name], term) for term in names.terms] for name in names.segments]


def _addon_rows(keys: Any, names: Names) -> list[tuple]:
    rows = []
    for name in names.addons:
        addon = keys.addons.get(name)
        word = int(purpose(f"addon/{name}/cancel"))
        if addon is None:
            rows.append((0, 0.0, 0, False, False, False, word))
        else:
            option = addon.counts_as == "upsell"
            goes_with = bit_mask(names.plans, addon.with_ or None)
            sold = addon.sold == "everyone"
            rows.append((addon.price, addon.cancel, goes_with, addon.per_seat, option, sold, word))
    return rows


def _bundle_rows(keys: Any, names: Names) -> list[tuple]:
    rows = []
    for name in names.bundles:
        bundle = keys.bundles.get(name)
        if bundle is None:
            rows.append((0, T.NOBODY, 0.0, False))
            continue
        plans = [item for item in bundle.of if item in names.plans]
        plan = names.plans.index(plans[0]) if plans else T.NOBODY
        rows.append((bit_mask(names.addons, bundle.of), plan, bundle.discount, True))
    return rows


def _team_rows(keys: Any, names: Names) -> list[tuple]:
    rows = []
    for name in names.teams:
        team = keys.teams.get(name)
        if team is None:
            rows.append((0, 0, 1.0, 0))
        else:
            rows.append((team.people, team.people * (team.accounts or 0), team.handoff, team.monthly_cost))
    return rows


def _tenure_table(epochs: Any) -> np.ndarray:
    """Return the tenure factors; epochs with fewer steps than others repeat an end without effect."""
    steps = max(len(epoch.keys.retention.tenure) for epoch in epochs)
    table = np.zeros((len(epochs), steps), T.TENURE_FACTOR).view(np.recarray)
    table.factor = 1.0
    for e, epoch in enumerate(epochs):
        for i, step in enumerate(sorted(epoch.keys.retention.tenure, key=lambda step: step.until)):
            table[e, i] = (step.until, step.factor)
    return table


def _attached_table(epochs: Any, names: Names) -> np.ndarray:
    """Return the factor for 0, 1, 2, ... add-ons held; numbers that are not stated take the next lower one's."""
    table = np.ones((len(epochs), len(names.addons) + 1))
    for e, epoch in enumerate(epochs):
        for held in range(1, len(names.addons) + 1):
            table[e, held] = epoch.keys.retention.attached.get(held, table[e, held - 1])
    return table


_MODE = {"keep": T.KEEP, "now": T.MOVE_NOW, "at_renewal": T.MOVE_AT_RENEWAL, "after": T.MOVE_AFTER}


def _migration_table(scenario: Scenario, names: Names) -> np.ndarray:
    items = len(names.plans) + len(names.addons)
    table: Any = np.zeros((len(scenario.epochs), len(names.segments), items), T.MIGRATION).view(np.recarray)
    table.retire_to = T.NOBODY
    for migration in scenario.migrations:
        if migration.item_kind == "plan":
            item = names.plans.index(migration.item)
        else:
            item = len(names.plans) + names.addons.index(migration.item)
        segments = slice(None) if migration.segment is None else names.segments.index(migration.segment)
        rows = table[migration.epoch, segments, item]
        retire_to = T.NOBODY if migration.retire_to is None else names.plans.index(migration.retire_to)
        rows.mode, rows.after, rows.retire_to = _MODE[migration.mode], migration.after, retire_to
    return table


def _term_months(keys: Any, term: str) -> float:
    return 1.0 if term == "monthly" else float(keys.terms[term])


def _market(segment: Any) -> int:
    return -1 if segment.arrivals is None or segment.arrivals.market is None else segment.arrivals.market
