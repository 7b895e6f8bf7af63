"""Several currencies accounted as one, with what the rates alone moved on a line of its own."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings

import simulator as sim
from simulator.billing.account_converted import account_converted
from simulator.billing.account_items import About, account_items
from simulator.billing.conversion import read_rates
from simulator.billing.window import window
from simulator.reporting.figures import FIGURES
from simulator.reporting.waterfall import waterfall
from tests.billing.exports import export, figure
from tests.billing.made_items import at, drawn_items
from tests.cli.commands import plansim

ROWS = (
    "a,s1,2026-01-10,2026-03-05,1000,basic,1,JPY",
    "a,s1,2026-03-05,,2000,premium,1,JPY",
    "b,s2,2026-02-10,2026-04-20,10,basic,1,USD",
    "c,s3,2026-02-10,,20,basic,1,USD",
)
RATES = "month,currency,rate\n2026-01,USD,150\n2026-02,USD,150\n2026-03,USD,160\n2026-04,USD,140.5\n"
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


@pytest.fixture
def rates(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(RATES)
    return path


def test_what_the_rates_moved_is_on_its_own_line(tmp_path, rates):
    result = sim.account(export(tmp_path, *ROWS), currency="JPY", rates=rates)
    assert result.currency == "JPY"
    assert [figure(result, "closing_mrr", f"2026-0{m}") for m in range(1, 5)] == [1_000, 5_500, 6_800, 4_810]
    assert [figure(result, "fx_mrr", f"2026-0{m}") for m in range(1, 5)] == [0, 0, 300, -585]
    assert [figure(result, f"{kind}_mrr", "2026-04") for kind in KINDS] == [0, 0, 0, 0, 1_405]
    assert figure(result, "expansion_mrr", "2026-03") == 1_000
    assert result.summary["converted"] == {"to": "JPY", "from": ["USD"]}
    matrix = result.tables["plan_matrix"].filter(pl.col("month") == "2026-04")
    assert matrix["mrr_from"].sum() == 6_800
    assert matrix["mrr_to"].sum() == 4_810
    top = result.tables["top_customers"].filter(pl.col("month") == "2026-02").select("customer", "amount", "share")
    assert top.rows() == [("c", 3_000, pytest.approx(2 / 3)), ("b", 1_500, pytest.approx(1 / 3))]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_and_table_add_up_with_it(tmp_path, rates, lang):
    result = sim.account(export(tmp_path, *ROWS), currency="JPY", rates=rates)
    steps = waterfall(result, lang)
    assert steps.opening + sum(step.units for step in steps.steps) == steps.closing
    assert steps.groups[-1].kind == "fx"
    for name in FIGURES:
        assert result.figure(name, lang)
    done = plansim(
        "account",
        tmp_path / "subs.csv",
        "--rates",
        rates,
        "--currency",
        "JPY",
        "--out",
        tmp_path / "out",
        "--lang",
        lang,
    )
    assert done.exit_code == 0, done.output
    assert ("FX" if lang == "en" else "為替") in done.stdout
    assert figure(sim.read(tmp_path / "out"), "fx_mrr", "2026-04") == -585


@settings(max_examples=25, deadline=None)
@given(drawn_items(), drawn_items())
def test_whatever_the_history_the_books_add_up(tmp_path_factory, yen, dollars):
    path = tmp_path_factory.mktemp("rates") / "rates.csv"
    path.write_text("month,currency,rate\n" + "".join(f"2026-{m:02},USD,{150 + 3.7 * m:.3f}\n" for m in range(1, 13)))
    items = {"JPY": yen, "USD": dollars.with_columns(currency=pl.lit("USD"))}
    result = account_converted(items, window(at(364)), About("made", ""), read_rates(path, "JPY"))
    at_one = account_items(yen, window(at(364)), About("made", "JPY"))
    alone = account_converted({"JPY": yen}, window(at(364)), About("made", ""), read_rates(path, "JPY"))
    assert alone.metrics.filter(pl.col("metric") != "fx_mrr").equals(at_one.metrics, null_equal=True)
    wide = result.metrics.filter(pl.col("segment") == "all").pivot(on="metric", index="month", values="mean")
    moved = (
        wide["new_mrr"] + wide["reactivation_mrr"] + wide["expansion_mrr"] - wide["contraction_mrr"] - wide["churn_mrr"]
    )
    differ = wide["opening_mrr"] + moved + wide["fx_mrr"] - wide["closing_mrr"]
    assert (differ.abs() < 1e-6).all()


def test_a_month_without_a_rate_is_named(tmp_path, rates):
    rates.write_text(RATES.replace("2026-03,USD,160\n", ""))
    with pytest.raises(sim.BillingError, match="no rate of USD to JPY in 2026-03"):
        sim.account(export(tmp_path, *ROWS), currency="JPY", rates=rates)


def test_the_month_before_the_first_that_is_shown_needs_one_too(tmp_path, rates):
    rates.write_text(RATES.replace("2026-02,USD,150\n", ""))
    with pytest.raises(sim.BillingError, match="no rate of USD to JPY in 2026-02"):
        sim.account(export(tmp_path, *ROWS), currency="JPY", rates=rates, first="2026-03")


def test_rates_need_a_currency_to_convert_to(tmp_path, rates):
    with pytest.raises(sim.BillingError, match="--rates: say what to convert to: --currency"):
        sim.account(export(tmp_path, *ROWS), rates=rates)
