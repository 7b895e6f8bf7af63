"""Stripe's monthly report, its change events and its exported tables."""

from __future__ import annotations

import pytest

from simulator.billing.errors import BillingError
from simulator.billing.reading import ReadOptions
from tests.billing.readers.exports import READERS, codes, read, reasons, rows, seeds

EVENTS = "event_timestamp,event_type,subscription_item_id,currency,customer_id,mrr_change,price_id,subscription_id\n"


# MRR per subscriber


def test_months_become_periods() -> None:
    text = """
        Customer ID,Customer,Customer Email,Currency,2025-11,2025-12,2026-01,2026-02
        c1,A,,usd,10.00,10.00,12.50,0.00
        c2,B,,usd,,7,,7
        c3,C,,jpy,1000,1000,1000,1000
    """
    reading = read("stripe-mrr-per-subscriber", text)
    assert rows(reading, "customer", "mrr", "currency", "start", "end") == [
        ("c1", 10.0, "USD", "2025-11-01", "2026-01-01"),
        ("c1", 12.5, "USD", "2026-01-01", "2026-02-01"),
        ("c2", 7.0, "USD", "2025-12-01", "2026-01-01"),
        ("c2", 7.0, "USD", "2026-02-01", None),
        ("c3", 1000.0, "JPY", "2025-11-01", None),
    ]
    assert f"{reading.as_of}" == "2026-02-28 23:59:59.999999"


def test_a_month_without_a_column_is_an_error() -> None:
    text = "Customer ID,Customer,Currency,2025-11,2026-01\nc1,A,usd,1,2"
    with pytest.raises(BillingError, match="the months 2025-12 have no column"):
        read("stripe-mrr-per-subscriber", text)


# change events


@pytest.mark.parametrize(
    ("currency", "mrr"), [("usd", 10.0), ("jpy", 1000.0), ("kwd", 1.0), ("isk", 10.0), ("mga", 1000.0), ("ugx", 10.0)]
)
def test_minor_units_are_stripes(currency: str, mrr: float) -> None:
    text = EVENTS + f"2026-01-01 00:00:00,ACTIVE_START,si,{currency},c1,1000,p,s"
    assert rows(read("stripe-change-events", text), "mrr") == [(mrr,)]


def test_changes_add_up_by_item() -> None:
    text = EVENTS + "\n".join(
        (
            "2026-01-05 00:00:00,ACTIVE_END,si_1,usd,c1,-1500,pro,s1",  # newest first, as exports often are
            "2026-01-03 00:00:00,ACTIVE_UPGRADE,si_1,usd,c1,500,pro,s1",
            "2026-01-01 00:00:00,ACTIVE_START,si_1,usd,c1,1000,basic,s1",
            "2026-01-05 00:00:00,ACTIVE_START,si_2,usd,c1,900,lite,s1",
        )
    )
    reading = read("stripe-change-events", text)
    assert rows(reading, "item", "plan", "mrr", "start", "end") == [
        ("si_1", "basic", 10.0, "2026-01-01", "2026-01-03"),
        ("si_1", "pro", 15.0, "2026-01-03", "2026-01-05"),
        ("si_2", "lite", 9.0, "2026-01-05", None),
    ]
    assert (reasons(reading), codes(reading)) == ([], {})


def test_events_that_contradict_each_other() -> None:
    text = EVENTS + "\n".join(
        (
            "2026-01-01 00:00:00,ACTIVE_START,a,usd,c1,1000,p,s1",
            "2026-01-02 00:00:00,ACTIVE_START,a,usd,c1,1000,p,s1",
            "2026-01-03 00:00:00,ACTIVE_END,a,usd,c1,-500,p,s1",
            "2026-01-04 00:00:00,ACTIVE_DOWNGRADE,a,usd,c1,100,p,s1",
            "2026-01-02 00:00:00,ACTIVE_END,b,usd,c2,-1000,p,s2",
            "2026-01-01 00:00:00,ACTIVE_START,a,usd,c1,1000,p,s1",
            "2026-01-01 00:00:00,PAUSED,a,usd,c1,1000,p,s1",
            "1767225600,ACTIVE_START,c,usd,c3,100,p,s3",
        )
    )
    reading = read("stripe-change-events", text)
    assert codes(reading) == {"wrong_direction": 1, "started_twice": 1, "end_leaves_mrr": 1, "below_zero": 1}
    assert reasons(reading) == [(5, "unknown_reference"), (6, "duplicate"), (7, "unreadable_status")]
    assert ("c3", "2026-01-01") in rows(reading, "customer", "start")


# exported tables

