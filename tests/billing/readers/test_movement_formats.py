"""ChartMogul, Chargebee and Baremetrics, and their traps."""

from __future__ import annotations

import pytest

from tests.billing.readers.exports import codes, read, reasons, rows

MOVEMENTS = (
    "DATE,CUSTOMER_NAME,MRR_MOVEMENT,MRR,MOVEMENT_TYPE,CURRENCY_CODE,CUSTOMER_EXTERNAL_ID,PLAN_EXTERNAL_ID,RANK\n"
)


def test_chartmogul_amounts_are_cents() -> None:
    text = MOVEMENTS + "\n".join(
        (
            "2026-01-01 00:00:00,A,1000,1000,new_biz,USD,a,basic,1",
            "2026-02-01 00:00:00,A,-250,750,contraction,USD,a,lite,2",
            "2026-03-01 00:00:00,A,-750,0,churn,USD,a,lite,3",
            "2026-05-01 00:00:00,A,500,500,reactivation,USD,a,lite,4",
        )
    )
    reading = read("chartmogul-movements", text)
    assert rows(reading, "customer", "plan", "mrr", "start", "end") == [
        ("a", "basic", 10.0, "2026-01-01", "2026-02-01"),
        ("a", "lite", 7.5, "2026-02-01", "2026-03-01"),
        ("a", "lite", 5.0, "2026-05-01", None),
    ]
    assert (codes(reading), reading.said) == ({}, ())


def test_chartmogul_yen_are_whole_and_it_is_said() -> None:
    reading = read("chartmogul-movements", MOVEMENTS + "2026-01-01,A,1000,1000,new_biz,JPY,a,basic,1")
    assert rows(reading, "mrr", "currency") == [(1000.0, "JPY")]
    assert reading.said[0].startswith("JPY: the format states cents, and ISO 4217 gives JPY none")


def test_chartmogul_movements_of_one_moment_follow_their_rank() -> None:
    text = MOVEMENTS + "\n".join(
        (
            "2026-01-01,A,-1000,0,churn,USD,a,basic,3",
            "2026-01-01,A,-500,1000,contraction,USD,a,basic,2",
            "2026-01-01,A,1500,1500,new_biz,USD,a,basic,1",
            "2026-02-01,A,700,700,reactivation,USD,a,basic,4",
        )
    )
    reading = read("chartmogul-movements", text)
    assert codes(reading) == {}
    assert rows(reading, "mrr", "start") == [(7.0, "2026-02-01")]


def test_chartmogul_contradictions() -> None:
    text = MOVEMENTS + "\n".join(
        (
            "2026-01-01,A,1000,1000,expansion,USD,a,basic,1",
            "2026-02-01,A,500,9999,expansion,USD,a,basic,2",
            "2026-01-01,B,-500,0,churn,USD,b,basic,3",
            "2026-02-01,A,500,9999,expansion,USD,a,basic,2",
            "2026-02-01,A,5,5,surprise,USD,a,basic,2",
        )
    )
    reading = read("chartmogul-movements", text)
    assert codes(reading) == {"other_kind": 1, "other_sum": 1, "below_zero": 1}
    assert reasons(reading) == [(3, "unknown_reference"), (4, "duplicate"), (5, "unreadable_status")]
    assert rows(reading, "customer", "mrr") == [("a", 10.0), ("a", 15.0)]


SUBSCRIPTIONS = (
    "subscriptions.id,subscriptions.plan_id,subscriptions.plan_quantity,subscriptions.plan_unit_price,subscriptions.currency_code,"
    "subscriptions.billing_period,subscriptions.billing_period_unit,subscriptions.status,subscriptions.started_at,"
    "subscriptions.trial_end,subscriptions.cancelled_at,subscriptions.cancel_reason,subscriptions.pause_date,"
    "subscriptions.resume_date,customers.id\n"
)


