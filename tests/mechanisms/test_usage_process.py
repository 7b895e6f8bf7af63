"""What customers use, month by month: a lognormal start, growth and volatility; season; limits; expected bills.

At the k-th month tick ln u is normal with mean ln(median) + k ln(1 + g) - k sigma^2 / 2 and variance
spread^2 + k sigma^2, so that E u grows by exactly g a month whatever the volatility.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import World, after, offer, smb

MONTHS = 12
N = 40_000
MEDIAN, SPREAD, GROWTH, VOLATILITY = 300.0, 0.8, 0.02, 0.15
PER_UNIT = {"basic": {"price": 0, "usage_price": {"mode": "per_unit", "unit": 1}}}
TIERS = [{"up_to": 200, "unit": 0}, {"up_to": 1_000, "unit": 5, "flat": 100}, {"unit": 3}]
LAW = {"median": 300, "spread": 0.8, "growth": "2% per month", "volatility": 0.15}


def metered(**usage) -> World:
    """One customer who pays one unit of money for each unit used."""
    return World(months=6, plans=PER_UNIT, segments=smb(usage={"median": 100, **usage}))


def law(k: np.ndarray, growth: float = GROWTH, drift: float = -0.5) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of ln u after k ticks."""
    mean = math.log(MEDIAN) + k * math.log1p(growth) + drift * k * VOLATILITY**2
    return mean, SPREAD**2 + k * VOLATILITY**2


@pytest.fixture(scope="module")
def many() -> World:
    return World(months=MONTHS, seed=11, plans=PER_UNIT, segments=smb({"basic": N}, usage=LAW))


def usage_by_tick(world: World) -> np.ndarray:
    """Logarithms of what each customer uses: (ticks, customers)."""
    rows = world.events("usage").reshape(N, MONTHS - 1)
    assert (rows["time"] == np.arange(1, MONTHS)).all()
    return np.log(np.concatenate([rows["before"][:, :1], rows["after"]], axis=1).T / 10_000)


def of_the_logarithms(world: World, **wrong: float) -> Comparisons:
    mean, variance = law(np.arange(MONTHS), **wrong)
    logs, seen = usage_by_tick(world), Comparisons()
    seen.add("mean of ln u", logs.mean(axis=1), mean, np.sqrt(variance / N))
    squares = ((logs - mean[:, None]) ** 2).mean(axis=1)
    seen.add("variance of ln u", squares, variance, variance * math.sqrt(2.0 / N))
    steps = np.diff(logs, axis=0)
    step = math.log1p(GROWTH) - 0.5 * VOLATILITY**2
    seen.add("step", steps.mean(axis=1), step, VOLATILITY / math.sqrt(N))
    return seen


def of_the_total(world: World, **wrong: float) -> Comparisons:
    mean, variance = law(np.arange(MONTHS), **wrong)
    seen = Comparisons()
    expected = np.exp(mean + variance / 2)
    seen.add("MRR", world.stock("mrr")[1:], N * expected, expected * np.sqrt(N * np.expm1(variance)))
    return seen


def test_usage_is_lognormal_with_growth_and_volatility(many):
    of_the_logarithms(many).check()
    of_the_total(many).check()


def test_a_volatility_that_adds_growth_would_be_noticed(many):
    assert_noticed(of_the_logarithms(many), of_the_logarithms(many, drift=0.0))


def test_a_forgotten_growth_would_be_noticed(many):
    assert_noticed(of_the_total(many), of_the_total(many, growth=0.0))


def graduated_bill(k: np.ndarray) -> np.ndarray:
    """E of the graduated bill, from the partial expectations E min(u, b) of a lognormal u."""
    mean, variance = law(k)
    sd = np.sqrt(variance)

    def smaller(bound: float) -> np.ndarray:
        below = (math.log(bound) - mean) / sd
        return np.exp(mean + variance / 2) * ndtr(below - sd) + bound * ndtr(-below)

    def beyond(bound: float) -> np.ndarray:
        return ndtr((mean - math.log(bound)) / sd)

    everything = np.exp(mean + variance / 2)
    return 100 * beyond(200) + 5 * (smaller(1_000) - smaller(200)) + 3 * (everything - smaller(1_000))


def graduated(u: np.ndarray) -> np.ndarray:
    bill = np.where(u > 200, 100 + 5 * (np.minimum(u, 1_000) - 200), 0.0)
    return bill + np.where(u > 1_000, 3 * (u - 1_000), 0.0)


def test_the_expected_graduated_bill_of_lognormal_usage():
    plans = {"basic": {"price": 0, "usage_price": {"mode": "graduated", "tiers": TIERS}}}
    world = World(months=MONTHS, seed=12, ledger=False, plans=plans, segments=smb({"basic": N}, usage=LAW))
    k = np.arange(MONTHS)
    grid = ndtri((np.arange(400_000) + 0.5) / 400_000)
    bills = [graduated(np.exp(mean + math.sqrt(variance) * grid)) for mean, variance in zip(*law(k), strict=True)]
    sd = np.array([bill.std() for bill in bills]) * math.sqrt(N)
    assert [bill.mean() for bill in bills] == pytest.approx(graduated_bill(k), rel=1e-3)

    right, wrong = Comparisons(), Comparisons()
    right.add("MRR", world.stock("mrr")[1:], N * graduated_bill(k), sd)
    mean, variance = law(k)
    wrong.add("MRR", world.stock("mrr")[1:], N * graduated(np.exp(mean + variance / 2)), sd)  # the bill of the mean
    right.check()
    assert_noticed(right, wrong)


