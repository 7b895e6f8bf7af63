"""The subscriptions CSV of Stripe's dashboard, and its traps."""

from __future__ import annotations

import pytest

from tests.billing.readers.exports import READERS, codes, read, reasons, rows, table

NAME = "stripe-subscriptions"
HEAD = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start (UTC),Trial End (UTC),"
    "Canceled At (UTC),Ended At (UTC)"
)


def export(*lines: str) -> str:
    return "\n".join((HEAD, *lines))


def test_a_bare_id_is_the_subscription() -> None:
    reading = read(
        NAME,
        export(
            "sub_1,cus_1,a,1,usd,month,10,active,2026-01-02 03:04,,,",
            "sub_2,cus_1,b,1,usd,month,5,active,2026-01-03,,,",
        ),
    )
    assert rows(reading, "customer", "subscription", "mrr", "currency", "start") == [
        ("cus_1", "sub_1", 10.0, "USD", "2026-01-02 03:04"),
        ("cus_1", "sub_2", 5.0, "USD", "2026-01-03"),
    ]
    assert reading.cannot == READERS[NAME].cannot  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "head",
    [
        "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start Date (UTC),Ended At (UTC)",
        "ID,customer id,PLAN,QUANTITY,CURRENCY,INTERVAL,AMOUNT,STATUS,CREATED,ENDED AT",
        "id,customer_id,plan,quantity,plan currency,plan interval,amount,status,created (utc),ended_at",
        "id,Customer ID,Plan,Quantity,Plan Currency,Plan Interval,Plan Amount,Status,Start,Ended At",
    ],
)
@pytest.mark.parametrize("extra", ["", ",team (metadata)"])
def test_names_come_in_any_spelling_and_order(head: str, extra: str) -> None:
    cells = ["sub_1", "cus_1", "a", "1", "usd", "year", "120", "canceled", "2026-01-02", "2026-03-01"]
    names = (head + extra).split(",")
    cells += [""] * (len(names) - len(cells))
    turned = "\n".join(",".join(reversed(line)) for line in (names, cells))
    text = "\n".join(",".join(line) for line in (names, cells))
    expected = [("cus_1", "sub_1", "a", 10.0, "USD", "2026-01-02", "2026-03-01")]
    columns = ("customer", "subscription", "plan", "mrr", "currency", "start", "end")
    assert rows(read(NAME, text), *columns) == rows(read(NAME, turned), *columns) == expected


def test_a_missing_interval_is_never_assumed() -> None:
    text = "id,Customer ID,Plan Amount,Plan Currency,Status,Created (UTC)\nsub_1,cus_1,120,usd,active,2026-01-02"
    assert reasons(read(NAME, text)) == [(1, "no_interval")]
    assert rows(read(NAME, text, interval="year"), "mrr") == [(10.0,)]
    some = export("s1,c1,a,1,usd,,10,active,2026-01-02,,,", "s2,c1,a,1,usd,fortnite,10,active,2026-01-02,,,")
    assert reasons(read(NAME, some)) == [(1, "no_interval"), (2, "unreadable_interval")]


def test_a_list_of_payments_is_not_taken_for_subscriptions() -> None:
    payments = "id,Created (UTC),Amount,Amount Refunded,Currency,Captured,Status,Customer ID,Plan\nch_1,,,,,,,,"
    assert READERS[NAME].recognises(table(payments).columns) is None
    assert READERS["stripe-tables"].recognises(table(payments).columns) is None


