"""When dated offers are made. Nobody accepts, so that nothing else moves a date."""

import pytest

from tests.customer.stories import SURELY, Story, annual, at, offer

NOBODY = "0%"


def made(when, motion="upsell", to="plus", months=30, **more):
    blocks = {key: more.pop(key) for key in ("segments", "changes", "cancellation") if key in more}
    changes = {"months": months} | ({"changes": blocks.pop("changes")} if "changes" in blocks else {})
    return Story(changes, offers={"it": offer(motion, to, when, NOBODY, **more)}, **blocks).made("it")


def test_every_counts_from_sign_up():
    assert made({"every": "4 months"}) == [4, 8, 12, 16, 20, 24, 28]
    assert made({"every": "2.5 months"}, months=11) == [2, 5, 7, 10]


def test_tenure_comes_once():
    assert made({"tenure": "7 months"}) == [7]
    assert made({"tenure": "0 months"}) == [0]


def test_renewal_within_comes_once_a_term():
    assert made({"renewal_within": "2 months"}, segments=annual()) == [10, 22]
    assert made({"renewal_within": "14 days"}, segments=annual()) == [11, 23]


def test_renewal_within_never_comes_on_a_monthly_term():
    assert made({"renewal_within": "14 days"}) == []


def test_months_of_the_year_come_at_their_start():
    assert made({"month": [3, 12]}) == [2, 11, 14, 23, 26]
    assert made({"month": 1}) == [0, 12, 24]


def test_a_quiet_time_ends_exactly_when_the_offer_may_come_again():
    assert made({"every": "1 month"}, quiet_for="3 months", months=12) == [1, 4, 7, 10]
    assert made({"every": "1 month"}, quiet_for="3.5 months", months=12) == [1, 5, 9]


def test_a_quiet_time_counts_for_its_offer_alone():
    loud, quiet = (
        offer("upsell", "plus", {"every": "1 month"}, NOBODY, **more) for more in ({}, {"quiet_for": "1 year"})
    )
    story = Story({"months": 6}, offers={"quiet": quiet, "loud": loud})
    assert (story.made("quiet"), story.made("loud")) == ([1], [1, 2, 3, 4, 5])


@pytest.mark.parametrize(
    ("who", "months"),
    [
        ({"tenure_above": "3 months"}, [3, 4, 5, 6, 7]),
        ({"tenure_below": "3 months"}, [1, 2]),
        ({"tenure_above": "2 months", "tenure_below": "4 months"}, [2, 3]),
        ({"plans": "plus"}, []),
        ({"plans": ["basic", "plus"], "terms": "annual"}, []),
        ({"terms": "monthly"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"has": "care"}, []),
        ({"lacks": "care", "rescued": "no"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"rescued": "yes"}, []),
        ({"segments": "smb"}, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_all_of_the_audience_must_hold(who, months):
    assert made({"every": "1 month"}, who=who, months=8) == months


def test_who_has_left_is_asked_back_once_after_that_time():
    left = [at("2026-03", segments__smb__cancel__basic=SURELY)]
    assert made({"churned_for": "2.5 months"}, "win_back", "basic", changes=left) == [5]  # left at 3.0


def test_nobody_who_stays_is_asked_back():
    assert made({"churned_for": "1 month"}, "win_back", "basic") == []


def test_an_offer_of_a_later_date_starts_with_that_date():
    late = {"offers.late": offer("upsell", "plus", {"every": "2 months"}, NOBODY)}
    story = Story({"changes": [{"at": "2026-05", "set": late}], "months": 11})
    assert story.made("late") == [4, 6, 8, 10]


def test_a_date_of_the_timeline_makes_no_offer_twice():
    changes = [at("2026-05", segments__smb__downgrade="0% per month"), at("2026-06", cancellation__bluff="1%")]
    assert made({"every": "1 month"}, changes=changes, months=8) == [1, 2, 3, 4, 5, 6, 7]
    assert made({"tenure": "4 months"}, changes=changes) == [4]
    assert made({"month": [5, 6]}, changes=changes, months=8) == [4, 5]
    assert made({"renewal_within": "8 months"}, changes=changes, segments=annual()) == [4, 16, 28]


def test_offers_at_sign_up_are_made_to_everyone_who_signs_up_and_to_nobody_else():
    segments = {"smb": {"arrivals": {"per_month": 5}, "choose": {"basic": "100%"}}}
    story = Story(segments=segments, offers={"start": offer("cross_sell", "care", "on_sign_up", "100%")})
    assert len(story.made("start")) == story.counted("sign_ups") > 100
    for sign_up, addon in story.lives:
        assert (sign_up.time, sign_up.after, addon.after) == (addon.time, 1_000, 1_100)
    assert {key[1:] for key in story.movements()} == {("new", "none", "sign_up")}  # at month grain


def test_an_offer_by_rate_comes_as_often_as_its_rate_says():
    story = Story({"months": 600}, offers={"it": offer("upsell", "plus", {"rate": "2 per month"}, NOBODY)})
    assert len(story.made("it")) == pytest.approx(1_200, abs=4 * 1_200**0.5)
