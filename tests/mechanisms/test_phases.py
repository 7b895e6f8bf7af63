"""Onboarding and adoption: lognormal lengths, shares that succeed, phases as audiences, consequences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, arriving, offer, smb

DAYS = 30.4375
MONTH = "30.4375 days"
PHASES = ("onboarding", "onboarded", "adopted")


def lengths(world: World) -> np.ndarray:
    """Time from sign-up to leaving, of those who left."""
    lives = [steps for steps in world.lives if steps[-1].cause == "voluntary"]
    return np.array([steps[-1].time - steps[0].time for steps in lives])


def early(plan: str = "basic", per_month: float = 6_000, **more) -> dict:
    """Customers who sign up in the first month alone."""
    closed = [{"at": "2026-02", "set": {"segments.smb.arrivals.per_month": 0}}]
    return {"months": 60, "segments": arriving(plan, per_month), "changes": closed, **more}


def lognormal(length: np.ndarray, median: float, spread: float) -> Comparisons:
    n, logs = len(length), np.log(length)
    seen = Comparisons()
    seen.add("mean of the logarithm", logs.mean(), math.log(median), spread / n**0.5)
    seen.add("its variance", logs.var(), spread**2, spread**2 * (2 / n) ** 0.5)
    return seen


def test_onboarding_takes_a_lognormal_time():
    onboarding = {"median": "30 days", "spread": 0.5, "if_done": {"cancel": "100%"}}
    length = lengths(World(seed=41, **early(onboarding={"smb": onboarding})))
    assert len(length) > 5_500
    lognormal(length, 30 / DAYS, 0.5).check()
    assert_noticed(lognormal(length, 30 / DAYS, 0.5), lognormal(length, 30 / DAYS * math.exp(0.125), 0.5))


def test_adoption_takes_its_time_after_onboarding():
    adoption = {"median": "60 days", "spread": 0.4, "if_done": {"cancel": "100%"}}
    world = World(seed=42, **early(onboarding={"smb": {"median": "45 days"}}, adoption={"smb": adoption}))
    lognormal(lengths(world) - 45 / DAYS, 60 / DAYS, 0.4).check()


def test_a_time_around_a_mean_is_normal_and_not_negative():
    onboarding = {"mean": "60 days", "spread": 0.3, "if_done": {"cancel": "100%"}}
    length = lengths(World(seed=43, **early(onboarding={"smb": onboarding})))
    seen, n = Comparisons(), len(length)
    seen.add("mean", length.mean(), 60 / DAYS, 0.3 / n**0.5)
    seen.add("variance", ((length - 60 / DAYS) ** 2).mean(), 0.09, 0.09 * (2 / n) ** 0.5)
    seen.check()


def test_the_stated_shares_succeed_and_failing_onboarding_means_no_adoption():
    phases = {
        "onboarding": {"smb": {"median": "30 days", "success": "85%"}},
        "adoption": {"smb": {"median": "60 days", "success": "60%"}},
    }
    world = World(seed=44, ledger=False, **early(**phases))
    n, done = world.counted("sign_ups"), world.counted("onboarding_done")
    assert world.counted("onboarding_failed") == n - done
    assert world.counted("adoption_done") + world.counted("adoption_failed") == done  # of the others nobody adopts
    right, wrong = Comparisons(), Comparisons()
    for seen, shares in ((right, (0.85, 0.6)), (wrong, (0.85, 0.6 * 0.85))):
        seen.add("onboarded", done, *binomial(n, np.array(shares[0])))
        seen.add("adopted", world.counted("adoption_done"), *binomial(done, np.array(shares[1])))
    right.check()
    assert_noticed(right, wrong)


def reviewed(**more) -> list[list[int]]:
    """Months of monthly care offers to one early customer, by phase."""
    reviews = {name: offer("care", {"every": "1 month"}, who={"phase": name}) for name in PHASES}
    segments = arriving(per_month=200)
    segments["smb"]["arrivals"]["market"] = 1
    world = World(months=10, segments=segments, offers=reviews, **more)
    return [world.months(name) for name in PHASES]


def test_phases_follow_each_other():
    onboarding = {"smb": {"median": "2.5 months"}}
    assert reviewed(onboarding=onboarding, adoption={"smb": {"median": "3 months"}}) == [
        [1, 2],
        [3, 4, 5],
        [6, 7, 8, 9],
    ]
    assert reviewed(onboarding=onboarding) == [[1, 2], [], [3, 4, 5, 6, 7, 8, 9]]
    assert reviewed(adoption={"smb": {"median": "3.5 months"}}) == [[], [1, 2, 3], [4, 5, 6, 7, 8, 9]]
    assert reviewed() == [[], [], [*range(1, 10)]]


def test_who_fails_stays_in_the_phase():
    failing = {"smb": {"median": "2.5 months", "success": "0%"}}
    everything = [*range(1, 10)]
    assert reviewed(onboarding=failing, adoption={"smb": {"median": "1 month"}}) == [everything, [], []]
    assert reviewed(onboarding={"smb": {"median": "2.5 months"}}, adoption=failing) == [[1, 2], everything[2:], []]


def test_opening_customers_are_past_onboarding_and_adoption():
    reviews = {name: offer("care", {"every": "1 month"}, who={"phase": name}) for name in PHASES}
    slow = {"smb": {"median": "3 months"}}
    for tenure in ("0 months", {"mean": "8 months"}):
        world = World(months=6, segments=smb(opening_tenure=tenure), onboarding=slow, adoption=slow, offers=reviews)
        assert [world.offered(name) > 0 for name in PHASES] == [False, False, True]
        assert world.counted("onboarding_done") == 0


def test_what_success_and_failure_do():
    def satisfaction(success: str) -> float:
        onboarding = {
            "median": "15 days",
            "success": success,
            "if_done": {"satisfaction": 0.5},
            "if_failed": {"satisfaction": -2},
        }
        segments = arriving(per_month=50, satisfaction={"mean": 7})
        world = World(months=3, segments=segments, onboarding={"smb": onboarding})
        ticks = sum(world.counted(name) for name in ("promoters", "passives", "detractors"))
        return round(world.counted("satisfaction") / 1e6 / ticks, 6)

    assert satisfaction("100%") == 7.5
    assert satisfaction("0%") == 5


def test_a_share_of_those_whose_onboarding_fails_leaves_at_once_without_the_flow():
    onboarding = {"median": "20 days", "success": "0%", "if_failed": {"cancel": "20%"}}
    rescue = {"rescue": offer("downsell", "cancel_intent", "lite")}
    world = World(seed=45, **early(onboarding={"smb": onboarding}, offers=rescue))
    n, left = world.counted("sign_ups"), lengths(world)
    seen = Comparisons()
    seen.add("left", len(left), *binomial(n, np.array(0.2)))
    seen.check()
    assert left == pytest.approx(20 / DAYS)
    assert world.counted("intents") == world.offered("rescue") == 0


def test_offers_can_be_made_when_onboarding_fails():
    segments = arriving(per_month=50, satisfaction={"mean": 7})
    offers = {"help": offer("care", "onboarding_failed"), "cheap": offer("downsell", "onboarding_failed", "lite")}
    for success, made in (("0%", True), ("100%", False)):
        onboarding = {"smb": {"median": "10 days", "success": success}}
        world = World(
            months=3, segments=segments, onboarding=onboarding, offers=offers, plan_changes={"downgrade": "now"}
        )
        failed = world.counted("onboarding_failed")
        assert world.offered("help") == world.offered("cheap") == failed
        assert (failed > 0) is made
        for steps in world.lives:
            assert [s.cause for s in steps][1:] == (["rescue"] if made and steps[0].time < 3 - 10 / DAYS else [])


def test_phases_start_again_after_a_win_back():
    reviews = {name: offer("care", {"every": "1 month"}, who={"phase": name}) for name in PHASES}
    world = World(
        months=12,
        segments=smb(shock={"rate": "0 per month", "cancel": "100%"}),
        onboarding={"smb": {"median": "2.5 months"}},
        changes=[{"at": "2026-03", "until": "2026-04", "set": {"segments.smb.shock.rate": "1_000_000 per month"}}],
        offers={**reviews, "back": offer("win_back", {"churned_for": "1.5 months"}, "basic")},
    )
    assert [world.months(name) for name in PHASES] == [[4, 5], [], [1, 2, 6, 7, 8, 9, 10, 11]]
    assert world.counted("onboarding_done") == 1


def test_a_tenure_offer_before_adoption_is_early():
    taken = {"unless_adopted": {"cancel": "100%"}}
    offers = {"up": offer("upsell", after(1), "plus", if_accepted=taken)}
    segments = arriving(per_month=50)
    onboarding = {"smb": {"median": "2 months"}}
    hurried = World(months=4, segments=segments, offers=offers, onboarding=onboarding)
    offers["up"]["when"] = after(2.5)
    patient = World(months=4, segments=segments, offers=offers, onboarding=onboarding)
    assert {steps[-1].cause for steps in hurried.lives if steps[0].time < 3} == {"voluntary"}
    assert {steps[-1].cause for steps in patient.lives if steps[0].time < 1.5} == {"plan_upgrade"}


def test_month_lengths_are_those_of_the_language():
    world = World(**early(onboarding={"smb": {"median": MONTH, "if_done": {"cancel": "100%"}}}, per_month=20))
    assert lengths(world) == pytest.approx(1.0)
