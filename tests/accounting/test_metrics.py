"""Every metric against figures worked out by hand, and what must hold for any history."""

from __future__ import annotations

from fractions import Fraction
from math import isnan, nan, prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.accounting.account import ABSENT, MRR, PAUSED, PAYING, PRESENT, RETAINED, TRIAL
from simulator.accounting.metrics import METRICS, compute, first_negative_churn_month, ratio, trailing
from simulator.accounting.movements import LINES, Cause, lines_where
from simulator.accounting.totals import UNIT, Totals
from tests.accounting.histories import Tale

MONTHS = 14


def company() -> Tale:
    """Four customers and fourteen months in which every kind of movement happens, most of them once."""
    tale = Tale(months=MONTHS).opens(1, 100).opens(2, 200)
    tale.pays(1, 0, 130, Cause.PLAN_UPGRADE, plan=1).pays(2, 0, 220, Cause.ADDON).pays(3, 0, 50, Cause.SIGN_UP)
    tale.pays(1, 1, 140, Cause.PRICE, plan=1).pays(3, 1, 40, Cause.DOWNGRADE).leaves(2, 1)
    tale.pays(2, 2, 80, Cause.WIN_BACK).pays(3, 2, 30, Cause.DISCOUNT)
    tale.pays(3, 3, 40, Cause.DISCOUNT_END).pays(4, 3, 0, Cause.SIGN_UP, plan=2)
    tale.pauses(1, 4, plan=1)
    return tale.pays(1, 5, 140, Cause.RESUME, plan=1)


def metric(name: str, tale: Tale, group: int = 0) -> list[float]:
    return compute(Totals.of(tale.books()))[name][0, :, group].tolist()


NRR_BY_MONTH = [7 / 6, 0.45, 17 / 18, 1.04, 6 / 13, 13 / 6, *[1.0] * 8]

