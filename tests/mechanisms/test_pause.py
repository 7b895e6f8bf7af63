"""Pauses: nothing is paid, clocks stand still, a share resumes, the others are lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, merged, offer, smb

ANNUAL = {
    "plans": {"basic": {"term_discount": {"annual": "0%"}}, "lite": {"term_discount": {"annual": "0%"}}},
    "terms": {"annual": "12 months"},
}


def paused(resumes: str = "100%", at: float = 0.5, length: str = "3 months", months: int = 8, **more) -> World:
    offers = {"pause": offer("downsell", after(at), {"pause": length, "resumes": resumes}), **more.pop("offers", {})}
    return World(months=months, offers=offers, **more)


def test_a_paused_customer_stays_and_pays_nothing():
    world = paused()
    assert world.told == [(0.5, "pause", 0), (3.5, "resume", 1_000)]
    assert world.stock("paused").tolist() == [0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert world.stock("paying").tolist() == [1, 0, 0, 0, 1, 1, 1, 1, 1]
    assert (
        world.lines("month")
        == world.lines("event")
        == {("contraction", "downsell", "pause"): 1_000, ("expansion", "restoration", "resume"): 1_000}
    )


def test_who_does_not_resume_is_one_churned_customer_without_mrr():
    world = paused("0%")
    assert world.told == [(0.5, "pause", 0), (3.5, "voluntary", 0)]
    assert world.lines() == {("contraction", "downsell", "pause"): 1_000}
    assert world.customers()["churn", "none", "voluntary"] == 1
    assert world.counter("pause_lost").tolist() == [0, 0, 0, 1_000 * 10_000, 0, 0, 0, 0]


def test_the_stated_share_resumes():
    world = paused("54%", seed=71, ledger=False, segments=smb({"basic": 20_000}))
    assert world.offered("pause", "ended") == 20_000
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, 0.54), (wrong, 0.5)):
        seen.add("resumed", world.offered("pause", "stayed"), *binomial(20_000, np.array(share)))
        seen.add("paying", world.stock()[-1], *binomial(20_000, np.array(share)))
    right.check()
    assert_noticed(right, wrong)
    assert world.counted("pause_lost") == (20_000 - world.stock()[-1]) * 1_000 * 10_000


def test_random_clocks_stand_still():
    """Whoever pauses at 2 months for 3 leaves 3 months later than without: not one budget is redrawn."""

    def leaving(**more) -> dict:
        world = World(months=40, segments=smb({"basic": 300}, cancel={"basic": "0.1 per month"}), **more)
        return {(r["stream"], r["index"]): r["time"] for r in world.events("voluntary")}

    plain = leaving()
    pause = leaving(offers={"pause": offer("downsell", after(2), {"pause": "3 months", "resumes": "100%"})})
    shifted = {who: t if t < 2 else t + 3 for who, t in plain.items() if t < 2 or t + 3 < 40}
    assert pause == pytest.approx(shifted)
    assert len(pause) > 200


def test_month_ticks_freeze_and_the_dates_of_later_ones_shift():
    world = paused(
        months=9,
        length="2.25 months",
        at=1.5,
        plans={"basic": {"price": 0, "usage_price": {"mode": "per_unit", "unit": 1}}},
        segments=smb(usage={"median": 100, "growth": "10% per month"}),
    )
    assert [(s.time, s.cause) for s in world.steps] == [
        (1.0, "usage"),
        (1.5, "pause"),
        (3.75, "resume"),
        *((k + 4.25, "usage") for k in range(5)),
    ]
    assert world.mrr[-1] == pytest.approx(100 * 1.1**6, abs=1e-3)


@pytest.mark.parametrize("length", ["0.7 months", "45 days"])
def test_a_pause_makes_nobody_tick_twice(length):
    world = World(
        months=12,
        ledger=False,
        segments=smb({"basic": 1_000}, opening_tenure={"mean": "5 months"}, satisfaction={"mean": 7}),
        offers={"pause": offer("downsell", {"month": 2}, {"pause": length, "resumes": "100%"}, quiet_for="2 years")},
    )
    assert world.counter("passives")[4:].tolist() == [1_000] * 8
    assert world.counter("passives")[:4].sum() in range(2_000, 4_001)
    assert (world.counter("passives")[1:4] <= 1_000).all()


@pytest.mark.parametrize(
    "trigger", [{"satisfaction_below": 8}, {"every": "2 months"}], ids=lambda trigger: next(iter(trigger))
)
def test_a_pause_that_starts_at_a_tick_makes_nobody_tick_twice(trigger):
    """Ticks are whole months apart but for the pause: growth counts them."""
    world = World(
        months=12,
        plans={"basic": {"price": 0, "usage_price": {"mode": "per_unit", "unit": 1}}},
        segments=smb(
            {"basic": 1_000},
            opening_tenure={"mean": "5 months"},
            satisfaction={"mean": 7},
            usage={"median": 100, "growth": "10% per month"},
        ),
        offers={"pause": offer("downsell", trigger, {"pause": "0.7 months", "resumes": "100%"}, quiet_for="2 years")},
    )
    for steps in world.lives:
        ticks = [s.time for s in steps if s.cause == "usage"]
        resumed = next((s.time for s in steps if s.cause == "resume"), 99.0)
        steps_between = np.diff(ticks)
        assert (steps_between > 0.99).all(), steps_between
        late = [t for t in ticks if t > resumed]
        assert np.diff(late) == pytest.approx(1.0)


def test_a_decision_stands_still():
    """Offered at 0.5 and to be decided at 2.5; a pause from 1 to 4, taken in the flow, comes between."""
    sets = {"set": {"segments.smb.cancel.basic": "1_000_000 per month"}}
    world = World(
        months=8,
        segments=smb(decision="2 months", cancel={"basic": "0 per month"}),
        changes=[{"at": "2026-02", "until": "2026-03", **sets}],
        offers={
            "up": offer("upsell", after(0.5), "plus"),
            "pause": offer("downsell", "cancel_intent", {"pause": "3 months", "resumes": "100%"}),
        },
    )
    assert [(round(s.time, 4), s.cause) for s in world.steps] == [
        (1.0, "pause"),
        (4.0, "resume"),
        (5.5, "plan_upgrade"),
    ]


def test_onboarding_stands_still():
    segments = {"smb": {"opening": None, "arrivals": {"per_month": 200, "market": 1}, "choose": {"basic": "100%"}}}
    reviews = {name: offer("care", {"every": "1 month"}, who={"phase": name}) for name in ("onboarding", "adopted")}
    world = paused(segments=segments, onboarding={"smb": {"median": "2.5 months"}}, offers=reviews)
    assert [world.months(name) for name in reviews] == [[4, 5], [6, 7]]


def test_the_renewal_shifts_by_the_length_of_the_pause():
    world = paused(
        months=30,
        **ANNUAL,
        segments=smb(terms={"annual": "100%"}, not_renewed={"annual": "100%"}),
    )
    assert world.told == [(0.5, "pause", 0), (3.5, "resume", 1_000), (15.0, "voluntary", 0)]
    assert np.flatnonzero(world.counter("renewals")).tolist() == [15]


def test_offers_before_the_renewal_follow_it():
    world = paused(
        months=20,
        **ANNUAL,
        segments=smb(terms={"annual": "100%"}),
        offers={"talk": offer("care", {"renewal_within": "1 month"})},
    )
    assert world.months("talk") == [14]


def test_no_offer_is_made_in_a_pause():
    offers = {"up": offer("upsell", after(1.5), "plus"), "every": offer("care", {"every": "1 month"})}
    world = paused(offers=offers, months=6)
    assert world.offered("up") == 0
    assert world.months("every") == [4, 5]


def test_nobody_without_mrr_is_offered_a_pause():
    assert paused(segments=smb({"free": 1})).offered("pause") == 0


def test_a_discount_that_ends_inside_asks_nobody_whether_to_stay():
    cut = {"cut": offer("downsell", after(0.2), {"discount": "30%", "for": "1 month", "stays": "0%"})}
    world = paused(offers=cut)
    assert world.changes == [(0.2, "discount", 700), (0.5, "pause", 0), (3.5, "resume", 1_000)]
    assert world.offered("cut", "ended") == 0


def test_a_discount_that_outlasts_a_pause_holds_on():
    cut = {"cut": offer("downsell", after(0.2), {"discount": "30%", "for": "4 months", "stays": "100%"})}
    assert paused(offers=cut).changes == [
        (0.2, "discount", 700),
        (0.5, "pause", 0),
        (3.5, "resume", 700),
        (4.2, "discount_end", 1_000),
    ]


def test_resuming_across_a_month_end_is_restoration_and_within_it_no_movement():
    assert paused(length="0.2 months").lines("month") == {}
    assert ("expansion", "restoration", "resume") in paused().lines("month")


def test_a_price_move_at_renewal_waits_for_the_shifted_one():
    world = paused(
        months=8,
        changes=[{"at": "2026-02", "set": {"plans.basic.price": 1_500}, "existing": "at_renewal"}],
        at=1.5,
        length="2.25 months",
    )
    assert world.changes == [(1.5, "pause", 0), (3.75, "resume", 1_000), (4.25, "price", 1_500)]


def test_a_price_move_at_renewal_that_is_announced_during_a_pause_waits_for_its_end():
    """Anniversaries shifted by three months fall on whole months: on 5, but nothing is renewed before 5.5."""
    world = paused(
        months=9,
        changes=[{"at": "2026-05", "set": {"plans.basic.price": 1_500}, "existing": "at_renewal"}],
        at=2.5,
    )
    assert world.changes == [(2.5, "pause", 0), (5.5, "resume", 1_000), (6.0, "price", 1_500)]


def test_a_pending_change_waits_for_the_shifted_anniversary():
    lite = {"lite": offer("downsell", after(0.3), "lite", takes_effect="anniversary")}
    assert paused(offers=lite).told == [(0.5, "pause", 0), (3.5, "resume", 1_000), (4.0, "rescue", 300)]


def test_nobody_is_lost_to_an_unpaid_bill_in_a_pause():
    failed = {"rate": "1_000_000 per month", "recovered": "0%", "within": "2 months"}
    world = paused(segments=smb(failed_payment=failed))
    assert [s.cause for s in world.steps][:2] == ["pause", "resume"]


def test_a_pause_in_the_flow_after_a_refused_renewal_ends_in_another_renewal():
    tree = merged(
        ANNUAL, {"offers": {"pause": offer("downsell", "cancel_intent", {"pause": "3 months", "resumes": "100%"})}}
    )
    world = World(months=30, segments=smb(terms={"annual": "100%"}, not_renewed={"annual": "100%"}), **tree)
    assert world.changes[:4] == [
        (12.0, "pause", 0),
        (15.0, "resume", 1_000),
        (15.0, "pause", 0),
        (18.0, "resume", 1_000),
    ]
    assert np.flatnonzero(world.counter("refused_renewals")).tolist() == [12, 15, 18, 21, 24, 27]
