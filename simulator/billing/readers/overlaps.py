"""Periods of one subscription item that overlap: it has one price at a time, so the first stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from simulator.billing.reading import Note, set_aside
from simulator.billing.table import FILE, ROW


def first_come(frame: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, list[pl.DataFrame], list[Note]]:
    """Return the rows without those that overlap an earlier one of the same item, the rows set aside, and notes.

    A row that begins together with another of its item has its id (`duplicate_id`); one that begins before the end of
    another overlaps it (`overlap`). A subscription id that belongs to several customers is only noted.

    Parameters
    ----------
    frame
        FILE, ROW, customer, subscription, mrr, start, end (null: open), by_id (the id is the source's own), the key.
    """
    by = list(key)
    ordered = frame.sort([*by, "start", FILE, ROW], maintain_order=True)
    until = pl.col("end").fill_null(datetime.max)
    suspect = ordered.filter(pl.col("by_id")).filter(
        (pl.col("start") < until.cum_max().shift(1).over(by)).any().over(by)
    )
    wrong: list[tuple[str, int, str]] = []
    for group in suspect.partition_by(by, maintain_order=True) if suspect.height else ():
        start_before, end_before = None, datetime.min
        for file, row, start, end in group.select(FILE, ROW, "start", "end").iter_rows():
            if start < end_before:
                wrong.append((file, row, "duplicate_id" if start == start_before else "overlap"))
                continue
            start_before, end_before = start, end or datetime.max
    aside = []
    if wrong:
        schema = {FILE: pl.String, ROW: pl.Int64, "wrong": pl.String}
        marked = pl.DataFrame(wrong, schema=schema, orient="row")
        frame = frame.join(marked, on=[FILE, ROW], how="left", maintain_order="left")
        for reason in ("duplicate_id", "overlap"):
            frame, gone = set_aside(frame, pl.col("wrong") == reason, reason, column="subscription")
            aside.append(gone)
        frame = frame.drop("wrong")
    return frame, aside, _of_two_customers(frame)


def _of_two_customers(frame: pl.DataFrame) -> list[Note]:
    ids = frame.filter(pl.col("by_id")).filter(pl.col("customer").n_unique().over("subscription") > 1)
    if not ids.height:
        return []
    examples = tuple(ids.head(3).select(FILE, ROW).rows())
    text = "the same subscription id belongs to different customers; each keeps its own"
    return [Note("subscription_of_several_customers", text, ids.height, int(ids["mrr"].sum()), examples)]