# The company's first six months; what does not stand here goes on as in the sixth.
BY_HAND = {
    "opening_mrr": [300, 400, 180, 250, 260, 120],
    "new_mrr": [50, 0, 0, 0, 0, 0],
    "reactivation_mrr": [0, 0, 80, 0, 0, 0],
    "expansion_mrr": [50, 10, 0, 10, 0, 140],
    "contraction_mrr": [0, 10, 10, 0, 140, 0],
    "churn_mrr": [0, 220, 0, 0, 0, 0],
    "closing_mrr": [400, 180, 250, 260, 120, 260],
    "upsell_mrr": [30, 0, 0, 0, 0, 0],
    "cross_sell_mrr": [20, 0, 0, 0, 0, 0],
    "price_mrr": [0, 10, 0, 0, 0, 0],
    "restoration_mrr": [0, 0, 0, 10, 0, 140],
    "net_new_mrr": [100, -220, 70, 10, -140, 140],
    "arr": [4_800, 2_160, 3_000, 3_120, 1_440, 3_120],
    "paying_customers": [3, 2, 3, 3, 2, 3],
    "free_customers": [0, 0, 0, 1, 1, 1],
    "trial_customers": [0, 0, 0, 0, 0, 0],
    "paused_customers": [0, 0, 0, 0, 1, 0],
    "new_customers": [1, 0, 0, 0, 0, 0],
    "reactivated_customers": [0, 0, 1, 0, 0, 0],
    "churned_customers": [0, 1, 0, 0, 0, 0],
    "expansion_rate": [50 / 300, 10 / 400, 0, 10 / 250, 0, 140 / 120],
    "expansion_rate_chosen": [50 / 300, 0, 0, 0, 0, 0],
    "gross_mrr_churn_rate": [0, 230 / 400, 10 / 180, 0, 140 / 260, 0],
    "net_mrr_churn_rate": [-50 / 300, 220 / 400, 10 / 180, -10 / 250, 140 / 260, -140 / 120],
    "nrr_month": NRR_BY_MONTH[:6],
    "logo_churn_rate": [0, 1 / 3, 0, 0, 0, 0],
    "quick_ratio": [nan, 10 / 230, 80 / 10, nan, 0, nan],
    "arpa": [400 / 3, 90, 250 / 3, 260 / 3, 60, 260 / 3],
    "expansion_share": [0.5, 1, 0, 1, nan, 1],
    "growth_share_of_expansion": [0.5, nan, 0, 1, nan, 1],
    # exposure 2.5 + 2.5 + 2.5 + 3 + 2.5 + 2.5 months; one customer was lost
    "ltv_revenue": [nan, 90 * 5.0, 250 / 3 * 7.5, 260 / 3 * 10.5, 60 * 13.0, 260 / 3 * 15.5],
}
# What looks back twelve months has no value before the twelfth: its last three months.
LOOKING_BACK = {
    "nrr_compounded_12m": [prod(NRR_BY_MONTH[k : k + 12]) for k in range(3)],
    # of customers 1 and 2 (100, 200) at the start: 140 and 80 now; of 1, 2, 3 (130, 220, 50) a month later: 140, 80, 40
    # and of 1 and 3 (140, 40) a month after: the same
    "nrr_12m": [220 / 300, 260 / 400, 180 / 180],
    "nrr_12m_without_price": [210 / 300, 250 / 400, 180 / 180],
    "grr_12m": [180 / 300, 250 / 400, 180 / 180],
    "logo_churn_rate_12m_mean": [1 / 36, 1 / 36, 0],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_metric_is_what_it_is_by_hand(name):
    assert metric(name, company())[:6] == pytest.approx(BY_HAND[name], rel=1e-13, nan_ok=True)


@pytest.mark.parametrize("name", LOOKING_BACK)
def test_a_metric_that_looks_back_is_what_it_is_by_hand(name):
    values = metric(name, company())
    assert all(isnan(value) for value in values[:11])
    assert values[11:] == pytest.approx(LOOKING_BACK[name], rel=1e-13)


def test_every_metric_has_been_worked_out_by_hand():
    assert {*BY_HAND, *LOOKING_BACK} == set(METRICS)


def test_trials_are_counted_by_themselves():
    tale = Tale(months=3)._row(1, 1, 0, Cause.SIGN_UP, 0, TRIAL, 0).pays(1, 2, 70, Cause.TRIAL_CONVERSION)
    assert metric("trial_customers", tale) == [0, 1, 0]
    assert metric("free_customers", tale) == [0, 0, 0]
    assert metric("new_mrr", tale) == [0, 0, 70]


def test_groups_are_everybody_and_then_the_segments():
    tale = Tale(months=2, segments=2).opens(1, 100).opens(2, 300, segment=1)
    tale.pays(1, 1, 110, Cause.SEATS).pays(2, 1, 360, Cause.SEATS, segment=1)
    rates = compute(Totals.of(tale.books()))["expansion_rate"]
    assert rates.shape == (1, 2, 3)
    assert rates[0, 1].tolist() == pytest.approx([70 / 400, 0.1, 0.2])


def test_replications_stand_side_by_side():
    one, other = (Totals.of(Tale(months=1).opens(1, mrr).books()) for mrr in (100, 250))
    assert compute(Totals.stack([one, other]))["closing_mrr"].tolist() == [[[100.0, 100.0]], [[250.0, 250.0]]]


# Formulas with the figures of the field


def test_expansion_of_a_month_is_upsell_and_cross_sell():
    # 6 Basic at 1,000 and 4 Premium at 2,000; then one goes up and one takes an add-on at 100
    tale = Tale(months=1)
    for customer in range(10):
        tale.opens(customer, 1_000 if customer < 6 else 2_000)
    tale.pays(0, 0, 2_000, Cause.PLAN_UPGRADE, plan=1).pays(1, 0, 1_100, Cause.ADDON)
    values = {name: metric(name, tale)[0] for name in METRICS}
    assert (values["opening_mrr"], values["closing_mrr"]) == (14_000, 15_100)
    assert (values["expansion_mrr"], values["upsell_mrr"], values["cross_sell_mrr"]) == (1_100, 1_000, 100)
    assert (values["new_mrr"], values["contraction_mrr"], values["churn_mrr"]) == (0, 0, 0)
    assert values["expansion_rate"] == pytest.approx(1_100 / 14_000)


def test_an_expansion_of_a_hundred_thousand_on_a_million_is_ten_per_cent():
    tale = Tale(months=1).opens(1, 900_000).opens(2, 100_000).pays(2, 0, 200_000, Cause.PLAN_UPGRADE)
    assert metric("expansion_rate", tale) == [0.1]
    assert metric("net_mrr_churn_rate", tale) == [-0.1]
    assert metric("nrr_month", tale) == pytest.approx([1.1])


def test_upgrade_option_and_downgrade_give_gross_and_net_churn():
    tale = Tale(months=1).opens(1, 100_000).opens(2, 100_000).opens(3, 300_000)
    tale.pays(1, 0, 200_000, Cause.PLAN_UPGRADE).pays(2, 0, 150_000, Cause.ADDON).pays(3, 0, 150_000, Cause.DOWNGRADE)
    assert metric("expansion_mrr", tale) == [150_000]
    assert metric("contraction_mrr", tale) == [150_000]
    assert metric("gross_mrr_churn_rate", tale) == [0.3]
    assert metric("net_mrr_churn_rate", tale) == [0.0]
    assert metric("churned_customers", tale) == [0]


def test_ten_per_cent_a_month_is_more_than_threefold_a_year():
    tale = Tale(months=12).opens(1, 1_000)
    for month in range(12):
        tale.pays(1, month, 1_000 * 1.1 ** (month + 1), Cause.USAGE)
    assert metric("nrr_compounded_12m", tale)[11] == pytest.approx(1.1**12, rel=1e-6)
    assert metric("nrr_12m", tale)[11] == pytest.approx(1.1**12, rel=1e-6)
    assert metric("grr_12m", tale)[11] == 1.0


def test_a_company_without_mrr_has_amounts_of_zero_and_no_rates():
    tale = Tale(months=13).pays(1, 0, 0, Cause.SIGN_UP)
    for name in METRICS:
        values = metric(name, tale)
        if name.endswith(("_mrr", "_customers")) or name == "arr":
            assert values == [1.0 if name == "free_customers" else 0.0] * 13
        else:
            assert all(isnan(value) for value in values), name
    assert first_negative_churn_month(Totals.of(tale.books())).tolist() == [-1]


# What must hold for any history


@st.composite
def histories(draw) -> Tale:
    """Any changes of any customers, also causes that cannot take the direction they take."""
    tale = Tale(months=draw(st.sampled_from([1, 13, 15])), segments=2)
    amounts = st.sampled_from([0, 0.0001, 1, 9.99, 100, 250])
    for customer in range(draw(st.integers(0, 5))):
        segment = draw(st.integers(0, 1))
        if draw(st.booleans()):
            tale.opens(customer, draw(amounts), segment=segment)
        for month in sorted(draw(st.lists(st.integers(0, tale.months - 1), max_size=6))):
            cause, plan = draw(st.sampled_from(list(Cause))), draw(st.integers(0, 2))
            standing = draw(st.sampled_from([PRESENT, PRESENT, PRESENT, ABSENT, PAUSED, TRIAL]))
            mrr = draw(amounts) if standing == PRESENT else 0
            tale._row(customer, month, mrr, cause, plan, standing, segment)
    return tale


def whole(values: np.ndarray) -> np.ndarray:
    """Amounts in ten-thousandths, in which they are exact."""
    return np.round(values * UNIT).astype(np.int64)


@given(histories())
def test_opening_and_movements_make_closing(tale):
    m = {name: whole(values) for name, values in compute(Totals.of(tale.books())).items() if name.endswith("_mrr")}
    moved = m["new_mrr"] + m["reactivation_mrr"] + m["expansion_mrr"] - m["contraction_mrr"] - m["churn_mrr"]
    assert (m["opening_mrr"] + moved == m["closing_mrr"]).all()
    assert (m["net_new_mrr"] == moved).all()
    assert (m["closing_mrr"][:, :-1] == m["opening_mrr"][:, 1:]).all()
    for name, values in m.items():
        assert name == "net_new_mrr" or (values >= 0).all()
        assert (values[..., 0] == values[..., 1:].sum(axis=-1)).all()  # everybody is the sum of the segments


@given(histories())
def test_the_parts_of_expansion_and_what_is_unspecified_make_expansion(tale):
    totals = Totals.of(tale.books())
    m = compute(totals)
    parts = sum(whole(m[f"{motion}_mrr"]) for motion in ("upsell", "cross_sell", "price", "restoration"))
    unspecified = totals.moved[..., lines_where("expansion", "unspecified")].sum(axis=-1)
    assert (parts + unspecified == whole(m["expansion_mrr"])).all()


def test_expansion_has_no_motion_beyond_its_parts():
    motions = {line.motion for line in LINES if line.kind == "expansion"}
    assert motions == {"upsell", "cross_sell", "price", "restoration", "unspecified"}


@given(histories())
def test_gross_retention_is_at_most_one_and_at_most_net_retention(tale):
    m = compute(Totals.of(tale.books()))
    known = ~np.isnan(m["grr_12m"])
    assert (known == ~np.isnan(m["nrr_12m"])).all()
    assert (m["grr_12m"][known] <= 1.0).all()
    assert (m["grr_12m"][known] >= 0.0).all()
    assert (m["nrr_12m"][known] >= m["grr_12m"][known]).all()


@given(histories())
def test_monthly_retention_and_net_churn_make_one(tale):
    m = compute(Totals.of(tale.books()))
    known = ~np.isnan(m["nrr_month"])
    assert (known == ~np.isnan(m["net_mrr_churn_rate"])).all()
    assert np.allclose((m["nrr_month"] + m["net_mrr_churn_rate"])[known], 1.0, rtol=0, atol=1e-9)
    net_of_gains = m["gross_mrr_churn_rate"] - m["expansion_rate"]
    assert np.allclose(net_of_gains[known], m["net_mrr_churn_rate"][known], rtol=1e-12, atol=1e-9)


@given(histories())
def test_a_ratio_is_empty_exactly_where_its_denominator_is_zero(tale):
    totals = Totals.of(tale.books())
    m = compute(totals)
    opening, closing = totals.stock[:, :-1, :, MRR], totals.stock[:, 1:, :, MRR]
    base = totals.retained[..., RETAINED.index("base")]
    lost = totals.moved[..., lines_where("contraction") + lines_where("churn")].sum(axis=-1)
    won = totals.moved[..., lines_where("new") + lines_where("reactivation") + lines_where("expansion")].sum(axis=-1)
    churned = np.cumsum(totals.movers[..., lines_where("churn")].sum(axis=-1), axis=1)
    paying, paying_then = totals.stock[:, 1:, :, PAYING], totals.stock[:, :-1, :, PAYING]
    denominators = dict.fromkeys(
        ("expansion_rate", "expansion_rate_chosen", "gross_mrr_churn_rate", "net_mrr_churn_rate", "nrr_month"), opening
    )
    denominators |= dict.fromkeys(("nrr_12m", "nrr_12m_without_price", "grr_12m"), base)
    denominators |= {
        "logo_churn_rate": paying_then,
        "quick_ratio": lost,
        "arpa": paying,
        "expansion_share": won,
        "growth_share_of_expansion": np.maximum(closing - opening, 0),
        "ltv_revenue": paying * churned,
    }
    for name, denominator in denominators.items():
        assert (np.isnan(m[name]) == (denominator == 0)).all(), name
    for name in set(METRICS) - set(denominators) - {"nrr_compounded_12m", "logo_churn_rate_12m_mean"}:
        assert not np.isnan(m[name]).any(), name
    for name, monthly in (("nrr_compounded_12m", "nrr_month"), ("logo_churn_rate_12m_mean", "logo_churn_rate")):
        for month in range(totals.months):
            twelve = m[monthly][0, max(month - 11, 0) : month + 1, 0]
            assert isnan(m[name][0, month, 0]) == (len(twelve) < 12 or np.isnan(twelve).any())
    assert not np.isinf(np.stack(list(m.values()))).any()


def test_a_ratio_broadcasts_and_never_divides_by_zero():
    with np.errstate(all="raise"):
        by_place = ratio(np.array([1.0, 2.0, 0.0]), np.array([2, 0, 0]))
        assert by_place.tolist() == pytest.approx([0.5, nan, nan], nan_ok=True)
        assert ratio(np.ones((2, 2)), np.array([4, 0]))[1].tolist() == pytest.approx([0.25, nan], nan_ok=True)


def test_a_trailing_value_needs_its_whole_window():
    values = np.arange(10.0).reshape(1, 5, 2)
    assert trailing(values, 3, np.sum)[0, :, 0].tolist() == pytest.approx([nan, nan, 6, 12, 18], nan_ok=True)
    assert np.isnan(trailing(values, 6, np.sum)).all()


# The first month of negative churn

EXPANDS, LEAVES = lines_where("expansion")[0], lines_where("churn")[0]


def totals_of(months: list[tuple[int, int, int]]) -> Totals:
    """Totals of one replication from (opening, expansion, churn) of each month, in currency units."""
    cells = (1, len(months), 1, len(LINES))
    moved, stock = np.zeros(cells, np.int64), np.zeros((1, len(months) + 1, 1, 5), np.int64)
    for m, (opening, expansion, churn) in enumerate(months):
        stock[0, m, 0, MRR] = opening * UNIT
        moved[0, m, 0, EXPANDS], moved[0, m, 0, LEAVES] = expansion * UNIT, churn * UNIT
    retained = np.zeros((1, len(months), 1, len(RETAINED)), np.int64)
    return Totals(moved, np.zeros(cells, np.int64), stock, retained)


def by_definition(months: list[tuple[int, int, int]]) -> int:
    rates = [Fraction(churn - expansion, opening) if opening else None for opening, expansion, churn in months]

    def negative(m: int) -> bool:
        three = rates[m - 2 : m + 1]
        return m >= 2 and None not in three and sum(three) < 0

    return next((m for m in range(len(months)) if all(negative(k) for k in range(m, len(months)))), -1)


# powers of two as openings: the rates and their sums are exact
MONTH = st.tuples(st.sampled_from([0, 1, 2, 4, 8, 8, 8]), st.integers(0, 6), st.integers(0, 4))


@given(st.lists(MONTH, min_size=1, max_size=14))
@example([(2, 1, 0), (8, 0, 1), (8, 0, 3)])  # a mean of zero
@example([(8, 1, 0)] * 2)  # too short for a mean of three
@example([(8, 1, 0)] * 3)
@example([(8, 1, 1)] * 5)  # zero is not negative
@example([(8, 3, 0), (8, 0, 1), (8, 0, 1), (8, 0, 1), (8, 1, 0), (8, 1, 0)])  # begins, ends, begins again
def test_the_first_month_of_lasting_negative_churn_is_the_one_of_the_definition(months):
    assert first_negative_churn_month(totals_of(months)).tolist() == [by_definition(months)]


def test_negative_churn_is_found_in_each_replication_by_itself():
    never, always = totals_of([(8, 0, 1)] * 6), totals_of([(8, 1, 0)] * 6)
    late = totals_of([(8, 0, 1)] * 2 + [(8, 2, 0)] * 4)
    # means of three from month 2 on: 0 (1/8 + 1/8 - 2/8), then below
    assert first_negative_churn_month(Totals.stack([never, always, late])).tolist() == [-1, 2, 3]
