"""Recurly's and Recharge's tables: histories that keep the price that applied."""

from __future__ import annotations

from simulator.billing.reading import ReadOptions
from tests.billing.readers.exports import READERS, codes, read, reasons, rows, seeds

RECURLY = (
    "id,created_at,updated_at,activated_at,canceled_at,expires_at,account_id,plan_id,state,trial_started_at,trial_ends_at,"
    "currency,unit_amount,quantity,add_ons_total,subtotal,expiration_reason\n"
)
PLANS = "id,code,interval_unit,interval_length,updated_at\np1,basic,months,1,2020-01-01\np2,yearly,months,12,2020-01-01"


def test_recurly_keeps_the_price_that_applied() -> None:
    text = RECURLY + "\n".join(
        (
            "s1,2026-01-01,2026-03-01,2026-01-01,,,a1,p1,active,,,USD,20.0,2,5.0,45.0,",
            "s1,2026-01-01,2026-01-01,2026-01-01,,,a1,p1,active,,,USD,10.0,1,0.0,10.0,",
            "s1,2026-01-01,2026-04-10,2026-01-01,2026-04-10,2026-05-01,a1,p1,canceled,,,USD,20.0,2,5.0,45.0,",
            "s1,2026-01-01,2026-05-02,2026-01-01,2026-04-10,2026-05-01,a1,p1,expired,,,USD,20.0,2,5.0,45.0,nonpayment",
            "s2,2026-01-01,2026-01-01,2026-01-01,,,a2,p2,active,2026-01-01,2026-01-15,USD,120.0,1,0.0,999.0,",
            "s3,2026-01-01,2026-02-01,2026-01-01,,,a3,p1,paused,,,USD,10.0,1,0.0,10.0,",
            "s3,2026-01-01,2026-01-01,2026-01-01,,,a3,p1,active,,,USD,10.0,1,0.0,10.0,",
            "s4,2026-01-01,2026-01-01,2026-01-01,,,a4,p9,active,,,USD,10.0,1,0.0,10.0,",
            "s5,2026-01-01,2026-01-01,2026-01-01,,,a5,p1,future,,,USD,10.0,1,0.0,10.0,",
            "s6,2026-01-01,2026-04-01,2026-01-01,2026-04-01,2026-12-31,a6,p1,canceled,,,USD,10.0,1,0.0,10.0,",
        )
    )
    reading = read("recurly", text, PLANS)
    assert rows(reading, "customer", "plan", "mrr", "status", "start", "end", "requested_end", "end_reason") == [
        ("a1", "basic", 10.0, "active", "2026-01-01", "2026-03-01", None, None),
        ("a1", "basic", 45.0, "active", "2026-03-01", "2026-04-10", None, None),
        ("a1", "basic", 45.0, "active", "2026-04-10", "2026-05-01", "2026-04-10", "failed_payment"),
        ("a2", "yearly", 10.0, "trial", "2026-01-01", "2026-01-15", None, None),
        ("a2", "yearly", 10.0, "active", "2026-01-15", None, None, None),
        ("a3", "basic", 10.0, "active", "2026-01-01", "2026-02-01", None, None),
        ("a3", "basic", 10.0, "paused", "2026-02-01", None, None, None),
        ("a6", "basic", 10.0, "active", "2026-01-01", "2026-12-31", "2026-04-01", None),
    ]
    assert reasons(reading) == [(8, "no_interval"), (9, "future")]
    assert codes(reading) == {"other_subtotal": 1}
    assert reading.said == (
        "1 subscriptions began before their history: the first price known is taken from their start",
    )
    assert f"{reading.as_of}" == "2026-05-02 23:59:59.999999"


def test_recurly_tables_of_a_pipeline() -> None:
    reading = READERS["recurly"].read(seeds("recurly"), ReadOptions())
    # 10 % off from 2019-03-18 to 2019-03-26, and again from then on, as the discounts of invoices in the tables have it
    assert rows(reading, "mrr", "lasting_discount", "temporary_discount", "status", "start", "end", "end_reason") == [
        (99.0, 9.9, 0.0, "active", "2019-03-26 09:28", "2019-03-26 09:37", "voluntary"),
        (99.0, 0.0, 9.9, "active", "2019-03-26 09:25", "2019-03-26 09:27", "voluntary"),
        (5596.0, 0.0, 0.0, "trial", "2015-02-13 09:31", "2015-02-20 09:31", None),
        (5596.0, 0.0, 0.0, "active", "2015-02-20 09:31", "2019-03-18 10:43", None),
        (5596.0, 0.0, 559.6, "active", "2019-03-18 10:43", "2019-03-26 09:28", None),
        (5596.0, 559.6, 0.0, "active", "2019-03-26 09:28", None, None),
        (99.0, 0.0, 0.0, "active", "2015-02-11 08:20", "2022-08-11 08:20", None),
        (99.0, 0.0, 0.0, "active", "2022-08-11 08:20", None, None),
    ]
    assert (reasons(reading), codes(reading)) == ([], {})
    assert reading.said == (
        "4 subscriptions began before their history: the first price known is taken from their start",
    )


