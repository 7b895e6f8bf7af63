"""When plan changes take effect, and what ends with them."""

import pytest

from tests.customer.stories import SURELY, Step, Story, annual, at, downsell, upsell

PLUS_BY_WORD = Step(2.25, "plan_upgrade", 1_000, 2_000, "plus")


def test_an_upgrade_is_now():
    assert Story(offers={"up": upsell("plus", "2.25 months")}).steps == [PLUS_BY_WORD]


@pytest.mark.parametrize("effect", ["anniversary", "renewal"])
def test_an_upgrade_waits_for_the_anniversary_where_the_policy_says_so(effect):
    story = Story({"plan_changes.upgrade": effect}, offers={"up": upsell("plus", "2.25 months")})
    assert story.steps == [PLUS_BY_WORD._replace(time=3.0)]


def test_an_offers_own_takes_effect_goes_before_the_policy():
    story = Story({"plan_changes.upgrade": "renewal"}, offers={"up": upsell("plus", "2.25 months", takes_effect="now")})
    assert story.steps == [PLUS_BY_WORD]


def test_an_upgrade_in_a_longer_term_is_now_and_keeps_the_renewal_date():
    story = Story(segments=annual(not_renewed={"annual": "100%"}), offers={"up": upsell("plus", "5 months")})
    assert story.steps == [Step(5.0, "plan_upgrade", 900, 1_800, "plus"), Step(12.0, "voluntary", 1_800, 0, None)]


def test_an_upgrade_at_the_renewal_of_a_longer_term():
    story = Story(segments=annual(), offers={"up": upsell("plus", "5 months", takes_effect="renewal")})
    assert story.steps == [Step(12.0, "plan_upgrade", 900, 1_800, "plus")]


def test_a_downgrade_waits_for_the_anniversary_and_goes_one_step():
    rates = [at("2026-04", segments__smb__downgrade=SURELY), at("2026-05", segments__smb__downgrade="0% per month")]
    segments = {"smb": {"opening": {"basic": 0, "top": 1}}}
    story = Story({"changes": rates}, segments=segments)
    assert story.steps == [Step(4.0, "downgrade", 4_000, 2_000, "plus")]


def test_a_downgrade_in_a_longer_term_waits_for_the_renewal():
    rates = [at("2026-04", segments__smb__downgrade=SURELY), at("2026-05", segments__smb__downgrade="0% per month")]
    assert Story({"changes": rates}, segments=annual("plus")).steps == [Step(12.0, "downgrade", 1_800, 900, "basic")]


def test_a_downgrade_now_where_the_policy_says_so():
    rates = [
        at("2026-04", segments__smb__downgrade="50 per month"),
        at("2026-05", segments__smb__downgrade="0% per month"),
    ]
    story = Story(
        {"changes": rates, "plan_changes.downgrade": "now"}, segments={"smb": {"opening": {"basic": 0, "plus": 1}}}
    )
    first, last = story.steps
    assert 3.0 < first.time < last.time < 4.0
    assert (first.reason, last.reason, last.plan) == ("downgrade", "to_free", "free")


def test_nothing_is_below_the_foot_of_the_ladder_and_nothing_above_its_head():
    assert Story({"segments.smb.downgrade": SURELY}, segments={"smb": {"opening": {"basic": 0, "free": 1}}}).steps == []
    story = Story(segments={"smb": {"opening": {"basic": 0, "top": 1}}}, offers={"up": upsell("next_plan", "1 month")})
    assert story.steps == []
    assert story.made("up") == []


def test_next_plan_is_one_step_up():
    story = Story(offers={"up": {**upsell("next_plan", "1 month"), "when": {"every": "2 months"}}})
    assert [(s.time, s.plan) for s in story.steps] == [(2.0, "plus"), (4.0, "top")]


def test_a_newer_change_replaces_a_pending_one():
    offers = {
        "first": upsell("plus", "2.25 months", takes_effect="anniversary"),
        "second": upsell("top", "2.5 months", takes_effect="anniversary"),
    }
    assert Story(offers=offers).steps == [Step(3.0, "plan_upgrade", 1_000, 4_000, "top")]


def test_a_change_now_ends_a_pending_one():
    offers = {"later": downsell("lite", "2.25 months"), "now": upsell("plus", "2.5 months")}
    assert Story(offers=offers).steps == [Step(2.5, "plan_upgrade", 1_000, 2_000, "plus")]


