"""What a used amount costs: other billing systems' cases, exact bounds, and an exact second implementation."""

from __future__ import annotations

import json
import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.engines.charge import charge
from tests.mechanisms.world import World, smb

CASES = json.loads((Path(__file__).parents[1] / "data" / "pricing" / "tier_cases.json").read_text(encoding="utf-8"))
MANY = settings(max_examples=150, derandomize=True, deadline=None, database=None)
GRADUATED = {"mode": "graduated", "tiers": [{"up_to": 10, "unit": 5}, {"up_to": 20, "unit": 3, "flat": 7}, {"unit": 1}]}
VOLUME = {**GRADUATED, "mode": "volume"}
STAIRS = {"mode": "stairstep", "tiers": [{"up_to": 10, "flat": 50}, {"up_to": 100, "flat": 200}, {"flat": 900}]}
PER_UNIT = {"mode": "per_unit", "unit": "0.5"}
PACKAGE = {"mode": "package", "size": 10, "unit": 15}


def block_of(case: dict[str, Any]) -> dict[str, Any]:
    """The usage price of a case as a scenario writes it."""
    if case["model"] == "per_unit":
        block: dict[str, Any] = {"mode": "per_unit", "unit": case["unit"]}
    elif case["model"] == "package":
        assert case["package"]["free"] == "0"
        block = {"mode": "package", "size": case["package"]["size"], "unit": case["package"]["amount"]}
    else:
        tiers = [{key: value for key, value in tier.items() if value is not None} for tier in case["tiers"]]
        block = {"mode": case["model"], "tiers": tiers}
    bounds = {"minimum": case.get("min_spend"), "maximum": case.get("max_spend")}
    return block | {name: value for name, value in bounds.items() if value is not None}


def exactly(price: dict[str, Any], usage: str) -> Decimal:
    """The charge in exact arithmetic, rounded half up to four decimals once."""
    used, unit = Fraction(usage), Fraction(str(price.get("unit", 0)))
    if price["mode"] == "per_unit":
        total = used * unit
    elif price["mode"] == "package":
        total = math.ceil(used / int(price["size"])) * unit
    else:
        total, below = Fraction(0), Fraction(0)
        for tier in price["tiers"]:
            bound = Fraction(str(tier["up_to"])) if "up_to" in tier else None
            a_unit, flat = Fraction(str(tier.get("unit", 0))), Fraction(str(tier.get("flat", 0)))
            inside = bound is None or used <= bound
            if price["mode"] == "graduated":
                total += flat + ((used if inside else bound) - below) * a_unit
            elif inside:
                total = flat + used * a_unit
            if inside:
                break
            below = bound
    if "minimum" in price:
        total = max(total, Fraction(str(price["minimum"])))
    if "maximum" in price:
        total = min(total, Fraction(str(price["maximum"])))
    return Decimal(math.floor(total * 10_000 + Fraction(1, 2))) / 10_000


def test_the_function_is_public():
    assert simulator.charge(PER_UNIT, 3) == Decimal("1.5")


