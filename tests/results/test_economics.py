"""Costs and margins on a company small enough to work out by hand."""

import pytest

import simulator

# ten payers of 1,000 at the start, nobody leaves, nobody comes; then variations
COMPANY = """
currency: JPY
start: 2026-01
months: 3
plans: {free: {price: 0}, basic: {price: 1_000}}
segments:
  smb: {opening: {basic: 10, free: 4}, opening_tenure: 0 months, cancel: {basic: 0% per month, free: 0% per month}}
economics: {gross_margin: 80%, retention_cost: 50, free_cost: 10}
"""
ARRIVING = """
currency: JPY
start: 2026-01
months: 24
plans: {basic: {price: 1_000}}
segments:
  smb: {arrivals: {per_month: 50}, choose: {basic: 100%}, cancel: {basic: 5% per month}}
economics: {gross_margin: 80%, cac: {smb: 3_000}, cac_growth: 2% per month, retention_cost: 50}
"""


def means(result, metric):
    return result.metric(metric)["mean"].to_list()


def test_contribution_is_margin_less_what_customers_cost():
    result = simulator.run(simulator.load(COMPANY), replications=1)
    assert means(result, "contribution") == pytest.approx([10_000 * 0.8 - 10 * 50 - 4 * 10] * 3)


def test_without_a_cost_of_acquisition_none_is_told():
    result = simulator.run(simulator.load(COMPANY), replications=1)
    with pytest.raises(KeyError, match="no metric 'cac'"):
        result.metric("cac")


def test_without_economics_nothing_of_it_is_told():
    text = COMPANY.replace("economics: {gross_margin: 80%, retention_cost: 50, free_cost: 10}", "")
    with pytest.raises(KeyError, match="no metric 'contribution'"):
        simulator.run(simulator.load(text), replications=1).metric("contribution")


def test_lifetime_value_cost_and_payback_hang_together():
    result = simulator.run(simulator.load(ARRIVING), replications=1)
    revenue, profit, net = (means(result, f"ltv_{name}") for name in ("revenue", "profit", "net"))
    cac, arpa = means(result, "cac"), means(result, "arpa")
    assert arpa == [1_000] * 24
    for m in range(3, 24):
        assert profit[m] == pytest.approx(0.8 * revenue[m])
        assert net[m] == pytest.approx(profit[m] - cac[m] - 50 * revenue[m] / 1_000, rel=1e-6)
        assert means(result, "ltv_to_cac")[m] == pytest.approx(profit[m] / cac[m])
        assert means(result, "cac_payback_months")[m] == pytest.approx(cac[m] / 800, rel=1e-6)


def test_the_cost_of_acquisition_grows_and_is_shared_by_new_payers():
    result = simulator.run(simulator.load(ARRIVING), replications=1)
    spent = payers = 0.0
    for m, (sign_ups, new) in enumerate(zip(means(result, "sign_ups"), means(result, "new_customers"), strict=True)):
        spent += sign_ups * 3_000 * 1.02**m
        payers += new
        assert means(result, "cac")[m] == pytest.approx(spent / payers, rel=1e-6)


def test_offers_and_people_cost():
    text = COMPANY.replace("free_cost: 10", "free_cost: 10, offer_cost: {call: 7}") + (
        "offers:\n"
        "  call: {motion: upsell, when: {tenure: 0.5 months}, who: {plans: [free]}, to: basic, acceptance: 0%}\n"
        "teams: {success: {people: 2, monthly_cost: 100}}\n"
    )
    result = simulator.run(simulator.load(text), replications=1)
    month = 10_000 * 0.8 - 10 * 50 - 4 * 10 - 2 * 100
    assert means(result, "contribution") == pytest.approx([month - 4 * 7, month, month])
