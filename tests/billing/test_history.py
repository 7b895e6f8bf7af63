"""From items to changes: netting, plans, causes, and what counts under a policy."""

from __future__ import annotations

from datetime import datetime

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.policy import DEFAULT, PRESETS, Policy
from simulator.billing.errors import BillingError
from simulator.billing.history import history
from simulator.billing.posting import post
from tests.billing.made_items import END, UNIT, at, causes, drawn_items, item, items, past, told


def test_items_of_one_moment_are_one_change():
    found = told(past(item(end=40), item(start=40, mrr=25, plan="plus", subscription="s-new")))
    assert found == [("a", 5, "SIGN_UP", 10, "basic"), ("a", 40, "PLAN_UPGRADE", 25, "plus")]


def test_an_upgrade_and_an_addon_at_one_moment_have_each_their_own_cause():
    rows = (item(end=40), item(start=40, mrr=25, plan="plus"), item(start=40, mrr=3, plan="care", item="care"))
    assert told(past(*rows))[1:] == [("a", 40, "PLAN_UPGRADE", 25, "plus"), ("a", 40, "ADDON", 28, "plus")]


def test_where_items_move_both_ways_the_larger_one_names_the_whole():
    rows = (
        item(end=40),
        item(end=40, mrr=3, plan="care", item="care"),
        item(start=40, mrr=25, plan="plus"),
    )
    assert told(past(*rows))[1:] == [("a", 40, "PLAN_UPGRADE", 25, "plus")]


def test_the_plan_is_that_of_the_largest_item():
    rows = (item(), item(start=20, end=60, mrr=30, plan="big", subscription="s2"))
    assert [(day, plan) for _, day, _, _, plan in told(past(*rows))] == [(5, "basic"), (20, "big"), (60, "basic")]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ({}, {"mrr": 20, "plan": "plus"}, "PLAN_UPGRADE"),
        ({}, {"mrr": 5, "plan": "lite"}, "DOWNGRADE"),
        ({}, {"mrr": 20, "quantity": 2}, "SEATS"),
        ({"mrr": 20, "quantity": 2}, {}, "SEATS"),
        ({}, {"mrr": 12}, "PRICE"),
        ({}, {"mrr": 8}, "PRICE"),
        ({"temporary_discount": 4}, {}, "DISCOUNT_END"),
        ({}, {"temporary_discount": 4}, "DISCOUNT"),
        ({}, {"lasting_discount": 4}, "DISCOUNT"),
        ({"metered": True}, {"mrr": 13, "metered": True}, "USAGE"),
        ({}, {"status": "paused"}, "PAUSE"),
        ({"status": "paused"}, {}, "RESUME"),
        ({"status": "trial"}, {}, "TRIAL_CONVERSION"),
        ({"mrr": 0}, {}, "PLAN_UPGRADE"),  # free use that is paid for: free_conversion
        ({}, {"mrr": 0}, "PRICE"),
        ({}, {"mrr": 0, "plan": "free"}, "DOWNGRADE"),
        # plan and quantity together: only if the price of one moved the same way
        ({}, {"mrr": 50, "plan": "plus", "quantity": 2}, "PLAN_UPGRADE"),
        ({}, {"mrr": 16, "plan": "lite", "quantity": 2}, "UNSPECIFIED"),
        # more seats for less money, another price and another discount, a plan or a quantity that is not told
        ({}, {"mrr": 9, "quantity": 2}, "UNSPECIFIED"),
        ({}, {"mrr": 12, "temporary_discount": 1}, "UNSPECIFIED"),
        ({"plan": None}, {"mrr": 12, "plan": None}, "UNSPECIFIED"),
        ({"quantity": None}, {"mrr": 12, "quantity": None}, "UNSPECIFIED"),
        ({}, {"mrr": 12, "reason": "term_change"}, "TERM"),
        ({}, {"mrr": 12, "reason": "option"}, "OPTION"),
    ],
)
def test_a_cause_is_inferred_only_where_it_is_certain(before, after, cause):
    assert causes(item(end=40, **before), item(start=40, **after)) == [cause]


def test_a_further_subscription_says_nothing_of_why():
    assert causes(item(), item(start=40, plan="plus", subscription="s2")) == ["UNSPECIFIED"]


