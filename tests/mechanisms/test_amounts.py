"""What a customer pays, in the order of meaning 15: hand-worked examples."""

from __future__ import annotations

import pytest

from tests.mechanisms.world import World, after, offer, smb

METERED = {"usage_price": {"mode": "per_unit", "unit": 2}}
CUT = {"cut": offer("downsell", after(0.5), {"discount": "30%", "for": "2 months", "stays": "100%"})}


def amounts(plan: dict, offers: dict | None = None, more: dict | None = None, **segment) -> list[float]:
    """MRR at the opening and at three month-ends of one customer."""
    world = World(months=3, plans={"basic": plan}, segments=smb(**segment), offers=offers or {}, **(more or {}))
    return world.mrr


def test_a_discount_never_touches_the_metered_charge():
    assert amounts({"price": 1_000, **METERED}, CUT, usage={"median": 100}) == [1_200, 900, 900, 1_200]


def test_the_minimum_comes_after_the_discount():
    plan = {"price": 1_000, **METERED, "minimum": 1_000}
    assert amounts(plan, CUT, usage={"median": 100}) == [1_200, 1_000, 1_000, 1_200]


def test_the_maximum_comes_after_the_metered_charge():
    plan = {"price": 1_000, **METERED, "maximum": 1_150}
    assert amounts(plan, CUT, usage={"median": 100}) == [1_150, 900, 900, 1_150]


def test_bounds_include_addons():
    more = {"addons": {"care": {"price": 500}}}
    offers = {"care": offer("cross_sell", after(0.5), "care")}
    assert amounts({"price": 1_000, "minimum": 1_600}, offers, more) == [1_600, 1_600, 1_600, 1_600]
    assert amounts({"price": 1_000, "maximum": 1_300}, offers, more) == [1_000, 1_300, 1_300, 1_300]


def test_the_price_factor_holds_for_every_list_price():
    plan = {"price": 1_000, **METERED, "minimum": 1_300, "included": {"seats": 2}, "extra_seat": 50}
    assert amounts(plan, price_factor="x0.5", usage={"median": 10}, seats={"median": 4}) == [650] * 4  # the minimum
    assert amounts(plan, price_factor="x2", usage={"median": 200}, seats={"median": 4}) == [3_000] * 4


def test_everything_at_once():
    """((1000 + 2 x 50) x 0.9 + 200 + 4 x 10 - 0.25 x 240) x 0.7 + 2 x 33.5 metered, times 1.5, rounded once."""
    world = World(
        months=3,
        plans={
            "basic": {
                "price": 1_000,
                **METERED,
                "included": {"seats": 2},
                "extra_seat": 50,
                "term_discount": {"annual": "10%"},
            }
        },
        terms={"annual": "12 months"},
        addons={"care": {"price": 200}, "disk": {"price": 10, "per_seat": True}},
        bundles={"suite": {"of": ["care", "disk"], "discount": "25%"}},
        segments=smb(seats={"median": 4}, usage={"median": "33.5"}, terms={"annual": "100%"}, price_factor="x1.5"),
        offers={"suite": offer("cross_sell", after(0.2), "suite"), **CUT},
    )
    seats = (1_000 + 2 * 50) * 0.9
    full = seats + (200 + 4 * 10) * 0.75
    assert world.changes == [
        (0.2, "bundle", pytest.approx(1.5 * (full + 67), abs=1e-4)),
        (0.5, "discount", pytest.approx(1.5 * (full * 0.7 + 67), abs=1e-4)),
        (2.5, "discount_end", pytest.approx(1.5 * (full + 67), abs=1e-4)),
    ]
    assert world.mrr[0] == pytest.approx(1.5 * (seats + 67), abs=1e-4)


def test_a_minimum_is_paid_by_who_uses_nothing():
    assert amounts({"price": 0, **METERED, "minimum": 400}, usage={"median": 0}) == [400] * 4


def test_nothing_is_paid_below_zero_or_for_a_free_plan():
    assert amounts({"price": 0}, usage={"median": 500}) == [0] * 4