def test_a_downsell_outside_the_flow_is_a_rescue_at_the_anniversary():
    story = Story(offers={"down": downsell("lite", "2.25 months")})
    assert story.steps == [Step(3.0, "rescue", 1_000, 300, "lite")]
    assert story.line(0) == ("contraction", "downsell", "rescue")


def test_a_downsell_outside_the_flow_waits_for_the_renewal_of_a_longer_term():
    assert Story(segments=annual(), offers={"down": downsell("lite", "2 months")}).steps == [
        Step(12.0, "rescue", 900, 300, "lite")
    ]


def test_a_plan_that_costs_less_on_a_higher_step_is_a_cheaper_upgrade():
    story = Story({"plans.plus.price": 800}, offers={"up": upsell("plus", "1 month")})
    assert story.steps == [Step(1.0, "cheaper_upgrade", 1_000, 800, "plus")]


def test_a_longer_term_is_taken_now_and_its_discount_is_a_contraction_by_downsell():
    story = Story(offers={"year": upsell({"term": "annual"}, "2.5 months")})
    assert story.steps == [Step(2.5, "term_change", 1_000, 900, "basic")]
    assert story.line(0) == ("contraction", "downsell", "term_change")


def test_a_new_term_counts_from_the_day_it_was_taken():
    not_renewed = {"annual": "100%"}
    story = Story({"segments.smb.not_renewed": not_renewed}, offers={"year": upsell({"term": "annual"}, "2.5 months")})
    assert story.steps[-1] == Step(14.5, "voluntary", 900, 0, None)


def test_leaving_a_longer_term_waits_for_its_renewal():
    story = Story(segments=annual(), offers={"month": downsell({"term": "monthly"}, "3 months")})
    assert story.steps == [Step(12.0, "term_change", 900, 1_000, "basic")]
    assert story.line(0) == ("expansion", "price", "term_change")


def test_a_plan_that_is_not_sold_for_the_term_ends_it():
    story = Story(segments=annual(), offers={"up": upsell("top", "3 months")})
    assert story.steps == [Step(3.0, "plan_upgrade", 900, 4_000, "top")]
    assert story.counted("renewals") == 0


def test_an_offered_plan_lies_in_the_direction_of_the_motion():
    offers = {"up": upsell("basic", "1 month"), "down": downsell("top", "1 month")}
    story = Story(offers=offers, segments={"smb": {"opening": {"basic": 0, "plus": 1}}})
    assert story.steps == []
    assert story.made("up") == story.made("down") == []


def test_a_rescue_plan_is_a_step_down_by_its_list_price():
    assert [step.plan for step in Story(offers={"down": downsell("lite", "1 month")}).steps] == ["lite"]
    dear = Story({"plans.lite.price": 1_500}, offers={"down": downsell("lite", "1 month")})
    assert dear.made("down") == []


UPGRADES = {"offers": {"up": upsell("plus", "3 months")}}


@pytest.mark.parametrize(("elasticity", "expected"), [(-1.0, 0.2), (0.0, 0.8)])
def test_a_wider_price_step_lowers_acceptance(elasticity, expected):
    """The step of 1,000 becomes 4,000: with an elasticity of -1 a quarter of the acceptance is left."""
    changes = [{"at": "2026-02", "set": {"plans.plus.price": 5_000}, "existing": "keep"}]
    segments = {"smb": {"opening": {"basic": 4_000}, "price_response": {"upgrade": elasticity}}}
    offers = {"up": {**upsell("plus", "3 months"), "acceptance": "80%"}}
    story = Story({"changes": changes, "months": 5}, segments=segments, offers=offers)
    share = len(story.made("up", "accepted")) / 4_000
    assert share == pytest.approx(expected, abs=0.03)


def test_a_price_step_that_does_not_change_leaves_acceptance_alone():
    changes = [
        {"at": "2026-02", "set": {"plans.plus.price": 2_500, "plans.basic.price": 1_500}, "existing": "keep"},
    ]
    segments = {"smb": {"price_response": {"upgrade": -9.0}}}
    story = Story({"changes": changes}, segments=segments, **UPGRADES)
    assert story.steps == [Step(3.0, "plan_upgrade", 1_000, 2_500, "plus")]


RETIRED = "customer/plan_change.pending_change moves to a plan that was retired while the change waited"


def test_a_pending_change_falls_away_when_its_plan_is_retired():
    changes = [{"at": "2026-05", "retire": "plus", "to": "top"}]
    up = {"up": upsell("plus", "2 months", takes_effect="renewal")}
    story = Story({"changes": changes, "ladder": ["free", "basic", "top"]}, segments=annual(), offers=up)
    assert "plus" not in [step.plan for step in story.steps]
