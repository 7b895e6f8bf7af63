"""Downsell: lite plan, discount, split, shorter term; bluffers and lured; offered, accepted, still there, returned."""

from __future__ import annotations

import math

import numpy as np
import pytest

import simulator
from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import SURELY, World, after, offer, smb, text

ANNUAL = {"plans": {"basic": {"term_discount": {"annual": "20%"}}}, "terms": {"annual": "12 months"}}


def cut(share: str = "30%", months: float = 3, stays: str = "100%", at: float = 0.5, **more) -> dict:
    return offer("downsell", after(at), {"discount": share, "for": f"{months} months", "stays": stays}, **more)


# discounts


def test_a_discount_is_contraction_and_its_end_restoration():
    world = World(months=6, offers={"cut": cut()})
    assert world.told == [(0.5, "discount", 700), (3.5, "discount_end", 1_000)]
    assert (
        world.lines()
        == world.lines("month")
        == {("contraction", "downsell", "discount"): 300, ("expansion", "restoration", "discount_end"): 300}
    )


def test_at_its_end_the_stated_share_goes_on_and_the_others_leave_without_the_flow():
    world = World(
        months=6,
        seed=81,
        segments=smb({"basic": 10_000}),
        offers={"cut": cut(stays="22%"), "rescue": offer("downsell", "cancel_intent", "lite")},
    )
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, 0.22), (wrong, 0.25)):
        seen.add("stayed", world.offered("cut", "stayed"), *binomial(10_000, np.array(share)))
    right.check()
    assert_noticed(right, wrong)
    assert world.offered("cut", "ended") == 10_000
    left = world.events("voluntary")
    assert (len(left), set(left["time"]), set(left["before"])) == (10_000 - world.stock()[-1], {3.5}, {7_000_000})
    assert world.counted("intents") == world.offered("rescue") == 0


def test_a_newer_discount_replaces_an_older_one():
    offers = {"cut": cut("30%", 3, "0%"), "more": cut("50%", 2, "100%", at=1.5)}
    world = World(months=6, offers=offers)
    assert world.told == [(0.5, "discount", 700), (1.5, "discount", 500), (3.5, "discount_end", 1_000)]
    assert [world.offered(name, "ended") for name in offers] == [0, 1]


def test_a_smaller_discount_replaces_a_larger_one_too():
    offers = {"cut": cut("30%"), "less": cut("10%", 2, at=1.5)}
    assert World(months=6, offers=offers).told == [
        (0.5, "discount", 700),
        (1.5, "discount", 900),
        (3.5, "discount_end", 1_000),
    ]


def test_a_discount_survives_a_change_of_plan():
    offers = {"cut": cut(), "up": offer("upsell", after(1.5), "plus")}
    assert World(months=6, offers=offers).changes == [
        (0.5, "discount", 700),
        (1.5, "plan_upgrade", 1_400),
        (3.5, "discount_end", 2_000),
    ]


def test_nobody_without_mrr_is_offered_a_discount():
    assert World(months=2, segments=smb({"free": 1}), offers={"cut": cut()}).offered("cut") == 0


def test_a_price_move_acts_by_the_full_mrr_without_the_discount_offer():
    """Fixed 100 to 200 beside 100 metered is x1.5 whether half of the fixed part is discounted or not."""

    def leaving(**more) -> dict:
        world = World(
            months=20,
            plans={"basic": {"price": 100, "usage_price": {"mode": "per_unit", "unit": 1}}},
            changes=[{"at": "2026-05", "set": {"plans.basic.price": 200}, "existing": "now"}],
            segments=smb(
                {"basic": 200}, cancel={"basic": "0.05 per month"}, usage={"median": 100}, price_response={"cancel": 2}
            ),
            **more,
        )
        return {(r["stream"], r["index"]): r["time"] for r in world.events("voluntary")}

    assert leaving(offers={"cut": cut("50%", 12, at=3)}) == pytest.approx(leaving())


# split


def test_several_small_plans_in_place_of_one():
    world = World(
        months=4,
        segments=smb({"top": 1}),
        offers={"split": offer("downsell", after(0.5), {"split": {"plan": "basic", "count": 3}})},
    )
    assert world.told == [(0.5, "split", 3_000)]
    assert world.lines() == {("contraction", "downsell", "split"): 1_000}
    assert world.steps[0].plan == "basic"
    assert world.stock("paying", "basic").tolist() == [0, 1, 1, 1, 1]


def test_a_plan_change_ends_a_split():
    offers = {
        "split": offer("downsell", after(0.5), {"split": {"plan": "basic", "count": 3}}),
        "up": offer("upsell", after(1.5), "plus"),
    }
    assert World(months=4, segments=smb({"top": 1}), offers=offers).changes[-1] == (1.5, "plan_upgrade", 2_000)


# annual to monthly


