"""Items written by hand, and drawn at random."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import polars as pl

from simulator.accounting.movements import Cause
from simulator.accounting.policy import DEFAULT, Policy
from simulator.billing.history import History, history
from simulator.billing.items import ITEMS
from simulator.billing.reading import as_items

UNIT = 10_000
START = datetime(2026, 1, 1)
END = datetime(2027, 1, 1)


def at(day: int) -> datetime:
    """Day 0 is the first of January 2026."""
    return START + timedelta(days=day)


def item(customer: str = "a", start: int = 5, end: int | None = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    """One period: days from the start of 2026, amounts in currency units."""
    given = {
        "customer": customer,
        "subscription": f"s-{customer}",
        "plan": "basic",
        "quantity": 1,
        "currency": "JPY",
        "start": at(start),
        "end": None if end is None else at(end),
        "mrr": round(mrr * UNIT),
    }
    money = ("lasting_discount", "temporary_discount")
    given |= {name: round(value * UNIT) if name in money else value for name, value in more.items()}
    if isinstance(given.get("requested_end"), int):
        given["requested_end"] = at(given["requested_end"])
    return given


def items(*rows: dict[str, Any]) -> pl.DataFrame:
    """Items in the schema of readers."""
    present = {name for row in rows for name in row}
    schema = {name: kind for name, kind in ITEMS.items() if name in present}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return as_items(frame).with_columns(file=pl.lit("made"), row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def past(*rows: dict[str, Any], policy: Policy = DEFAULT, cutoff: datetime = END, timezone: str = "UTC") -> History:
    return history(items(*rows), policy, cutoff, timezone)


def told(found: History) -> list[tuple[str, int, str, float, str]]:
    """(customer, day, cause, MRR after, plan) of every change."""
    days = (found.times - int(pl.Series([START]).dt.epoch("us")[0])) / 86_400e6
    return [
        (
            found.customers[int(row["customer"])],
            day,
            Cause(row["cause"]).name,
            row["mrr"] / UNIT,
            found.plans[row["plan"]],
        )
        for row, day in zip(found.changes, days, strict=True)
    ]


def causes(*rows: dict[str, Any], policy: Policy = DEFAULT) -> list[str]:
    """Causes of the changes after the first one."""
    return [cause for _, _, cause, _, _ in told(past(*rows, policy=policy))][1:]


@st.composite
def drawn_items(draw: Any, customers: int = 4, most: int = 12) -> pl.DataFrame:
    """Items of a few customers that overlap, touch, repeat and leave gaps."""
    rows = []
    for i in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, 330))
        length = draw(st.one_of(st.none(), st.integers(1, 200)))
        rows.append(
            item(
                draw(st.sampled_from("abcdef"[:customers])),
                start,
                None if length is None else start + length,
                draw(st.sampled_from([0, 1, 2, 10, 10.5, 300])),
                subscription=draw(st.sampled_from(["s1", "s2", f"only-{i}"])),
                item=draw(st.sampled_from(["", "x"])),
                plan=draw(st.sampled_from(["basic", "plus", None])),
                segment=draw(st.sampled_from(["one", "two", None])),
                quantity=draw(st.sampled_from([1, 2, None])),
                temporary_discount=draw(st.sampled_from([0, 1])),
                lasting_discount=draw(st.sampled_from([0, 0.5])),
                status=draw(st.sampled_from(["active", "active", "active", "trial", "paused", "unpaid"])),
                requested_end=draw(st.sampled_from([None, None, start + 1, start + 40])),
                metered=draw(st.sampled_from([False, False, False, True])),
            )
        )
    return items(*rows)
