"""Events of one customer at one moment have an order: price, leaving, pending change, renewal, offers in file order."""

from tests.customer.stories import SURELY, Step, Story, annual, at, cross_sell, downsell, offer, upsell

DEARER = {"at": "2027-01", "set": {"plans.basic.price": 1_200}, "existing": "now"}
REFUSING = annual(not_renewed={"annual": "100%"})


def test_a_price_move_is_booked_before_the_churn():
    intent = at("2026-12", segments__smb__cancel__basic=SURELY)
    story = Story({"changes": [intent, DEARER]})
    assert story.steps == [Step(12.0, "price_change", 1_000, 1_200, "basic"), Step(12.0, "voluntary", 1_200, 0, None)]


def test_a_price_move_comes_before_the_renewal():
    story = Story({"changes": [DEARER]}, segments=REFUSING)
    assert [step.reason for step in story.steps] == ["price_change", "voluntary"]


LATER = {"at": "2026-11", "set": {"plans.basic.price": 1_200}, "existing": {"after": "2 months"}}  # at 12.0


def test_a_move_that_waited_is_booked_before_the_churn_too():
    intent = at("2026-12", segments__smb__cancel__basic=SURELY)
    assert [step.reason for step in Story({"changes": [LATER, intent]}).steps] == ["price_change", "voluntary"]


def test_a_move_that_waited_comes_before_the_renewal_it_waited_for():
    waiting = {"at": "2026-06", "set": {"plans.basic.price": 1_200}, "existing": "at_renewal"}
    for change in (LATER, waiting):
        story = Story({"changes": [change]}, segments=REFUSING)
        assert story.steps == [Step(12.0, "price_change", 900, 1_080, "basic"), Step(12.0, "voluntary", 1_080, 0, None)]


def test_a_move_that_waited_comes_before_a_pending_change():
    story = Story({"changes": [LATER]}, offers={"up": upsell("plus", "11.5 months", takes_effect="anniversary")})
    assert [(step.reason, step.before) for step in story.steps] == [("price_change", 1_000), ("plan_upgrade", 1_200)]


def test_leaving_comes_before_a_pending_change():
    intent = at("2026-04", segments__smb__cancel__basic=SURELY)
    story = Story({"changes": [intent]}, segments=annual(), offers={"down": downsell("lite", "2 months")})
    assert story.steps == [Step(12.0, "voluntary", 900, 0, None)]


def test_a_pending_change_comes_before_the_renewal():
    story = Story({"months": 13}, segments=REFUSING, offers={"down": downsell("lite", "2 months")})
    assert story.steps == [Step(12.0, "rescue", 900, 300, "lite"), Step(12.0, "voluntary", 300, 0, None)]


def test_a_renewal_comes_before_the_dated_offers():
    offers = {"up": upsell("plus", "12 months"), "rescue": offer("downsell", "lite", "cancel_intent", "100%")}
    story = Story({"months": 13}, segments=REFUSING, offers=offers)
    assert [step.reason for step in story.steps] == ["rescue", "plan_upgrade"]


def test_offers_of_one_date_come_in_the_order_of_the_file():
    offers = {
        "care": cross_sell("care", "2 months"),
        "up": upsell("plus", "2 months"),
        "disk": {**cross_sell("disk", "2 months")},
    }
    assert [step.reason for step in Story(offers=offers).steps] == ["addon", "plan_upgrade", "addon"]
    turned = dict(reversed(offers.items()))
    story = Story(offers=turned)
    assert [step.after for step in story.steps] == [1_200, 2_200, 2_300]


def test_a_change_that_an_earlier_offer_made_is_seen_by_the_next():
    offers = {
        "up": upsell("plus", "2 months"),
        "for_basic": {**cross_sell("care", "2 months"), "who": {"plans": "basic"}},
    }
    assert Story(offers=offers).made("for_basic") == []
    assert Story(offers=dict(reversed(offers.items()))).made("for_basic") == [2]


def test_the_values_of_a_date_hold_for_the_events_of_that_moment():
    changes = [{"at": "2026-03", "set": {"plans.plus.price": 2_500}, "existing": "keep"}]
    assert Story({"changes": changes}, offers={"up": upsell("plus", "2 months")}).steps[0].after == 2_500
