"""Leaving: the flow, who stays after all, when MRR falls, and who leaves without the flow."""

import pytest

from tests.customer.stories import SURELY, Step, Story, annual, at, cross_sell, downsell, offer, upsell

INTENT = [at("2026-04", segments__smb__cancel__basic=SURELY)]  # within a moment after 3.0
LEFT = Step(4.0, "voluntary", 1_000, 0, None)


def soon(time):
    return pytest.approx(time, abs=1e-4)


def test_leaving_takes_effect_at_the_next_anniversary():
    story = Story({"changes": INTENT})
    assert story.steps == [LEFT]
    assert story.line(0) == ("churn", "none", "voluntary")
    assert story.mrr()[4:6] == [1_000, 0]  # 4.0 is in the month after the fourth


def test_leaving_immediately():
    (left,) = Story({"changes": INTENT, "cancellation.takes_effect": "immediate"}).steps
    assert left.time == soon(3.0)


@pytest.mark.parametrize(("notice", "time"), [("0 days", 4), ("20 days", 4), ("1.5 months", 5), ("70 days", 6)])
def test_notice_comes_before_the_anniversary(notice, time):
    assert Story({"changes": INTENT, "cancellation.notice": notice}).steps == [LEFT._replace(time=time)]


def test_leaving_a_longer_term_takes_effect_at_its_renewal():
    assert Story({"changes": INTENT}, segments=annual()).steps == [Step(12.0, "voluntary", 900, 0, None)]


NOTICE = "customer/leaving.give_notice puts the notice before the renewal of longer terms too (meaning 7: monthly)"


def test_notice_is_of_monthly_terms():
    changes = [at("2026-12", segments__smb__cancel__basic=SURELY)]
    story = Story({"changes": changes, "cancellation.notice": "2 months"}, segments=annual())
    assert story.steps == [Step(12.0, "voluntary", 900, 0, None)]


def test_the_intent_clock_stands_still_where_the_renewal_decides():
    story = Story({"changes": INTENT}, segments=annual(not_renewed={"annual": "0%"}))
    assert story.steps == []
    assert story.counted("intents") == 0
    assert story.counted("renewals") == 2


def test_a_refused_renewal_leaves_at_once():
    story = Story(segments=annual(not_renewed={"annual": "100%"}))
    assert story.steps == [Step(12.0, "voluntary", 900, 0, None)]
    assert (story.counted("renewals"), story.counted("refused_renewals"), story.counted("intents")) == (1, 1, 1)


def test_a_bluffer_stays():
    changes = [*INTENT, at("2026-05", segments__smb__cancel__basic="0% per month")]
    story = Story({"changes": changes, "cancellation.bluff": "100%", "segments.smb.cancel.basic": "0% per month"})
    assert story.steps == []
    assert story.counted("intents") == story.counted("bluffs") == story.counted("stayed") > 0


def test_a_bluffer_stays_at_a_refused_renewal_too():
    story = Story({"cancellation.bluff": "100%"}, segments=annual(not_renewed={"annual": "100%"}))
    assert story.steps == []
    assert story.counted("refused_renewals") == story.counted("stayed") == 2


def test_offers_do_not_see_a_bluff():
    rescue = {"rescue": offer("downsell", "lite", "cancel_intent", "100%")}
    segments = annual(not_renewed={"annual": "100%"})
    for bluff in ("0%", "100%"):
        story = Story({"cancellation.bluff": bluff, "months": 14}, segments=segments, offers=rescue)
        assert story.steps == [Step(12.0, "rescue", 900, 300, "lite")]
        assert (story.counted("rescued"), story.counted("stayed")) == (1, 0)


def test_lured_customers_come_for_the_offer_and_stay_without_one():
    changes = [at("2026-04", cancellation__lured="100 per month"), at("2026-05", cancellation__lured="0% per month")]
    assert Story({"changes": changes}).steps == []
    story = Story({"changes": changes}, offers={"rescue": offer("downsell", "lite", "cancel_intent", "100%")})
    (taken,) = story.steps
    assert (taken.reason, taken.plan) == ("rescue", "lite")
    assert story.counted("lured") > 0
    assert story.counted("intents") == story.counted("departures") == 0


RESCUED = "customer/cancel_flow.rescue counts accepted offers of lured customers as rescued intents"


def test_lured_customers_are_no_rescued_intents():
    rescue = {"rescue": offer("downsell", "lite", "cancel_intent", "100%")}
    story = Story({"cancellation.lured": "100 per month"}, offers=rescue)
    assert story.counted("rescued") <= story.counted("intents") == 0


def test_free_customers_are_not_lured():
    segments = {"smb": {"opening": {"basic": 0, "free": 1}}}
    assert Story({"cancellation.lured": SURELY, "months": 3}, segments=segments).counted("lured") == 0


