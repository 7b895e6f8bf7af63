"""The worked figures of the field, from CSV files through `account`."""

from __future__ import annotations

import pytest

import simulator as sim
from tests.billing.exports import account, export, figure, moved

LAST, NOW = "2026-01", "2026-02"


def held(customer: str, mrr: int, plan: str, start: str = "2026-01-05", end: str = "") -> str:
    return f"{customer},s-{customer},{start},{end},{mrr},{plan},1,JPY"


def changed(customer: str, before: int, after: int, old: str = "basic", new: str = "premium", at: str = "2026-02-10"):
    return held(customer, before, old, end=at), held(customer, after, new, start=at)


def test_expansion_is_upsell_and_cross_sell(tmp_path):
    """6 Basic, 4 Premium = 14,000; then 4 Basic, 1 Basic with Support, 5 Premium = 15,100."""
    rows = [held(f"b{i}", 1_000, "basic") for i in range(5)] + [held(f"p{i}", 2_000, "premium") for i in range(4)]
    rows += changed("up", 1_000, 2_000)
    header = "customer_id,subscription_id,item_id,start_date,end_date,mrr,plan,quantity,currency"
    rows = [row.replace(",2026", ",main,2026", 1) for row in rows]
    rows.append("b0,s-b0,support,2026-02-10,,100,support,1,JPY")
    path = export(tmp_path, *rows, header=header)
    result = sim.account(path)
    assert [figure(result, "closing_mrr", month) for month in (LAST, NOW)] == [14_000, 15_100]
    assert figure(result, "expansion_mrr", NOW) == 1_100
    assert (figure(result, "upsell_mrr", NOW), figure(result, "cross_sell_mrr", NOW)) == (1_000, 100)
    assert [figure(result, f"{kind}_mrr", NOW) for kind in ("new", "reactivation", "contraction", "churn")] == [0] * 4
    assert figure(result, "expansion_rate", NOW) == pytest.approx(1_100 / 14_000)
    assert figure(result, "net_mrr_churn_rate", NOW) == pytest.approx(-1_100 / 14_000)


def test_up_and_down_by_thirty_thousand(tmp_path):
    rows = changed("up", 50_000, 80_000) + changed("down", 100_000, 70_000, "premium", "standard")
    result = account(tmp_path, *rows)
    assert moved(result, NOW) == {
        ("expansion", "upsell", "plan_upgrade"): 30_000,
        ("contraction", "none", "downgrade"): 30_000,
    }


def test_three_customers_three_motions(tmp_path):
    """A: Standard to Premium, B adds an option, C: Premium to Standard."""
    header = "customer_id,subscription_id,item_id,start_date,end_date,mrr,plan,quantity,currency"
    rows = (
        *changed("A", 100_000, 200_000),
        held("B", 100_000, "standard"),
        *changed("C", 300_000, 150_000, "premium", "standard"),
    )
    rows = [row.replace(",2026", ",main,2026", 1) for row in rows]
    rows.append("B,s-B,option,2026-02-20,,50000,option,1,JPY")
    result = sim.account(export(tmp_path, *rows, header=header))
    assert moved(result, NOW) == {
        ("expansion", "upsell", "plan_upgrade"): 100_000,
        ("expansion", "cross_sell", "addon"): 50_000,
        ("contraction", "none", "downgrade"): 150_000,
    }


def test_net_churn_below_zero_is_negative_churn(tmp_path):
    rows = [held(f"c{i}", 1_000, "basic") for i in range(8)]
    rows += [held("leaver", 1_000, "basic", end="2026-02-15"), *changed("up", 1_000, 4_000)]
    result = account(tmp_path, *rows)
    assert figure(result, "net_mrr_churn_rate", NOW) == pytest.approx((1_000 - 3_000) / 10_000)
    assert figure(result, "nrr_month", NOW) == pytest.approx(1.2)


def test_an_upgrade_logged_as_an_end_and_a_start_is_one_movement(tmp_path):
    rows = ("a,old,2026-01-05,2026-02-10,1000,basic,1,JPY", "a,new,2026-02-10,,2500,premium,1,JPY")
    for grain in ("month", "event"):
        result = account(tmp_path, *rows, knobs={"grain": grain})
        assert moved(result, NOW) == {("expansion", "upsell", "plan_upgrade"): 1_500}


def test_who_was_gone_comes_back_as_reactivation_before_expansion(tmp_path):
    rows = (
        held("a", 1_000, "basic", end="2026-02-10"),
        held("a", 3_000, "premium", start="2026-04-10"),
        held("b", 1, "basic"),
    )
    result = account(tmp_path, *rows)
    assert moved(result, "2026-02") == {("churn", "unspecified", "unspecified"): 1_000}
    assert moved(result, "2026-04") == {("reactivation", "none", "other"): 3_000}


def test_retention_caps_each_customer_and_not_the_total(tmp_path):
    """One doubles, one halves: NRR 125 %, GRR 75 %."""
    rows = changed("up", 1_000, 2_000, at="2026-06-01") + changed(
        "down", 1_000, 500, "premium", "basic", at="2026-06-01"
    )
    result = account(tmp_path, *rows, as_of="2027-01-31")
    assert figure(result, "nrr_12m", "2027-01") == pytest.approx(1.25)
    assert figure(result, "grr_12m", "2027-01") == pytest.approx(0.75)


def test_an_annual_plan_counts_a_twelfth_from_day_one(tmp_path):
    path = export(
        tmp_path,
        "a,s1,2026-01-05,2027-01-05,120000,year,annual,JPY",
        "b,s2,2026-01-05,,1000,month,monthly,JPY",
        header="customer_id,subscription_id,start_date,end_date,amount,interval,plan,currency",
    )
    result = sim.account(path)
    assert figure(result, "closing_mrr", "2026-01") == 11_000
    assert figure(result, "churn_mrr", "2026-12") == 0
    assert figure(result, "churn_mrr", "2027-01") == 10_000


def test_in_and_out_within_a_month_never_reaches_a_month_end(tmp_path):
    rows = (held("a", 1_000, "basic", start="2026-02-03", end="2026-02-20"), held("b", 500, "basic"))
    assert moved(account(tmp_path, *rows), NOW) == {}
    both = account(tmp_path, *rows, knobs={"grain": "event", "new_and_churned": "both"})
    assert moved(both, NOW) == {("new", "none", "sign_up"): 1_000, ("churn", "unspecified", "unspecified"): 1_000}


def test_a_price_rise_does_not_pass_for_customers_choosing_more(tmp_path):
    result = account(tmp_path, *changed("a", 1_000, 1_200, "basic", "basic"))
    assert moved(result, NOW) == {("expansion", "price", "price_change"): 200}
    assert figure(result, "expansion_rate_chosen", NOW) == 0
