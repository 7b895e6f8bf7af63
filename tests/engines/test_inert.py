"""What does nothing changes nobody: draws have addresses made of names, never of positions."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import simulator as sim
from simulator.model import population
from simulator.model.compile import compile_model
from simulator.model.population import PER_MONTH
from tests.engines.ledgers import by_customer, compiled
from tests.property.scenarios import mixed_scenarios

Tree = dict[str, Any]
FILE = """customer_id,segment,plan,term,addons,tenure_months,mrr
A-1,listed,basic,monthly,care,3,
A-2,listed,plus,annual,,14.5,2_100
A-3,listed,basic,annual,care;disk,0,
A-4,listed,plus,monthly,disk,7,950
"""
BASE = """
language: 1
currency: JPY
start: 2026-01
months: 15
plans:
  free: {price: 0}
  lite: {price: 300, sold: rescue}
  basic: {price: 1_000, term_discount: {annual: 15%}}
  plus: {price: 2_500, term_discount: {annual: 15%}}
ladder: [free, basic, plus]
terms: {annual: 12 months}
addons:
  care: {price: 200, with: [basic, plus], cancel: 4% per month}
  disk: {price: 400, with: [basic, plus]}
bundles:
  suite: {of: [care, disk], discount: 20%}
segments:
  smb:
    opening: {free: 40, basic: 60, plus: 30}
    opening_tenure: {mean: 10 months}
    arrivals: {per_month: 12, growth: 2% per month}
    choose: {free: 50%, basic: 40%, plus: 10%}
    terms: {annual: 30%}
    cancel: {free: 4% per month, lite: 5% per month, basic: 6% per month, plus: 5% per month}
    frailty: 0.7
    not_renewed: {annual: {alpha: 0.7, beta: 1.2}}
    downgrade: 3% per month
    price_response: {upgrade: -0.5, cancel: 0.5}
  listed:
    opening: FILE
    cancel: {free: 4% per month, lite: 5% per month, basic: 6% per month, plus: 5% per month}
    frailty: 0.4
    downgrade: 5% per month
retention: {attached: {1: x0.8, 2: x0.6}, tenure: [{until: 3 months, factor: x1.4}]}
cancellation: {bluff: 15%, lured: 1% per month}
offers:
  first_plan: {motion: upsell, when: {rate: 10% per month}, who: {plans: [free]}, to: basic, acceptance: 40%}
  review: {motion: upsell, when: {every: 2 months}, who: {plans: [basic]}, to: plus, acceptance: 15%}
  start: {motion: cross_sell, when: {tenure: 2 months}, who: {plans: [basic, plus]}, to: suite, acceptance: 50%}
  rescue: {motion: downsell, when: cancel_intent, who: {plans: [basic, plus]}, to: lite, acceptance: 30%,
           returns: 40% within 6 months}
  again: {motion: win_back, when: {churned_for: 2 months}, to: basic, acceptance: 40%}
changes:
  - {at: 2026-05, set: {plans.plus.price: 2_800}, existing: at_renewal}
  - {at: 2026-09, set: {plans.basic.price: 1_100}, existing: now}