def test_an_item_added_to_a_subscription_is_an_addon_and_its_end_a_removal():
    rows = (item(), item(start=40, end=80, mrr=2, item="care", plan="care"))
    assert causes(*rows) == ["ADDON", "ADDON_REMOVED"]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ({}, "UNSPECIFIED"),
        ({"end_reason": "voluntary"}, "VOLUNTARY"),
        ({"end_reason": "failed_payment"}, "FAILED_PAYMENT"),
        ({"end_reason": "shock"}, "SHOCK_LEAVE"),
        ({"status": "unpaid"}, "FAILED_PAYMENT"),
    ],
)
def test_why_a_customer_leaves_is_what_the_source_says(row, cause):
    assert causes(item(end=40, **row)) == [cause]


def test_an_end_reason_does_not_name_an_upgrade():
    """Some systems log the old subscription of an upgrade as cancelled by the customer."""
    rows = (item(end=40, end_reason="voluntary"), item(start=40, mrr=25, plan="plus", subscription="s2"))
    assert causes(*rows) == ["PLAN_UPGRADE"]


def test_a_reason_that_is_none_is_a_fault_of_the_reader():
    with pytest.raises(KeyError, match="no such reason: whim; there are unspecified, sign_up"):
        past(item(reason="whim"))


def standings(*rows, policy=DEFAULT):
    found = past(*rows, policy=policy)
    return [
        (round(float(t) / UNIT, 4), int(s))
        for t, s in zip(found.changes["mrr"], found.changes["standing"], strict=True)
    ]


def test_how_a_customer_stands():
    rows = (
        item(end=20, status="trial"),
        item(start=20, end=40),
        item(start=40, end=60, status="paused"),
        item(start=60, end=80, mrr=0),
    )
    assert standings(*rows) == [(0, TRIAL), (10, PRESENT), (0, PAUSED), (0, PRESENT), (0, ABSENT)]


def test_who_was_paused_from_the_start_and_never_paid_does_not_churn():
    rows = items(item(start=0, end=20, mrr=0, status="paused"), item("b", plan="zoom"))
    runs = post(history(rows, Policy(), END), Policy()).runs
    assert "churn" not in runs["kind"].to_list()


def test_a_trial_beside_a_paid_subscription_leaves_the_customer_present():
    assert standings(item(), item(start=20, subscription="s2", plan="plus", status="trial")) == [(10, PRESENT)]


@pytest.mark.parametrize(("discounts", "mrr"), [("all", 5), ("lasting", 8), ("none", 10)])
def test_discounts(discounts, mrr):
    rows = item(lasting_discount=2, temporary_discount=3)
    assert standings(rows, policy=Policy(discounts=discounts)) == [(mrr, PRESENT)]


def test_a_discount_larger_than_the_price_gives_nothing_back():
    assert standings(item(temporary_discount=30)) == [(0, PRESENT)]


def test_a_pause_that_keeps_its_mrr():
    rows = (item(end=40, temporary_discount=2), item(start=40, end=60, mrr=0, status="paused"), item(start=60))
    assert standings(*rows, policy=Policy(pause="keeps MRR")) == [(8, PRESENT), (10, PRESENT)]
    assert standings(*rows) == [(8, PRESENT), (0, PAUSED), (10, PRESENT)]


def test_churn_at_the_request():
    """The request ends what was there, whatever changed between the request and the end."""
    rows = (item(end=50), item(start=50, end=70, mrr=12, requested_end=40))
    assert [row[1] for row in told(past(*rows, policy=Policy(cancel_recognised="requested")))] == [5, 40]
    assert [row[1] for row in told(past(*rows))] == [5, 50, 70]


def test_unpaid_mrr_counts_for_some_days():
    rows = (
        item(end=40),
        item(start=40, end=60, status="unpaid"),
        item(start=60, end=90, status="unpaid"),
        item(start=90),
    )
    found = told(past(*rows, policy=Policy(unpaid_counts=30.0)))
    assert [(day, cause, mrr) for _, day, cause, mrr, _ in found] == [
        (5, "SIGN_UP", 10),
        (70, "FAILED_PAYMENT", 0),
        (90, "FAILED_PAYMENT", 10),
    ]
    assert len(told(past(*rows))) == 1


def test_an_unpaid_bill_that_is_paid_in_time_is_no_change():
    rows = (item(end=40), item(start=40, end=60, status="unpaid"), item(start=60))
    assert len(told(past(*rows, policy=Policy(unpaid_counts=30.0)))) == 1