def test_states() -> None:
    reading = read(
        NAME,
        export(
            "s1,c1,a,1,usd,month,10,canceled,2026-01-01,2026-01-08,2026-02-01,2026-03-01",  # trial, request, end
            "s2,c2,a,1,usd,month,10,past_due,2026-01-01,,,",
            "s3,c3,a,1,usd,month,10,incomplete_expired,2026-01-01,,,",
            "s4,c4,a,1,usd,month,10,canceled,2026-01-01,,,",
            "s5,c5,a,1,usd,month,10,trialing,2026-02-25,2026-03-11,,",
            "s6,c6,a,1,usd,month,10,canceled,2026-01-01,2026-01-15,,2026-01-15",
            "s7,c7,a,1,usd,month,10,strange,2026-01-01,,,",
            "s8,c8,a,1,usd,month,,active,2026-01-01,,,",
            "s9,c9,a,1,usd,month,10,canceled,2026-01-01,,,2026-01-01",
            "s10,c10,a,1,usd,month,10,canceled,2026-01-02,,,2026-01-01",
            "s2,c2,a,1,usd,month,10,past_due,2026-01-01,,,",
            "s2,c2,a,1,usd,month,11,past_due,2026-01-01,,,",
            "s13,,a,1,usd,month,10,active,2026-01-01,,,",
            "s14,c14,a,1,zzz,month,10,active,2026-01-01,,,",
            "s15,c15,a,1,usd,month,-10,active,2026-01-01,,,",
            "s16,c16,a,1,usd,month,10,active,1700-01-01,,,",
            "s17,c17,a,1.5,usd,month,10,active,2026-01-01,,,",
            "s18,c18,a,1,usd,month,10,active,2026-01-01,,,2026-02-01",
        ),
    )
    assert rows(reading, "customer", "status", "start", "end", "requested_end") == [
        ("c1", "trial", "2026-01-01", "2026-01-08", None),
        ("c1", "active", "2026-01-08", "2026-03-01", "2026-02-01"),
        ("c18", "active", "2026-01-01", "2026-02-01", None),
        ("c2", "unpaid", "2026-01-01", None, None),
        ("c5", "trial", "2026-02-25", "2026-03-11", None),
        ("c5", "active", "2026-03-11", None, None),
        ("c6", "trial", "2026-01-01", "2026-01-15", None),
    ]
    assert reasons(reading) == [
        (3, "unpaid_start"),
        (4, "no_date"),
        (7, "unreadable_status"),
        (8, "no_price"),
        (9, "same_day"),
        (10, "end_before_start"),
        (11, "duplicate"),
        (12, "duplicate_id"),
        (13, "no_customer"),
        (14, "unknown_currency"),
        (15, "negative_amount"),
        (16, "unreadable_date"),
        (17, "unreadable_quantity"),
    ]
    assert codes(reading) == {"open_but_ended": 1}
    assert sorted(reading.used["row"]) == [1, 2, 5, 6, 18]


def test_a_source_without_any_end_is_suspicious() -> None:
    lines = [f"s{n},c{n},a,1,usd,month,10,active,2026-01-0{n},,," for n in range(1, 6)]
    assert codes(read(NAME, export(*lines))) == {"nothing_ended": 5}
    assert codes(read(NAME, export(*lines[:4]))) == {}


def test_seconds_since_1970_are_not_nanoseconds() -> None:
    reading = read(NAME, export("s1,c1,a,1,usd,month,10,canceled,1767225600,,,1769904000"))
    assert rows(reading, "start", "end") == [("2026-01-01", "2026-02-01")]


def test_amounts_are_units_unless_cents_are_declared() -> None:
    lines = ("s1,c1,a,1,usd,month,1000,active,2026-01-01,,,", "s2,c2,a,1,jpy,month,1000,active,2026-01-01,,,")
    assert rows(read(NAME, export(*lines)), "mrr") == [(1000.0,), (1000.0,)]
    assert rows(read(NAME, export(*lines), minor_units=True), "mrr") == [(10.0,), (1000.0,)]


def test_reasons_of_the_end() -> None:
    text = (
        "id,Customer ID,Plan,Interval,Amount,Currency,Status,Start,Ended At,Cancellation Reason\n"
        "s1,c1,a,month,10,usd,canceled,2026-01-01,2026-02-01,payment_failed\n"
        "s2,c2,a,month,10,usd,canceled,2026-01-01,2026-02-01,cancellation_requested\n"
        "s3,c3,a,month,10,usd,canceled,2026-01-01,2026-02-01,\n"
    )
    assert rows(read(NAME, text), "end_reason") == [("failed_payment",), ("voluntary",), (None,)]