SUBSCRIPTIONS = """
    id,_fivetran_synced,_fivetran_active,customer_id,status,start_date,canceled_at,ended_at,trial_end
    s1,2026-03-01,true,c1,active,2026-01-01 00:00:00,,,
    s1,2026-02-01,false,c1,active,2026-01-01 00:00:00,,,
    s2,2026-03-01,true,c2,canceled,2026-01-01 00:00:00,2026-02-01 00:00:00,2026-02-15 00:00:00,
"""
ITEMS = "id,created,plan_id,quantity,subscription_id\n"
PRICES = """
    id,nickname,product_id,currency,billing_scheme,recurring_interval,recurring_interval_count,recurring_usage_type,type,unit_amount,unit_amount_decimal
    month,,prod,usd,per_unit,month,1,licensed,recurring,1000,1000
    year,Yearly,prod,usd,per_unit,year,1,licensed,recurring,12000,12000
    half,,,usd,per_unit,month,6,licensed,recurring,,600.6
    once,,,usd,per_unit,,,,one_time,1000,1000
    tiers,,,usd,tiered,month,1,licensed,recurring,,
    used,,,usd,per_unit,month,1,metered,recurring,10,10
    yen,,,jpy,per_unit,month,1,licensed,recurring,1000,1000
"""


def tables(items: str, *more: str) -> tuple[str, ...]:
    product = "id,name,unit_label,active\nprod,The product,,true"
    return SUBSCRIPTIONS, ITEMS + items, PRICES, product, *more


def test_items_take_the_price_and_the_life_of_their_subscription() -> None:
    items = """i1,2026-01-01,month,3,s1
        i2,2026-02-10,year,1,s1
        i3,2026-01-01,half,1,s2
        i4,2026-01-01,yen,1,s2
        i5,2026-01-01,once,1,s1
        i6,2026-01-01,tiers,1,s1
        i7,2026-01-01,used,1,s1
        i8,2026-01-01,gone,1,s1
        i9,2026-01-01,month,1,s9
        i10,2026-03-01,month,1,s2
        """
    reading = read("stripe-tables", *tables(items))
    assert rows(reading, "item", "plan", "mrr", "currency", "quantity", "start", "end", "requested_end") == [
        ("i1", "The product", 30.0, "USD", 3, "2026-01-01", None, None),
        ("i2", "Yearly", 10.0, "USD", 1, "2026-02-10", None, None),
        ("i10", "The product", 10.0, "USD", 1, "2026-01-01", "2026-02-15", "2026-02-01"),
        ("i3", "half", 1.001, "USD", 1, "2026-01-01", "2026-02-15", "2026-02-01"),
        ("i4", "yen", 1000.0, "JPY", 1, "2026-01-01", "2026-02-15", "2026-02-01"),
    ]
    assert sorted(reading.aside.select("file", "row", "reason").rows()) == [
        ("0.csv", 2, "not_current"),
        ("1.csv", 5, "not_recurring"),
        ("1.csv", 6, "no_price"),
        ("1.csv", 7, "no_price"),
        ("1.csv", 8, "unknown_reference"),
        ("1.csv", 9, "unknown_reference"),
    ]
    assert codes(reading) == {"item_outside_subscription": 1}


def test_items_that_were_deleted_are_set_aside() -> None:
    text = "id,created,plan_id,quantity,subscription_id,_fivetran_deleted\ni1,2026-01-01,month,1,s1,TRUE"
    reading = read("stripe-tables", SUBSCRIPTIONS, text, PRICES)
    assert ("1.csv", 1, "deleted") in reading.aside.select("file", "row", "reason").rows()
    assert codes(reading) == {"no_items": 2}


def test_discounts_cut_periods() -> None:
    discounts = """id,coupon_id,subscription_id,start,end
        d1,forever,s1,2026-01-10,
        d2,spring,s1,2026-01-20,2026-02-01
        d3,lost,s1,2026-01-20,
        d4,ten,s2,2026-01-01,2026-03-01"""
    coupons = """id,amount_off,currency,duration,percent_off
        forever,,,forever,15.5
        spring,200,usd,repeating,
        ten,1000000,usd,once,"""
    reading = read("stripe-tables", *tables("i1,2026-01-01,month,1,s1\ni2,2026-01-01,month,1,s2", discounts, coupons))
    assert rows(reading, "start", "end", "lasting_discount", "temporary_discount") == [
        ("2026-01-01", "2026-01-10", 0.0, 0.0),
        ("2026-01-10", "2026-01-20", 1.55, 0.0),
        ("2026-01-20", "2026-02-01", 1.55, 2.0),
        ("2026-02-01", None, 1.55, 0.0),
        ("2026-01-01", "2026-02-15", 0.0, 10.0),
    ]
    assert "1 discounts name a coupon that is in no table, and are left out" in reading.said


def test_exported_tables_of_a_pipeline() -> None:
    reading = READERS["stripe-tables"].read(seeds("stripe"), ReadOptions())
    assert rows(reading, "customer", "plan", "mrr", "status") == [
        ("123fsdf", "ab2", 3000.0, "trial"),
        ("sdf6547", "zb1", 1500.0, "trial"),
    ]
    assert dict(reasons(reading)) == dict.fromkeys(range(3, 15), "unknown_reference")
    assert codes(reading) == {"item_outside_subscription": 2, "newest_version_missing": 1, "open_but_ended": 2}
    assert len(reading.reference) == 6
