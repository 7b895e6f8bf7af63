"""Bill shock: a bill far above the mean of the three before it raises the cancel intent for a while."""

from __future__ import annotations

import numpy as np

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, offer, smb

N, H = 20_000, 0.04
PLANS = {"basic": {"price": 0, "usage_price": {"mode": "per_unit", "unit": 1}}}


def shocked(season: dict, above: str = "x1.5", **more) -> World:
    shock = {"above": above, "factor": "x3", "for": more.pop("lasts", "2 months")}
    segments = smb({"basic": N}, usage={"median": 100, "season": season}, cancel={"basic": f"{H} per month"})
    return World(
        months=12, seed=95, ledger=False, plans=PLANS, segments=segments, retention={"bill_shock": shock}, **more
    )


def alive(*spells: tuple[float, float]) -> np.ndarray:
    """Survival at month-ends 0, ..., 12 with three times the hazard from and until these dates."""
    times = np.arange(13.0)
    more = sum(np.clip(times, low, high) - low for low, high in spells) if spells else 0 * times
    return np.exp(-H * (times + 2 * more))


def compare(world: World, *spells: tuple[float, float]) -> Comparisons:
    seen = Comparisons()
    seen.add("paying", world.stock(), *binomial(N, alive(*spells)))
    return seen


def test_a_bill_beyond_the_bound_triples_the_hazard_for_two_months():
    """Bills at ticks 1, 2, ...; July's (tick 6) is doubled."""
    world = shocked({7: "x2"})
    compare(world, (6, 8)).check()
    assert_noticed(compare(world, (6, 8)), compare(world))
    assert_noticed(compare(world, (6, 8)), compare(world, (6, 9)))


def test_a_bill_at_the_bound_is_none():
    compare(shocked({7: "x1.5"})).check()
    compare(shocked({7: "x1.5001"}), (6, 8)).check()


def test_it_is_compared_from_the_fourth_bill_on():
    compare(shocked({4: "x2"})).check()  # tick 3 is the third bill
    compare(shocked({5: "x2"}), (4, 6)).check()


def test_it_is_the_mean_of_the_three_before():
    """Bills 100, 100, 100, 200, 200: 200 against 133 is x1.5 exactly, and no shock."""
    compare(shocked({5: "x2", 6: "x2"}), (4, 6)).check()
    compare(shocked({5: "x2", 6: "x2.1"}), (4, 7)).check()  # a new shock starts the time anew


def test_a_rise_that_lasts_is_a_shock_once():
    season = dict.fromkeys((5, 6, 7, 8, 9, 10, 11, 12), "x2")
    compare(shocked(season, lasts="1.5 months"), (4, 5.5)).check()


def test_bills_that_rise_without_usage_shock_too():
    """A fivefold bill by seats at 6.5 months, seen at ticks 7 and 8 (500 against 100, then against 233)."""
    world = World(
        months=12,
        seed=96,
        ledger=False,
        plans={"basic": {"price": 100, "included": {"seats": 1}, "extra_seat": 100}},
        segments=smb({"basic": N}, seats={"median": 1}, cancel={"basic": f"{H} per month"}),
        offers={"more": offer("upsell", after(6.5), {"seats": "+4"})},
        retention={"bill_shock": {"above": "x1.5", "factor": "x3", "for": "2 months"}},
    )
    compare(world, (7, 10)).check()
