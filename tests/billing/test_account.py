"""`plansim account` and `sim.account`: what they write, say and refuse."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

import simulator as sim
from simulator.billing.account_items import About, account_items
from simulator.billing.window import window
from simulator.reporting.figures import APPLIES, FIGURES
from simulator.reporting.terminal import print_run
from simulator.results.folder import NotAResultFolder
from tests.billing.exports import account, export, figure
from tests.billing.made_items import at, item, items
from tests.cli.commands import everything_in, plansim

HAS = [name for name in FIGURES if name not in APPLIES or name == "cohorts"]  # figures of an account

ROWS = (
    "a,s1,2026-01-10,2026-03-05,1000,basic,1,JPY",
    "a,s1,2026-03-05,,2000,premium,1,JPY",
    "b,s2,2026-01-10,2026-04-20,500,basic,1,JPY",
    "c,s3,2026-02-10,,500,basic,1,JPY",
)
FILES = {
    "metrics.csv",
    "movements.csv",
    "cohorts.csv",
    "plan_matrix.csv",
    "top_customers.csv",
    "reconciliation.csv",
    "aside.csv",
    "runs.parquet",
    "summary.json",
    "figures",
    *(f"figures/{name}.{kind}" for name in HAS for kind in ("png", "svg")),
}


@pytest.fixture
def no_pictures(monkeypatch):
    monkeypatch.setattr("simulator.reporting.save.save_all", lambda result, folder, lang: folder.mkdir())


def test_the_folder_and_what_is_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, *ROWS)
    done = plansim("account", "subs.csv", "--title", "Our customers")
    assert done.exit_code == 0, done.output
    assert everything_in(tmp_path / "reports" / "subs") == FILES
    assert "format: periods" in done.stderr
    assert "policy: default; as of 2026-04-20" in done.stderr
    assert "Our customers" in done.stdout
    assert "billing data" in done.stdout
    assert "replication" not in done.stdout
    assert done.stdout.endswith("results: reports/subs\n")
    again = sim.read(tmp_path / "reports" / "subs")
    assert figure(again, "closing_mrr", "2026-04") == 2_500
    assert again.seed is None
    assert set(again.tables) == {"cohorts", "plan_matrix", "top_customers", "reconciliation", "aside"}


def test_a_result_is_read_back_as_it_was(tmp_path, no_pictures):
    result = account(tmp_path, *ROWS)
    again = sim.read(result.save(tmp_path / "out"))
    assert again.metrics.equals(result.metrics, null_equal=True)
    assert again.movements.equals(result.movements, null_equal=True)
    assert again.runs.equals(result.runs)
    assert again.offers.is_empty()
    assert again.teams.is_empty()
    assert again.summary == json.loads(json.dumps(result.summary))
    for name in ("cohorts", "plan_matrix", "top_customers"):
        assert again.tables[name].equals(result.tables[name], null_equal=True), name


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_and_tables_speak_of_billing_data(tmp_path, lang):
    result = account(tmp_path, *ROWS, knobs={"pause": "churn"})
    for name in FIGURES:
        figure_ = result.figure(name, lang)
        texts = " ".join(text.get_text() for text in figure_.findobj(match=lambda artist: hasattr(artist, "get_text")))
        assert ("billing data to 2026-04-20" if lang == "en" else "2026-04-20までの請求データ") in texts
        assert "replication" not in texts
        assert "試行" not in texts
    with (console := Console(record=True, width=100)).capture():
        print_run(result, console, lang)
    assert "試行" not in console.export_text()


def test_one_history_has_no_quantiles(tmp_path):
    result = account(tmp_path, *ROWS)
    for column in ("sd", "p05", "p50", "p95"):
        assert result.metrics[column].null_count() == len(result.metrics)
    for column in ("p05", "p50", "p95"):
        assert result.movements[column].null_count() == len(result.movements)
    assert result.summary["headline"]["closing_mrr"]["p05"] is None


def test_the_summary_says_where_it_comes_from(tmp_path):
    summary = account(tmp_path, *ROWS, "d,s4,2026-02-10,2026-01-01,500,basic,1,JPY", policy="chartmogul").summary
    assert summary["source"] == "billing"
    assert summary["policy"]["preset"] == "chartmogul"
    assert summary["format"] == "periods"
    assert summary["as_of"].startswith("2026-04-20")
    assert summary["incomplete_month"] == "2026-04"
    assert summary["reconciliation"]["read"] == {"subs.csv": 5}
    assert summary["reconciliation"]["set_aside"] == {"subs.csv": 1}
    assert any("1 of 5 rows are set aside: 1 ends before it starts" in said for said in summary["warnings"])


def test_rows_set_aside_are_listed(tmp_path):
    tables = account(tmp_path, *ROWS, "=1+1,s4,2026-02-10,2026-01-01,500,basic,1,JPY").tables
    assert tables["aside"].select("line", "reason", "customer", "mrr").rows() == [
        (6, "end_before_start", "'=1+1", "500.0000")
    ]
    counts = tables["reconciliation"].filter(pl.col("what") != "reason").select("what", "rows").rows()
    assert counts[:3] == [("read", 5), ("used", 4), ("set aside", 1)]


def test_names_are_harmless_to_spreadsheets(tmp_path, no_pictures):
    result = account(tmp_path, '=cmd|x,s1,2026-01-10,,1000,=HYPERLINK("x"),1,JPY'.replace('"', ""))
    folder = result.save(tmp_path / "out")
    for path in folder.glob("*.csv"):
        assert ",=" not in path.read_text(), path.name
        assert "\n=" not in path.read_text(), path.name


def test_segments(tmp_path):
    header = "customer_id,start_date,end_date,mrr,plan,currency,region"
    path = export(tmp_path, "a,2026-01-10,,1000,basic,JPY,east", "b,2026-01-10,,500,basic,JPY,west", header=header)
    result = sim.account(path, mapping={"region": "segment"})
    assert figure(result, "closing_mrr", "2026-01", "east") == 1_000
    assert figure(result, "closing_mrr", "2026-01", "west") == 500
    done = plansim("account", path, "--segment-by", "region", "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 0, done.output
    assert sim.read(tmp_path / "out").summary["segments"] == ["east", "west"]


def test_a_column_can_be_the_segment_and_the_plan(tmp_path):
    path = export(tmp_path, "a,s1,2026-01-10,,1000,basic,1,JPY", "b,s2,2026-01-10,,500,top,1,JPY")
    result = sim.account(path, segment_by="plan")
    assert figure(result, "closing_mrr", "2026-01", "top") == 500
    assert result.summary["plans"] == result.summary["segments"] == ["basic", "top"]
    with pytest.raises(sim.BillingError, match=r"--segment-by region: there is no column 'region'"):
        sim.account(path, segment_by="region")
    with pytest.raises(sim.BillingError, match="a column is mapped to segment already"):
        sim.account(path, segment_by="plan", mapping={"currency": "segment"})


STRIPE = "id,Customer ID,Plan,Quantity,Interval,Amount,Status,Start (UTC)"


def test_a_format_without_segments_refuses_them(tmp_path):
    path = export(tmp_path, "sub_1,cus_1,basic,1,month,10.00,active,2026-01-10 10:00", header=STRIPE)
    with pytest.raises(sim.BillingError, match=r"--segment-by Plan: Stripe subscriptions .* without segments"):
        sim.account(path, segment_by="Plan")


def test_without_any_currency_the_books_have_none_in_every_format(tmp_path):
    path = export(tmp_path, "sub_1,cus_1,basic,1,month,10.00,active,2026-01-10 10:00", header=STRIPE)
    result = sim.account(path)
    assert result.currency == "XXX"
    assert any("no currency is stated" in sentence for sentence in result.summary["said"])
    assert sim.account(path, currency="USD").currency == "USD"
    with pytest.raises(sim.BillingError, match="--currency: 'QQQ' is not a currency of ISO 4217"):
        sim.account(path, currency="QQQ")


def test_months_of_a_time_zone_are_the_readers_too(tmp_path):
    rows = ("a,s1,2026-02-01,,1000,basic,1,JPY", "b,s2,2026-03-01,,1,basic,1,JPY")
    for zone in ("Asia/Tokyo", "America/New_York"):
        result = account(tmp_path, *rows, timezone=zone)
        assert figure(result, "new_mrr", "2026-02") == 1_000


def test_the_months_that_are_shown(tmp_path):
    result = account(tmp_path, *ROWS, first="2026-03", until="2026-03")
    assert result.months == ("2026-03",)
    assert figure(result, "opening_mrr", "2026-03") == 2_000
    assert figure(result, "expansion_mrr", "2026-03") == 1_000
    assert result.summary["incomplete_month"] is None


def test_several_currencies_have_a_folder_each(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = export(tmp_path, *ROWS, "d,s4,2026-02-10,,50,basic,1,USD")
    done = plansim("account", path, "--out", "both")
    assert done.exit_code == 0, done.output
    assert everything_in(tmp_path / "both") == {
        "currencies.json",
        *(name for code in ("JPY", "USD") for name in (code, *(f"{code}/{file}" for file in FILES))),
    }
    assert figure(sim.read("both/USD"), "closing_mrr", "2026-04") == 50
    assert figure(sim.read("both/JPY"), "closing_mrr", "2026-04") == 2_500
    with pytest.raises(NotAResultFolder, match="holds one result for each currency; read one of both/JPY, both/USD"):
        sim.read("both")
    assert plansim("account", path, "--out", "both", "--currency", "USD", "--quiet").exit_code == 0  # takes its place
    assert figure(sim.read("both"), "closing_mrr", "2026-04") == 50


def test_one_result_of_several_currencies_is_refused(tmp_path):
    with pytest.raises(sim.BillingError, match="the source is in several currencies: JPY, USD; choose one"):
        account(tmp_path, *ROWS, "d,s4,2026-02-10,,50,basic,1,USD")


def test_pseudonyms(tmp_path, no_pictures):
    path = export(tmp_path, *ROWS, "taro,s9,2026-02-10,2026-01-01,500,basic,1,JPY")
    done = plansim("account", path, "--pseudonyms", "--key", "k", "--out", tmp_path / "one")
    assert done.exit_code == 0, done.output
    for file in (tmp_path / "one").rglob("*.csv"):
        assert "taro" not in file.read_text()
    first = sim.read(tmp_path / "one").tables["top_customers"]
    assert first["customer"].str.starts_with("c_").all()
    plansim("account", path, "--pseudonyms", "--key", "k", "--out", tmp_path / "two", "--quiet")
    assert sim.read(tmp_path / "two").tables["top_customers"].equals(first)


def test_a_drawn_key_is_said_and_written_nowhere(tmp_path, no_pictures):
    done = plansim("account", export(tmp_path, *ROWS), "--pseudonyms", "--out", tmp_path / "out")
    key = done.stderr.split("key of the pseudonyms: ")[1].split()[0]
    assert len(key) == 32
    assert all(key.encode() not in file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file())


def test_a_policy_file(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("preset: chartmogul\npause: churn\nnet_churn_counts_reactivation: no\n")
    summary = account(tmp_path, *ROWS, policy=path, knobs={"grain": "month"}).summary["policy"]
    assert summary["preset"] == "chartmogul"
    assert summary["set"] == {"grain": "month", "pause": "churn", "net_churn_counts_reactivation": "no"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "chartmogle"], "--policy: .*did you mean `chartmogul`"),
        (["--policy", "none.yaml"], "--policy: none.yaml cannot be read: No such file"),
        (["--policy", "broken.yaml"], "--policy: broken.yaml is not YAML"),
        (["--policy", "list.yaml"], "--policy: list.yaml holds no knobs"),
        (["--policy", "knob.yaml"], "knob.yaml: there is no knob .*`gain`"),
        (["--set", "grain=year", "--set", "gap=3"], r"(?s)--set grain=year: .*--set gap=3: there is no knob"),
        (["--set", "grain"], "--set: `grain` has no two sides; write --set LEFT=RIGHT"),
        (["--set", "grain=month", "--set", "grain=event"], "--set: `grain` is given twice"),
        (["--map", "x"], "--map: `x` has no two sides"),
        (["--as-of", "yesterday"], "--as-of: `yesterday` is not a date"),
        (["--from", "2027-01"], "--from: 2027-01 is after the last month of the data, 2026-04"),
        (["--until", "26-01"], "--until: `26-01` is not a month"),
        (["--currency", "eur"], "--currency: nothing is in EUR; the source has JPY"),
        (["--currency", "¥"], "--currency: `¥` is not a currency; write its ISO 4217 code"),
        (["--timezone", "Japan/Tokio"], "--timezone: there is no time zone `Japan/Tokio`"),
        (["--decimal", "dot"], "--decimal: `dot` is not a decimal sign; write point or comma"),
        (["--fiscal-year-start", "13"], "--fiscal-year-start: 13 is not a month"),
        (["--lang", "fr"], "--lang: 'fr' is not a language"),
        (["--key", "k"], "--key is the key of pseudonyms; add --pseudonyms"),
        (["--format", "excel"], "--format: there is no format 'excel'"),
        (["--out", "subs.csv"], "--out: subs.csv is a file"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_written(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, *ROWS)
    (tmp_path / "broken.yaml").write_text("{")
    (tmp_path / "list.yaml").write_text("- pause")
    (tmp_path / "knob.yaml").write_text("gain: month")
    before = everything_in(tmp_path)
    done = plansim("account", "subs.csv", *arguments)
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert re.search(message, done.stderr), done.stderr
    assert everything_in(tmp_path) == before


def test_a_file_that_is_not_there(tmp_path):
    done = plansim("account", tmp_path / "nothing.csv", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "nothing.csv: there is no such file" in done.stderr


def test_a_source_without_a_currency_is_one_book_until_it_is_stated(tmp_path):
    path = export(tmp_path, "a,2026-01-10,,1000,basic", header="customer_id,start_date,end_date,mrr,plan")
    assert sim.account(path).currency == "XXX"
    stated = sim.account(path, currency="jpy")
    assert (stated.currency, figure(stated, "closing_mrr", "2026-01")) == ("JPY", 1_000)


def warned(result: sim.Result, words: str) -> bool:
    return any(words in warning for warning in result.summary["warnings"])


def test_warnings(tmp_path):
    nobody_leaves = account(tmp_path, "a,s1,2026-01-10,,1000,basic,1,JPY", "b,s2,2026-02-10,,1,basic,1,JPY")
    assert warned(nobody_leaves, "nobody ever leaves in this source")
    assert not warned(nobody_leaves, "more than half of all customers begin")
    at_once = account(tmp_path, *ROWS)
    assert warned(at_once, "more than half of all customers begin in 2026-01")
    assert warned(at_once, "2026-04 is not over")
    assert not warned(at_once, "nobody ever leaves")
    assert not warned(account(tmp_path, *ROWS, first="2026-02", as_of="2026-04-30"), "begin in 2026-01")
    assert not warned(account(tmp_path, *ROWS, as_of="2026-04-30"), "is not over")


def test_impossible_names_and_sizes(tmp_path):
    header = "customer_id,start_date,end_date,mrr,plan,currency,segment"
    with pytest.raises(sim.BillingError, match="a segment is called `all`"):
        sim.account(export(tmp_path, "a,2026-01-10,,1000,basic,JPY,all", header=header))
    rows = [f"c{i},2026-01-10,,1000,basic,JPY,only-{i}" for i in range(501)]
    with pytest.raises(sim.BillingError, match=r"there are 501 segments .*is the column the right one"):
        sim.account(export(tmp_path, *rows, header=header))
    long_ago = items(item() | {"start": datetime(1901, 1, 10)})
    with pytest.raises(sim.BillingError, match=r"the data begin in 1901-01 and span 1,501 months"):
        account_items(long_ago, window(at(10)), About("made", "JPY"))


def test_the_title_does_not_show_a_password():
    from simulator.billing.account import folder_after, named_after

    assert named_after(["postgresql://user:secret@host/db"]) == "postgresql"
    assert named_after([Path("a/subs.csv"), "b.csv"]) == "subs and 1 more"
    assert folder_after([Path("a/our subs.csv"), "b.csv"]) == "our-subs-and-1-more"


def test_the_benchmark_runs(tmp_path):
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        "account_benchmark", Path(__file__).parents[2] / "benchmarks" / "account.py"
    )
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    benchmark.write_subscriptions(tmp_path / "many.csv", 3_000)
    result = sim.account(tmp_path / "many.csv", as_of="2024-12-31")
    closing = pl.read_csv(tmp_path / "many.csv").filter(pl.col("end_date").is_null())["mrr"].sum()
    assert figure(result, "closing_mrr", "2024-12") == closing