def test_a_cheaper_term_in_place_of_leaving_takes_effect_at_once():
    world = World(
        months=15,
        **ANNUAL,
        segments=smb(terms={"annual": "100%"}, not_renewed={"annual": "100%"}),
        offers={"monthly": offer("downsell", "cancel_intent", {"term": "monthly"})},
    )
    assert world.told == [(12.0, "term", 1_000)]
    assert world.counted("rescued") == 1
    assert world.lines() == {("expansion", "price", "term_change"): 200}


def test_leaving_the_term_waits_for_the_renewal_outside_the_flow():
    for takes_effect, date in (({}, 12.0), ({"takes_effect": "now"}, 0.5), ({"takes_effect": "anniversary"}, 1.0)):
        monthly = offer("downsell", after(0.5), {"term": "monthly"}, **takes_effect)
        world = World(months=15, **ANNUAL, segments=smb(terms={"annual": "100%"}), offers={"monthly": monthly})
        assert world.told == [(date, "term", 1_000)]


def test_from_monthly_to_annual_is_a_downsell_at_once():
    world = World(months=15, **ANNUAL, offers={"annual": offer("downsell", after(0.5), {"term": "annual"})})
    assert world.told == [(0.5, "term", 800)]
    assert world.lines() == {("contraction", "downsell", "term_change"): 200}
    assert np.flatnonzero(world.counter("renewals")).tolist() == [12]


# the flow


def flow(n: int = 10_000, acceptance: str = "25%", **cancellation) -> World:
    """Everybody wants to leave at once; a lite plan is offered."""
    return World(
        months=2,
        seed=82,
        segments=smb({"basic": n}, cancel={"basic": "1_000_000 per month", "lite": "0 per month"}),
        cancellation=cancellation,
        offers={"lite": offer("downsell", "cancel_intent", "lite", acceptance=acceptance, quiet_for="12 months")},
    )


def test_offered_accepted_and_left_add_up():
    world = flow()
    made, accepted = world.offered("lite"), world.offered("lite", "accepted")
    assert (made, world.counted("intents"), world.counted("rescued")) == (10_000, 10_000, accepted)
    assert world.counted("departures") == 10_000 - accepted == world.customers()["churn", "none", "voluntary"]
    assert world.customers()["contraction", "downsell", "rescue"] == accepted
    seen = Comparisons()
    seen.add("accepted", accepted, *binomial(10_000, np.array(0.25)))
    seen.check()


def test_bluffers_stay_anyway_and_take_the_offer_like_everybody():
    """One intent each where nothing is accepted and all bluff: they stay until the clock rings again."""
    n = 4_000
    segments = smb({"basic": n}, cancel={"basic": "0.1 per month"})
    world = World(months=10, seed=83, segments=segments, cancellation={"bluff": "30%"})
    intents = world.counted("intents")
    assert world.counted("bluffs") == world.counted("stayed") == intents - world.counted("departures")
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, 0.3), (wrong, 0.4)):
        seen.add("bluffs", world.counted("bluffs"), *binomial(intents, np.array(share)))
        alive = np.exp(-0.1 * (1 - share) * np.arange(11))
        seen.add("paying", world.stock(), *binomial(n, alive))
    right.check()
    assert_noticed(right, wrong)
    lite = offer("downsell", "cancel_intent", "lite", acceptance="25%")
    offered = World(months=10, seed=83, segments=segments, cancellation={"bluff": "30%"}, offers={"lite": lite})
    seen = Comparisons()
    seen.add("accepted", offered.counted("rescued"), *binomial(offered.counted("intents"), np.array(0.25)))
    seen.check()  # bluffers are not seen by the offers
    assert offered.counted("stayed") < offered.counted("bluffs")


def test_the_lured_come_only_for_the_offer_and_stay_without_it():
    n = 10_000
    world = World(
        months=4,
        seed=84,
        ledger=False,
        segments=smb({"basic": n}),
        cancellation={"lured": "0.1 per month"},
        offers={
            "cut": offer(
                "downsell", "cancel_intent", {"discount": "30%", "for": "12 months", "stays": "100%"}, acceptance="0%"
            )
        },
    )
    seen = Comparisons()
    seen.add("lured", world.counter("lured"), n * 0.1, (n * 0.1) ** 0.5)
    seen.check()
    assert world.stock().tolist() == [n] * 5
    assert world.counted("intents") == 0
    served = World(
        months=4,
        seed=84,
        ledger=False,
        segments=smb({"basic": n}),
        cancellation={"lured": "0.1 per month"},
        offers={"lite": offer("downsell", "cancel_intent", "lite", who={"plans": ["basic"]})},
    )
    seen = Comparisons()
    seen.add("on lite", served.stock(plan="lite"), *binomial(n, -np.expm1(-0.1 * np.arange(5))))
    seen.check()


def test_the_lured_pay_something():
    world = World(months=6, segments=smb({"free": 50}), cancellation={"lured": "0.5 per month"}, offers={"cut": cut()})
    assert world.counted("lured") == 0


