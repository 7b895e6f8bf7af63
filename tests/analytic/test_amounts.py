"""What a customer pays, to the last ten-thousandth: term discount, add-ons, bundles, price factor, rounding.

(plan (1 - term discount) + add-ons - bundle saving) x price factor, rounded half up once; nothing here is random.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.analytic.simulate import UNIT, simulate

TEXT = """
months: 2
plans: {pro: {price: PLAN, term_discount: {annual: 15%}}}
terms: {annual: 12 months}
addons: {a: {price: 20}, b: {price: 40}, c: {price: 7.77}}
bundles: {suite: {of: [a, b], discount: 15%}, wide: {of: [b, c], discount: 40%}}
segments:
  smb:
    opening: {pro: 1_000}
    opening_tenure: 0 months
    cancel: {pro: 0 per month}
    terms: {annual: TERM}
    not_renewed: {annual: 0%}
    price_factor: xFACTOR
offers:
"""
OFFER = "  take_{0}: {{motion: cross_sell, when: {{tenure: 0 days}}, to: {0}, acceptance: 100%}}\n"


def saving(items: str) -> Fraction:
    """Return the larger of the overlapping bundles' savings: 15 % of a + b, 40 % of b + c."""
    suite = Fraction("9") if {"a", "b"} <= set(items) else Fraction(0)
    wide = Fraction("19.108") if {"b", "c"} <= set(items) else Fraction(0)
    return max(suite, wide)


@pytest.mark.parametrize("items", ["", "a", "ab", "bc", "abc"])
@pytest.mark.parametrize(
    ("term", "factor", "plan"), [("0%", "1", "99"), ("100%", "0.5", "99"), ("100%", "1.07", "0.0129")]
)
def test_amount(items, term, factor, plan):
    text = TEXT.replace("TERM", term).replace("FACTOR", factor).replace("PLAN", plan)
    text += "".join(OFFER.format(item) for item in items)
    text = text if items else text.removesuffix("offers:\n")
    mrr = simulate(text, seed=132).replications[0].books.stock[-1, 0, 0, 4]
    prices = {"a": Fraction(20), "b": Fraction(40), "c": Fraction("7.77")}
    amount = Fraction(plan) * (Fraction("0.85") if term == "100%" else 1)
    amount += sum((prices[item] for item in items), Fraction(0)) - saving(items)
    exact = amount * Fraction(factor) * UNIT
    assert mrr == 1_000 * ((2 * exact + 1) // 2)


def test_a_bundle_bought_as_one_costs_what_its_items_do():
    text = TEXT.replace("TERM", "0%").replace("FACTOR", "1").replace("PLAN", "99")
    at_once, one_by_one = (simulate(text + "".join(map(OFFER.format, to)), seed=133) for to in (["suite"], "ab"))
    assert at_once.stock("mrr")[-1] == one_by_one.stock("mrr")[-1] == 1_000 * (99 + 51)
    assert at_once.flow("event_amount", "expansion", "bundle").sum() == 51_000