def test_chargebee_subscriptions_with_addons_and_coupons() -> None:
    subscriptions = SUBSCRIPTIONS + "\n".join(
        (
            "s1,pro,2,120.00,USD,1,year,active,2026-01-01,,,,,,c1",
            "s2,pro,1,10.00,USD,1,month,cancelled,2026-01-01,2026-01-15,2026-03-01,not_paid,,,c2",
            "s3,pro,1,10.00,USD,1,month,active,2026-01-01,,,,2026-02-01,2026-03-01,c3",
            "s4,pro,1,10.00,USD,1,month,paused,2026-01-01,,,,2026-02-01,,c4",
            "s5,pro,1,10.00,USD,1,month,future,2027-01-01,,,,,,c5",
            "s6,pro,1,10.00,USD,,,active,2026-01-01,,,,,,c6",
            "s7,pro,1,10.00,USD,1,month,cancelled,2026-01-01,,,,,,c7",
            "s8,pro,1,10.00,USD,1,month,active,2026-01-01,,2026-02-02,,,,c8",
        )
    )
    addons = "Subscription Id,Addon Id,Addon Quantity,Addon Unit Price\ns1,support,1,60\ns9,support,1,60"
    coupons = "Subscription Id,Coupon Id\ns1,SPRING"
    reading = read("chargebee-subscriptions", subscriptions, addons, coupons)
    assert rows(reading, "customer", "item", "mrr", "status", "start", "end", "end_reason") == [
        ("c1", "addon:support", 5.0, "active", "2026-01-01", None, None),
        ("c1", "plan", 20.0, "active", "2026-01-01", None, None),
        ("c2", "plan", 10.0, "trial", "2026-01-01", "2026-01-15", None),
        ("c2", "plan", 10.0, "active", "2026-01-15", "2026-03-01", "failed_payment"),
        ("c3", "plan", 10.0, "active", "2026-01-01", "2026-02-01", None),
        ("c3", "plan", 10.0, "paused", "2026-02-01", "2026-03-01", None),
        ("c3", "plan", 10.0, "active", "2026-03-01", None, None),
        ("c4", "plan", 10.0, "active", "2026-01-01", "2026-02-01", None),
        ("c4", "plan", 10.0, "paused", "2026-02-01", None, None),
        ("c8", "plan", 10.0, "active", "2026-01-01", "2026-02-02", None),
    ]
    assert sorted(reading.aside.select("file", "row", "reason").rows()) == [
        ("0.csv", 5, "future"),
        ("0.csv", 6, "no_interval"),
        ("0.csv", 7, "no_date"),
        ("1.csv", 2, "unknown_reference"),
    ]
    assert codes(reading) == {"open_but_cancelled": 1}
    assert reading.said[0] == "1 subscriptions have coupons, whose values are in no file: MRR is before them"
    assert reading.reference == ("2.csv",)


CHANGES = (
    "id,customer_id,subscription_id,currency_code,status,status_previous,mrr,mrr_previous,mrr_change,"
    "record_recorded_at,record_start_at,record_end_at\n"
)


@pytest.mark.parametrize(("minor_units", "unit"), [(False, 1), (True, 100)])
def test_chargebee_changes_with_seconds_since_1970(minor_units: bool, unit: int) -> None:
    text = CHANGES + "\n".join(
        (
            "1,c1,s1,USD,in_trial,,0,0,0,1767225600,1767225600,1768435200",
            "2,c1,s1,USD,active,in_trial,1000,0,1000,1768435200,1768435200,1769904000",
            "3,c1,s1,USD,paused,active,0,1000,-1000,1769904000,1769904000,1772323200",
            "4,c1,s1,USD,active,paused,1000,0,1000,1772323200,1772323200,",
            "5,c1,s1,USD,cancelled,active,0,1000,-1000,1775001600,1775001600,",
        )
    )
    reading = read("chargebee-mrr-changes", text, minor_units=minor_units)
    assert rows(reading, "mrr", "status", "start", "end") == [
        (0.0, "trial", "2026-01-01", "2026-01-15"),
        (1000.0 / unit, "active", "2026-01-15", "2026-02-01"),
        (0.0, "paused", "2026-02-01", "2026-03-01"),
        (1000.0 / unit, "active", "2026-03-01", "2026-04-01"),
    ]
    assert (reasons(reading), codes(reading)) == ([], {})
    assert any("seconds since 1970" in sentence for sentence in reading.said)


