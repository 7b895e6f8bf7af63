"""Add-ons and bundles: bought, ended, and what they cost together."""

import pytest

from tests.customer.stories import SURELY, Step, Story, at, cross_sell, merged, upsell

BOTH = {"care": cross_sell("care", "1 month"), "disk": cross_sell("disk", "2 months")}
SUITE = {"suite": {"of": ["care", "disk"], "discount": "50%"}}


def test_an_addon_is_cross_sell_at_its_price():
    story = Story(offers={"care": cross_sell("care", "1.5 months")})
    assert story.steps == [Step(1.5, "addon", 1_000, 1_100, "basic")]
    assert story.line(0) == ("expansion", "cross_sell", "addon")


def test_an_addon_that_counts_as_upsell_is_an_option():
    assert Story(offers={"extra": upsell("extra", "1 month")}).line(0) == ("expansion", "upsell", "option")


def test_an_addon_is_not_offered_to_who_holds_it_or_whose_plan_does_not_go_with_it():
    again = Story(offers={"care": {**cross_sell("care", "1 month"), "when": {"every": "1 month"}}})
    assert again.made("care") == [1]
    top = Story(offers={"care": cross_sell("care", "1 month")}, segments={"smb": {"opening": {"basic": 0, "top": 1}}})
    assert top.made("care") == []


def test_an_addon_ends_with_a_plan_that_does_not_go_with_it():
    offers = {**BOTH, "extra": upsell("extra", "3 months"), "up": upsell("top", "4 months")}
    assert Story(offers=offers).steps[-1] == Step(4.0, "plan_upgrade", 1_350, 4_050, "top")


def test_an_addon_stays_with_a_plan_that_goes_with_it():
    assert Story(offers={**BOTH, "up": upsell("plus", "4 months")}).steps[-1].after == 2_300


def test_an_addon_given_up_is_contraction_and_can_be_bought_again():
    offers = {"care": {**cross_sell("care", "1 month"), "when": {"every": "1 month"}}}
    rates = [at("2026-03", addons__care__cancel=SURELY), at("2026-04", addons__care__cancel="0% per month")]
    story = Story(
        {"changes": rates, "months": 6}, offers={**offers, "care": {**offers["care"], "quiet_for": "3 months"}}
    )
    bought, dropped, again = story.steps
    assert (bought.time, again.time) == (1.0, 4.0)
    assert dropped.time == pytest.approx(2.0, abs=1e-4)
    assert story.line(1) == ("contraction", "none", "addon_removed")
    assert again.after == bought.after == 1_100


def test_a_bundle_adds_what_is_missing_as_one_sale():
    offers = {"care": cross_sell("care", "1 month"), "suite": cross_sell("suite", "2 months")}
    story = Story(bundles=SUITE, offers=offers)
    assert story.steps[1] == Step(2.0, "bundle", 1_100, 1_150, "basic")  # 1,000 + half of 300
    assert story.line(1) == ("expansion", "cross_sell", "bundle")


def test_a_bundle_discount_holds_however_its_items_were_bought():
    assert [step.after for step in Story(bundles=SUITE, offers=BOTH).steps] == [1_100, 1_150]


def test_a_bundle_discount_ends_with_one_of_its_items():
    rates = [at("2026-05", addons__care__cancel=SURELY)]
    story = Story({"changes": rates}, bundles=SUITE, offers=BOTH)
    assert [step.after for step in story.steps] == [1_100, 1_150, 1_200]
    assert story.line(2) == ("expansion", "restoration", "discount_end")


def test_a_bundle_whose_items_do_not_go_with_the_plan_is_not_offered():
    segments = {"smb": {"opening": {"basic": 0, "top": 1}}}
    assert Story(bundles=SUITE, offers={"suite": cross_sell("suite", "1 month")}, segments=segments).made("suite") == []


def test_a_bundle_that_is_held_whole_is_not_offered():
    offers = {**BOTH, "suite": cross_sell("suite", "3 months")}
    assert Story(bundles=SUITE, offers=offers).made("suite") == []


@pytest.mark.parametrize(("first", "second", "saved"), [("50%", "40%", 150), ("20%", "90%", 225)])
def test_of_overlapping_bundles_the_largest_saving_counts(first, second, saved):
    """care 100, disk 200, extra 50: the first saves on 300, the second on 250."""
    bundles = {"one": {"of": ["care", "disk"], "discount": first}, "two": {"of": ["disk", "extra"], "discount": second}}
    offers = {**BOTH, "extra": upsell("extra", "3 months")}
    assert Story(bundles=bundles, offers=offers).steps[-1].after == 1_350 - saved


def test_bundles_that_do_not_overlap_all_count():
    bundles = {"one": {"of": ["care", "disk"], "discount": "50%"}, "two": {"of": ["basic", "extra"], "discount": "10%"}}
    offers = {**BOTH, "extra": upsell("extra", "3 months")}
    assert Story(bundles=bundles, offers=offers).steps[-1].after == 1_350 - 150 - 105


def test_a_bundle_with_a_plan_moves_to_the_plan():
    bundles = {"start": {"of": ["plus", "care"], "discount": "10%"}}
    story = Story(bundles=bundles, offers={"start": cross_sell("start", "1 month")})
    assert story.steps[-1].after == pytest.approx(0.9 * 2_100)
    assert {step.plan for step in story.steps} == {"plus"}
    assert story.movements() == {(1, "expansion", "cross_sell", "bundle"): 890}


def test_the_discount_of_a_bundle_follows_todays_list():
    changes = [{"at": "2026-05", "set": {"bundles.suite.discount": "10%"}}]
    story = Story({"changes": changes}, bundles=SUITE, offers=BOTH)
    assert story.steps[-1] == Step(4.0, "price_change", 1_150, 1_270, "basic")


FREE = {"smb": {"opening": {"basic": 0, "free": 1}}}
KNOWN = "accounting/movements.STARTS and LEAVES have no reason for add-ons and bundles: the rows are `unspecified`"


@pytest.mark.parametrize("item", ["extra", "suite"])
def test_a_free_customers_first_payment_is_new_by_kind_and_upsell_by_motion(item):
    bundles = {"suite": {"of": ["extra", "more"], "discount": "10%"}}
    world = merged({"addons": {"more": {"price": 70}}}, {"bundles": bundles, "segments": FREE})
    story = Story(**world, offers={"buy": upsell(item, "1 month")})
    assert story.line(0)[:2] == ("new", "upsell")


def test_a_free_customer_who_gives_up_its_only_addon_churns_to_free():
    rates = [at("2026-03", addons__extra__cancel=SURELY)]
    story = Story({"changes": rates}, segments=FREE, offers={"extra": upsell("extra", "1 month")})
    assert story.line(1) == ("churn", "none", "to_free")


@pytest.mark.parametrize("held", [0, 1, 2])
def test_the_attachment_factor_stretches_the_time_to_the_intent(held):
    """The clock consumes one budget: at half the hazard it takes twice as long, from when the add-on is there."""
    attached = {"attached": {1: "x0.5", 2: "x0.25"}}
    leaving = {"cancel": {"basic": "5% per month"}}
    flow = {"takes_effect": "immediate"}
    offers = dict(list({"care": cross_sell("care", "0 months"), "disk": cross_sell("disk", "0 months")}.items())[:held])

    def left(**more):
        return (
            Story({"months": 600}, segments={"smb": leaving}, cancellation=flow, offers=offers, **more).steps[-1].time
        )

    assert left(retention=attached) == pytest.approx(left() * 2**held)
