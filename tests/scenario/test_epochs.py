"""The dated timeline: what holds when, and what becomes of the customers who are there."""

from __future__ import annotations

import pytest

from simulator.scenario import Migration, load
from simulator.scenario.epochs import Epoch
from tests.scenario.texts import GOOD, added

UNIT = 10_000


def timeline(*entries: str):
    """The good scenario with other changes."""
    return load(added("changes:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)))


def over_time(scenario, value) -> list[tuple[int, object]]:
    """A value by the month from which it holds."""
    return [(epoch.month_index, value(epoch.keys)) for epoch in scenario.epochs]


def premium(keys) -> float:
    return keys.plans["premium"].price / UNIT


def review(keys) -> float:
    return keys.offers["review"].acceptance.base


def test_without_changes_there_is_one_epoch():
    scenario = load(GOOD[: GOOD.index("changes:")])
    assert [epoch.month_index for epoch in scenario.epochs] == [0]
    assert scenario.migrations == ()


def test_a_change_holds_from_its_month_on():
    scenario = timeline("at: 2026-10, set: {plans.premium.price: 36_000}, existing: keep")
    assert over_time(scenario, premium) == [(0, 30_000), (6, 36_000)]


def test_the_order_of_dates_counts_not_that_of_the_file():
    scenario = timeline(
        "at: 2027-04, set: {offers.review.acceptance: 30%}", "at: 2026-10, set: {offers.review.acceptance: 20%}"
    )
    assert over_time(scenario, review) == [(0, 0.08), (6, 0.2), (12, 0.3)]


def test_until_restores_what_was_there_before():
    scenario = timeline("at: 2026-10, until: 2027-01, set: {offers.review.acceptance: 30%}")
    assert over_time(scenario, review) == [(0, 0.08), (6, 0.3), (9, 0.08)]


def test_until_leaves_what_came_later():
    scenario = timeline(
        "at: 2026-10, until: 2027-04, set: {offers.review.acceptance: 30%}",
        "at: 2027-01, set: {offers.review.acceptance: 40%}",
    )
    assert over_time(scenario, review) == [(0, 0.08), (6, 0.3), (9, 0.4), (12, 0.4)]


def test_until_restores_what_came_while_it_was_hidden():
    scenario = timeline(
        "at: 2026-10, set: {offers.review.acceptance: 20%}",
        "at: 2026-12, until: 2027-02, set: {offers.review.acceptance: 50%}",
    )
    assert over_time(scenario, review) == [(0, 0.08), (6, 0.2), (8, 0.5), (10, 0.2)]


def test_until_beyond_the_horizon_opens_no_epoch():
    scenario = timeline("at: 2026-10, until: 2030-01, set: {offers.review.acceptance: 30%}")
    assert over_time(scenario, review) == [(0, 0.08), (6, 0.3)]


def test_changes_of_one_date_make_one_epoch():
    scenario = timeline(
        "at: 2026-10, set: {offers.review.acceptance: 20%}",
        "at: 2026-10, set: {plans.premium.price: 36_000}, existing: now",
        "at: 2026-10, retire: basic, to: premium",
    )
    assert [epoch.month_index for epoch in scenario.epochs] == [0, 6]
    assert [(m.epoch, m.item, m.mode) for m in scenario.migrations] == [(1, "premium", "now"), (1, "basic", "now")]


@pytest.mark.parametrize(
    ("existing", "mode", "after"),
    [
        ("keep", "keep", 0.0),
        ("at_renewal", "at_renewal", 0.0),
        ("now", "now", 0.0),
        ("{after: 2 months}", "after", 2.0),
    ],
)
def test_existing_says_when_customers_move(existing, mode, after):
    scenario = timeline(f"at: 2026-10, set: {{plans.premium.price: 36_000}}, existing: {existing}")
    assert scenario.migrations == (Migration(1, None, "plan", "premium", mode, after, None),)


@pytest.mark.parametrize(
    ("key", "value", "item"),
    [
        ("plans.basic.extra_seat", "100", ("plan", "basic")),
        ("plans.basic.term_discount.annual", "20%", ("plan", "basic")),
        ("plans.basic.usage_price", "{unit: 3}", ("plan", "basic")),
        ("plans.basic.minimum", "12_000", ("plan", "basic")),
        ("plans.basic.maximum", "90_000", ("plan", "basic")),
        ("addons.storage.price", "5_000", ("addon", "storage")),
    ],
)
def test_every_price_is_a_price(key, value, item):
    scenario = timeline(f"at: 2026-10, set: {{{key}: {value}}}, existing: now")
    assert [(m.item_kind, m.item) for m in scenario.migrations] == [item]


def test_the_price_list_of_a_segment_moves_all_items_of_its_customers():
    scenario = timeline("at: 2026-10, set: {segments.smb.price_factor: x1.1}, existing: now")
    assert {(m.segment, m.item_kind, m.item) for m in scenario.migrations} == {
        *(("smb", "plan", plan) for plan in scenario.plan_names),
        *(("smb", "addon", addon) for addon in scenario.addon_names),
    }


def test_what_is_no_price_moves_nobody():
    scenario = timeline("at: 2026-10, set: {bundles.suite.discount: 20%, segments.smb.cancel.basic: 5% per month}")
    assert scenario.migrations == ()


def test_a_retired_plan_is_sold_to_nobody_and_leaves_the_ladder():
    scenario = timeline("at: 2026-10, retire: basic, to: premium")
    before, after = (epoch.keys for epoch in scenario.epochs)
    assert (before.plans["basic"].sold, after.plans["basic"].sold) == ("everyone", "nobody")
    assert (before.ladder, after.ladder) == (("free", "basic", "premium"), ("free", "premium"))
    assert scenario.migrations == (Migration(1, None, "plan", "basic", "now", 0.0, "premium"),)


@pytest.mark.parametrize("mode", ["at_renewal", "{after: 3 months}"])
def test_holders_of_a_retired_plan_may_move_later(mode):
    (move,) = timeline(f"at: 2026-10, retire: basic, to: premium, existing: {mode}").migrations
    assert (move.mode, move.after) == (("after", 3.0) if "after" in mode else ("at_renewal", 0.0))


@pytest.mark.parametrize(("item", "kind"), [("premium", "plan"), ("storage", "addon")])
def test_holders_may_keep_a_retired_item(item, kind):
    scenario = timeline(f"at: 2026-10, retire: {item}, existing: keep")
    assert scenario.migrations == (Migration(1, None, kind, item, "keep", 0.0, None),)


def test_new_items_come_after_those_of_the_start():
    scenario = timeline(
        "at: 2026-10, set: {plans.gold: {price: 50_000}, segments.smb.cancel.gold: 1% per month, "
        "ladder: [free, basic, premium, gold], addons.help: {price: 500}}"
    )
    assert scenario.plan_names == ("free", "lite", "basic", "premium", "gold")
    assert scenario.addon_names == ("support", "storage", "help")
    assert ["gold" in epoch.keys.plans for epoch in scenario.epochs] == [False, True]
    assert scenario.migrations == ()


def test_a_new_plan_may_be_changed_later():
    scenario = timeline(
        "at: 2026-10, set: {plans.gold: {price: 50_000}, segments.smb.cancel.gold: 1% per month}",
        "at: 2027-01, set: {plans.gold.price: 60_000}, existing: now",
    )
    assert [m.item for m in scenario.migrations] == ["gold"]


def test_an_offer_may_come_and_go():
    scenario = timeline(
        "at: 2026-10, until: 2027-01, "
        "set: {offers.sale: {motion: upsell, when: {month: 12}, to: next_plan, acceptance: 9%}}",
        "at: 2027-06, set: {offers.review: null}",
    )
    assert ["sale" in epoch.keys.offers for epoch in scenario.epochs] == [False, True, False, False]
    assert ["review" in epoch.keys.offers for epoch in scenario.epochs] == [True, True, True, False]
    assert scenario.offer_names[-1] == "sale"


def test_a_name_with_a_dot_is_quoted_in_a_path():
    changes = """changes:\n  - {at: 2026-10, set: {'plans."v2.0".price': 6}, existing: now}\n"""
    text = added(changes).replace("  lite: {", '  "v2.0": {price: 5}\n  lite: {')
    scenario = load(text.replace("      lite: 4%", '      "v2.0": 1% per month\n      lite: 4%'))
    assert [m.item for m in scenario.migrations] == ["v2.0"]


def test_an_epoch_holds_all_keys():
    scenario = timeline("at: 2026-10, set: {offers.review.acceptance: 20%}")
    first, second = scenario.epochs
    assert isinstance(first, Epoch)
    assert second.keys.segments == first.keys.segments
    assert second.keys.plans == first.keys.plans
