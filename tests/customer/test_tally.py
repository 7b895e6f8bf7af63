"""What is counted beside money: attachment in the first 90 days, rescues followed for a year, caps."""

import pytest

from tests.customer.stories import SURELY, Story, at, cross_sell, downsell, offer, upsell

ARRIVING = {"smb": {"opening": {"basic": 0}, "arrivals": {"per_month": 20}, "choose": {"basic": "100%"}}}
ATTACHED = ("alive_90d", "attached_90d", "attached_observed_12m", "attached_retained_12m")
BARE = ("bare_observed_12m", "bare_retained_12m")


def counted(story, names):
    return [story.counted(name) for name in names]


def test_an_addon_within_90_days_is_attachment():
    """Sign-ups of 15 months; 90 days are 2.96 months, a year is seen of the first three."""
    early = Story({"months": 15}, segments=ARRIVING, offers={"care": cross_sell("care", "2.9 months")})
    times = [life[0].time for life in early.lives]
    seen, year = sum(t <= 15 - 90 / 30.4375 for t in times), sum(t <= 3 for t in times)
    assert counted(early, ATTACHED) == [seen, seen, year, year]
    assert counted(early, BARE) == [0, 0]
    late = Story({"months": 15}, segments=ARRIVING, offers={"care": cross_sell("care", "3 months")})
    assert counted(late, ATTACHED) == [seen, 0, 0, 0]
    assert counted(late, BARE) == [year, year]


def test_who_leaves_within_90_days_is_not_among_them_and_who_leaves_within_a_year_is_not_retained():
    soon = Story({"segments.smb.cancel.basic": SURELY}, segments=ARRIVING)
    assert counted(soon, ATTACHED + BARE) == [0] * 6
    changes = [at("2026-09", segments__smb__cancel__basic=SURELY)]  # month 8: three full months for the first five
    later = Story({"changes": changes, "months": 30}, segments=ARRIVING)
    first = [life[0].time for life in later.lives if life[-1].time - life[0].time >= 90 / 30.4375]
    assert counted(later, ATTACHED) == [len(first), 0, 0, 0]
    assert counted(later, BARE) == [len(first), 0]


def test_the_opening_base_did_not_begin_in_the_run():
    assert counted(Story(offers={"care": cross_sell("care", "1 month")}), ATTACHED + BARE) == [0] * 6


FIRST = "customer/settling._book takes the first payment after an interruption for the first payment of the run"


def test_an_opening_customer_who_pays_again_did_not_begin_in_the_run():
    changes = [at("2026-02", segments__smb__downgrade=SURELY), at("2026-03", segments__smb__downgrade="0% per month")]
    story = Story({"changes": changes}, offers={"up": {**upsell("basic", "5 months"), "who": {"plans": "free"}}})
    assert [step.after for step in story.steps] == [0, 1_000]
    assert story.counted("alive_90d") == 0


@pytest.mark.parametrize(("left", "still"), [(None, [1, 1, 1]), ("2026-06", [1, 0, 0]), ("2026-12", [1, 1, 0])])
def test_an_accepted_rescue_is_followed(left, still):
    changes = [at(left, segments__smb__cancel__lite=SURELY)] if left else []
    down = {"down": downsell("lite", "1 month", takes_effect="now")}
    story = Story({"changes": changes, "months": 14}, offers=down)
    assert [len(story.made("down", f"observed_{months}")) for months in (3, 6, 12)] == [1, 1, 1]
    assert [len(story.made("down", f"still_{months}")) for months in (3, 6, 12)] == still


def test_a_rescue_whose_year_lies_beyond_the_horizon_is_not_observed_that_long():
    story = Story({"months": 8}, offers={"down": downsell("lite", "1 month", takes_effect="now")})
    assert [len(story.made("down", f"observed_{months}")) for months in (3, 6, 12)] == [1, 1, 0]


def test_acceptance_above_one_is_capped_and_counted():
    base = {"base": "80%", "framing": "x1.5"}
    story = Story(
        segments={"smb": {"opening": {"basic": 50}}},
        offers={"up": offer("upsell", "plus", {"tenure": "1 month"}, base)},
    )
    assert [len(story.made("up", stage)) for stage in ("made", "accepted", "capped")] == [50, 50, 50]


def test_moves_between_plans_are_counted_from_and_to():
    story = Story(offers={"up": upsell("plus", "1 month"), "down": downsell("lite", "2 months", takes_effect="now")})
    moves = story.run.tallies.moves[:, 0]
    assert moves.sum() == 2
    assert (moves[1, 2, 3], moves[2, 3, 1]) == (1, 1)  # basic to plus, plus to lite
