"""Cohorts, the matrix of plans, the top customers, and posting in parts."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from simulator.accounting.movements import KINDS, LINES
from simulator.accounting.policy import PRESETS, Policy
from simulator.accounting.replay import replay
from simulator.billing import posting, top_customers
from simulator.billing.account_items import About, account_items
from simulator.billing.history import history
from simulator.billing.plan_matrix import plan_matrix
from simulator.billing.posting import post
from simulator.billing.window import window
from simulator.results.tables import month_labels
from tests.billing.made_items import END, UNIT, at, drawn_items, item, items

ABOUT = About("made", "JPY", summary={"as_of": "2026-12-31"})


def account(*rows, **window_options):
    return account_items(items(*rows), window(at(364), **window_options), ABOUT)


def test_the_matrix_of_plans():
    table = account(
        item(status="trial", end=40),
        item(start=40),
        item("b", end=70),
        item("b", start=70, mrr=25, plan="plus"),
        item("c", end=50),
        item("d", mrr=0, plan="free"),
    ).tables["plan_matrix"]
    rows = {tuple(row[:3]): tuple(row[3:]) for row in table.rows() if row[0] <= "2026-03"}
    assert rows == {
        ("2026-01", "(new)", "(trial)"): (1, 0, 0),
        ("2026-01", "(new)", "basic"): (2, 0, 20),
        ("2026-01", "(new)", "(free)"): (1, 0, 0),
        ("2026-02", "(trial)", "basic"): (1, 0, 10),
        ("2026-02", "basic", "basic"): (1, 10, 10),
        ("2026-02", "basic", "(gone)"): (1, 10, 0),
        ("2026-02", "(free)", "(free)"): (1, 0, 0),
        ("2026-03", "basic", "plus"): (1, 10, 25),
        ("2026-03", "basic", "basic"): (1, 10, 10),
        ("2026-03", "(free)", "(free)"): (1, 0, 0),
    }


@settings(deadline=None, max_examples=50)
@given(drawn_items(customers=6))
def test_the_matrix_leads_from_month_end_to_month_end(frame):
    past = history(frame, Policy(), END)
    table, posted = plan_matrix(past), post(past, Policy())
    labels = month_labels(past.first, past.months)
    for m, label in enumerate(labels):
        month = table.filter(pl.col("month") == label)
        stock = posted.runs.filter((pl.col("table") == "stock") & (pl.col("month") == m))
        for plan in past.plans:
            there = month.filter(pl.col("plan_to") == plan)
            cell = stock.filter(pl.col("plan") == plan)
            assert there["mrr_to"].sum() * UNIT == pytest.approx(cell.filter(pl.col("reason") == "mrr")["amount"].sum())
            assert there["customers"].sum() == cell.filter(pl.col("reason") == "paying")["count"].sum()
        for state, column in (("(free)", "free"), ("(trial)", "trial"), ("(paused)", "paused")):
            there = month.filter(pl.col("plan_to") == state)["customers"].sum()
            assert there == stock.filter(pl.col("reason") == column)["count"].sum()
        if m:  # what a month ends with, the next begins with
            before = table.filter((pl.col("month") == labels[m - 1]) & (pl.col("plan_to") != "(gone)"))
            after = month.filter(~pl.col("plan_from").is_in(["(gone)", "(new)"]))
            assert before["mrr_to"].sum() == pytest.approx(after["mrr_from"].sum())
            assert before["customers"].sum() == after["customers"].sum()


def test_cohorts():
    table = account(
        item(end=100), item("b"), item("c", start=40, mrr=30), item("d", start=8, mrr=0, plan="free", end=40),
        item("d", start=40, mrr=5),
    ).tables["cohorts"].filter(pl.col("segment") == "all")  # fmt: skip
    january = table.filter(pl.col("cohort") == "2026-01")
    assert january["age"].to_list() == list(range(12))
    assert january["customers"].to_list() == [2, 3, 3, *[2] * 9]
    assert january["mrr"].to_list() == [20, 25, 25, *[15] * 9]
    assert january["logo_retention"].to_list()[:4] == [1, 1.5, 1.5, 1]
    february = table.filter(pl.col("cohort") == "2026-02")
    assert february["mrr_retention"].to_list() == [1] * 11


def test_a_cohort_that_paid_nothing_at_first_has_no_retention():
    table = account(item(mrr=0, end=40, plan="free"), item(start=40)).tables["cohorts"]
    assert table["logo_retention"].null_count() == table.height == 2 * 12  # everybody and the segment


def test_cohorts_whose_first_month_is_not_shown_have_no_retention_either():
    table = account(item(), item("b", start=100), first="2026-03").tables["cohorts"]
    shown = table.filter(pl.col("segment") == "all")
    assert shown["cohort"].unique().sort().to_list() == ["2026-01", "2026-04"]
    assert shown.filter(pl.col("cohort") == "2026-01")["age"].to_list() == list(range(2, 12))
    assert shown.filter(pl.col("cohort") == "2026-01")["mrr_retention"].null_count() == 10
    assert shown.filter(pl.col("cohort") == "2026-04")["mrr_retention"].to_list() == [1] * 9


@settings(deadline=None, max_examples=40)
@given(drawn_items(customers=6, most=20), st.sampled_from(sorted(PRESETS)), st.integers(1, 3))
def test_the_top_customers_are_those_of_all_accounted_one_by_one(frame, preset, top):
    policy = PRESETS[preset]
    past = history(frame, policy, END)
    found = top_customers.top_customers(past, policy, 0, top)
    labels = month_labels(past.first, past.months)
    amounts: dict[tuple[str, str], dict[str, int]] = {}
    for number, name in enumerate(past.customers):
        mine = past.changes[past.changes["customer"] == number].copy()
        mine["segment"] = mine["plan"] = 0
        books = replay(mine, past.months, 1, 1, policy)
        table = (books.month_amount if policy.grain == "month" else books.event_amount)[:, 0, 0]
        for m, line in zip(*np.nonzero(table), strict=True):
            for month in (labels[m], "all"):
                cell = amounts.setdefault((month, LINES[line].kind), {})
                cell[name] = cell.get(name, 0) + int(table[m, line])
    expected = {
        (month, kind, rank): (name, amount / UNIT)
        for (month, kind), cell in amounts.items()
        for rank, (name, amount) in enumerate(sorted(cell.items(), key=lambda pair: (-pair[1], pair[0]))[:top], start=1)
    }
    given_rows = {(row[0], str(row[1]), row[2]): (row[3], row[5]) for row in found.rows()}
    assert given_rows == expected


def test_top_customers_have_their_share():
    table = account(item(), item("b", mrr=30)).tables["top_customers"]
    rows = table.filter((pl.col("month") == "2026-01") & (pl.col("kind") == "new")).select(
        "customer", "amount", "share"
    )
    assert rows.rows() == [("b", 30, 0.75), ("a", 10, 0.25)]
    assert set(table["kind"]) <= set(KINDS)


@settings(deadline=None, max_examples=30)
@given(drawn_items(customers=6, most=20), st.integers(1, 3))
def test_posting_in_parts_gives_the_same_books(frame, cells):
    past = history(frame, Policy(), END)
    whole = post(past, Policy())
    room = cells * past.months * len(LINES) * posting.TABLES * 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting, "ROOM", room)
        parts = post(past, Policy())
    keys = ["table", "month", "segment", "plan", "kind", "motion", "reason"]
    assert parts.runs.sort(keys, nulls_last=True).equals(whole.runs.sort(keys, nulls_last=True))
    assert np.array_equal(parts.totals.moved, whole.totals.moved)
    assert np.array_equal(parts.totals.stock, whole.totals.stock)
    assert np.array_equal(parts.totals.retained, whole.totals.retained)
    assert np.array_equal(parts.cohorts, whole.cohorts)


@settings(deadline=None, max_examples=30)
@given(drawn_items(), st.integers(0, 11))
def test_a_later_first_month_shows_the_same_movements(frame, months):
    past = history(frame, Policy(), END)
    first = min(months, past.months - 1)
    whole, late = post(past, Policy()), post(past, Policy(), first)
    assert np.array_equal(late.totals.moved, whole.totals.moved[:, first:])
    assert np.array_equal(late.totals.stock, whole.totals.stock[:, first:])


def test_who_came_back_is_no_new_customer_also_where_its_first_stay_is_not_shown():
    result = account(item(end=40), item(start=100), first="2026-03")
    assert result.metric("reactivation_mrr")["mean"].sum() == 10
    assert result.metric("new_mrr")["mean"].sum() == 0
