"""The summary, its warnings, and how numbers are written."""

from __future__ import annotations

import json
import math
import platform
import re
from importlib.metadata import version

import polars as pl
import pytest

import simulator as sim
from tests.results.conftest import REPLICATIONS, Company

SMALL = """\
language: 1
title: Small
currency: USD
start: 2026-01
months: {months}
plans: {{basic: {{price: 10}}, plus: {{price: 20}}}}
segments:
  smb:
    opening: {{basic: {customers}}}
{tenure}
    cancel: {{basic: {cancel}, plus: 1% per month}}
offers:
  rise: {{motion: upsell, when: {{every: 1 month}}, who: {{plans: [basic]}}, to: plus, acceptance: {acceptance}}}
"""


def small(**other: object) -> sim.Scenario:
    values = {"months": 14, "customers": 40, "tenure": "    opening_tenure: 0 months", "cancel": "2% per month"}
    return sim.load(SMALL.format(**{"acceptance": "20%"} | values | other))


def read_json(text: str) -> dict:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


# what a reader must know

SILENT = """
currency: JPY
start: 2026-01
months: 4
plans: {basic: {price: 1_000}}
segments: {smb: {opening: {basic: 3}, opening_tenure: 0 months, cancel: {basic: 1% per month}}}
changes: [{at: 2026-03, set: {plans.basic.price: 3_000}, existing: now}]
"""


def test_a_price_change_that_nobody_answers_is_told():
    said = sim.run(sim.load(SILENT), replications=1).summary["warnings"]
    assert any("segments.smb.price_response is not given: prices change, and nobody in smb leaves" in w for w in said)
    answered = SILENT.replace("cancel: {", "price_response: {cancel: 0.6}, cancel: {")
    assert sim.run(sim.load(answered), replications=1).summary["warnings"] == []


# the headline


def test_the_headline_is_what_metrics_csv_says(company: Company):
    headline = read_json((company.folder / "summary.json").read_text())["headline"]
    metrics = pl.read_csv(company.folder / "metrics.csv").filter(pl.col("segment") == "all")

    def rows(name: str) -> pl.DataFrame:
        return metrics.filter(pl.col("metric") == name)

    last = company.result.months[-1]
    for name in ("closing_mrr", "nrr_12m", "grr_12m", "saved_mrr"):
        row = rows(name).row(-1, named=True)
        assert (row["month"], headline[name]["month"]) == (last, last)
        for field in ("mean", "p05", "p50", "p95"):
            assert headline[name][field] == pytest.approx(row[field], rel=1e-9, abs=1e-4)
    assert headline["opening_mrr"] == pytest.approx(rows("opening_mrr")["mean"][0], abs=1e-4)
    for name in ("expansion_rate", "expansion_rate_chosen", "gross_mrr_churn_rate", "net_mrr_churn_rate"):
        values = rows(name)
        assert values["replications"].unique().to_list() == [REPLICATIONS]
        assert headline[f"{name}_mean"] == pytest.approx(values["mean"].mean(), rel=1e-9)
    assert len(headline) == 9


def test_a_horizon_of_less_than_a_year_has_no_yearly_retention():
    headline = sim.run(small(months=11), replications=1).summary["headline"]
    assert (headline["nrr_12m"], headline["grr_12m"]) == (None, None)
    assert sim.run(small(months=12), replications=1).summary["headline"]["nrr_12m"]["mean"] > 0


def test_the_summary_says_what_was_run(company: Company):
    summary = read_json((company.folder / "summary.json").read_text())
    assert summary["title"] == "A small company"
    told = [summary[key] for key in ("currency", "seed", "replications", "engine")]
    assert told == ["USD", 7, 5, "compiled"]
    assert summary["segments"] == ["smb", "corp"]
    assert summary["plans"] == ["free", "lite", "standard", "premium"]
    assert summary["horizon"]["start"] == "2026-11"
    assert summary["horizon"]["months"] == len(summary["horizon"]["labels"]) == 16
    assert summary["versions"]["plansim"] == version("plansim")
    assert summary["versions"]["python"] == platform.python_version()
    assert {"numpy", "numba", "simpy", "polars"} < set(summary["versions"])
    assert summary["events"] >= len(pl.read_parquet(company.folder / "ledger.parquet"))


# negative churn


def test_the_probability_of_negative_churn_grows_to_the_share_of_replications_that_have_it():
    summary = sim.run(small(cancel="1% per month", customers=100, acceptance="2%"), replications=12).summary
    by_month = [row["probability"] for row in summary["negative_churn_probability"]]
    assert by_month == sorted(by_month)
    assert by_month[:2] == [0.0, 0.0]  # a mean of three months needs three
    assert by_month[-1] == summary["negative_churn"]["share_of_replications"]
    assert by_month[-1] > 0
    assert len(set(by_month)) > 2


