"""What the strategy draws reaches every part of the behaviour: a test that holds for nothing holds for no reason."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from simulator.accounting.movements import Cause
from simulator.customer.tally import COUNTERS
from simulator.model import tables as T
from simulator.model.compile import compile_model
from tests.engines.ledgers import compiled
from tests.property.scenarios import mixed

MANY = 150
HAPPENS = (
    *("SIGN_UP", "PLAN_UPGRADE", "DOWNGRADE", "RESCUE", "RESCUE_RETURN", "OPTION", "ADDON", "BUNDLE", "ADDON_REMOVED"),
    *("PRICE", "TERM", "OWN_PRICE_END", "WIN_BACK", "VOLUNTARY"),
)
MOTIONS = ("UPSELL", "CROSS_SELL", "DOWNSELL", "WIN_BACK")
TRIGGERS = ("RATE", "EVERY", "TENURE", "RENEWAL_WITHIN", "CALENDAR_MONTH", "ON_SIGN_UP", "CANCEL_INTENT", "CHURNED_FOR")
TARGETS = ("NEXT_PLAN", "TO_PLAN", "TO_ADDON", "TO_BUNDLE", "TO_TERM")
MOVES = ("MOVE_NOW", "MOVE_AT_RENEWAL", "MOVE_AFTER")


@cache
def found() -> Counter:
    """How often each thing happened in the lives of many scenarios."""
    seen: Counter = Counter()
    for number in range(MANY):
        model = compile_model(mixed(number).load())
        one = compiled(model, seed=number, threads=1)
        seen.update(Cause(int(cause)).name for cause in one.ledger["cause"])
        for name, n in zip(COUNTERS, one.tallies.counters.sum(axis=(0, 1)), strict=True):
            seen[name] += int(n)
        offers = model.tables.offers[0]
        made = one.tallies.offers[..., 0].sum(axis=(0, 1))
        accepted = one.tallies.offers[..., 1].sum(axis=(0, 1))
        for offer, times, yes in zip(offers, made, accepted, strict=True):
            seen[f"trigger {offer.trigger}"] += int(times)
            seen[f"target {offer.target}"] += int(yes)
            seen[f"motion {offer.motion}"] += int(yes)
        seen.update(f"move {mode}" for mode in model.tables.migrations.mode.ravel())
        seen["retired"] += int((model.tables.migrations.retire_to >= 0).sum())
        seen["listed"] += int((model.blocks.kind == T.LISTED).sum())
    return seen


@pytest.mark.parametrize("cause", HAPPENS)
def test_every_cause_happens(cause):
    assert found()[cause] >= 10


# what these count has scenarios of its own, in tests/mechanisms
ELSEWHERE = (
    *("not_followed", "onboarding_done", "onboarding_failed", "adoption_done", "adoption_failed", "trials_started"),
    *("trials_converted", "shocks", "payments_failed", "payments_lost", "pause_lost", "promoters", "passives"),
    *("detractors", "satisfaction"),
)


@pytest.mark.parametrize("counter", [name for name in COUNTERS if name not in ELSEWHERE])
def test_every_counter_counts(counter):
    assert found()[counter] >= 10


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_offers_of_every_trigger_are_made(trigger):
    assert found()[f"trigger {getattr(T, trigger)}"] >= 10


@pytest.mark.parametrize("target", TARGETS)
def test_offers_to_every_target_are_accepted(target):
    assert found()[f"target {getattr(T, target)}"] >= 10


@pytest.mark.parametrize("motion", MOTIONS)
def test_offers_of_every_motion_are_accepted(motion):
    assert found()[f"motion {getattr(T, motion)}"] >= 10


@pytest.mark.parametrize("move", MOVES)
def test_prices_move_in_every_way(move):
    assert found()[f"move {getattr(T, move)}"] >= 10


def test_plans_are_retired_and_customers_listed():
    assert found()["retired"] >= 5
    assert found()["listed"] >= 10