def test_chargebee_changes_that_contradict_each_other() -> None:
    text = CHANGES + "\n".join(
        (
            "1,c1,s1,USD,active,,10,0,11,,2026-01-01,2026-02-01",
            "2,c1,s1,USD,active,active,20,15,5,,2026-02-01,2026-03-01",
            "3,c1,s1,USD,cancelled,active,20,20,0,,2026-03-01,",
            "3,c1,s1,USD,cancelled,active,30,20,0,,2026-03-01,",
            "5,c2,s2,USD,active,,10,0,10,,2026-03-01,2026-02-01",
        )
    )
    reading = read("chargebee-mrr-changes", text)
    assert codes(reading) == {"other_change": 1, "other_previous": 1, "cancelled_with_mrr": 1}
    assert reasons(reading) == [(4, "duplicate_id"), (5, "end_before_start")]
    assert rows(reading, "mrr", "end") == [(10.0, "2026-02-01"), (20.0, "2026-03-01")]


BAREMETRICS = (
    "plan_oid,plan_name,plan_currency,plan_amount,plan_interval,plan_interval_count,customer_oid,customer_name,"
    "customer_email,subscription_oid,subscription_started_at,subscription_canceled_at,subscription_quantity\n"
)


def test_baremetrics() -> None:
    text = BAREMETRICS + "\n".join(
        (
            "p1,SEO,USD,5000,month,1,c1,A,,s1,2025-03-31,2025-05-04,1",
            "p2,SEM,USD,12000,year,1,c1,A,,s2,2025-03-31,,2",
            "p3,SEM,USD,9000,month,3,c2,B,,s3,2025-03-31,,",
            "p4,円,JPY,1000,month,1,c3,C,,s4,2025-03-31,2025-03-31,1",
            "p4,円,JPY,1000,month,1,c3,C,,s5,2025-03-31,,1",
            "p4,円,JPY,2000,month,1,c3,C,,s6,2025-03-31,,1",
            "p5,X,USD,1000,,1,c4,D,,s7,2025-03-31,,1",
            "p5,X,,1000,month,1,c4,D,,s8,2025-03-31,,1",
            "p5,X,USD,,month,1,c4,D,,s9,2025-03-31,,1",
        )
    )
    reading = read("baremetrics", text)
    assert rows(reading, "customer", "plan", "mrr", "currency", "quantity", "start", "end") == [
        ("c1", "SEO", 50.0, "USD", 1, "2025-03-31", "2025-05-04"),
        ("c1", "SEM", 20.0, "USD", 2, "2025-03-31", None),
        ("c2", "SEM", 30.0, "USD", None, "2025-03-31", None),
        ("c3", "円", 1000.0, "JPY", 1, "2025-03-31", None),
        ("c3", "円", 2000.0, "JPY", 1, "2025-03-31", None),
    ]
    assert reasons(reading) == [(4, "same_day"), (7, "no_interval"), (8, "no_currency"), (9, "no_price")]
    assert codes(reading) == {"plan_of_two_prices": 3}
    assert reading.said[0].startswith("JPY: the format states cents")
    assert f"{reading.as_of}" == "2025-05-04 23:59:59.999999"
    # a whole last day, where that is declared
    inclusive = read("baremetrics", text, end_inclusive=True)
    assert rows(inclusive, "end")[0] == ("2025-05-05",)
    assert (4, "same_day") not in reasons(inclusive)