def test_offers_of_the_flow_come_in_the_order_of_the_file_until_one_is_accepted():
    offers = {
        "no": offer("downsell", "lite", "cancel_intent", "0%"),
        "not_you": offer("downsell", "lite", "cancel_intent", "100%", who={"plans": "plus"}),
        "yes": offer("downsell", {"term": "annual"}, "cancel_intent", "100%"),
        "too_late": offer("downsell", "lite", "cancel_intent", "100%"),
    }
    story = Story({"changes": INTENT}, segments={"smb": {"not_renewed": {"annual": "0%"}}}, offers=offers)
    (taken,) = story.steps
    assert (taken.time, taken.reason, taken.after) == (soon(3.0), "term_change", 900)
    assert [story.made(name) for name in offers] == [[3], [], [3], []]


def test_a_rescue_in_the_flow_is_now_unless_the_offer_says_otherwise():
    segments = annual(not_renewed={"annual": "100%"})
    now = Story({"months": 14}, segments=segments, offers={"r": offer("downsell", "lite", "cancel_intent", "100%")})
    assert now.steps == [Step(12.0, "rescue", 900, 300, "lite")]
    waits = offer("downsell", "lite", "cancel_intent", "100%", takes_effect="anniversary")
    later = Story({"months": 14}, segments=segments, offers={"r": waits})
    assert later.steps == [Step(13.0, "rescue", 900, 300, "lite")]


@pytest.mark.parametrize(("acceptance", "consequence"), [("100%", "if_accepted"), ("0%", "if_declined")])
def test_a_consequence_is_leaving_at_once_without_the_flow(acceptance, consequence):
    pushy = offer("upsell", "plus", {"tenure": "2.5 months"}, acceptance, **{consequence: {"cancel": "100%"}})
    rescue = offer("downsell", "lite", "cancel_intent", "100%")
    story = Story(offers={"pushy": pushy, "rescue": rescue})
    assert story.steps[-1][:2] == (2.5, "voluntary")
    assert story.steps[-1].after == 0
    assert story.counted("intents") == 0
    assert story.made("rescue") == []


def test_an_offer_that_drives_away_ends_the_flow():
    offers = {
        "pushy": offer("downsell", "lite", "cancel_intent", "0%", if_declined={"cancel": "100%"}),
        "rescue": offer("downsell", "lite", "cancel_intent", "100%"),
    }
    story = Story({"changes": INTENT}, offers=offers)
    assert (story.steps[0].time, story.steps[0].plan) == (soon(3.0), None)
    assert story.made("rescue") == []


def test_pending_leavers_get_no_offers_and_do_not_change_their_mind():
    offers = {
        "care": cross_sell("care", "3.5 months"),
        "up": upsell("plus", "4 months"),
        "down": downsell("lite", "3.2 months"),
    }
    story = Story({"changes": INTENT, "cancellation.notice": "2 months"}, offers=offers)
    assert story.steps == [LEFT._replace(time=6.0)]


def test_who_has_left_gets_no_offers():
    story = Story(
        {"changes": INTENT},
        offers={"up": {**upsell("plus", "5 months")}, "all": offer("upsell", "plus", {"month": 6}, "100%")},
    )
    assert story.steps == [LEFT]


@pytest.mark.parametrize(("until", "factor"), [(2.0, 3.0), (5.0, 0.5)])
def test_the_tenure_factor_holds_until_its_tenure(until, factor):
    def left(**more):
        segments = {"smb": {"cancel": {"basic": "4% per month"}}}
        story = Story({"months": 600, "cancellation.takes_effect": "immediate"}, segments=segments, seed=4, **more)
        return story.steps[0].time

    tenure = [{"until": f"{until} months", "factor": f"x{factor}"}]
    budget, early = left(), until * factor  # in months of the plain rate
    expected = budget / factor if budget <= early else until + budget - early
    assert left(retention={"tenure": tenure}) == pytest.approx(expected)


PENDING = "customer/leaving.give_notice leaves a pending plan change standing (meaning 8: pending leavers only tick)"


def test_a_change_that_waited_does_not_happen_to_a_pending_leaver():
    """Asked for at 3.0 for the anniversary, cancelled a moment later with two months' notice."""
    offers = {"up": upsell("plus", "3 months", takes_effect="anniversary")}
    story = Story({"changes": INTENT, "cancellation.notice": "2 months"}, offers=offers)
    assert story.steps == [LEFT._replace(time=6.0)]


AGAIN = "customer/renewal.renew lets pending leavers decide their renewal (meaning 8: pending leavers only tick)"


def test_a_pending_leaver_does_not_go_through_the_flow_again():
    changes = [*INTENT, at("2026-06", segments__smb__not_renewed__annual="100%")]
    story = Story({"changes": changes, "cancellation.notice": "14 months"}, segments=annual())
    assert story.counted("intents") == 1
