"""Coming back: on a monthly term, at today's price, with tenure and phase starting again."""

from tests.customer.stories import SURELY, Step, Story, annual, at, cross_sell, offer, upsell

LEAVES = [
    at("2026-04", segments__smb__cancel__basic=SURELY),
    at("2026-06", segments__smb__cancel__basic="0% per month"),
]
BACK = {"back": offer("win_back", "basic", {"churned_for": "2.25 months"}, "100%")}  # left at 4.0, back at 6.25


def test_a_customer_comes_back():
    story = Story({"changes": LEAVES}, offers=BACK)
    assert story.steps == [Step(4.0, "voluntary", 1_000, 0, None), Step(6.25, "win_back", 0, 1_000, "basic")]
    assert story.line(1) == ("reactivation", "none", "win_back")
    assert [key[1:] for key in story.movements()] == [
        ("churn", "none", "voluntary"),
        ("reactivation", "none", "win_back"),
    ]


def test_at_todays_price_on_a_monthly_term():
    changes = [*LEAVES, {"at": "2026-05", "set": {"plans.basic.price": 1_300}, "existing": "keep"}]
    refused = {"back": offer("win_back", "basic", {"churned_for": "2 months"}, "100%")}
    changes[0] = at("2026-04", cancellation__bluff="0%")
    story = Story({"changes": changes}, segments=annual(not_renewed={"annual": "100%"}), offers=refused)
    assert story.steps == [Step(12.0, "voluntary", 900, 0, None), Step(14.0, "win_back", 0, 1_300, "basic")]
    assert story.counted("renewals") == 1


def test_addons_and_own_price_do_not_come_back(tmp_path):
    (tmp_path / "base.csv").write_text("customer_id,plan,tenure_months,mrr\nA,basic,3.5,700\n")
    segments = {"smb": {"opening": str(tmp_path / "base.csv"), "opening_tenure": None}}
    offers = {"care": cross_sell("care", "4 months"), **BACK}
    steps = Story({"changes": LEAVES}, segments=segments, offers=offers).steps
    assert [step.after for step in steps] == [800, 0, 1_000, 1_100]  # the last: care again, at a new tenure


def test_tenure_and_anniversaries_start_again():
    offers = {**BACK, "hello": {**cross_sell("care", "1 month"), "who": {"lacks": "care"}}}
    assert [step.time for step in Story({"changes": LEAVES}, offers=offers).steps] == [1.0, 4.0, 6.25, 7.25]
    later = {**BACK, "up": upsell("plus", "5 months", takes_effect="anniversary")}
    assert Story({"changes": LEAVES}, offers=later).steps[-1] == Step(12.25, "plan_upgrade", 1_000, 2_000, "plus")


def test_the_audience_is_the_last_plan():
    offers = {"up": upsell("plus", "1 month"), "back": {**BACK["back"], "who": {"plans": "basic"}}}
    leaves = [at("2026-04", segments__smb__cancel__plus=SURELY)]  # at 4.0
    assert Story({"changes": leaves}, offers=offers).made("back") == []
    offers["back"]["who"] = {"plans": "plus"}
    assert Story({"changes": leaves}, offers=offers).made("back")[0] == 6


def test_whoever_left_for_whatever_reason_is_asked():
    pushy = offer("upsell", "plus", {"tenure": "2 months"}, "0%", if_declined={"cancel": "100%"})
    assert [step.time for step in Story(offers={"pushy": pushy, **BACK}).steps][:2] == [2.0, 4.25]


def test_a_price_move_that_waited_does_not_follow_who_left():
    changes = [{"at": "2026-02", "set": {"plans.basic.price": 1_300}, "existing": {"after": "8 months"}}, *LEAVES]
    story = Story({"changes": changes}, offers=BACK)
    assert [(step.time, step.after) for step in story.steps] == [(4.0, 0), (6.25, 1_300)]
