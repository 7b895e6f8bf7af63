"""Amounts, against exact fractions: rounded half up once, in ten-thousandths of a currency unit."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from itertools import combinations
from math import floor
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import simulator as sim
from simulator.model.compile import compile_model
from tests.customer.stories import SURELY, Story, annual
from tests.engines.ledgers import compiled

ADDONS = ("a", "b", "c")
AMOUNTS = st.integers(0, 10**10)  # up to 1,000,000 currency units
PERCENT = st.integers(0, 100)


def money(amount: int) -> str:
    return f"{amount // 10_000}.{amount % 10_000:04}"


def opening_amounts(plan: int, addons: list[int], term: int, factor: int, bundle: int) -> dict[tuple[str, ...], int]:
    """MRR of a customer with each set of add-ons, in ten-thousandths.

    Everybody leaves at once, so that the ledger shows what each has paid. `term` and `bundle` are discounts in
    percent, `factor` the segment's price factor in tenths.
    """
    sets = [held for n in range(4) for held in combinations(ADDONS, n)]
    rows = [f"{i},p,annual,{';'.join(held)},1.5" for i, held in enumerate(sets)]
    tree = {
        "language": 1,
        "currency": "EUR",
        "start": "2026-01",
        "months": 1,
        "plans": {"p": {"price": money(plan), "term_discount": {"annual": f"{term}%"}}},
        "terms": {"annual": "1 year"},
        "addons": {name: {"price": money(price)} for name, price in zip(ADDONS, addons, strict=True)},
        "bundles": {"ab": {"of": ["a", "b"], "discount": f"{bundle}%"}, "pc": {"of": ["p", "c"], "discount": "7%"}},
        "segments": {"s": {"cancel": {"p": SURELY}, "price_factor": f"x{factor / 10}"}},
        "cancellation": {"takes_effect": "immediate"},
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "customers.csv")
        file.write_text("customer_id,plan,term,addons,tenure_months\n" + "\n".join(rows) + "\n")
        tree["segments"]["s"]["opening"] = str(file)
        scenario = sim.load(yaml.safe_dump(tree))
    model = compile_model(scenario)
    place = {(int(row["stream"]), int(row["index"])): held for row, held in zip(model.tables.listed, sets, strict=True)}
    before = {(int(row["stream"]), int(row["index"])): int(row["before"]) for row in compiled(model, threads=1).ledger}
    return {held: before.get(customer, 0) for customer, held in place.items()}


def exact(plan: int, addons: dict[str, int], term: int, factor: int, bundle: int) -> int:
    """(plan)(1 - term discount) + add-ons - bundle discounts on list prices times the price factor, half up."""
    base = Fraction(plan) * (1 - Fraction(term, 100))
    total = base + sum(addons.values())
    if {"a", "b"} <= addons.keys():
        total -= (addons["a"] + addons["b"]) * Fraction(bundle, 100)
    if "c" in addons:
        total -= (base + addons["c"]) * Fraction(7, 100)
    return floor(total * Fraction(factor, 10) + Fraction(1, 2))


@settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(AMOUNTS, st.lists(AMOUNTS, min_size=3, max_size=3), PERCENT, st.integers(1, 30), PERCENT)
@example(1, [1, 1, 1], 50, 10, 50)  # halves: they go up
@example(550, [0, 0, 0], 7, 10, 0)  # 511.5, where floating point has 511.49999999999994
@example(1_050, [0, 0, 0], 7, 30, 0)
@example(0, [10, 0, 0], 0, 5, 0)
@example(25, [0, 0, 0], 0, 23, 0)
@example(45, [25, 0, 5], 10, 5, 50)
@example(299_500, [10_050, 70, 1], 15, 9, 15)
@example(1_150_000_010, [350, 650, 850], 5, 1, 35)
def test_amounts_are_exact(plan, addons, term, factor, bundle):
    for held, amount in opening_amounts(plan, addons, term, factor, bundle).items():
        prices = {name: price for name, price in zip(ADDONS, addons, strict=True) if name in held}
        assert amount == exact(plan, prices, term, factor, bundle), held


@pytest.mark.parametrize(
    ("price", "discount", "amount"), [("0.0001", "50%", 0.0001), ("0.0003", "50%", 0.0002), ("0.0001", "51%", 0)]
)
def test_halves_go_up(price, discount, amount):
    plan = {"price": price, "term_discount": {"annual": discount}}
    assert Story(segments=annual(), plans={"basic": plan}).mrr()[0] == amount


def test_an_annual_discount_is_off_the_plan_and_not_off_the_addons(tmp_path):
    (tmp_path / "base.csv").write_text("customer_id,plan,term,addons,tenure_months\nA,basic,annual,care;disk,3\n")
    story = Story(segments={"smb": {"opening": str(tmp_path / "base.csv"), "opening_tenure": None}})
    assert story.mrr()[0] == 0.9 * 1_000 + 300
