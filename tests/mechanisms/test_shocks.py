"""Shocks: they leave at once without the flow, or move one step down and may recover."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.accounting.movements import LINES
from tests.analytic.chain import counts, generator, jumps, occupancy, total, values, with_total
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, arriving, offer, smb

N, MONTHS = 20_000, 18
SHOCK = {"rate": "0.05 per month", "downgrade": "40%", "cancel": "20%", "recovers": "30% within 12 months"}
BACK = -math.log(0.7) / 12


@pytest.fixture(scope="module")
def world() -> World:
    """Two paid plans, so that plus can only fall to basic, and basic falls no further."""
    plans = {"free": None, "top": None, "lite": None}
    cancel = {"free": None, "top": None, "lite": None}
    return World(
        months=MONTHS,
        seed=91,
        ledger=False,
        plans=plans,
        ladder=["basic", "plus"],
        segments=smb({"plus": N}, shock=SHOCK, cancel=cancel),
    )


def compare(
    world: World, rate: float = 0.05, down: float = 0.4, cancel: float = 0.2, back: float = BACK
) -> Comparisons:
    """States: on plus, on basic (to recover), gone. A shock on basic that would downgrade does nothing."""
    rates = {(0, 1): rate * down, (0, 2): rate * cancel, (1, 2): rate * cancel, (1, 0): back}
    q = generator(3, rates)
    seen = Comparisons()
    for state, plan in enumerate(("plus", "basic")):
        at = total({0: N}, lambda s, which=state: values(occupancy(q, s, MONTHS), np.eye(3)[which]))
        seen.add(plan, world.stock(plan=plan), *at)
    flows = {
        "churn": (flow(world, "churn", "shock"), jumps(3, {(0, 2): rate * cancel, (1, 2): rate * cancel})),
        "contraction": (flow(world, "contraction", "shock"), jumps(3, {(0, 1): rate * down})),
        "recovery": (flow(world, "expansion", "recovery"), jumps(3, {(1, 0): back})),
    }
    for name, (observed, counted) in flows.items():
        seen.add(name, with_total(observed), *total({0: N}, lambda s, c=counted: counts(q, c, s, MONTHS)))
    return seen


def flow(world: World, kind: str, reason: str) -> np.ndarray:
    lines = [i for i, line in enumerate(LINES) if (line.kind, line.reason) == (kind, reason)]
    return world.replications[0].books.event_count[..., lines].sum(axis=(1, 2, 3))


def test_shocks_downgrade_cancel_and_are_recovered_from(world):
    compare(world).check()


@pytest.mark.parametrize("wrong", [{"down": 0.6}, {"cancel": 0.25}, {"back": 0.0}], ids=str)
def test_other_shares_would_be_noticed(world, wrong):
    assert_noticed(compare(world), compare(world, **wrong))


def struck(**more) -> dict:
    """A change that has everybody suffer a shock in February."""
    sets = {"set": {"segments.smb.shock.rate": "1_000_000 per month"}}
    keys = {"rate": "0 per month", **more}
    return {"segments": smb(shock=keys), "changes": [{"at": "2026-02", "until": "2026-03", **sets}]}


def test_a_shock_leaves_at_once_without_the_flow():
    blow = struck(cancel="100%")
    world = World(
        months=4,
        cancellation={"takes_effect": "term_end", "notice": "2 months"},
        **blow,
        offers={"stay": offer("downsell", "cancel_intent", "lite")},
    )
    (step,) = world.steps
    assert (step.cause, step.plan, step.time) == ("shock_leave", None, pytest.approx(1.0, abs=1e-4))
    assert world.lines() == {("churn", "none", "shock"): 1_000}
    assert world.counted("intents") == world.offered("stay") == 0


def test_a_downgrade_by_shock_is_immediate_even_in_a_longer_term():
    blow = struck(downgrade="100%")
    blow["segments"]["smb"].update(opening={"basic": 0, "plus": 1}, terms={"annual": "100%"})
    annual = {"term_discount": {"annual": "10%"}}
    world = World(months=14, terms={"annual": "12 months"}, plans={"basic": annual, "plus": annual}, **blow)
    first = world.steps[0]
    assert (first.cause, first.plan, first.after) == ("shock", "basic", 900)
    assert first.time == pytest.approx(1.0, abs=1e-4)


def test_recovery_is_a_return_to_the_plan_of_before_at_todays_price():
    blow = struck(downgrade="100%", recovers="99.9% within 0.1 months")
    blow["segments"]["smb"].update(opening={"basic": 0, "plus": 1})
    blow["changes"] = [
        {"at": "2026-02", "until": "2026-03", "set": {"segments.smb.shock.rate": "2 per month"}},
        {"at": "2026-02", "set": {"plans.plus.price": 2_500}, "existing": "keep"},
    ]
    world = World(months=6, seed=92, **blow)
    back, *more = [s for s in world.steps if s.cause == "recovery"]
    assert (world.steps[0].cause, world.steps[0].before, world.steps[0].after) == ("shock", 2_000, 1_000)
    assert (back.before, back.after, back.plan) == (1_000, 2_500, "plus")
    assert world.lines()["expansion", "upsell", "recovery"] == 1_500 * (1 + len(more))


def test_a_shock_with_no_effect_changes_nothing():
    world = World(months=12, segments=smb({"basic": 100}, shock={"rate": "0.5 per month"}))
    assert world.counted("shocks") > 300
    assert world.told == []


def test_free_customers_are_hit_too():
    world = World(months=12, segments=smb({"free": 100}, shock={"rate": "0.5 per month", "cancel": "100%"}))
    assert world.counted("shocks") > 90
    assert world.stock("free")[-1] < 10
    assert world.lines() == {}


def test_a_downgrade_to_the_free_plan_is_churn():
    blow = struck(downgrade="100%")
    assert World(months=4, **blow).lines() == {("churn", "none", "to_free"): 1_000}


def test_pending_leavers_suffer_no_shocks():
    world = World(
        months=5,
        segments=smb(
            shock={"rate": "1_000_000 per month", "cancel": "0%"}, cancel={"basic": "1_000_000_000 per month"}
        ),
        cancellation={"takes_effect": "term_end", "notice": "3 months"},
    )
    assert [s.cause for s in world.steps] == ["voluntary"]
    assert world.counter("shocks")[1:].sum() == 0


def test_neither_frailty_nor_tenure_acts_on_shocks():
    base = {"segments": smb({"basic": 300}, shock={"rate": "0.1 per month", "cancel": "100%"}), "months": 12}
    plain = World(**base)
    base["segments"]["smb"].update(frailty=2, satisfaction={"mean": 2})
    factors = {"nps": {"detractor": "x9"}, "tenure": [{"until": "9 months", "factor": "x5"}], "causal": "50%"}
    assert World(**base, retention=factors).told == plain.told


def test_arrivals_suffer_them_from_sign_up_on():
    world = World(months=6, segments=arriving(per_month=50, shock={"rate": "1_000_000 per month", "cancel": "100%"}))
    assert all([s.cause for s in steps] == ["sign_up", "shock_leave"] for steps in world.lives)
