"""Journeys, changes of plan, cohorts and usage: every customer is counted once, and the books agree."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import simulator as sim
from simulator.customer.tally import USAGE_STEPS
from simulator.engines.charge import list_bill
from simulator.model.compile import compile_model
from simulator.results.usage import BOUNDS, _quantile
from tests.results.conftest import REPLICATIONS

PRESENT = ("paying", "free", "trial", "paused")


def rows(company, table: str) -> pl.DataFrame:
    return company.result.runs.filter(pl.col("table") == table)


def stock(company, month: int) -> dict[tuple[str, str], float]:
    """Mean number of customers at a month-end by segment and plan, from the books."""
    cells = rows(company, "stock").filter((pl.col("month") == month) & pl.col("reason").is_in(PRESENT))
    sums = cells.group_by("segment", "plan").agg(pl.col("count").sum())
    return {(s, p): n / REPLICATIONS for s, p, n in sums.iter_rows()}


def journeys(company, where: pl.Expr, plan: str) -> dict[tuple[str, str], float]:
    cells = company.result.tables["journeys"].filter(where).group_by("segment", plan).agg(pl.col("mean").sum())
    return {(s, p): n for s, p, n in cells.iter_rows()}


def close(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(abs(one[key] - other[key]) < 1e-3 for key in one)


def test_journeys_begin_where_the_opening_base_is(company):
    assert close(journeys(company, pl.col("entered") == "opening", "plan_from"), stock(company, -1))


def test_journeys_end_where_customers_are_at_the_horizon(company):
    assert close(journeys(company, pl.col("plan_to") != "(gone)", "plan_to"), stock(company, 15))


def test_every_sign_up_has_a_journey(company):
    later = company.result.tables["journeys"].filter(pl.col("entered") == "later")["mean"].sum()
    signed_up = rows(company, "counter").filter(pl.col("reason") == "sign_ups")["count"].sum()
    assert later == pytest.approx(signed_up / REPLICATIONS, abs=1e-3)


def test_who_is_rescued_is_on_a_plan_of_a_rescue(company):
    rescued = company.result.tables["journeys"].filter(pl.col("rescued") == "yes")
    assert set(rescued["plan_to"]) == {"lite"}
    assert rescued["mean"].sum() > 0


def test_the_summary_of_journeys_is_that_of_the_table(company):
    told, table = company.result.summary["journeys"], company.result.tables["journeys"]
    for entered in ("opening", "later"):
        of = table.filter(pl.col("entered") == entered)
        everybody = of["mean"].sum()
        assert told[entered]["customers"]["mean"] == pytest.approx(everybody, abs=1e-3)
        shares = [told[entered][name]["mean"] for name in ("gone", "rescued", "moved", "stayed")]
        assert sum(shares) == pytest.approx(1.0)
    opening = table.filter(pl.col("entered") == "opening")  # its number is the same in every replication
    gone = opening.filter(pl.col("plan_to") == "(gone)")["mean"].sum() / opening["mean"].sum()
    assert told["opening"]["gone"]["mean"] == pytest.approx(gone, abs=1e-4)


def test_changes_of_plan_lead_from_one_month_end_to_the_next(company):
    moves = company.result.tables["plan_moves"]
    for m, month in enumerate(company.result.months):
        before, after = stock(company, m - 1), stock(company, m)
        for segment, plan in before.keys() | after.keys():
            here = moves.filter((pl.col("month") == month) & (pl.col("segment") == segment))
            came = here.filter(pl.col("plan_to") == plan)["mean"].sum()
            went = here.filter(pl.col("plan_from") == plan)["mean"].sum()
            key = (segment, plan)
            assert before.get(key, 0.0) + came - went == pytest.approx(after.get(key, 0.0), abs=2e-3)


def test_cohorts_add_up_to_the_closing_of_each_month(company):
    cohorts = company.result.tables["cohorts"]
    for segment in ("all", "smb", "corp"):
        closing = company.result.metric("closing_mrr", segment)
        paying = company.result.metric("paying_customers", segment)
        of = cohorts.filter(pl.col("segment") == segment)
        for month, mrr, customers in zip(closing["month"], closing["mean"], paying["mean"], strict=True):
            cells = of.filter(pl.col("month") == month)
            assert cells["mrr"].sum() == pytest.approx(mrr, abs=0.01)
            assert cells["customers"].sum() == pytest.approx(customers)


def test_the_opening_base_is_a_cohort_of_its_own(company):
    opening = company.result.tables["cohorts"].filter((pl.col("segment") == "all") & (pl.col("cohort") == "opening"))
    assert opening["age"].to_list() == list(range(17))
    assert opening["month"].to_list() == ["2026-10", *company.result.months]
    assert opening["mrr"][0] == pytest.approx(company.result.summary["headline"]["opening_mrr"])
    assert opening["mrr_retention"][0] == 1.0
    assert opening["mrr_retention"][12] == pytest.approx(opening["mrr"][12] / opening["mrr"][0])


def test_retention_of_a_cohort_is_against_its_month_of_sign_up(company):
    cohorts = company.result.tables["cohorts"]
    first = cohorts.filter((pl.col("segment") == "smb") & (pl.col("cohort") == "2026-11"))
    assert first["age"].to_list() == list(range(16))
    assert first["mrr_retention"].to_list() == pytest.approx((first["mrr"] / first["mrr"][0]).to_list())
    assert first["logo_retention"].to_list() == pytest.approx((first["customers"] / first["customers"][0]).to_list())


def test_totals_of_the_flow_and_of_offers_are_those_of_the_metrics(company):
    summary = company.result.summary

    def over_months(metric: str) -> float:
        return company.result.metric(metric)["mean"].sum()

    total, offers = summary["rescue_total"], summary["offers"]
    assert total["intents"]["mean"] == pytest.approx(over_months("cancel_intents"))
    assert total["lured"]["mean"] == pytest.approx(over_months("lured_intents"))
    assert total["accepted"]["mean"] == pytest.approx(over_months("rescue_accepted"))
    assert total["still_6m"]["mean"] == summary["rescue"]["stay"]["still_6m"]  # the only offer in the flow
    assert offers["stay"]["made"]["mean"] == pytest.approx(over_months("rescue_offered"))
    assert {name: row["motion"] for name, row in offers.items()} == {
        "grow": "upsell", "add_care": "cross_sell", "stay": "downsell", "back": "win_back",
    }  # fmt: skip
    table = company.result.offers
    for name, row in offers.items():
        for stage in ("made", "accepted", "mrr"):
            summed = table.filter((pl.col("offer") == name) & (pl.col("stage") == stage))["mean"].sum()
            assert row[stage]["mean"] == pytest.approx(summed, abs=0.05)


def test_without_offers_in_the_flow_there_is_no_total():
    result = sim.run(sim.load(METERED), replications=1)
    assert result.summary["rescue_total"] is None
    assert result.summary["offers"] == {}


METERED = """\
language: 1
currency: USD
start: 2026-01
months: 3
plans:
  plain: {price: 10}
  metered:
    price: 20
    minimum: 25
    maximum: 400
    usage_price: {mode: volume, tiers: [{up_to: 100, unit: 0}, {up_to: 1_000, unit: 0.5}, {unit: 0.3}]}
