"""Trials: at sign-up nothing is paid until they convert; before an upgrade the old plan is paid until then."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import NEVER, SURELY, World, after, arriving, offer, smb

DAYS = 30.4375
LENGTH = 14 / DAYS


def on_trial(converts: str, otherwise: str = "leaves", **more) -> World:
    """Sign-ups for a plan with a trial of 14 days."""
    plans = {"basic": {"trial": {"length": "14 days", "converts": converts, "else": otherwise}}}
    per_month = more.pop("per_month", 30)
    return World(
        plans=plans, segments=arriving(per_month=per_month, **more.pop("keys", {})), **{"months": 3, "seed": 51, **more}
    )


def complete(world: World) -> list:
    """Lives of those whose trial ends within the run."""
    return [steps for steps in world.lives if steps[0].time < world.model.months - LENGTH]


def test_a_sign_up_trial_brings_no_mrr_until_it_converts():
    world = on_trial("100%")
    for sign_up, conversion in complete(world):
        assert (sign_up.cause, sign_up.after, sign_up.plan) == ("sign_up", 0, "basic")
        assert (conversion.cause, conversion.before, conversion.after) == ("trial_conversion", 0, 1_000)
        assert conversion.time == pytest.approx(sign_up.time + LENGTH)
    assert world.lines() == {("new", "upsell", "trial_conversion"): 1_000 * len(complete(world))}
    assert world.lines("month") == world.lines()
    in_trial = [sum(s[0].time < m <= s[0].time + LENGTH for s in world.lives) for m in range(1, 4)]
    assert world.stock("trial").tolist() == [0, *in_trial]
    assert world.counted("trials_started") == world.counted("sign_ups") == len(world.lives)
    assert world.counted("trials_converted") == len(complete(world))


def test_who_does_not_convert_leaves():
    world = on_trial("0%")
    for sign_up, left in complete(world):
        assert (left.cause, left.plan, left.after) == ("voluntary", None, 0)
        assert left.time == pytest.approx(sign_up.time + LENGTH)
    assert world.lines() == {}
    assert world.counted("trials_converted") == 0


def test_or_falls_to_another_plan():
    world = on_trial("0%", "free")
    assert {(s[1].cause, s[1].plan, s[1].after) for s in complete(world)} == {("trial_conversion", "free", 0)}
    assert world.lines() == {}
    world = on_trial("0%", "lite")
    assert {(s[1].cause, s[1].plan, s[1].after) for s in complete(world)} == {("trial_conversion", "lite", 300)}
    assert world.lines() == {("new", "upsell", "trial_conversion"): 300 * len(complete(world))}


def test_the_stated_share_converts():
    world = on_trial("45%", per_month=20_000, months=2, ledger=False)
    right, wrong = Comparisons(), Comparisons()
    ended = world.counted("trials_converted") + int(
        world.counted("sign_ups") - world.stock("trial")[-1] - world.stock("paying")[-1]
    )
    for seen, share in ((right, 0.45), (wrong, 0.5)):
        seen.add("converted", world.counted("trials_converted"), *binomial(ended, np.array(share)))
    right.check()
    assert_noticed(right, wrong)


def test_plan_offers_and_downgrades_wait_for_the_end_of_a_trial():
    world = on_trial(
        "100%",
        keys={"downgrade": SURELY},
        offers={"up": offer("upsell", after(0.2), "plus"), "later": offer("upsell", after(0.6), "top")},
        addons={"care": {"price": 100}},
        plan_changes={"downgrade": "now"},
    )
    assert world.offered("up") == 0
    for steps in complete(world):
        assert steps[1].cause == "trial_conversion"
        assert [s.cause for s in steps[2:3]] == ["downgrade"]  # as soon as it may
    assert world.counted("trials_converted") == len(complete(world))


def test_addons_can_be_offered_in_a_trial_and_are_paid_when_it_converts():
    world = on_trial(
        "100%", addons={"care": {"price": 100}}, offers={"care": offer("cross_sell", "on_sign_up", "care")}
    )
    assert {s[1].after for s in complete(world)} == {1_100}
    assert world.lines() == {("new", "upsell", "trial_conversion"): 1_100 * len(complete(world))}


def test_random_clocks_run_during_a_trial():
    world = on_trial("100%", keys={"cancel": {"basic": SURELY}})
    assert {tuple(s.cause for s in steps) for steps in complete(world)} == {("sign_up", "voluntary")}
    assert all(steps[1].time - steps[0].time < 0.001 for steps in complete(world))


def test_nothing_is_saved_by_a_pause_or_a_discount_in_a_trial():
    offers = {
        "pause": offer("downsell", after(0.2), {"pause": "1 month", "resumes": "100%"}),
        "cut": offer("downsell", after(0.2), {"discount": "10%", "for": "1 month", "stays": "100%"}),
    }
    world = on_trial("100%", offers=offers)
    assert world.offered("pause") == world.offered("cut") == 0


def test_a_customer_who_cancels_in_its_trial_never_pays():
    world = on_trial("100%", keys={"cancel": {"basic": SURELY}}, cancellation={"takes_effect": "term_end"})
    assert "trial_conversion" not in {s.cause for s in world.steps}
    assert world.lines() == {}


def upgrade_trial(converts: str, months: int = 6, **more) -> World:
    """One customer on basic tries plus at 1.5 months for half a month."""
    trial = {"length": "0.5 months", "converts": converts}
    offers = {"try": offer("upsell", after(1.5), "plus", trial=trial), **more.pop("offers", {})}
    return World(months=months, offers=offers, **more)


def test_mrr_stays_the_old_plans_until_an_upgrade_trial_converts():
    world = upgrade_trial("100%")
    assert world.told == [(2.0, "plan_upgrade", 2_000)]
    assert world.mrr == [1_000, 1_000, 1_000, 2_000, 2_000, 2_000, 2_000]
    assert world.lines() == {("expansion", "upsell", "plan_upgrade"): 1_000}
    assert world.stock("trial").sum() == 0  # it pays
    assert world.months("try", "accepted") == [1]
    assert world.offer("try", "mrr").tolist() == [0, 0, 1_000 * 10_000, 0, 0, 0]


def test_an_upgrade_trial_that_does_not_convert_moves_back_without_a_movement():
    world = upgrade_trial("0%")
    assert world.told == []
    assert world.lines() == {}
    assert (world.counted("trials_started"), world.counted("trials_converted")) == (1, 0)
    assert world.offered("try", "accepted") == 1


def test_the_stated_share_of_upgrade_trials_converts():
    world = upgrade_trial("60%", seed=52, ledger=False, segments=smb({"basic": 20_000}))
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, 0.6), (wrong, 0.57)):
        seen.add("converted", world.stock(plan="plus")[-1], *binomial(20_000, np.array(share)))
    right.check()
    assert_noticed(right, wrong)


def test_during_an_upgrade_trial_the_new_plans_cancel_rate_holds():
    def left(basic: str, plus: str) -> list[float]:
        world = upgrade_trial("0%", segments=smb({"basic": 20}, cancel={"basic": basic, "plus": plus}))
        return [s.time for s in world.steps]

    assert left(NEVER, SURELY) == pytest.approx([1.5] * 20, abs=1e-3)
    assert left(SURELY, NEVER) == pytest.approx([0.0] * 20, abs=1e-3)


def test_other_plan_offers_downgrades_and_pauses_wait_during_an_upgrade_trial():
    others = {
        "top": offer("upsell", after(1.7), "top"),
        "cut": offer("downsell", after(1.7), {"discount": "10%", "for": "2 months", "stays": "100%"}),
        "pause": offer("downsell", after(1.7), {"pause": "1 month", "resumes": "100%"}),
        "lite": offer("downsell", after(1.7), "lite"),
        "care": offer("cross_sell", after(1.8), "care"),
    }
    world = upgrade_trial("100%", addons={"care": {"price": 10}}, offers=others)
    assert world.told == [(1.8, "addon", 1_010), (2.0, "plan_upgrade", 2_010)]
    assert [world.offered(name) for name in others] == [0, 0, 0, 0, 1]


def test_an_unasked_downgrade_waits_during_an_upgrade_trial():
    world = upgrade_trial(
        "0%",
        changes=[{"at": "2026-03", "set": {"segments.smb.downgrade": SURELY}}],
        offers={"try": offer("upsell", after(1.5), "plus", trial={"length": "1 month", "converts": "0%"})},
        plan_changes={"downgrade": "now"},
    )
    (step,) = world.steps
    assert (step.cause, step.time) == ("downgrade", pytest.approx(2.5, abs=1e-4))


def test_a_free_customers_upgrade_trial_converts_to_new_mrr():
    trial = {"length": "14 days", "converts": "100%"}
    world = World(
        months=3, segments=smb({"free": 1}), offers={"try": offer("upsell", after(0.5), "basic", trial=trial)}
    )
    assert [(s.cause, s.after) for s in world.steps] == [("plan_upgrade", 1_000)]
    assert world.lines() == {("new", "upsell", "free_conversion"): 1_000}


def test_a_pending_leavers_upgrade_trial_comes_to_nothing():
    world = upgrade_trial(
        "100%",
        segments=smb(cancel={"basic": NEVER, "plus": SURELY}),
        cancellation={"takes_effect": "term_end", "notice": "2 months"},
    )
    assert world.told == [(4.0, "voluntary", 0)]