def used(*amounts: float) -> list[dict]:
    """One period a month of what was used, from the first of January on."""
    begins = [(datetime(2026, 1 + i, 1) - datetime(2026, 1, 1)).days for i in range(len(amounts) + 1)]
    return [item(start=begins[i], end=begins[i + 1], mrr=amount, metered=True) for i, amount in enumerate(amounts)]


def test_metered_amounts():
    rows = used(3, 6, 9, 30)
    assert [mrr for _, _, _, mrr, _ in told(past(*rows))] == [3, 6, 9, 30, 0]
    found = told(past(*rows, policy=Policy(metered="mean of 3 months")))
    assert [(round(mrr, 4), cause) for _, _, cause, mrr, _ in found] == [
        (3, "SIGN_UP"),
        (4.5, "USAGE"),
        (6, "USAGE"),
        (15, "USAGE"),
        (0, "UNSPECIFIED"),
    ]
    assert standings(*rows, policy=Policy(metered="excluded")) == [(0, PRESENT), (0, ABSENT)]


def test_the_mean_of_three_months_is_rounded_half_up_and_goes_on():
    found = told(past(item(start=0, end=31, mrr=0.0001, metered=True), item(start=31, mrr=0.0002, metered=True),
                      policy=Policy(metered="mean of 3 months")))  # fmt: skip
    assert [round(mrr * UNIT) for _, _, _, mrr, _ in found] == [1, 2]


def test_subscriptions_can_be_followed_instead_of_customers():
    rows = (item(), item(start=20, subscription="s2"))
    assert len(past(*rows).customers) == 1
    assert past(*rows, policy=Policy(entity="subscription")).customers.to_list() == ["s-a", "s2"]


def test_a_customer_keeps_its_first_segment_and_that_is_counted():
    found = past(item(segment="one", end=40), item(segment="two", start=40), item("b", segment="two"))
    assert [found.segments[s] for s in found.changes["segment"]] == ["one", "two"]
    assert found.several_segments == 1


def test_months_are_those_of_the_time_zone():
    row = item(end=None) | {"start": datetime(2026, 1, 31, 20)}
    assert past(row).first == (2026, 1)
    assert past(row, timezone="Asia/Tokyo").first == (2026, 2)


def test_what_is_after_the_cutoff_is_not_known():
    found = past(item(end=100), item("b", start=70), cutoff=at(59))
    assert told(found) == [("a", 5, "SIGN_UP", 10, "basic")]
    assert found.months == 2


def test_nothing_to_account_is_said():
    with pytest.raises(BillingError, match="there is nothing to account: no period starts before the as-of date"):
        past(item(start=70), cutoff=at(59))


def test_far_too_many_subscriptions_at_once_are_refused(monkeypatch):
    monkeypatch.setattr("simulator.billing.history.AT_MOST", 10)
    rows = [item(start=i, subscription=f"s{i}") for i in range(8)]
    with pytest.raises(BillingError, match="so many subscriptions at once that its plan cannot be told"):
        past(*rows)


def slow_closing(frame: pl.DataFrame, month_ends: list[datetime]) -> list[int]:
    """MRR at each month end under the default policy, item by item."""
    closing = [0] * len(month_ends)
    for row in frame.iter_rows(named=True):
        if row["status"] in ("trial", "paused"):
            continue
        net = max(0, row["mrr"] - row["lasting_discount"] - row["temporary_discount"])
        for m, end in enumerate(month_ends):
            if row["start"] < end and (row["end"] is None or row["end"] >= end):
                closing[m] += net
    return closing


MONTH_ENDS = [datetime(2026, m, 1) for m in range(2, 13)] + [END]


@settings(deadline=None, max_examples=60)
@given(drawn_items())
def test_closing_mrr_is_that_of_the_items(frame):
    found = history(frame, Policy(), END)
    closing = post(found, Policy()).totals.stock[0, 1:, 0, 4]
    assert closing.tolist() == slow_closing(frame, MONTH_ENDS)[-found.months :]


@settings(deadline=None, max_examples=60)
@given(drawn_items(), st.sampled_from(sorted(PRESETS)), st.randoms())
def test_the_books_add_up_under_every_preset_and_the_order_of_rows_does_not_matter(frame, preset, random):
    policy = PRESETS[preset]
    one = post(history(frame, policy, END), policy)
    order = list(range(frame.height))
    random.shuffle(order)
    other = post(history(frame[order], policy, END), policy)
    assert all(np.array_equal(a, b) for a, b in zip(one.totals.moved, other.totals.moved, strict=True))
    assert one.runs.equals(other.runs)
