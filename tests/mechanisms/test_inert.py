"""What does nothing changes nobody: no draw is addressed by a position, and no key switches anything on for others."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

import simulator
from simulator.accounting.movements import Cause
from simulator.engines.compiled import run_compiled
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import compile_model
from tests.mechanisms.world import in_order, text

Tree = dict[str, Any]
USUAL: Tree = {
    "language": 1,
    "currency": "JPY",
    "start": "2026-04",
    "months": 18,
    "plans": {
        "free": {"price": 0, "included": {"usage": 100}},
        "lite": {"price": 300, "sold": "rescue"},
        "basic": {
            "price": 1_000,
            "included": {"usage": 300, "seats": 2},
            "extra_seat": 100,
            "trial": {"length": "14 days", "converts": "60%", "else": "free"},
        },
        "plus": {"price": 2_500, "included": {"usage": 900, "seats": 5}, "extra_seat": 80},
        "metered": {"price": 200, "usage_price": {"mode": "per_unit", "unit": 2}, "minimum": 500},
    },
    "addons": {"care": {"price": 200, "cancel": "4% per month"}},
    "segments": {
        "smb": {
            "opening": {"free": 40, "basic": 60, "plus": 30, "metered": 20},
            "opening_tenure": {"mean": "9 months"},
            "arrivals": {"per_month": 12},
            "choose": {"free": "50%", "basic": "30%", "plus": "10%", "metered": "10%"},
            "cancel": dict.fromkeys(("free", "lite", "basic", "plus", "metered"), "6% per month"),
            "usage": {"median": 200, "spread": 0.6, "growth": "4% per month", "volatility": 0.2, "season": {12: "x2"}},
            "seats": {"median": 2, "spread": 0.5, "add": "5% per month", "remove": "3% per month"},
            "satisfaction": {"mean": 7.4, "spread": 1.2, "reversion": "20%", "volatility": 0.3},
            "signals": {"surge": {"rate": "5% per month", "lasts": "14 days"}},
            "downgrade": "2% per month",
            "frailty": 0.6,
            "decision": {"median": "10 days", "spread": 0.5},
            "shock": {"rate": "2% per month", "downgrade": "40%", "cancel": "20%", "recovers": "30% within 12 months"},
            "failed_payment": {"rate": "2% per month", "recovered": "70%", "within": "14 days"},
        },
    },
    "onboarding": {"smb": {"median": "30 days", "spread": 0.5, "success": "85%", "if_failed": {"cancel": "20%"}}},
    "adoption": {"smb": {"median": "60 days", "spread": 0.5, "success": "80%"}},
    "retention": {
        "nps": {"promoter": "x0.6", "detractor": "x1.8"},
        "bill_shock": {"above": "x1.5", "factor": "x2", "for": "2 months"},
    },
    "cancellation": {"bluff": "10%", "lured": "2% per month"},
    "offers": {
        "limit": {
            "motion": "upsell",
            "when": {"usage_above": "80%"},
            "to": "next_plan",
            "acceptance": "30%",
            "quiet_for": "3 months",
            "trial": {"length": "14 days", "converts": "60%"},
            "if_declined": {"satisfaction": -0.4},
        },
        "surge": {"motion": "cross_sell", "when": {"signal": "surge"}, "to": "care", "acceptance": "40%"},
        "pause": {
            "motion": "downsell",
            "when": "cancel_intent",
            "to": {"pause": "2 months", "resumes": "54%"},
            "acceptance": "20%",
        },
        "cheap": {
            "motion": "downsell",
            "when": "cancel_intent",
            "to": {"discount": "30%", "for": "3 months", "stays": "40%"},
            "acceptance": "20%",
        },
        "lite": {
            "motion": "downsell",
            "when": "cancel_intent",
            "who": {"plans": ["basic", "plus"]},
            "to": "lite",
            "acceptance": "20%",
            "returns": "20% within 12 months",
        },
        "back": {"motion": "win_back", "when": {"churned_for": "2 months"}, "to": "basic", "acceptance": "30%"},
    },
}
WON_BACK = int(Cause.WIN_BACK)
QUIET: Tree = {
    "opening": {"basic": 30},
    "opening_tenure": "0 months",
    "cancel": dict.fromkeys(("free", "lite", "basic", "plus", "metered"), "5% per month"),
}


def lives(tree: Tree, engine: str = "compiled") -> dict[tuple[int, int], list[tuple]]:
    """Ledger rows of each customer, without the segment's position."""
    model = compile_model(simulator.load(text(tree)))
    (one,) = (run_compiled if engine == "compiled" else run_simpy)(model, 5, range(1), ledger=True)
    kept = [name for name in one.ledger.dtype.names if name != "segment"]
    rows: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    for row in in_order(one.ledger):
        rows[int(row["stream"]), int(row["index"])].append(tuple(row[kept].item()))
    return dict(rows)


@pytest.fixture(scope="module")
def before() -> dict[tuple[int, int], list[tuple]]:
    return lives(USUAL)


def changed(change: Callable[[Tree], object], base: Tree = USUAL) -> Tree:
    tree = copy.deepcopy(base)
    change(tree)
    return tree


def first(block: Tree, **more: Any) -> None:
    """Put entries before all others of a block."""
    rest = dict(block)
    block.clear()
    block.update({**more, **rest})