def test_recurly_coupons_of_an_amount_are_left_out_and_it_is_said() -> None:
    text = RECURLY + "s1,2026-01-01,2026-01-01,2026-01-01,,,a1,p1,active,,,USD,20.0,1,0.0,20.0,"
    redemptions = (
        "id,account_id,coupon_id,state,created_at,removed_at\n"
        "r1,a1,share,active,2026-01-01,\nr2,a1,fixed,active,2026-01-01,"
    )
    coupons = "coupon_id,amount,percentage\nshare,,25\nfixed,1.0,"
    reading = read("recurly", text, PLANS, redemptions, coupons)
    assert rows(reading, "mrr", "lasting_discount") == [(20.0, 5.0)]
    assert reading.said[0].startswith("1 coupon redemptions are of an amount")


HISTORY = (
    "subscription_id,updated_at,customer_id,created_at,cancelled_at,price,quantity,status,order_interval_unit,"
    "order_interval_frequency,charge_interval_frequency,product_title\n"
)


def test_recharge_keeps_the_price_that_applied() -> None:
    history = HISTORY + "\n".join(
        (
            "s1,2026-01-01,c1,2026-01-01,,28.0,1,ACTIVE,day,28,28,Box",
            "s1,2026-02-01,c1,2026-01-01,,56.0,1,ACTIVE,day,28,28,Box",
            "s1,2026-03-05,c1,2026-01-01,2026-03-01,56.0,1,CANCELLED,day,28,28,Box",
            "s2,2026-01-01,c2,2026-01-01,,30.0,2,ACTIVE,month,3,3,Crate",
            "s3,2026-01-01,c3,2026-01-01,,30.0,1,ACTIVE,month,1,3,Crate",
            "s4,2026-01-01,c4,2026-01-01,,30.0,1,CANCELLED,month,1,1,Crate",
        )
    )
    today = (
        "id,customer_id,created_at,cancelled_at,price,quantity,status,order_interval_unit,order_interval_frequency,"
        "charge_interval_frequency,updated_at\n"
        "s2,c2,2025-12-01,,60.0,2,ACTIVE,month,3,3,2026-04-01\n"
        "s5,c5,2026-01-01,,10.0,1,ACTIVE,month,1,1,2026-01-01\n"
    )
    reading = read("recharge", history, today)
    per_month = round(28 * 365.25 / 12 / 28, 4)
    assert rows(reading, "customer", "mrr", "currency", "start", "end") == [
        ("c1", per_month, None, "2026-01-01", "2026-02-01"),
        ("c1", 2 * per_month, None, "2026-02-01", "2026-03-01"),
        ("c2", 20.0, None, "2026-01-01", None),
        ("c5", 10.0, None, "2026-01-01", None),
    ]
    assert sorted(reading.aside.select("file", "row", "reason").rows()) == [
        ("0.csv", 5, "unreadable_interval"),
        ("0.csv", 6, "no_date"),
        ("1.csv", 1, "not_current"),
    ]
    assert codes(reading) == {"other_begun": 1, "other_mrr": 1}
    assert rows(read("recharge", history, currency="EUR"), "currency")[0] == ("EUR",)


def test_recharge_tables_of_a_pipeline() -> None:
    reading = READERS["recharge"].read(seeds("recharge"), ReadOptions(currency="USD"))
    assert rows(reading, "customer", "mrr", "start", "end") == [
        ("90000001", 20.0561, "2022-06-05 19:28", "2022-09-07 16:10"),
        ("90000002", 8.0828, "2022-01-31 16:00", None),
    ]
    assert reasons(reading) == [(1, "not_current"), (2, "not_current")]
    assert codes(reading) == {"other_begun": 2, "other_mrr": 2, "other_state": 1, "address_of_other_customer": 2}