def test_saved_mrr_is_the_paired_difference():
    tree = World(
        months=6,
        ledger=False,
        segments=smb({"basic": 500}, cancel={"basic": "0.1 per month"}),
        offers={"lite": offer("downsell", "cancel_intent", "lite", acceptance="50%")},
    ).tree
    with_offer = simulator.run(simulator.load(text(tree)), replications=2, seed=5)
    tree["offers"] = {}
    without = simulator.run(simulator.load(text(tree)), replications=2, seed=5)
    closing = [run.metric("closing_mrr")["mean"].to_numpy() for run in (with_offer, without)]
    saved = with_offer.metric("saved_mrr")["mean"].to_numpy()
    assert saved == pytest.approx(closing[0] - closing[1])
    assert (saved[1:] > 0).all()


def test_the_flow_never_waits_for_a_person():
    rescue = offer("downsell", "cancel_intent", "lite", needs={"team": "success", "work": "1 day"})
    try:
        world = World(
            months=3,
            teams={"success": {"people": 1}},
            offers={"rescue": rescue},
            segments=smb({"basic": 5}, cancel={"basic": SURELY}),
        )
    except simulator.ScenarioError:
        return
    assert world.offered("rescue", "accepted") == 5


# what becomes of them


def test_still_there_counts_those_whom_the_horizon_lets_us_see():
    """Rescued at 0.5; half leave by a consequence of another offer at 4: still here after 3 months, not after 6."""
    offers = {
        "lite": offer("downsell", after(0.5), "lite", takes_effect="now"),
        "push": offer("care", after(4), if_accepted={"cancel": "100%"}),
    }
    world = World(months=10, offers=offers)
    stages = ("observed_3", "still_3", "observed_6", "still_6", "observed_12", "still_12")
    assert [world.offered("lite", stage) for stage in stages] == [1, 1, 1, 0, 0, 0]
    del offers["push"]
    world = World(months=13, offers=offers)
    assert [world.offered("lite", stage) for stage in stages] == [1, 1, 1, 1, 1, 1]


def test_the_rescued_return_at_their_hazard():
    """Nothing competes: 20 % within 12 months, and 1 - 0.8^(t / 12) after t months."""
    n = 10_000
    world = World(
        months=20,
        seed=85,
        ledger=False,
        segments=smb({"plus": n}),
        offers={"lite": offer("downsell", after(1), "lite", takes_effect="now", returns="20% within 12 months")},
    )
    months = np.arange(2, 21)
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, 0.2), (wrong, 0.25)):
        back = 1 - (1 - share) ** ((months - 1) / 12)
        seen.add("back on plus", world.stock(plan="plus")[2:], *binomial(n, back))
        seen.add("returned", world.offered("lite", "returned_12"), *binomial(n, np.array(share)))
    right.check()
    assert_noticed(right, wrong)
    assert set(world.lines()) == {("contraction", "downsell", "rescue"), ("expansion", "upsell", "rescue_return")}


def test_fewer_return_where_leaving_competes():
    n, leave, back = 10_000, 0.05, -math.log(0.8) / 12
    world = World(
        months=14,
        seed=86,
        ledger=False,
        segments=smb({"plus": n}, cancel={"lite": "0.05 per month"}),
        offers={"lite": offer("downsell", after(1), "lite", takes_effect="now", returns="20% within 12 months")},
    )
    share = back / (leave + back) * -math.expm1(-12 * (leave + back))
    right, wrong = Comparisons(), Comparisons()
    for seen, p in ((right, share), (wrong, 0.2)):
        seen.add("returned", world.offered("lite", "returned_12"), *binomial(n, np.array(p)))
    right.check()
    assert_noticed(right, wrong)


def test_a_return_may_lead_to_another_plan():
    back = {"share": "99%", "within": "0.1 months", "to": "top"}
    world = World(
        months=4,
        segments=smb({"plus": 1}),
        offers={"lite": offer("downsell", after(0.5), "lite", takes_effect="now", returns=back)},
    )
    assert [(s.cause, s.after) for s in world.steps] == [("rescue", 300), ("rescue_return", 4_000)]


@pytest.mark.parametrize(("to", "cause"), [("lite", "rescue"), ({"split": {"plan": "basic", "count": 2}}, "split")])
def test_the_rescued_are_an_audience(to, cause):
    offers = {
        "stay": offer("downsell", after(0.5), to, **({"takes_effect": "now"} if to == "lite" else {})),
        "yes": offer("care", after(1), who={"rescued": "yes"}),
        "no": offer("care", after(1), who={"rescued": "no"}),
    }
    world = World(months=3, segments=smb({"top": 1}), offers=offers)
    assert world.steps[0].cause == cause
    assert (world.offered("yes"), world.offered("no")) == (1, 0)
