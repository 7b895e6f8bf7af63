"""Satisfaction: a clipped normal start, an AR(1) step at each tick, NPS classes and what they act on.

After k ticks s has mean m and variance q^k s0^2 + v^2 (1 - q^k) / (1 - q) with q = (1 - reversion)^2; the
parameters keep the bounds 0 and 10 five standard deviations away. Class shares follow from the normal law and measure
the variance.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, offer, smb

N, MONTHS = 40_000, 20
TICKS = np.arange(1, MONTHS)
LAW = {"mean": 7.4, "spread": 0.4, "reversion": "20%", "volatility": 0.3}
CLASSES = ("promoters", "passives", "detractors")


def classes(world: World) -> list[int]:
    """Customers by class at all ticks: promoters, passives, detractors."""
    return [world.counted(name) for name in CLASSES]


def satisfaction(world: World) -> list[float]:
    """Mean satisfaction at the ticks of each month."""
    n = sum(world.counter(name) for name in CLASSES)
    return [round(total / 1e6 / k, 5) if k else 0.0 for total, k in zip(world.counter("satisfaction"), n, strict=True)]


@pytest.fixture(scope="module")
def many() -> World:
    """The process, pushed up by half a point at 0.5 months."""
    push = {"push": offer("care", after(0.5), if_accepted={"satisfaction": 0.5})}
    return World(months=MONTHS, seed=31, ledger=False, segments=smb({"basic": N}, satisfaction=LAW), offers=push)


def compare(world: World, reversion: float = 0.2, start: float = 0.4) -> Comparisons:
    a = 1.0 - reversion
    mean = 7.4 + 0.5 * a**TICKS
    q = a ** (2 * TICKS)
    sd = np.sqrt(q * start**2 + 0.3**2 * (1 - q) / (1 - a**2))
    seen = Comparisons()
    seen.add("satisfaction", world.counter("satisfaction")[1:] / 1e6, N * mean, np.sqrt(N) * sd)
    seen.add("promoters", world.counter("promoters")[1:], *binomial(N, ndtr((mean - 8.5) / sd)))
    seen.add("detractors", world.counter("detractors")[1:], *binomial(N, ndtr((6.5 - mean) / sd)))
    return seen


def test_satisfaction_is_an_autoregression_around_its_mean(many):
    compare(many).check()


def test_another_reversion_or_start_would_be_noticed(many):
    assert_noticed(compare(many), compare(many, reversion=0.25))
    assert_noticed(compare(many), compare(many, start=0.5))


def test_the_start_is_a_normal_kept_between_0_and_10():
    world = World(months=2, seed=32, ledger=False, segments=smb({"basic": N}, satisfaction={"mean": 9, "spread": 1.5}))
    top = (10 - 9) / 1.5
    mean = 9 + 1.5 * (-norm.pdf(top) + top * ndtr(-top))  # E min(9 + 1.5 Z, 10)
    grid = np.clip(9 + 1.5 * norm.ppf((np.arange(200_000) + 0.5) / 200_000), 0, 10)
    assert grid.mean() == pytest.approx(mean, abs=1e-4)
    right, wrong = Comparisons(), Comparisons()
    for seen, expected in ((right, mean), (wrong, 9.0)):
        seen.add("satisfaction", world.counted("satisfaction") / 1e6, N * expected, grid.std() * N**0.5)
        seen.add("promoters", world.counted("promoters"), *binomial(N, ndtr((9 - 8.5) / 1.5)))
    right.check()
    assert_noticed(right, wrong)


@pytest.mark.parametrize(
    ("level", "place"), [("8.5", 0), ("8.4999999", 1), ("6.5", 1), ("6.4999999", 2), ("10", 0), ("0", 2)]
)
def test_promoters_begin_at_8_5_and_passives_at_6_5(level, place):
    world = World(months=2, segments=smb(satisfaction={"mean": level}))
    assert classes(world) == [int(place == i) for i in range(3)]


def test_satisfaction_never_leaves_0_to_10():
    push = {"push": offer("care", {"every": "1 month"}, if_accepted={"satisfaction": 4})}
    assert satisfaction(World(months=5, segments=smb(satisfaction={"mean": 5}), offers=push)) == [0, 5, 9, 10, 10]
    push["push"]["if_accepted"] = {"satisfaction": -4}
    assert satisfaction(World(months=5, segments=smb(satisfaction={"mean": 5}), offers=push)) == [0, 5, 1, 0, 0]


def test_accepted_care_restores_and_declined_offers_annoy():
    def after_three(acceptance: str) -> list[float]:
        asked = offer(
            "care",
            {"tenure": "1.5 months"},
            acceptance=acceptance,
            if_accepted={"satisfaction": 0.3},
            if_declined={"satisfaction": -0.4},
        )
        return satisfaction(World(months=4, segments=smb(satisfaction={"mean": 7}), offers={"asked": asked}))

    assert after_three("100%") == [0, 7, 7.3, 7.3]
    assert after_three("0%") == [0, 7, 6.6, 6.6]


def test_what_happens_unless_adopted_comes_on_top():
    asked = offer(
        "care",
        {"tenure": "0.2 months"},
        if_accepted={"satisfaction": 0.3, "unless_adopted": {"satisfaction": -1, "cancel": "0%"}},
    )
    segments = {
        "smb": {
            "opening": None,
            "arrivals": {"per_month": 40},
            "choose": {"basic": "100%"},
            "satisfaction": {"mean": 7},
        }
    }
    late = World(months=3, segments=segments, offers={"asked": asked})
    early = World(months=3, segments=segments, offers={"asked": asked}, onboarding={"smb": {"median": "3 months"}})
    assert satisfaction(late) == [0, 7.3, 7.3]
    assert satisfaction(early) == [0, 6.3, 6.3]


def test_early_cancellation_comes_on_top_of_the_usual_one():
    """Of the unadopted 1 - 0.8 x 0.5 leave, of the others 20 %."""
    taken = {"cancel": "20%", "unless_adopted": {"cancel": "50%"}}
    asked = {"asked": offer("care", {"tenure": "0.5 months"}, if_accepted=taken)}
    arrivals = {"smb": {"opening": None, "arrivals": {"per_month": 20_000}, "choose": {"basic": "100%"}}}
    right, wrong = Comparisons(), Comparisons()
    for share, more in ((0.2, {}), (0.6, {"onboarding": {"smb": {"median": "6 months"}}})):
        world = World(months=2, seed=33, ledger=False, segments=arrivals, offers=asked, **more)
        left = world.customers()["churn", "none", "voluntary"]
        right.add("left", left, *binomial(world.offered("asked"), np.array(share)))
        wrong.add("left", left, *binomial(world.offered("asked"), np.array(min(share, 0.5))))
    right.check()
    assert_noticed(right, wrong)


def leaving(world: World) -> dict[tuple[int, int], float]:
    return {(int(row["stream"]), int(row["index"])): float(row["time"]) for row in world.events("voluntary")}


@pytest.mark.parametrize(("level", "factor"), [(9, 0.6), (7, 1.0), (3, 1.8)])
def test_the_class_multiplies_the_cancel_intent(level, factor):
    factors = {"nps": {"promoter": "x0.6", "detractor": "x1.8"}}
    plain = World(segments=smb({"basic": 200}, cancel={"basic": f"{0.05 * factor} per month"}))
    by_class = World(
        segments=smb({"basic": 200}, cancel={"basic": "0.05 per month"}, satisfaction={"mean": level}),
        retention=factors,
    )
    assert leaving(by_class) == pytest.approx(leaving(plain), abs=1e-9)
    assert len(leaving(plain)) > 50


def survival(world: World, early: float = 0.03, late: float = 0.09) -> Comparisons:
    months = np.arange(13)
    alive = np.exp(-early * np.minimum(months, 3.5) - late * np.maximum(months - 3.5, 0))
    seen = Comparisons()
    seen.add("paying", world.stock(), *binomial(20_000, alive))
    return seen


def test_a_class_that_changes_midway_changes_the_hazard_from_then_on():
    """Promoters become detractors at 3.5 months: hazards 0.6 h, then 1.8 h."""
    world = World(
        months=12,
        seed=34,
        ledger=False,
        segments=smb({"basic": 20_000}, cancel={"basic": "0.05 per month"}, satisfaction={"mean": 9}),
        retention={"nps": {"promoter": "x0.6", "detractor": "x1.8"}},
        offers={"upset": offer("care", after(3.5), acceptance="0%", if_declined={"satisfaction": -4})},
    )
    survival(world).check()
    assert_noticed(survival(world), survival(world, late=0.03))


def test_the_class_multiplies_the_acceptance():
    asked = {"base": "40%", "nps": {"promoter": "x1.5", "passive": "x1", "detractor": "x0.25"}, "framing": "x1.2"}
    right, wrong = Comparisons(), Comparisons()
    for level, factor in ((9, 1.5), (7, 1.0), (2, 0.25)):
        world = World(
            months=2,
            seed=35,
            ledger=False,
            segments=smb({"basic": 5_000}, satisfaction={"mean": level}),
            offers={"up": offer("upsell", after(0.5), "plus", acceptance=asked)},
        )
        right.add("accepted", world.offered("up", "accepted"), *binomial(5_000, np.array(0.48 * factor)))
        wrong.add("accepted", world.offered("up", "accepted"), *binomial(5_000, np.array(0.4 * factor)))
    right.check()
    assert_noticed(right, wrong)


def test_an_acceptance_above_one_is_capped_and_counted():
    asked = {"base": "80%", "nps": {"promoter": "x1.4"}}
    kept = {"segments": smb({"basic": 50}, satisfaction={"mean": 9}), "months": 2}
    world = World(offers={"up": offer("upsell", after(0.5), "plus", acceptance=asked)}, **kept)
    assert [world.offered("up", stage) for stage in ("made", "capped", "accepted")] == [50, 50, 50]
    world = World(offers={"up": offer("upsell", after(0.5), "plus")}, **kept)
    assert [world.offered("up", stage) for stage in ("made", "capped", "accepted")] == [50, 0, 50]


@pytest.mark.parametrize(("level", "fits"), [(9, "promoter"), (7, "passive"), (2, "detractor")])
def test_an_audience_may_be_one_class(level, fits):
    offers = {name: offer("care", after(0.5), who={"nps": [name]}) for name in ("promoter", "passive", "detractor")}
    world = World(months=2, segments=smb(satisfaction={"mean": level}), offers=offers)
    assert {name: world.offered(name) for name in offers} == {name: int(name == fits) for name in offers}


def test_a_segment_without_satisfaction_has_no_class():
    """Only the customer of the other segment is anything."""
    rates = dict.fromkeys(("free", "lite", "basic", "plus", "top"), "0 per month")
    corp = {"opening": {"basic": 1}, "opening_tenure": "0 months", "cancel": rates, "satisfaction": {"mean": 9}}
    world = World(
        months=3,
        segments={**smb({"basic": 10}), "corp": corp},
        offers={
            "any": offer("care", after(0.5), who={"nps": ["promoter", "passive"]}),
            "above": offer("care", {"satisfaction_above": 0}),
            "below": offer("care", {"satisfaction_below": 10}),
        },
    )
    assert [world.offered(name) for name in ("any", "above", "below")] == [1, 2, 2]
    assert classes(world) == [2, 0, 0]


def test_satisfaction_is_kept_by_who_is_won_back():
    world = World(
        months=10,
        segments=smb(satisfaction={"mean": 7}, shock={"rate": "0 per month", "cancel": "100%"}),
        changes=[{"at": "2026-04", "until": "2026-05", "set": {"segments.smb.shock.rate": "1_000_000 per month"}}],
        offers={
            "push": offer(
                "care",
                {"tenure": "1.5 months"},
                who={"segments": ["smb"]},
                if_accepted={"satisfaction": 1},
                quiet_for="3 years",
            ),
            "back": offer("win_back", {"churned_for": "2.5 months"}, "basic"),
        },
    )
    assert satisfaction(world) == [0, 7, 8, 8, 0, 0, 8, 8, 8, 8]
