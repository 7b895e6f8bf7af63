"""After a rescue: back to the old plan, at today's list price."""

import pytest

from tests.customer.stories import Step, Story, annual, cross_sell, downsell, offer, upsell

SWIFT = {"share": "99.99%", "within": "0.001 months"}
PLUS = {"smb": {"opening": {"basic": 0, "plus": 1}}}


def rescue(**more):
    """At a refused renewal (month 12) plus becomes lite."""
    return {"rescue": offer("downsell", "lite", "cancel_intent", "100%", returns={**SWIFT, **more})}


def refusing(**more):
    return annual("plus", not_renewed={"annual": "100%"}, **more)


def test_a_rescued_customer_goes_back_to_its_old_plan():
    story = Story({"months": 20}, segments=refusing(), offers=rescue())
    down, up, *_ = story.steps
    assert down == Step(12.0, "rescue", 1_800, 300, "lite")
    assert (up.reason, up.before, up.after, up.plan) == ("rescue_return", 300, 1_800, "plus")
    assert 12.0 < up.time < 12.01
    assert story.line(1) == ("expansion", "upsell", "rescue_return")


def test_or_to_the_plan_that_the_offer_names():
    up = Story({"months": 20}, segments=refusing(), offers=rescue(to="basic")).steps[1]
    assert (up.reason, up.after, up.plan) == ("rescue_return", 900, "basic")


def test_the_old_plan_comes_back_at_todays_list_price_and_without_addons():
    changes = [{"at": "2026-06", "set": {"plans.plus.price": 3_000}, "existing": "keep"}]
    offers = {"care": cross_sell("care", "1 month"), **rescue()}
    steps = Story({"changes": changes, "months": 20}, segments=refusing(), offers=offers).steps
    assert [(step.before, step.after) for step in steps[1:3]] == [(1_900, 300), (300, 2_700)]


def test_the_share_that_returns_is_a_hazard_over_the_window():
    """A hazard -ln(1 - 50 %) / 6 months: half of them within 6 months, three quarters within 12."""
    offers = {"down": downsell("lite", "1 month", takes_effect="now", returns="50% within 6 months")}
    story = Story({"months": 13}, segments={"smb": {"opening": {"basic": 0, "plus": 4_000}}}, offers=offers)
    back = [step.time - 1.0 for step in story.steps if step.reason == "rescue_return"]
    assert sum(time < 6.0 for time in back) / 4_000 == pytest.approx(0.50, abs=4 * 0.5 / 4_000**0.5)
    assert len(back) / 4_000 == pytest.approx(0.75, abs=4 * 0.5 / 4_000**0.5)


def test_another_plan_change_ends_the_wish_to_return():
    slow = {"down": downsell("lite", "1 month", takes_effect="now", returns="99% within 100 months")}
    up = {"up": upsell("top", "1 month")}
    story = Story({"months": 400}, segments=PLUS, offers={**slow, **up})
    assert [step.plan for step in story.steps] == ["lite", "top"]


def test_a_return_to_a_plan_sold_no_more_does_not_happen():
    changes = [{"at": "2026-03", "retire": "plus", "existing": "keep"}]
    offers = {"down": downsell("lite", "1.9 months", takes_effect="now", returns="99% within 50 months")}
    blocks = {"segments": PLUS, "offers": offers}
    assert [step.plan for step in Story({"months": 300}, **blocks).steps] == ["lite", "plus"]
    retired = {"changes": changes, "months": 300, "ladder": ["free", "basic", "top"]}
    assert [step.plan for step in Story(retired, **blocks).steps] == ["lite"]


def test_no_return_without_its_share():
    offers = {"down": downsell("lite", "1 month", takes_effect="now")}
    assert len(Story({"months": 300}, segments=PLUS, offers=offers).steps) == 1


def test_who_is_rescued_can_be_told_in_an_audience():
    returns = "1% within 100 months"
    offers = {
        "down": downsell("lite", "1.5 months", takes_effect="now", returns=returns),
        "follow": {**upsell("basic", "2 months"), "who": {"rescued": "yes"}},
    }
    assert Story({"months": 4}, segments=PLUS, offers=offers).steps[-1] == Step(
        2.0, "plan_upgrade", 300, 1_000, "basic"
    )


def test_the_funnel_counts_who_is_still_there_and_who_is_back():
    story = Story({"months": 30}, segments=refusing(terms={"annual": "100%"}), offers=rescue())
    assert [len(story.made("rescue", stage)) for stage in ("made", "accepted", "observed_12", "still_12")] == [
        2,
        2,
        1,
        1,
    ]
    assert story.made("rescue", "returned_12") == [12]
    assert story.made("rescue") == [12, 24]
