"""`plansim base`: a company's customers as the opening base of a scenario."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings

import simulator as sim
from simulator.accounting.policy import Policy
from simulator.billing.account_items import About, account_items
from simulator.billing.base import base_of_items
from simulator.billing.window import window
from tests.billing.exports import account, export, figure
from tests.billing.made_items import at, drawn_items, item, items
from tests.cli.commands import everything_in, plansim

ROWS = (
    "a,s1,2026-01-10,2026-03-05,1000,basic,1,JPY",
    "a,s1,2026-03-05,,2000.5,premium,1,JPY",
    "b,s2,2025-01-10,2026-04-20,500.0001,basic,1,JPY",
    "c,s3,2026-04-10,,500,basic,1,JPY",
)
SCENARIO = """\
language: 1
currency: JPY
start: 2026-04
months: 2
plans: {basic: {price: 700}, plus: {price: 900}, top: {price: 1_500}}
segments:
  SEGMENT:
    opening: customers.csv
    cancel: {basic: 3% per month, plus: 1% per month, top: 1% per month}
"""


def test_a_run_opens_with_the_mrr_of_the_account(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = export(tmp_path, *ROWS)
    done = plansim("base", path, "--at", "2026-03", "--plan-map", "premium=top")
    assert done.exit_code == 0, done.output
    assert "2 customers with an MRR of 2,500.50 at the end of 2026-03" in done.stdout
    customers = pl.read_csv("customers.csv", infer_schema=False)
    assert customers.rows() == [("a", "top", "2.6612", "2000.5000"), ("b", "basic", "14.653", "500.0001")]
    (tmp_path / "what_if.yaml").write_text(SCENARIO.replace("SEGMENT", "smb"))
    opening = sim.run(sim.load("what_if.yaml"), replications=1).runs.filter(
        (pl.col("table") == "stock") & (pl.col("month") == -1) & (pl.col("reason") == "mrr")
    )["amount"].sum()  # fmt: skip
    closing = account(tmp_path, *ROWS).runs.filter(
        (pl.col("table") == "stock") & (pl.col("month") == 14) & (pl.col("reason") == "mrr")
    )["amount"].sum()  # fmt: skip
    assert opening == closing == 25_005_001


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_items(customers=6, most=20))
def test_whatever_the_history_the_opening_is_the_closing(tmp_path, frame):
    frame = frame.with_columns(pl.col("plan").fill_null("basic"), segment=pl.lit(None, pl.String))
    assume(frame["start"].min() < at(180))
    until = account_items(frame, window(at(200), until="2026-06"), About("made", "JPY"))
    closing = until.runs.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr"))
    try:
        base = base_of_items(frame, "2026-06")
    except sim.BillingError as error:
        assert "no customer is there" in str(error)  # noqa: PT017
        return
    last = closing.filter(pl.col("month") == len(until.months) - 1)["amount"].sum()
    assert base.mrr == last
    (tmp_path / "customers.csv").write_text(base.customers.write_csv())
    (tmp_path / "what_if.yaml").write_text(SCENARIO.replace("SEGMENT", "smb"))
    run = sim.run(sim.load(tmp_path / "what_if.yaml"), replications=1)
    opening = run.runs.filter((pl.col("table") == "stock") & (pl.col("month") == -1) & (pl.col("reason") == "mrr"))
    assert opening["amount"].sum() == last


def test_who_came_back_has_the_tenure_of_the_present_stay():
    base = base_of_items(items(item(end=20), item(start=59)), "2026-03")
    assert base.customers["tenure_months"].to_list() == [round(31 / 30.4375, 4)]


def test_trials_and_pauses_are_left_out_and_that_is_said():
    rows = items(item(), item("b", status="trial"), item("c", end=20), item("c", start=20, status="paused"))
    base = base_of_items(rows, "2026-03")
    assert base.customers["customer_id"].to_list() == ["a"]
    assert [sentence.split(":")[0] for sentence in base.left_out] == [
        "1 customers are on trial at the end of 2026-03",
        "1 customers are paused at the end of 2026-03",
    ]


def test_a_free_customer_is_there_and_pays_nothing():
    base = base_of_items(items(item(mrr=0, plan="free")), "2026-03")
    assert base.customers["mrr"].to_list() == ["0.0000"]


def test_segments_are_kept_where_there_are_some():
    base = base_of_items(items(item(segment="east"), item("b", segment="west")), "2026-03")
    assert base.customers["segment"].to_list() == ["east", "west"]
    assert "segment" not in base_of_items(items(item()), "2026-03").customers.columns


def test_the_policy_says_what_counts():
    rows = items(item(temporary_discount=4))
    assert base_of_items(rows, "2026-03").mrr == 60_000
    assert base_of_items(rows, "2026-03", Policy(discounts="none")).mrr == 100_000


@pytest.mark.parametrize(
    ("rows", "arguments", "message"),
    [
        (ROWS, ["--at", "March"], r"--at: `March` is not a month"),
        (ROWS, ["--at", "2027-01"], "2027-01 is after the last month of the data, 2026-04"),
        (ROWS, ["--at", "2024-12"], "there is nothing to account"),
        (
            ROWS,
            ["--at", "2026-03", "--plan-map", "gold=top"],
            "--plan-map: the source has no plan gold; it has basic, premium",
        ),
        (ROWS, ["--at", "2026-03", "--plan-map", "gold"], "--plan-map: `gold` has no two sides"),
        (ROWS, ["--at", "2026-03", "--out", "no/where.csv"], "--out: no/where.csv cannot be written"),
        (ROWS, ["--at", "2026-03", "--key", "k"], "--key is the key of pseudonyms"),
        (
            ("a,s1,2026-01-10,2026-02-05,1000,basic,1,JPY",),
            ["--at", "2026-02"],
            "--at: no customer is there at the end",
        ),
        (("a,s1,2026-01-10,,1000,,1,JPY",), ["--at", "2026-01"], "does not tell the plan of every customer"),
        (
            (*ROWS, "d,s4,2026-01-10,,1000,basic,1,USD"),
            ["--at", "2026-03"],
            "in several currencies: JPY, USD; choose one",
        ),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_written(tmp_path, monkeypatch, rows, arguments, message):
    monkeypatch.chdir(tmp_path)
    path = export(tmp_path, *rows)
    before = everything_in(tmp_path)
    done = plansim("base", path.name, *arguments)
    assert done.exit_code == 2, done.output
    assert re.search(message, done.stderr), done.stderr
    assert everything_in(tmp_path) == before


def test_the_account_at_that_month_says_the_same(tmp_path):
    assert figure(account(tmp_path, *ROWS), "closing_mrr", "2026-03") == 2_500.5001