def test_there_are_43_cases():
    assert len(CASES) == 43
    assert {case["source"]["licence"] for case in CASES} == {"Apache-2.0", "vendor documentation; numbers only"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_other_billing_systems_charge_the_same(case):
    total = charge(block_of(case), case["usage"])
    assert total == Decimal(case["expected_total"])
    assert total == exactly(block_of(case), case["usage"])


@pytest.mark.parametrize(
    ("price", "usage", "total"),
    [
        (GRADUATED, 0, 0),
        (GRADUATED, 10, 50),
        (GRADUATED, "10.0001", "57.0003"),
        (GRADUATED, 20, 87),
        (GRADUATED, 21, 88),
        (VOLUME, 10, 50),
        (VOLUME, 20, 67),
        (VOLUME, 21, 21),
        (STAIRS, 0, 50),
        (STAIRS, 10, 50),
        (STAIRS, "10.001", 200),
        (STAIRS, 100, 200),
        (STAIRS, 101, 900),
        (STAIRS, 1_000_000, 900),
        (PER_UNIT, 0, 0),
        (PER_UNIT, "0.5", "0.25"),
        (PACKAGE, 0, 0),
        (PACKAGE, 10, 15),
        (PACKAGE, "10.5", 30),
        ({**PER_UNIT, "minimum": 2, "maximum": 3}, 1, 2),
        ({**PER_UNIT, "minimum": 2, "maximum": 3}, 5, "2.5"),
        ({**PER_UNIT, "minimum": 2, "maximum": 3}, 100, 3),
    ],
)
def test_a_quantity_at_a_bound_belongs_to_the_lower_tier(price, usage, total):
    assert charge(price, usage) == Decimal(total)


@pytest.mark.parametrize("mode", ["graduated", "volume"])
def test_the_first_flat_fee_is_charged_at_zero_usage(mode):
    price = {"mode": mode, "tiers": [{"up_to": 5, "unit": 1, "flat": 100}, {"unit": 1, "flat": 50}]}
    assert charge(price, 0) == 100


def test_half_a_ten_thousandth_is_rounded_up():
    assert charge({"mode": "per_unit", "unit": "0.0001"}, "0.5") == Decimal("0.0001")
    assert charge({"mode": "per_unit", "unit": "0.0001"}, "0.4999") == 0
    assert charge({"mode": "per_unit", "unit": "0.0003"}, "2.5") == Decimal("0.0008")


def test_volume_prices_may_fall_with_the_quantity():
    assert charge(VOLUME, 21) < charge(VOLUME, 20)


@pytest.mark.parametrize(
    ("price", "usage", "message"),
    [
        ({"mode": "graduated", "tiers": [{"up_to": 10, "unit": 1}]}, 1, "every tier but the last has `up_to`"),
        ({"mode": "volume", "tiers": [{"unit": 1}, {"unit": 2}]}, 1, "every tier but the last has `up_to`"),
        ({"mode": "stairstep", "tiers": [{"up_to": 1, "flat": 1}, {"flat": 1, "unit": 1}]}, 1, "have `flat` alone"),
        ({"mode": "graduated", "tiers": [{"flat": 1}]}, 1, "tiers of mode graduated have `unit`"),
        (
            {"mode": "graduated", "tiers": [{"up_to": 9, "unit": 1}, {"up_to": 9, "unit": 1}, {"unit": 1}]},
            1,
            "tiers go from low to high",
        ),
        ({"mode": "graduated", "tiers": []}, 1, "mode graduated has `tiers`"),
        ({"mode": "graduated", "unit": 1, "tiers": [{"unit": 1}]}, 1, "no `unit` or `size` beside them"),
        ({"mode": "per_unit", "tiers": [{"unit": 1}]}, 1, "mode per_unit has `unit` and no `tiers`"),
        ({"mode": "per_unit", "unit": 1, "size": 3}, 1, "mode package needs `size`; other modes have none"),
        ({"mode": "package", "unit": 1}, 1, "mode package needs `size`"),
        ({"mode": "package", "unit": 1, "size": 0}, 1, "size"),
        ({"mode": "flat", "unit": 1}, 1, "mode"),
        ({"mode": "per_unit", "unit": 1, "price": 3}, 1, "price"),
        ({"mode": "per_unit", "unit": -1}, 1, "-1 is negative"),
        (PER_UNIT, -1, "usage must be a number of at least 0, not -1"),
        (PER_UNIT, math.nan, "usage must be a number of at least 0, not nan"),
        (PER_UNIT, math.inf, "usage must be a number of at least 0, not inf"),
        ({**PER_UNIT, "minimum": 3, "maximum": 2}, 1, "minimum 3 is above maximum 2"),
    ],
)
def test_what_is_no_usage_price_is_refused(price, usage, message):
    with pytest.raises(ValueError, match=message):
        charge(price, usage)


def test_a_text_that_is_no_number_is_refused_as_usage():
    with pytest.raises(ValueError, match="usage must be a number"):
        charge(PER_UNIT, "much")


money = st.integers(0, 50_000).map(lambda n: str(Decimal(n) / 100))
quantity = st.integers(0, 5_000_000).map(lambda n: str(Decimal(n) / 1000))


@st.composite
def prices(draw, modes=("per_unit", "package", "graduated", "volume", "stairstep"), flat=money):
    mode = draw(st.sampled_from(modes))
    if mode in ("per_unit", "package"):
        price = {"mode": mode, "unit": draw(money)}
        if mode == "package":
            price["size"] = draw(st.integers(1, 500))
    else:
        bounds = sorted(draw(st.sets(st.integers(1, 4_000), max_size=4)))
        tiers = []
        for bound in [*bounds, None]:
            tier = {} if bound is None else {"up_to": bound}
            if mode != "stairstep":
                tier["unit"] = draw(money)
            tiers.append(tier | {"flat": draw(flat)})
        price = {"mode": mode, "tiers": tiers}
    low, high = sorted((Decimal(draw(money)), Decimal(draw(money)) * 1000))
    return price | draw(st.sampled_from(({}, {"minimum": str(low)}, {"minimum": str(low), "maximum": str(high)})))


@MANY
@given(prices(), quantity)
def test_the_kernel_charges_what_exact_arithmetic_does(price, usage):
    assert charge(price, usage) == exactly(price, usage)


@MANY
@given(prices(modes=("graduated",), flat=st.just("0")), quantity, st.integers(1, 1_000))
def test_a_graduated_charge_without_flat_fees_is_continuous_and_never_falls(price, usage, thousandths):
    more = Decimal(usage) + Decimal(thousandths) / 1000
    low, high = charge(price, usage), charge(price, more)
    steepest = max(Decimal(tier["unit"]) for tier in price["tiers"])
    assert low <= high <= low + steepest * thousandths / 1000 + Decimal("0.0001")


@MANY
@given(prices(modes=("graduated", "stairstep")), quantity)
def test_a_charge_between_bounds_stays_between_them(price, usage):
    total = charge(price, usage)
    assert total >= Decimal(price.get("minimum", 0))
    assert total <= Decimal(price.get("maximum", "Infinity"))


@pytest.mark.parametrize("price", [GRADUATED, VOLUME, STAIRS, PER_UNIT, PACKAGE], ids=lambda price: price["mode"])
@pytest.mark.parametrize("used", ["0", "10", "10.5", "20", "137.25"])
def test_a_customer_pays_the_same_in_a_run(price, used):
    plans = {"basic": {"price": 0, "usage_price": price, "minimum": 3, "maximum": 800}}
    world = World(months=2, plans=plans, segments=smb(usage={"median": used}))
    expected = charge({**price, "minimum": 3, "maximum": 800}, used)
    assert world.mrr == [float(expected)] * 3
    assert expected == exactly({**price, "minimum": "3", "maximum": "800"}, used)


def test_amounts_in_a_run_are_rounded_half_up_once_with_the_price():
    plans = {"basic": {"price": "0.0001", "usage_price": {"mode": "per_unit", "unit": "0.0001"}}}
    world = World(months=1, plans=plans, segments=smb(usage={"median": "1.5"}, price_factor="x1.0"))
    assert world.mrr == [0.0003, 0.0003]  # 2.5 ten-thousandths, not 1 + 2
    assert charge({"mode": "per_unit", "unit": "0.0001"}, "1.5").quantize(Decimal("0.0001"), ROUND_HALF_UP) == Decimal(
        "0.0002"
    )