segments:
  some:
    opening: {plain: 40, metered: 400}
    opening_tenure: 5 months
    usage: {median: 150, spread: 1.0}
    cancel: {plain: 1% per month, metered: 1% per month}
"""


@pytest.fixture(scope="module")
def metered() -> sim.Result:
    return sim.run(sim.load(METERED), replications=4, seed=3)


def test_usage_counts_everybody_who_is_there(metered):
    usage = metered.tables["usage"]
    for plan in ("plain", "metered"):
        journeys = metered.tables["journeys"].filter(pl.col("plan_to") == plan)["mean"].sum()
        assert usage.filter(pl.col("plan") == plan)["mean"].sum() == pytest.approx(journeys, abs=1e-3)
    assert (usage["used_from"] < usage["used_to"]).all()


def test_the_customer_in_the_middle_uses_the_median(metered):
    row = metered.summary["usage"]["metered"]
    assert list(metered.summary["usage"]) == ["metered"]
    # 4 x about 390 draws of a lognormal with log-deviation 1: the sample median is within 5 standard errors,
    # 5 * 1.2533 / sqrt(1560) = 0.16 of the logarithm, and a step is 0.17 wide
    assert abs(np.log(row["median"]["used"] / 150)) < 0.16 + 0.17
    assert row["median"]["used"] < row["p90"]["used"]


def test_a_bill_is_the_price_and_the_charge_within_the_bounds(metered):
    model = compile_model(sim.load(METERED))
    for used, bill in ((0, 25), (10, 25), (100, 25), (100.5, 70.25), (1000, 400), (5_000, 400)):
        assert list_bill(model, 1, float(used)) == pytest.approx(bill)
    bills = metered.tables["bills"]
    assert set(bills["plan"]) == {"metered"}
    assert {100.0, float(np.nextafter(100.0, np.inf))} <= set(bills["used"])  # both sides of a jump
    for used, bill in bills.select("used", "bill").gather_every(37).iter_rows():
        assert bill == list_bill(model, 1, used)


@pytest.mark.parametrize(
    ("customers", "share", "used"),
    [
        ({0: 10.0}, 0.5, BOUNDS[1] / 2),
        ({0: 1.0, 8: 1.0}, 0.5, BOUNDS[1]),
        ({8: 4.0, 12: 4.0}, 0.75, (BOUNDS[12] + BOUNDS[13]) / 2),
        ({USAGE_STEPS - 1: 1.0}, 1.0, BOUNDS[-1]),
    ],
)
def test_a_share_of_customers_stays_below_an_amount(customers, share, used):
    counts = np.zeros(USAGE_STEPS)
    for step, count in customers.items():
        counts[step] = count
    assert _quantile(counts, share) == pytest.approx(used)
