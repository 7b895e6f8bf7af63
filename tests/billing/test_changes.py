"""Generic change events: each begins a period that lasts until the next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.billing.readers.changes import Changes
from simulator.billing.reading import ReadOptions
from simulator.billing.reconciliation import reconcile
from simulator.billing.table import table_of
from tests.billing.files import UNIT, read_text, reasons

HEAD = "customer_id,time,mrr_before,mrr_after,plan,reason\n"


def test_events_become_periods(tmp_path: Path) -> None:
    text = (
        HEAD
        + "a,2026-01-05,0,100,basic,sign_up\na,2026-02-05,100,200,pro,plan_upgrade\na,2026-03-05,200,0,pro,voluntary\n"
    )
    reading = read_text(tmp_path, text).reading
    assert reading.items.select("plan", "start", "end", "mrr", "reason", "end_reason").rows() == [
        ("basic", datetime(2026, 1, 5), datetime(2026, 2, 5), 100 * UNIT, "sign_up", None),
        ("pro", datetime(2026, 2, 5), datetime(2026, 3, 5), 200 * UNIT, "plan_upgrade", "voluntary"),
    ]
    assert reading.used.height == 3


def test_who_paid_before_the_first_event_begins_a_month_before_the_file(tmp_path: Path) -> None:
    text = HEAD + "a,2026-01-20,0,10,x,\nb,2026-02-05,70,90,x,\nc,2026-02-06,30,0,,failed_payment\n"
    items = read_text(tmp_path, text).reading.items.sort("customer", "start")
    assert items.select("customer", "start", "end", "mrr", "end_reason").rows() == [
        ("a", datetime(2026, 1, 20), None, 10 * UNIT, None),
        ("b", datetime(2025, 12, 1), datetime(2026, 2, 5), 70 * UNIT, None),
        ("b", datetime(2026, 2, 5), None, 90 * UNIT, None),
        ("c", datetime(2025, 12, 1), datetime(2026, 2, 6), 30 * UNIT, "failed_payment"),
    ]


def test_a_broken_chain_is_noted(tmp_path: Path) -> None:
    (note,) = read_text(tmp_path, HEAD + "a,2026-01-05,0,100,x,\na,2026-02-05,70,90,x,\n").reading.notes
    assert (note.code, note.count, note.mrr, note.rows) == ("broken_chain", 1, 30 * UNIT, (("subs.csv", 2),))


def test_rows_that_are_no_events(tmp_path: Path) -> None:
    text = (
        HEAD + "a,2026-01-05,0,100,x,\na,2026-01-05,0,100,x,\na,,0,1,x,\n"
        "a,2026-02-01,0,,x,\na,2026-02-01,x,1,x,\na,2026-02-01,1,-1,x,\n"
    )
    assert list(reasons(read_text(tmp_path, text)).values()) == [
        "duplicate",
        "no_date",
        "no_price",
        "unreadable_amount",
        "negative_amount",
    ]


def test_a_status_tells_what_no_mrr_means(tmp_path: Path) -> None:
    text = "customer_id,time,mrr_before,mrr_after,status\na,2026-01-01,0,0,trial\n"
    text += "a,2026-01-15,0,10,active\na,2026-02-01,10,0,paused\na,2026-03-01,0,0,cancelled\n"
    items = read_text(tmp_path, text).reading.items
    assert items.select("status", "mrr", "end").rows() == [
        ("trial", 0, datetime(2026, 1, 15)),
        ("active", 10 * UNIT, datetime(2026, 2, 1)),
        ("paused", 0, datetime(2026, 3, 1)),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 200), st.integers(0, 3)), min_size=1, max_size=20))
def test_at_every_moment_what_the_last_event_left_is_live(events: list[tuple[str, int, int]]) -> None:
    now: dict[str, int] = {"a": 0, "b": 0}
    rows = []
    for customer, day, after in sorted(events, key=lambda e: e[1]):
        rows.append((customer, f"{datetime.fromordinal(738_000 + day):%Y-%m-%d}", now[customer], after))
        now[customer] = after
    table = table_of(pl.DataFrame(rows, schema=["customer_id", "time", "mrr_before", "mrr_after"], orient="row"))
    reading = Changes().read([table], ReadOptions())
    reconcile([table], reading)
    for at in range(0, 202, 7):
        moment = datetime.fromordinal(738_000 + at)
        live = reading.items.filter((pl.col("start") <= moment) & (pl.col("end").is_null() | (pl.col("end") > moment)))
        for customer in "ab":
            last = [
                after
                for c, _, day, after in ((r[0], 0, r[1], r[3]) for r in rows)
                if c == customer and day <= f"{moment:%Y-%m-%d}"
            ]
            assert live.filter(pl.col("customer") == customer)["mrr"].sum() == (last[-1] if last else 0) * UNIT
