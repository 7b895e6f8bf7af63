"""Generic subscription periods: what of a row becomes which period, and why rows are set aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.billing.readers.periods import Periods
from simulator.billing.reading import ReadOptions
from simulator.billing.reconciliation import reconcile
from simulator.billing.table import table_of
from tests.billing.files import UNIT, read_text, reasons

HEAD = "customer_id,subscription_id,start_date,end_date,mrr,plan\n"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_row_becomes_a_period(tmp_path: Path) -> None:
    text = "customer_id,subscription_id,start_date,end_date,cancelled_at,mrr,plan,"
    text += "quantity,currency,segment,reason,end_reason\n"
    text += "a,s1,2026-01-05,2026-03-01,2026-02-20,100,pro,3,usd,smb,plan_upgrade,voluntary\n"
    billing = read_text(tmp_path, text)
    assert billing.reading.items.row(0, named=True) == {
        "row": 1,
        "file": "subs.csv",
        "customer": "a",
        "subscription": "s1",
        "item": "",
        "plan": "pro",
        "segment": "smb",
        "currency": "USD",
        "quantity": 3,
        "start": day("2026-01-05"),
        "end": day("2026-03-01"),
        "requested_end": day("2026-02-20"),
        "status": "active",
        "mrr": 100 * UNIT,
        "lasting_discount": 0,
        "temporary_discount": 0,
        "metered": False,
        "reason": "plan_upgrade",
        "end_reason": "voluntary",
    }
    assert billing.reading.format == "periods"
    assert billing.reading.as_of == day("2026-03-02") - timedelta(microseconds=1)


REASONS = """\
a,s1,2026-01-01,2026-02-01,100,x
,s2,2026-01-01,,100,x
b,s3,,,100,x
b,s4,2026-13-01,,100,x
b,s5,2026-01-01,soon,100,x
b,s6,2026-01-01,,,x
b,s7,2026-01-01,,much,x
b,s8,2026-01-01,,-5,x
b,s9,2026-02-01,2026-01-01,100,x
b,s10,2026-02-01,2026-02-01,100,x
a,s1,2026-01-01,2026-02-01,100,x
a,s1,2026-01-15,2026-03-01,100,y
a,s1,2026-02-01,,100,y
a,s1,2026-02-01,,120,y
"""


def test_every_reason(tmp_path: Path) -> None:
    billing = read_text(tmp_path, HEAD + REASONS)
    assert reasons(billing) == {
        2: "no_customer",
        3: "no_date",
        4: "unreadable_date",
        5: "unreadable_date",
        6: "no_price",
        7: "unreadable_amount",
        8: "negative_amount",
        9: "end_before_start",
        10: "same_day",
        11: "duplicate",
        12: "overlap",
        14: "duplicate_id",
    }
    assert billing.reconciliation.used == {"subs.csv": 2}
    assert billing.reconciliation.read == {"subs.csv": 14}
    told = billing.reconciliation.rows.filter(pl.col("row") == 5).row(0, named=True)
    assert (told["line"], told["column"], told["value"], told["customer"], told["mrr"]) == (
        6,
        "end_date",
        "soon",
        "b",
        100 * UNIT,
    )


def test_reasons_that_need_other_columns(tmp_path: Path) -> None:
    head = "customer_id,start_date,end_date,amount,interval,quantity,currency,discount_percent,status\n"
    rows = [
        "a,2026-01-01,,1200,year,2,USD,10%,active",
        "a,2026-01-01,,1200,,2,USD,,active",
        "a,2026-01-01,,1200,often,2,USD,,active",
        "a,2026-01-01,,1200,year,2.5,USD,,active",
        "a,2026-01-01,,1200,year,2,ZZZ,,active",
        "a,2026-01-01,,1200,year,2,,,active",
        "a,2026-01-01,,1200,year,2,USD,0.2,active",
        "a,2026-01-01,,1200,year,2,USD,120%,active",
        "a,2026-01-01,,1200,year,2,USD,,maybe",
        "a,2026-01-01,,1200,year,2,USD,,cancelled",
        "a,2027-01-01,,1200,year,2,USD,,active",
    ]
    billing = read_text(tmp_path, head + "\n".join(rows), as_of=day("2026-06-30"))
    assert list(reasons(billing).values()) == [
        "no_interval",
        "unreadable_interval",
        "unreadable_quantity",
        "unknown_currency",
        "no_currency",
        "unreadable_discount",
        "unreadable_discount",
        "unreadable_status",
        "no_end",
        "future",
    ]
    item = billing.reading.items.row(0, named=True)
    assert (item["mrr"], item["lasting_discount"]) == (100 * UNIT, 10 * UNIT)


def test_trials_and_discounts_cut_the_period(tmp_path: Path) -> None:
    text = "customer_id,start_date,end_date,mrr,discount,discount_end,trial_end,reason,end_reason\n"
    text += "a,2026-01-01,2026-12-01,100,30,2026-03-01,2026-01-15,sign_up,voluntary\n"
    items = read_text(tmp_path, text).reading.items.sort("start")
    assert items.select("start", "end", "status", "mrr", "temporary_discount", "reason", "end_reason").rows() == [
        (day("2026-01-01"), day("2026-01-15"), "trial", 100 * UNIT, 30 * UNIT, "sign_up", None),
        (day("2026-01-15"), day("2026-03-01"), "active", 100 * UNIT, 30 * UNIT, None, None),
        (day("2026-03-01"), day("2026-12-01"), "active", 100 * UNIT, 0, None, "voluntary"),
    ]


def test_trials_without_an_end_are_trials(tmp_path: Path) -> None:
    text = "customer_id,start_date,mrr,is_trial,status\na,2026-01-01,100,yes,\n"
    text += "b,2026-01-01,100,,trialing\nc,2026-01-01,100,no,past_due\n"
    assert read_text(tmp_path, text).reading.items["status"].to_list() == ["trial", "trial", "unpaid"]


@pytest.mark.parametrize(
    ("head", "cells", "options", "mrr"),
    [
        ("amount,interval", "1200,year", {}, 100),
        ("amount,interval,interval_count", "300,month,3", {}, 100),
        ("amount,interval", "12,week", {}, 52),
        ("amount,interval", "48,day", {}, 1461),
        ("unit_price,interval,quantity", "10,month,7", {}, 70),
        ("amount_cents,interval,currency", "4999,month,USD", {}, 49.99),
        ("amount_cents,interval,currency", "4999,month,JPY", {}, 4999),
        ("mrr,amount,interval", "5,1200,year", {}, 5),
        ("amount,interval", "600,", {"interval": "6 months"}, 100),
    ],
)
def test_prices(head: str, cells: str, options: dict[str, str], mrr: float, tmp_path: Path) -> None:
    billing = read_text(tmp_path, f"customer_id,start_date,{head}\na,2026-01-01,{cells}\n", **options)
    assert billing.reading.items["mrr"].to_list() == [round(mrr * UNIT)]


def test_ends_include_their_day_where_declared(tmp_path: Path) -> None:
    text = HEAD + "a,s,2026-01-01,2026-03-31,100,x\nb,t,2026-01-01,2026-03-31 10:00,100,x\n"
    ends = read_text(tmp_path, text, end_inclusive=True).reading.items["end"].to_list()
    assert ends == [day("2026-04-01"), day("2026-03-31T10:00")]
    tokyo = read_text(tmp_path, text, end_inclusive=True, timezone="Asia/Tokyo").reading.items["end"].to_list()
    assert tokyo == [day("2026-03-31T15:00"), day("2026-03-31T01:00")]


def test_a_cancellation_is_the_end_where_there_is_no_other(tmp_path: Path) -> None:
    items = read_text(tmp_path, "customer_id,start_date,cancelled_at,mrr\na,2026-01-01,2026-02-01,5\n").reading.items
    assert items.select("end", "requested_end").rows() == [(day("2026-02-01"), None)]


def test_a_bare_id_is_nobody(tmp_path: Path) -> None:
    from simulator.billing.errors import BillingError

    with pytest.raises(BillingError, match=r"no format is recognised"):
        read_text(tmp_path, "id,start_date,mrr\na,2026-01-01,5\n")


def test_no_end_is_no_good_news(tmp_path: Path) -> None:
    cannot = " ".join(read_text(tmp_path, "customer_id,start_date,mrr\na,2026-01-01,5\n").reading.cannot)
    assert "nobody can be seen to leave: churn is not 0, it is unknown" in cannot
    cannot = " ".join(read_text(tmp_path, HEAD + "a,s,2026-01-01,,5,x\n").reading.cannot)
    assert "no period ends, so that nobody is seen to leave" in cannot


def test_contradictions_are_noted(tmp_path: Path) -> None:
    text = "customer_id,subscription_id,start_date,end_date,mrr,status\n"
    text += "a,s1,2026-01-01,2026-02-01,10,active\nb,s1,2026-02-01,,20,active\n"
    notes = {note.code: note for note in read_text(tmp_path, text).reading.notes}
    assert set(notes) == {"active_but_ended", "subscription_of_several_customers"}
    assert notes["active_but_ended"].rows == (("subs.csv", 1),)
    assert notes["subscription_of_several_customers"].mrr == 30 * UNIT


def test_a_late_end_is_said_to_be_perhaps_planned(tmp_path: Path) -> None:
    reading = read_text(tmp_path, HEAD + "a,s,2026-01-01,2027-12-31,100,x\n").reading
    assert any("if such ends are planned ones, give --as-of" in text for text in reading.said)


def test_currencies_that_amounts_state(tmp_path: Path) -> None:
    reading = read_text(tmp_path, HEAD + "a,s,2026-01-01,,100円,x\nb,t,2026-01-01,,200,x\n").reading
    assert reading.items["currency"].to_list() == ["JPY", "JPY"]
    reading = read_text(tmp_path, HEAD + "a,s,2026-01-01,,100,x\n").reading
    assert reading.items["currency"].to_list() == ["XXX"]
    assert any("no currency is stated" in text for text in reading.said)
    reading = read_text(tmp_path, HEAD + "a,s,2026-01-01,,100,x\n", currency="eur").reading
    assert reading.items["currency"].to_list() == ["EUR"]


rows = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "", "c"]),
            "subscription_id": st.sampled_from(["s", "t", "u", ""]),
            "start_date": st.sampled_from(["2026-01-01", "2026-02-01", "2026-02-15", "", "x"]),
            "end_date": st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-01", "", "x", "9999-12-31"]),
            "mrr": st.sampled_from(["10", "20", "0", "-1", "", "x", "10円"]),
            "discount": st.sampled_from(["", "5", "50%", "30", "x"]),
            "discount_end": st.sampled_from(["", "2026-01-20", "2026-02-20"]),
            "trial_end": st.sampled_from(["", "2026-01-10", "2026-02-20"]),
            "currency": st.sampled_from(["JPY", "JPY", "USD", "", "QQQ"]),
            "status": st.sampled_from(["", "active", "cancelled", "paused", "eh"]),
        }
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_every_row_is_used_or_set_aside_and_periods_do_not_overlap(given_rows: list[dict[str, str]]) -> None:
    table = table_of(pl.DataFrame(given_rows))
    reading = Periods().read([table], ReadOptions())
    told = reconcile([table], reading)  # asserts that read = used + aside, row by row
    assert sum(told.used.values()) + sum(told.aside.values()) == len(given_rows)
    assert set(reading.items["row"].to_list()) == set(reading.used["row"].to_list())
    ordered = reading.items.filter(pl.col("subscription") != pl.col("customer"))
    ordered = ordered.sort("customer", "subscription", "item", "start")
    before = ordered.with_columns(
        until=pl.col("end").fill_null(datetime.max).shift(1).over("customer", "subscription", "item")
    )
    assert not before.filter(pl.col("start") < pl.col("until")).height
    assert not reading.items.filter(pl.col("end") <= pl.col("start")).height
    assert not reading.items.filter(pl.col("mrr") < pl.col("lasting_discount") + pl.col("temporary_discount")).height
    used = [given_rows[row - 1] for row in reading.used["row"].to_list()]
    assert all(row["mrr"] in ("10", "20", "0", "10円") and row["customer_id"] for row in used)
