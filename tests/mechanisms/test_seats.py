"""Seats: lognormal at sign-up, rounded, at least 1; added and removed one by one.

Adding at rate a and removing at rate r while there is more than one seat is a birth-death chain on 1, 2, ...; its
transient mean and variance come from the matrix exponential, cut off far above what is ever reached.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from tests.analytic.chain import generator, occupancy
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import NEVER, World, after, offer, smb

N, MONTHS = 30_000, 24
PER_SEAT = {"basic": {"price": 0, "extra_seat": 1, "included": {"seats": 0}}}


def start(median: float, spread: float, most: int = 60) -> np.ndarray:
    """Probabilities of 0, 1, 2, ... seats at sign-up."""
    below = ndtr((np.log(np.arange(most) + 0.5) - math.log(median)) / spread)
    p = np.diff(below, prepend=0.0)
    p[1] += p[0]
    p[0] = 0.0
    return p


def moments(rates: tuple[float, float], floor: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of one customer's seats at month-ends 0, ..., MONTHS."""
    add, remove = rates
    most = 60
    steps = {(n, n + 1): add for n in range(most - 1)} | {(n, n - 1): remove for n in range(floor + 1, most)}
    q = generator(most, steps)
    first = start(3.0, 0.5, most)
    p = sum(first[n] * occupancy(q, n, MONTHS) for n in range(1, 25))
    assert p.sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    values = np.arange(most)
    mean = p @ values
    return mean, p @ values**2 - mean**2


@pytest.fixture(scope="module")
def world() -> World:
    law = {"median": 3, "spread": 0.5, "add": "0.06 per month", "remove": "0.08 per month"}
    return World(months=MONTHS, seed=21, ledger=False, plans=PER_SEAT, segments=smb({"basic": N}, seats=law))


def compare(world: World, rates: tuple[float, float] = (0.06, 0.08), floor: int = 1) -> Comparisons:
    mean, variance = moments(rates, floor)
    seen = Comparisons()
    seen.add("seats", world.stock("mrr"), N * mean, np.sqrt(N * variance))
    return seen


def test_seats_are_a_birth_death_process_from_a_rounded_lognormal_start(world):
    compare(world).check()


def test_a_last_seat_that_could_go_would_be_noticed(world):
    assert_noticed(compare(world), compare(world, floor=0))


def test_seats_that_are_only_added_grow_in_line():
    law = {"median": 1, "add": "0.3 per month"}
    world = World(months=12, seed=22, ledger=False, plans=PER_SEAT, segments=smb({"basic": N}, seats=law))
    months = np.arange(13)
    seen = Comparisons()
    seen.add("seats", world.stock("mrr"), N * (1 + 0.3 * months), np.sqrt(N * 0.3 * months))
    seen.check()


@pytest.mark.parametrize(("median", "seats"), [("0.2", 1), ("1.49", 1), ("1.5", 2), ("2.5", 3), ("7", 7)])
def test_seats_are_rounded_and_at_least_one(median, seats):
    assert World(months=1, plans=PER_SEAT, segments=smb(seats={"median": median})).mrr == [seats, seats]


def test_seats_beyond_those_included_cost_extra():
    plans = {"basic": {"price": 100, "extra_seat": 10, "included": {"seats": 3}}}
    assert World(months=1, plans=plans, segments=smb(seats={"median": 3})).mrr == [100, 100]
    assert World(months=1, plans=plans, segments=smb(seats={"median": 5})).mrr == [120, 120]


def test_without_included_seats_every_seat_is_extra():
    plans = {"basic": {"price": 100, "extra_seat": 10}}
    assert World(months=1, plans=plans, segments=smb(seats={"median": 5})).mrr == [150, 150]


def test_extra_seats_share_the_term_discount():
    plans = {"basic": {"price": 100, "extra_seat": 10, "included": {"seats": 3}, "term_discount": {"annual": "20%"}}}
    segments = smb(seats={"median": 5}, terms={"annual": "100%"})
    assert World(months=1, plans=plans, terms={"annual": "12 months"}, segments=segments).mrr == [96, 96]


def test_addons_can_be_priced_by_seat():
    world = World(
        months=2,
        addons={"care": {"price": 10, "per_seat": True}},
        segments=smb(seats={"median": 4}),
        offers={"care": offer("cross_sell", after(0.5), "care"), "more": offer("upsell", after(0.6), {"seats": "+2"})},
    )
    assert world.told == [(0.5, "addon", 1_040), (0.6, "seats", 1_060)]
    assert world.lines() == {("expansion", "cross_sell", "addon"): 40, ("expansion", "upsell", "seats"): 20}


def test_an_offer_of_seats_adds_them():
    world = World(
        months=3,
        plans={"basic": {"price": 100, "extra_seat": 10, "included": {"seats": 3}}},
        segments=smb(seats={"median": 2}),
        offers={"more": offer("upsell", {"every": "1 month"}, {"seats": "+2"})},
    )
    assert world.told == [(1.0, "seats", 110), (2.0, "seats", 130)]
    assert world.offered("more", "mrr") == 30 * 10_000


def test_seats_that_go_are_a_contraction():
    law = {"median": 4, "remove": "0.5 per month"}
    world = World(months=24, plans=PER_SEAT, segments=smb({"basic": 50}, seats=law))
    assert world.lines() == {("contraction", "none", "seats"): world.mrr[0] - world.mrr[-1]}
    assert world.mrr[-1] >= 50


def test_seats_above_the_included_ones_trigger_an_offer_at_the_tick():
    plans = {"basic": {"included": {"seats": 4}}}
    near = {"near": offer("upsell", {"seats_above": "80%"}, "plus")}
    more = offer("upsell", after(1.5), {"seats": "+1"})
    world = World(months=4, plans=plans, segments=smb(seats={"median": 3}), offers={"more": more, **near})
    assert world.changes == [(2.0, "plan_upgrade", 2_000)]
    unlimited = World(
        months=4, plans={"plus": {"included": {"seats": 1}}}, segments=smb(seats={"median": 3}), offers=near
    )
    assert unlimited.changes == []


def test_a_segment_without_seats_has_one_and_is_offered_none():
    world = World(
        months=2,
        plans=PER_SEAT,
        segments=smb(seats=None, cancel={"basic": NEVER}),
        offers={"more": offer("upsell", after(0.5), {"seats": "+2"})},
    )
    assert world.mrr == [1, 1, 1]
    assert world.offered("more") == 0