INERT: dict[str, Callable[[Tree], object]] = {
    "a signal that never appears": lambda t: first(
        t["segments"]["smb"]["signals"], other={"rate": "0 per month", "lasts": "9 days"}
    ),
    "a signal that no offer waits for": lambda t: first(
        t["segments"]["smb"]["signals"], other={"rate": "9 per month", "lasts": "9 days"}
    ),
    "an offer that nobody accepts": lambda t: first(
        t["offers"],
        none={"motion": "cross_sell", "when": "cancel_intent", "to": "care", "acceptance": "0%"}
        | {"motion": "downsell", "to": "lite"},
    ),
    "an offer for nobody": lambda t: first(
        t["offers"],
        none={
            "motion": "care",
            "when": {"every": "1 month"},
            "acceptance": "100%",
            "who": {"tenure_above": "90 years"},
        },
    ),
    "an add-on that nobody buys": lambda t: first(t["addons"], disk={"price": 5, "cancel": "9% per month"}),
    "a plan that nobody holds": lambda t: (
        first(
            t["plans"],
            other={"price": 7, "sold": "rescue", "usage_price": {"mode": "graduated", "tiers": [{"unit": 3}]}},
        ),
        t["segments"]["smb"]["cancel"].update(other="1% per month"),
    ),
    "a team that nobody needs": lambda t: t.update(teams={"success": {"people": 3, "monthly_cost": 5}}),
    "accounts that make no difference": lambda t: t.update(teams={"success": {"people": 3, "accounts": 9}}),
    "factors of one": lambda t: t["retention"].update(
        attached={1: "x1"}, tenure=[{"until": "3 months", "factor": "x1"}], covered="x1"
    ),
    "a bound that nobody reaches": lambda t: t["plans"]["plus"].update(minimum=1, maximum=90_000_000),
    "a season of one": lambda t: t["segments"]["smb"]["usage"].update(season={12: "x2", 5: "x1"}),
}


@pytest.mark.parametrize("name", INERT)
def test_what_does_nothing_changes_nobody(before, name):
    after = lives(changed(INERT[name]))
    if name == "a plan that nobody holds":  # other positions of the same plans
        assert {who: [row[:5] for row in rows] for who, rows in after.items()} == {
            who: [row[:5] for row in rows] for who, rows in before.items()
        }
    else:
        assert after == before


def quiet(**more: Any) -> Callable[[Tree], object]:
    return lambda tree: first(tree["segments"], calm={**copy.deepcopy(QUIET), **more})


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"satisfaction": {"mean": 8, "volatility": 0.5}},
        {"usage": {"median": 9}},
        {"seats": {"median": 9}},
        {"shock": {"rate": "9% per month", "cancel": "50%"}},
        {"decision": "9 days"},
        {"failed_payment": {"rate": "9% per month", "within": "5 days"}},
        {"signals": {"other": {"rate": "9% per month", "lasts": "5 days"}}},
    ],
    ids=str,
)
def test_another_segment_changes_nobody(before, more):
    after = lives(changed(quiet(**more)))
    assert {who: after.get(who) for who in before} == before
    assert len(after) > len(before)


@pytest.mark.parametrize("keys", ["shock", "failed_payment", "downgrade", "signals", "satisfaction"])
def test_a_rate_of_zero_is_as_good_as_no_such_key(keys):
    """In a segment without the key; satisfaction that no factor and no offer looks at."""
    base = changed(lambda t: (t["segments"]["smb"].pop(keys), t["offers"].pop("surge"), t["retention"].pop("nps")))
    neutral: Tree = {
        "shock": {"rate": "0 per month", "downgrade": "40%", "cancel": "20%", "recovers": "30% within 12 months"},
        "failed_payment": {"rate": "0 per month", "recovered": "70%", "within": "14 days"},
        "downgrade": "0% per month",
        "signals": {"surge": {"rate": "5% per month", "lasts": "14 days"}},
        "satisfaction": {"mean": 7.4, "spread": 1.2, "reversion": "20%", "volatility": 0.3},
    }
    with_key = changed(lambda t: t["segments"]["smb"].update({keys: neutral[keys]}), base)
    assert lives(with_key) == lives(base)


def without_ticks(tree: Tree) -> None:
    """Nothing that happens at ticks but the bills."""
    segment = tree["segments"]["smb"]
    segment.pop("usage"), segment.pop("satisfaction"), segment.pop("signals"), tree["retention"].pop("nps")
    tree["offers"].pop("limit"), tree["offers"].pop("surge")
    tree["retention"]["bill_shock"] = {"above": "x1.05", "factor": "x9", "for": "3 months"}


def test_satisfaction_of_another_segment_switches_no_bill_shock_on():
    base = changed(without_ticks)
    plain, after = lives(base), lives(changed(quiet(satisfaction={"mean": 8}), base))
    assert {who: after.get(who) for who in plain} == plain


def test_turning_one_offer_off_disturbs_no_other_draw(before):
    """Whoever never met the offer lives on as before."""
    after = lives(changed(lambda t: t["offers"].pop("back")))
    left = {who for who, rows in before.items() if any(row[6] == WON_BACK for row in rows)}  # won back
    assert left
    assert {who: rows for who, rows in after.items() if who not in left} == {
        who: rows for who, rows in before.items() if who not in left
    }
    for who in left:
        assert after[who] == before[who][: len(after[who])]


@pytest.mark.parametrize("name", ["a team that nobody needs", "a signal that never appears"])
def test_the_same_holds_in_the_reference_engine(before, name):
    assert lives(changed(INERT[name]), "simpy") == before


def test_another_segment_changes_nobody_who_shares_people():
    """An idle segment that needs nobody: the queue of the others stays as it is."""

    def needy(tree: Tree) -> None:
        tree["teams"] = {"success": {"people": 1}}
        tree["offers"]["limit"]["needs"] = {"team": "success", "work": {"mean": "2 days"}, "waits": "9 days"}
        tree["offers"]["limit"]["who"] = {"segments": ["smb"]}

    base = changed(needy)
    plain, after = lives(base, "simpy"), lives(changed(quiet(), base), "simpy")
    assert {who: after.get(who) for who in plain} == plain
