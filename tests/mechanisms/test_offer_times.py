"""When offers are made and when they are answered: decision time, quiet time, thresholds, signals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, arriving, offer, smb

DAYS = 30.4375


# decision time


def test_an_acceptance_counts_and_takes_effect_when_the_decision_is_due():
    world = World(months=4, segments=smb(decision="1.7 months"), offers={"up": offer("upsell", after(0.5), "plus")})
    assert world.told == [(2.2, "plan_upgrade", 2_000)]
    assert (world.months("up"), world.months("up", "accepted")) == ([0], [2])


def test_decisions_take_a_lognormal_time():
    def compare(median: float) -> Comparisons:
        seen = Comparisons()
        seen.add("mean of the logarithm", delays.mean(), math.log(median / DAYS), 0.6 / len(delays) ** 0.5)
        seen.add("its variance", delays.var(), 0.36, 0.36 * (2 / len(delays)) ** 0.5)
        return seen

    decision = {"median": "30 days", "spread": 0.6}
    world = World(
        months=60,
        seed=61,
        segments=smb({"basic": 5_000}, decision=decision),
        offers={"up": offer("upsell", after(0.5), "plus")},
    )
    delays = np.log(world.events("plan_upgrade")["time"] - 0.5)
    assert len(delays) == 5_000
    compare(30).check()
    assert_noticed(compare(30), compare(30 * math.exp(0.18)))  # the mean in place of the median


def test_who_is_checked_again_when_the_decision_is_due():
    for bound, taken in (("2.1 months", False), ("2.3 months", True)):
        up = offer("upsell", after(0.5), "plus", who={"tenure_below": bound})
        world = World(months=4, segments=smb(decision="1.7 months"), offers={"up": up})
        assert world.offered("up") == 1
        assert (world.offered("up", "accepted") == 1) is taken
        assert (len(world.steps) == 1) is taken


def test_the_target_is_checked_again_when_the_decision_is_due():
    """An add-on that the plan no longer allows is not taken; nobody declined either."""
    care = offer("cross_sell", after(0.5), "care", if_declined={"cancel": "100%"})
    world = World(
        months=4,
        addons={"care": {"price": 10, "with": ["basic"]}},
        segments=smb(decision="2 months", shock={"rate": "0 per month", "downgrade": "100%"}),
        changes=[{"at": "2026-02", "until": "2026-03", "set": {"segments.smb.shock.rate": "1_000_000 per month"}}],
        offers={"care": care},
    )
    assert [s.cause for s in world.steps] == ["shock"]
    assert (world.offered("care"), world.offered("care", "accepted")) == (1, 0)


def test_one_offer_is_considered_at_a_time():
    offers = {
        "up": offer("upsell", after(0.5), "plus"),
        "care": offer("cross_sell", after(1), "care"),
        "again": offer("cross_sell", after(3), "care"),
    }
    world = World(months=6, addons={"care": {"price": 10}}, segments=smb(decision="2 months"), offers=offers)
    assert world.told == [(2.5, "plan_upgrade", 2_000), (5.0, "addon", 2_010)]
    assert [world.offered(name, "busy") for name in offers] == [0, 1, 0]
    assert [world.offered(name) for name in offers] == [1, 0, 1]


def test_declining_has_its_consequences_when_the_decision_is_due():
    up = offer("upsell", after(0.5), "plus", acceptance="0%", if_declined={"cancel": "100%"})
    world = World(months=6, segments=smb(decision="2 months"), offers={"up": up})
    assert world.told == [(2.5, "voluntary", 0)]


@pytest.mark.parametrize(("to", "ratio"), [("plus", 2), ("top", 4)])
def test_approvals_grow_with_the_amount(to, ratio):
    decision = {"median": "1 month", "per_price_step": 0.5}
    world = World(months=6, segments=smb(decision=decision), offers={"up": offer("upsell", after(0.5), to)})
    assert [s.time for s in world.steps] == pytest.approx([0.5 + ratio**0.5])


def test_an_addon_takes_the_plain_decision_time():
    world = World(
        months=6,
        addons={"care": {"price": 9_000}},
        offers={"care": offer("cross_sell", after(0.5), "care")},
        segments=smb(decision={"median": "1 month", "per_price_step": 2}),
    )
    assert world.told == [(1.5, "addon", 10_000)]


def test_cancel_flow_offers_are_decided_at_once_even_while_another_is_considered():
    world = World(
        months=4,
        segments=smb(decision="2 months", cancel={"basic": "0 per month"}),
        changes=[{"at": "2026-02", "set": {"segments.smb.cancel.basic": "1_000_000 per month"}}],
        offers={
            "up": offer("upsell", after(0.5), "plus", who={"plans": ["basic"]}),
            "stay": offer("downsell", "cancel_intent", "lite"),
        },
    )
    assert [(round(s.time, 4), s.cause) for s in world.steps] == [(1.0, "rescue")]  # no plus: it is on lite by then


def test_a_leaver_decides_nothing():
    world = World(
        months=4,
        segments=smb(decision="2 months", cancel={"basic": "0 per month"}),
        changes=[{"at": "2026-02", "set": {"segments.smb.cancel.basic": "1_000_000 per month"}}],
        offers={"up": offer("upsell", after(0.5), "plus")},
        cancellation={"takes_effect": "term_end", "notice": "2.5 months"},
    )
    assert world.told == []
    assert world.offered("up", "accepted") == 0


def test_no_decision_time_and_a_time_of_zero_are_the_same():
    offers = {"up": offer("upsell", after(0.5), "plus"), "care": offer("cross_sell", after(0.5), "care")}
    worlds = [
        World(months=2, addons={"care": {"price": 10}}, segments=smb({"basic": 1}, **more), offers=offers)
        for more in ({}, {"decision": "0 days"})
    ]
    assert worlds[0].told == [(0.5, "plan_upgrade", 2_000), (0.5, "addon", 2_010)]
    assert worlds[0].told == worlds[1].told


def test_offers_of_one_tick_are_all_made_with_a_decision_time_of_zero():
    offers = {name: offer("cross_sell", {"usage_above": "50%"}, name) for name in ("care", "disk")}
    world = World(
        months=3,
        addons={"care": {"price": 10}, "disk": {"price": 20}},
        plans={"basic": {"included": {"usage": 100}}},
        segments=smb(decision="0 days", usage={"median": 100}),
        offers=offers,
    )
    assert world.mrr == [1_000, 1_000, 1_030, 1_030]


# thresholds and quiet time


def at_ticks(trigger: dict, months: int = 8, quiet: str | None = None, **keys) -> list[int]:
    """Months in which one customer is made a care offer."""
    asked = offer("care", trigger, **({"quiet_for": quiet} if quiet else {}))
    return World(
        months=months, plans={"basic": {"included": {"usage": 100}}}, segments=smb(**keys), offers={"asked": asked}
    ).months("asked")


def test_usage_thresholds_are_read_at_every_tick():
    grows = {"usage": {"median": 50, "growth": "20% per month"}}  # 60, 72, 86.4, 103.68, ...
    assert at_ticks({"usage_above": "80%"}, **grows) == [3, 4, 5, 6, 7]
    assert at_ticks({"usage_above": "120%"}, **grows) == [5, 6, 7]
    assert at_ticks({"usage_below": "80%"}, **grows) == [1, 2]


def test_a_threshold_that_is_met_exactly_counts_as_above():
    flat = {"usage": {"median": 80}}
    assert at_ticks({"usage_above": "80%"}, months=3, **flat) == [1, 2]
    assert at_ticks({"usage_below": "80%"}, months=3, **flat) == []
    assert at_ticks({"satisfaction_above": 7}, months=3, satisfaction={"mean": 7}) == [1, 2]
    assert at_ticks({"satisfaction_below": 7}, months=3, satisfaction={"mean": 7}) == []


def test_satisfaction_thresholds():
    assert at_ticks({"satisfaction_above": 8}, months=3, satisfaction={"mean": 8.1}) == [1, 2]
    assert at_ticks({"satisfaction_below": 8}, months=3, satisfaction={"mean": 7.9}) == [1, 2]
    assert at_ticks({"satisfaction_below": 8}, months=3, satisfaction={"mean": 8.1}) == []


def test_a_plan_without_an_allowance_has_no_usage_threshold():
    world = World(
        months=3,
        plans={"plus": {"included": {"usage": 100}}},
        segments=smb(usage={"median": 80}),
        offers={"above": offer("care", {"usage_above": "1%"}), "below": offer("care", {"usage_below": "100%"})},
    )
    assert world.offered("above") == world.offered("below") == 0


def test_an_offer_may_be_made_again_exactly_when_its_quiet_time_ends():
    assert at_ticks({"usage_above": "80%"}, months=9, quiet="2 months", usage={"median": 100}) == [1, 3, 5, 7]
    assert at_ticks({"usage_above": "80%"}, months=9, quiet="2.1 months", usage={"median": 100}) == [1, 4, 7]


def test_quiet_time_ends_exactly_at_a_tick_whatever_the_phase():
    asked = offer("care", {"usage_above": "80%"}, quiet_for="3 months")
    world = World(
        months=12,
        ledger=False,
        plans={"basic": {"included": {"usage": 100}}},
        offers={"asked": asked},
        segments=smb({"basic": 1_000}, opening_tenure={"mean": "5 months"}, usage={"median": 100}),
    )
    assert world.offer("asked").tolist() == [1_000, 0, 0] * 4


def test_quiet_time_counts_for_this_offer_alone():
    asked = {name: offer("care", {"every": "1 month"}, quiet_for="10 months") for name in ("one", "other")}
    world = World(months=6, offers=asked)
    assert world.months("one") == world.months("other") == [1]


def test_an_offer_that_nobody_saw_starts_no_quiet_time():
    up = offer(
        "upsell",
        {"every": "1 month"},
        "plus",
        acceptance="0%",
        quiet_for="2 months",
        who={"tenure_above": "2.5 months"},
    )
    assert World(months=8, offers={"up": up}).months("up") == [3, 5, 7]


# signals


def test_signals_appear_at_their_rate_and_bring_the_offer():
    signals = {"surge": {"rate": "0.2 per month", "lasts": "0 days"}}
    n, months = 20_000, 12
    world = World(
        months=months,
        seed=62,
        ledger=False,
        segments=smb({"basic": n}, signals=signals),
        offers={"asked": offer("care", {"signal": "surge"})},
    )
    right, wrong = Comparisons(), Comparisons()
    for seen, rate in ((right, 0.2), (wrong, 0.23)):
        seen.add("signals", world.offer("asked"), n * rate, (n * rate) ** 0.5)
    right.check()
    assert_noticed(right, wrong)


def test_a_signal_is_seen_at_the_ticks_while_it_lasts():
    """With signals at rate r lasting d, one came in the last d before a tick with probability 1 - e^(-r d)."""
    signals = {"surge": {"rate": "0.1 per month", "lasts": "0.5 months"}}
    n, months = 20_000, 10
    world = World(
        months=months,
        seed=63,
        ledger=False,
        segments=smb({"basic": n}, signals=signals),
        offers={"asked": offer("care", {"signal": "surge"})},
    )
    at_tick = -math.expm1(-0.05)
    right, wrong = Comparisons(), Comparisons()
    for seen, share in ((right, at_tick), (wrong, 0.0)):
        # ticks and new signals of a month are independent: those of a tick came before it
        sd = math.sqrt(n * (0.1 + at_tick * (1 - at_tick)))
        seen.add("offers", world.offer("asked")[1:], n * (0.1 + share), sd)
    right.check()
    assert_noticed(right, wrong)


def test_only_segments_with_the_signal_show_it():
    segments = smb({"basic": 300}, signals={"surge": {"rate": "0.5 per month", "lasts": "1 month"}})
    segments["corp"] = {
        "opening": {"basic": 300},
        "opening_tenure": "0 months",
        "cancel": dict.fromkeys(("free", "lite", "basic", "plus", "top"), "0 per month"),
    }
    world = World(months=4, segments=segments, offers={"asked": offer("care", {"signal": "surge"})})
    by_segment = world.replications[0].tallies.offers[:, :, 0, 0].sum(axis=0)
    assert by_segment[0] > 0
    assert by_segment[1] == 0


# other dates


def test_offers_by_month_renewal_tenure_and_rate():
    offers = {
        "march": offer("care", {"month": [3]}),
        "renewal": offer("care", {"renewal_within": "2 months"}),
        "tenure": offer("care", after(5)),
        "every": offer("care", {"every": "4 months"}),
    }
    plans = {"basic": {"term_discount": {"annual": "0%"}}}
    world = World(
        months=26, plans=plans, terms={"annual": "12 months"}, segments=smb(terms={"annual": "100%"}), offers=offers
    )
    assert {name: world.months(name) for name in offers} == {
        "march": [2, 14],
        "renewal": [10, 22],
        "tenure": [5],
        "every": [4, 8, 12, 16, 20, 24],
    }


def test_offers_by_rate_are_poisson_and_on_sign_up_once():
    n = 20_000
    world = World(
        months=6,
        seed=64,
        ledger=False,
        segments=smb({"basic": n}),
        offers={"asked": offer("care", {"rate": "0.3 per month"})},
    )
    seen = Comparisons()
    seen.add("offers", world.offer("asked"), 0.3 * n, (0.3 * n) ** 0.5)
    seen.check()
    world = World(months=3, segments=arriving(per_month=40), offers={"hello": offer("care", "on_sign_up")})
    assert world.offered("hello") == world.counted("sign_ups") > 0


@pytest.mark.parametrize("base", ["0%", "35%", "100%"])
def test_the_stated_share_accepts(base):
    world = World(
        months=2,
        seed=65,
        ledger=False,
        segments=smb({"basic": 10_000}),
        offers={"up": offer("upsell", after(0.5), "plus", acceptance=base)},
    )
    seen = Comparisons()
    seen.add("accepted", world.offered("up", "accepted"), *binomial(10_000, np.array(float(base[:-1]) / 100)))
    seen.check()