def test_usage_grows_in_steps():
    assert metered(growth="10% per month").mrr == pytest.approx(
        [100 * 1.1 ** max(k, 0) for k in range(-1, 6)], abs=1e-4
    )


def test_growth_that_fades_is_a_product_over_months():
    world = metered(growth={"rate": "10% per month", "fades": "2 months"})
    factors = [1 + 0.1 * 2 ** (-j / 2) for j in range(5)]
    assert world.mrr == pytest.approx([100, *(100 * np.cumprod([1, *factors]))], abs=1e-4)


def test_a_mean_is_as_good_as_a_median_where_nobody_differs():
    assert World(months=2, plans=PER_UNIT, segments=smb(usage={"mean": 100})).mrr == [100, 100, 100]


def test_season_multiplies_the_used_amount_and_never_the_state():
    world = metered(season={1: "x3", 3: "x2"}, growth="100% per month")
    assert world.mrr == [300, 300, 200, 800, 800, 1_600, 3_200]  # ticks of February, March, ...


def test_a_plan_that_blocks_stops_usage_at_its_allowance():
    stopped = {"basic": {**PER_UNIT["basic"], "included": {"usage": 150, "at_limit": "block"}}}
    world = World(months=6, plans=stopped, segments=smb(usage={"median": 100, "growth": "20% per month"}))
    assert world.mrr == [100, 100, 120, 144, 150, 150, 150]


def test_a_blocked_customer_has_used_its_allowance_and_feels_the_limit():
    plans = {"free": {"included": {"usage": 150, "at_limit": "block"}}}
    near = offer("upsell", {"usage_above": "100%"}, "basic", who={"plans": ["free"]})
    world = World(
        plans=plans,
        segments=smb({"free": 1}, usage={"median": 100, "growth": "20% per month"}),
        offers={"near": near},
    )
    assert world.told == [(3.0, "plan_upgrade", 1_000)]
    assert ("new", "upsell", "free_conversion") in world.lines()


def test_an_allowance_never_reduces_metered_usage():
    plans = {"basic": {**PER_UNIT["basic"], "included": {"usage": 80}}}
    assert World(months=1, plans=plans, segments=smb(usage={"median": 100})).mrr == [100, 100]


def test_usage_is_kept_by_who_is_won_back():
    world = World(
        months=12,
        plans={"basic": {"price": 10, "usage_price": {"mode": "per_unit", "unit": 1}}},
        segments=smb(usage={"median": 100, "growth": "10% per month"}, shock={"rate": "0 per month", "cancel": "100%"}),
        changes=[{"at": "2026-04", "until": "2026-05", "set": {"segments.smb.shock.rate": "1_000_000 per month"}}],
        offers={"back": offer("win_back", {"churned_for": "4 months"}, "basic")},
    )
    left, back, *later = [s for s in world.steps if (s.time >= 3 and s.cause != "usage") or s.time > 4]
    assert (left.cause, round(left.time, 4), back.cause, round(back.time, 4)) == ("shock_leave", 3.0, "win_back", 7.0)
    assert back.after == pytest.approx(10 + 100 * 1.1**3, abs=1e-4)  # as it left: nobody uses while away
    assert [s.after for s in later] == pytest.approx([10 + 100 * 1.1**k for k in (4, 5, 6, 7)], abs=1e-4)


def test_pending_leavers_go_on_using():
    world = World(
        months=4,
        plans=PER_UNIT,
        segments=smb(usage={"median": 100, "growth": "10% per month"}, cancel={"basic": "1_000_000 per month"}),
        cancellation={"takes_effect": "term_end", "notice": "2.5 months"},
    )
    assert world.told == [(1.0, "usage", 110), (2.0, "usage", 121), (3.0, "voluntary", 0)]


def test_usage_moves_are_expansion_and_contraction():
    lines = metered(season={2: "x2"}).lines()
    assert lines == {("expansion", "upsell", "usage"): 100, ("contraction", "none", "usage"): 100}


def test_the_metered_part_is_settled_at_ticks():
    """A customer moved to a metered plan pays for the amount of its last month tick."""
    plans = {"plus": {"price": 0, "usage_price": {"mode": "per_unit", "unit": 1}}}
    world = World(
        months=4,
        plans=plans,
        ladder=["free", "basic", "top"],
        segments=smb(usage={"median": 3_000, "growth": "10% per month"}),
        offers={"up": offer("upsell", after(1.5), "top"), "meter": offer("downsell", after(1.7), "plus")},
        plan_changes={"downgrade": "now"},
    )
    assert world.told == [
        (1.5, "plan_upgrade", 4_000),
        (1.7, "rescue", 3_300),
        (2.0, "usage", 3_630),
        (3.0, "usage", 3_993),
    ]