def test_certain_negative_churn_has_its_first_possible_month():
    summary = sim.run(small(cancel="0% per month", months=3, acceptance="50%"), replications=4).summary
    months = {summary["negative_churn"][field] for field in ("median", "p05", "p95")}
    assert months == {"2026-03"}
    assert summary["negative_churn"]["share_of_replications"] == 1.0
    assert summary["negative_churn_probability"][2] == {"month": "2026-03", "probability": 1.0}


def test_where_everybody_leaves_there_is_no_negative_churn():
    summary = sim.run(small(cancel="30% per month", acceptance="0%"), replications=2).summary
    assert summary["negative_churn"] == {"share_of_replications": 0.0, "median": None, "p05": None, "p95": None}


# warnings


def warnings(scenario: sim.Scenario) -> list[str]:
    return sim.run(scenario, replications=2).summary["warnings"]


def test_a_run_that_assumes_nothing_warns_of_nothing(company: Company):
    assert company.result.summary["warnings"] == []
    assert warnings(small()) == []


def test_an_acceptance_that_was_capped_is_told_with_how_often():
    (said,) = warnings(small(acceptance="{base: 60%, framing: x2}"))
    found = re.fullmatch(
        r"offers\.rise\.acceptance: base and factors came to more than 100 % in (\d+) of (\d+) offers made; "
        r"they were capped at 100 %",
        said,
    )
    assert found, said
    capped, made = (int(number) for number in found.groups())
    assert 0 < capped == made


def test_an_opening_tenure_that_is_not_given_is_told_with_what_is_assumed():
    (said,) = warnings(small(tenure=""))
    hazard = -math.log1p(-0.02)
    assert said == (
        "segments.smb.opening_tenure is not given: the opening customers of basic get an exponential tenure with "
        f"mean {1 / hazard:.1f} months (1 / cancel rate)"
    )


# how numbers are written

NUMBER = re.compile(r"-?\d+(\.\d+)?")
COLUMNS = {"mean", "sd", "p05", "p50", "p95", "replications"}


def cells(folder, name: str) -> list[tuple[str, str, str]]:
    """(column, cell, line) of the columns of numbers of a CSV file."""
    header, *lines = (folder / name).read_text().splitlines()
    columns = header.split(",")
    return [
        (column, cell, line)
        for line in lines
        for column, cell in zip(columns, line.split(","), strict=True)
        if column in COLUMNS
    ]


@pytest.mark.parametrize("name", ["metrics.csv", "movements.csv", "offers.csv"])
def test_numbers_are_plain_decimals_or_nothing(company: Company, name):
    for column, cell, line in cells(company.folder, name):
        assert cell == "" or NUMBER.fullmatch(cell), (column, line)
        assert float(cell or 0) != 0 or not cell.startswith("-"), line


def test_amounts_have_at_most_four_decimals(company: Company):
    amount = re.compile(r"_mrr,|,arpa,|,arr,|,ltv_revenue,")
    amounts = [cell for _, cell, line in cells(company.folder, "metrics.csv") if amount.search(line)]
    assert amounts
    assert all(len(cell.partition(".")[2]) <= 4 for cell in amounts)


def test_very_small_and_very_large_numbers_are_plain_decimals_too(company: Company, tmp_path):
    some = company.result.metrics.head(3).with_columns(mean=pl.Series([1.25e-9, 1e17, -3e-5]))
    folder = sim.Result(**{**vars(company.result), "metrics": some}).save(tmp_path / "result", figures=False)
    lines = (folder / "metrics.csv").read_text().splitlines()[1:]
    assert [line.split(",")[3] for line in lines] == ["0.00000000125", "100000000000000000", "-0.00003"]


def test_a_value_nobody_has_is_an_empty_cell(company: Company):
    lines = (company.folder / "metrics.csv").read_text().splitlines()
    assert "2026-11,all,nrr_12m,,,,,,0" in lines
    assert not any(line.startswith("2027-10,all,nrr_12m,,") for line in lines)


def test_everything_empty_is_json_and_csv_all_the_same(tmp_path):
    nobody = small(customers=0)
    folder = sim.run(nobody, replications=2).save(tmp_path / "nobody", figures=False)
    headline = read_json((folder / "summary.json").read_text())["headline"]
    assert headline["closing_mrr"]["mean"] == 0.0
    assert headline["nrr_12m"]["mean"] is None
    assert headline["net_mrr_churn_rate_mean"] is None
    assert "nan" not in (folder / "metrics.csv").read_text().lower()


def test_a_company_of_nobody_has_figures(tmp_path):
    folder = sim.run(small(customers=0, months=3), replications=2).save(tmp_path / "nobody")
    assert len(list((folder / "figures").iterdir())) == 8