"""


@pytest.fixture
def lives(tmp_path: Path) -> Callable[..., dict]:
    """Return a function from a change of the base scenario (and its file) to the ledger rows of each customer."""

    def live(change: Callable[[Tree], object] = lambda tree: None, rows: str = FILE) -> dict:
        tree = yaml.safe_load(BASE)
        (tmp_path / "customers.csv").write_text(rows)
        tree["segments"]["listed"]["opening"] = str(tmp_path / "customers.csv")
        change(tree)
        model = compile_model(sim.load(yaml.safe_dump(tree, sort_keys=False)))
        return named(by_customer(compiled(model, seed=11).ledger), model.names.plans)

    return live


def named(customers: dict, plans: tuple[str, ...]) -> dict:
    """Rows with the names of plans: their positions move when a plan is put before them."""
    names = (*plans, None)  # -1: outside
    return {
        customer: [(*row[:-2], names[row[-2]], names[row[-1]]) for row in rows] for customer, rows in customers.items()
    }


def assert_nobody_changed(before: dict, after: dict, besides: int = 0) -> None:
    """Everybody of `before` lives the same life; at most `besides` customers are new."""
    changed = [customer for customer, rows in before.items() if after.get(customer) != rows]
    assert not changed, f"{len(changed)} of {len(before)} customers live another life"
    assert len(after.keys() - before.keys()) <= besides


def at_start(mapping: Tree, name: str, value: Any) -> None:
    items = list(mapping.items())
    mapping.clear()
    mapping.update([(name, value), *items])


OFFERS = {
    "nobody accepts": {"motion": "upsell", "when": {"rate": "50% per month"}, "to": "plus", "acceptance": "0%"},
    "nobody hears of it": {
        "motion": "upsell",
        "when": {"every": "1 month"},
        "who": {"plans": ["lite"], "tenure_below": "0 months"},
        "to": "plus",
        "acceptance": "100%",
    },
    "in the flow": {"motion": "downsell", "when": "cancel_intent", "to": "lite", "acceptance": "0%"},
    "to come back": {"motion": "win_back", "when": {"churned_for": "1 month"}, "to": "plus", "acceptance": "0%"},
    "at sign-up": {"motion": "cross_sell", "when": "on_sign_up", "to": "care", "acceptance": "0%"},
}


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_without_effect_changes_nobody(lives, offer, place):
    def add(tree):
        put = at_start if place == "first" else dict.__setitem__
        put(tree["offers"], offer, OFFERS[offer])

    assert_nobody_changed(lives(), lives(add))


@settings(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(mixed_scenarios())
def test_what_is_inert_changes_nobody_in_any_scenario(drawn):
    before = compile_model(drawn.load())
    quiet = {"opening": {"basic": 0}, "cancel": dict.fromkeys(drawn.tree["plans"], "1% per month")}
    at_start(drawn.tree["segments"], "quiet", quiet)
    for change in drawn.tree["changes"]:
        if "plans.late" in change.get("set", {}):
            change["set"]["segments.quiet.cancel.late"] = "1% per month"
    at_start(drawn.tree["offers"], "unheard", OFFERS["nobody accepts"])
    at_start(drawn.tree["offers"], "in vain", OFFERS["in the flow"] | {"to": "basic"})
    after = compile_model(drawn.load())
    assert_nobody_changed(*(by_customer(compiled(model, threads=1).ledger) for model in (before, after)))


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_segment_changes_nobody_else(lives, place):
    before = lives()

    def add(tree):
        other = copy.deepcopy(tree["segments"]["smb"])
        put = at_start if place == "first" else dict.__setitem__
        put(tree["segments"], "other", other)

    after = lives(add)
    assert_nobody_changed(before, after, besides=10_000)
    assert len(after) > 1.5 * len(before)


def test_a_segment_without_customers_changes_nobody(lives):
    quiet = {
        "opening": {"basic": 0},
        "opening_tenure": "0 months",
        "cancel": dict.fromkeys(["free", "lite", "basic", "plus"], "1% per month"),
    }
    assert_nobody_changed(lives(), lives(lambda tree: at_start(tree["segments"], "quiet", quiet)))


@pytest.mark.parametrize("plan", ["free", "basic", "plus"])
def test_one_more_opening_customer_changes_nobody_else(lives, plan):
    def add(tree):
        tree["segments"]["smb"]["opening"][plan] += 1

    assert_nobody_changed(lives(), lives(add), besides=1)


@pytest.mark.parametrize("place", [1, 3, 5])
def test_one_more_row_of_a_file_changes_nobody_else(lives, place):
    lines = FILE.splitlines()
    lines.insert(place, "B-9,listed,plus,monthly,,20,")
    before, after = lives(), lives(rows="\n".join(lines) + "\n")
    assert_nobody_changed(before, after, besides=1)


ITEMS = {
    "plan": lambda tree, put: (
        put(tree["plans"], "quiet", {"price": 700, "sold": "rescue"}),
        [put(s["cancel"], "quiet", "9% per month") for s in tree["segments"].values()],
    ),
    "plan on sale": lambda tree, put: (
        put(tree["plans"], "quiet", {"price": 700}),
        [put(s["cancel"], "quiet", "9% per month") for s in tree["segments"].values()],
    ),
    "add-on": lambda tree, put: put(tree["addons"], "quiet", {"price": 70, "cancel": "9% per month"}),
    "bundle": lambda tree, put: put(tree["bundles"], "quiet", {"of": ["care", "disk"], "discount": "0%"}),
    "term": lambda tree, put: put(tree["terms"], "two_year", "24 months"),
}


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("item", ITEMS)
def test_an_item_that_nobody_holds_changes_nobody(lives, item, place):
    put = at_start if place == "first" else dict.__setitem__
    assert_nobody_changed(lives(), lives(lambda tree: ITEMS[item](tree, put)))


SAME = {
    "price": {"set": {"plans.basic.price": 1_000}, "existing": "now"},
    "price at renewal": {"set": {"plans.plus.price": 2_500}, "existing": "at_renewal"},
    "cancel rate": {"set": {"segments.smb.cancel.basic": "6% per month"}},
    "acceptance": {"set": {"offers.review.acceptance": "15%"}},
    "bundle": {"set": {"bundles.suite.discount": "20%"}},
    "arrivals": {"set": {"segments.smb.arrivals.per_month": 12}},
}


@pytest.mark.parametrize("value", SAME)
def test_a_date_that_sets_what_is_there_changes_nobody(lives, value):
    assert_nobody_changed(lives(), lives(lambda tree: tree["changes"].append({"at": "2026-03", **SAME[value]})))


def test_turning_an_offer_off_changes_only_those_it_was_made_to(lives):
    before, after = lives(), lives(lambda tree: tree["offers"].pop("rescue"))
    changed = {customer for customer in before if after.get(customer) != before[customer]}
    rescued = {customer for customer, rows in before.items() if any(row[-1] == "lite" for row in rows)}
    assert rescued
    assert changed == rescued


def test_an_offer_to_one_plan_changes_only_those_who_had_it(lives):
    before, after = lives(), lives(lambda tree: tree["offers"].pop("first_plan"))
    for customer, rows in before.items():
        if not any("free" in row[-2:] for row in rows):
            assert after[customer] == rows


ORDER_OF_PLANS = "customer/sign_up.choose_plan holds one draw against shares cumulated in the order of the file"


@pytest.mark.parametrize("block", ["plans", "segments", "addons"])
def test_the_order_of_a_block_has_no_meaning(lives, block):
    def turn(tree):
        tree[block] = dict(reversed(tree[block].items()))

    assert_nobody_changed(lives(), lives(turn))


def test_the_order_of_plans_has_no_meaning_for_those_who_hold_one(lives):
    def turn(tree):
        tree["plans"] = dict(reversed(tree["plans"].items()))

    def opening(customers):
        return {customer: rows for customer, rows in customers.items() if rows[0][-2] is not None}

    assert_nobody_changed(opening(lives()), opening(lives(turn)))


def test_the_order_of_offers_that_do_not_meet_has_no_meaning(lives):
    def turn(tree):  # review and start fall on one date, where the first in the file goes first
        order = ("again", "rescue", "review", "start", "first_plan")
        tree["offers"] = {name: tree["offers"][name] for name in order}

    assert_nobody_changed(lives(), lives(turn))


def arrivals(customers: dict, month: int) -> dict[int, float]:
    """Place in the month and time of sign-up of those who arrive in a month."""
    return {
        i % PER_MONTH: rows[0][2]
        for (_, i), rows in customers.items()
        if rows[0][-2] is None and i // PER_MONTH == month
    }


def test_more_arrivals_bring_the_same_customers_earlier_and_then_some_more(lives):
    before = lives()
    after = lives(lambda tree: tree["segments"]["smb"]["arrivals"].update(per_month=24))
    for month in range(15):
        few, many = arrivals(before, month), arrivals(after, month)
        assert few.keys() <= many.keys()
        for place, time in few.items():
            assert many[place] - month == pytest.approx((time - month) / 2)
    first_plans = [{c: rows[0][-1] for c, rows in run.items() if rows[0][-2] is None} for run in (before, after)]
    assert all(first_plans[1][customer] == plan for customer, plan in first_plans[0].items())


def test_a_market_ends_the_arrivals_and_changes_nobody_before(lives):
    before = lives()
    after = lives(lambda tree: tree["segments"]["smb"]["arrivals"].update(market=30))
    came = [customer for customer, rows in after.items() if rows[0][-2] is None]
    assert len(came) == 30
    assert_nobody_changed(after, before, besides=10_000)


def test_streams_that_depend_on_the_position_are_noticed(lives, monkeypatch):
    before = lives()
    words = iter(range(1, 1000))
    monkeypatch.setattr(population, "word", lambda name: next(words))
    with pytest.raises(AssertionError, match="live another life"):
        assert_nobody_changed(before, lives())


def test_streams_that_count_segments_are_noticed(lives, monkeypatch):
    """The word of a stream made from the number of the streams before it: right until something is put first."""

    def by_position() -> None:
        words = iter(range(1, 1000))
        monkeypatch.setattr(population, "word", lambda name: next(words))

    by_position()
    before = lives()
    by_position()
    assert_nobody_changed(before, lives())
    by_position()
    quiet = {
        "opening": {"basic": 5},
        "opening_tenure": "0 months",
        "cancel": dict.fromkeys(("free", "lite", "basic", "plus"), "1% per month"),
    }
    after = lives(lambda tree: at_start(tree["segments"], "quiet", quiet))
    with pytest.raises(AssertionError, match="live another life"):
        assert_nobody_changed(before, after, besides=10)
