"""Generic monthly snapshots, long and wide: months become periods."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.billing.readers.snapshots import Snapshots, WideSnapshots
from simulator.billing.reading import ReadOptions
from simulator.billing.reconciliation import reconcile
from simulator.billing.table import table_of
from tests.billing.files import UNIT, read_text, reasons

LONG = """\
customer_id,month,mrr,plan
a,2026-01,100,basic
a,2026-02,100,basic
a,2026-03,200,pro
a,2026-04,200,pro
b,2026-01,50,basic
b,2026-02,0,basic
b,2026-04,60,basic
"""


def month(number: int) -> datetime:
    return datetime(2026, number, 1)


def periods(reading: object) -> list[tuple[object, ...]]:
    columns = ("customer", "plan", "start", "end", "mrr")
    return reading.items.sort("customer", "start").select(columns).rows()  # type: ignore[attr-defined]


def test_months_become_periods(tmp_path: Path) -> None:
    reading = read_text(tmp_path, LONG).reading
    assert periods(reading) == [
        ("a", "basic", month(1), month(3), 100 * UNIT),
        ("a", "pro", month(3), None, 200 * UNIT),
        ("b", "basic", month(1), month(2), 50 * UNIT),
        ("b", "basic", month(4), None, 60 * UNIT),
    ]
    assert reading.as_of == datetime(2026, 4, 30, 23, 59, 59, 999_999)


def test_months_of_another_zone_begin_there(tmp_path: Path) -> None:
    reading = read_text(tmp_path, LONG, timezone="Asia/Tokyo").reading
    assert reading.items["start"].min() == datetime(2025, 12, 31, 15)
    assert reading.as_of == datetime(2026, 4, 30, 14, 59, 59, 999_999)
    assert periods(reading)[0][3] == datetime(2026, 2, 28, 15)


def test_a_column_a_month(tmp_path: Path) -> None:
    wide = "顧客ID,2026年1月,2026-02,202603,Apr 2026,通貨\na,100,100,200,200,JPY\nb,50,,0,60,JPY\n"
    reading = read_text(tmp_path, wide).reading
    assert reading.format == "snapshots-wide"
    assert [(c, s, e, m) for c, _, s, e, m in periods(reading)] == [
        ("a", month(1), month(3), 100 * UNIT),
        ("a", month(3), None, 200 * UNIT),
        ("b", month(1), month(2), 50 * UNIT),
        ("b", month(4), None, 60 * UNIT),
    ]


def test_a_bad_cell_takes_its_row_along(tmp_path: Path) -> None:
    wide = "customer_id,2026-01,2026-02\na,1,2\nb,1,x\nc,-1,1\n,1,1\na,3,3\n"
    billing = read_text(tmp_path, wide)
    assert reasons(billing) == {2: "unreadable_amount", 3: "negative_amount", 4: "no_customer", 5: "duplicate_id"}
    assert billing.reading.items["customer"].unique().to_list() == ["a"]
    assert billing.reconciliation.rows["value"].to_list()[0] == "x"


def test_several_plans_in_a_month_stand_side_by_side(tmp_path: Path) -> None:
    text = "customer_id,month,mrr,plan\na,2026-01,10,x\na,2026-01,5,y\na,2026-02,10,x\na,2026-02,10,x\na,2026-02,11,x\n"
    billing = read_text(tmp_path, text)
    assert periods(billing.reading) == [
        ("a", "x", month(1), None, 10 * UNIT),
        ("a", "y", month(1), month(2), 5 * UNIT),
    ]
    assert reasons(billing) == {4: "duplicate", 5: "duplicate_id"}


def test_statuses_tell_free_paused_and_gone_apart(tmp_path: Path) -> None:
    text = "customer_id,month,mrr,status\na,2026-01,0,free\n"
    text += "a,2026-02,10,active\na,2026-03,0,paused\na,2026-04,0,cancelled\n"
    items = read_text(tmp_path, text).reading.items
    assert items.select("status", "mrr", "end").rows() == [
        ("active", 0, month(2)),
        ("active", 10 * UNIT, month(3)),
        ("paused", 0, month(4)),
    ]


def test_a_month_that_was_set_aside_is_told_to_look_like_leaving(tmp_path: Path) -> None:
    text = "customer_id,month,mrr\na,2026-01,10\na,2026-02,x\na,2026-03,10\n"
    (note,) = read_text(tmp_path, text + "b,2026-02,1\n").reading.notes
    assert (note.code, note.count, note.rows) == ("month_set_aside", 1, (("subs.csv", 2),))


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.lists(st.sampled_from([0, 0, 10, 20]), min_size=6, max_size=6), min_size=1
    )
)
def test_long_and_wide_are_the_same_and_add_up_to_the_cells(paid: dict[str, list[int]]) -> None:
    long = pl.DataFrame(
        [
            {"customer_id": c, "month": f"2026-{m + 1:02d}", "mrr": x}
            for c, row in paid.items()
            for m, x in enumerate(row)
        ]
    )
    wide = pl.DataFrame(
        [{"customer_id": c, **{f"2026-{m + 1:02d}": x for m, x in enumerate(r)}} for c, r in paid.items()]
    )
    one = Snapshots().read([table_of(long)], ReadOptions())
    other = WideSnapshots().read([table_of(wide)], ReadOptions())
    columns = ["customer", "start", "end", "mrr"]
    assert one.items.select(columns).sort(columns).equals(other.items.select(columns).sort(columns))
    reconcile([table_of(long)], one)
    reconcile([table_of(wide)], other)
    for customer, row in paid.items():
        for m, x in enumerate(row):
            at = datetime(2026, m + 1, 15)
            live = one.items.filter(
                (pl.col("customer") == customer)
                & (pl.col("start") <= at)
                & (pl.col("end").is_null() | (pl.col("end") > at))
            )
            assert live["mrr"].sum() == x * UNIT
