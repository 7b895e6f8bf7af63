"""plansim run: what it prints, where it writes, how its options reach the simulator."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from simulator.commands.options import progress_bar
from simulator.studies import run as study
from tests.cli.commands import SMALL, everything_in, plansim

TABLES = ("metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet")
FURTHER = ("cohorts.csv", "journeys.csv", "plan_moves.csv", "usage.csv", "bills.csv")
FILES = {*TABLES, *FURTHER, "summary.json", "scenario.yaml", "figures"}


def summary(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


def test_without_out_results_go_to_reports_and_the_scenarios_name(desk):
    done = plansim("run", "shop.yaml", "--replications", 3)
    assert done.exit_code == 0, done.output
    assert {path.name for path in (desk / "reports" / "shop").iterdir()} == FILES
    drawn = {path.stem for path in (desk / "reports" / "shop" / "figures").iterdir()}
    assert drawn == {"movements", "closing_mrr", "bridge", "net_churn", "migration", "offer_funnel"}
    assert done.stdout.splitlines()[-1] == "results: reports/shop"
    assert {path.name for path in desk.iterdir()} == {"shop.yaml", "reports"}


@pytest.mark.usefixtures("no_pictures")
def test_reports_are_relative_to_where_one_stands_and_not_to_the_scenario(desk, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    assert plansim("run", desk / "shop.yaml", "--replications", 1).exit_code == 0
    assert (elsewhere / "reports" / "shop" / "metrics.csv").is_file()
    assert everything_in(desk) == {"shop.yaml"}


@pytest.mark.usefixtures("no_pictures")
def test_the_table_the_headline_and_the_path_are_printed(desk):
    shown = plansim("run", "shop.yaml", "--replications", 3, "--out", "here").stdout
    for text in ("A small shop", "MRR movements", "mean of 3 replications", "2026-01", "2026-04", "results: here"):
        assert text in shown
    for figure in ("Closing MRR, 2026-04", "Expansion rate", "Net MRR churn rate", "NRR", "Negative churn"):
        assert figure in shown
    assert "\x1b[" not in shown  # plain text where there is no terminal


@pytest.mark.usefixtures("no_pictures")
def test_warnings_are_printed(desk):
    (desk / "shop.yaml").write_text(SMALL.replace("    opening_tenure: 5 months\n", ""))
    shown = plansim("run", "shop.yaml", "--replications", 1)
    assert "segments.smb.opening_tenure is not given" in " ".join(shown.stdout.split())


@pytest.mark.usefixtures("no_pictures")
def test_quiet_prints_the_path_and_nothing_else(desk):
    done = plansim("run", "shop.yaml", "--replications", 1, "--quiet", "--out", "a b/here")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "results: a b/here\n", "")


@pytest.mark.parametrize(("lang", "printed"), [("en", "Net MRR churn rate"), ("ja", "ネットMRRチャーンレート")])
def test_a_result_is_printed_and_drawn_in_its_language(desk, monkeypatch, lang, printed):
    drawn = []
    monkeypatch.setattr("simulator.reporting.save.save_all", lambda result, folder, lang: drawn.append(lang))
    done = plansim("run", "shop.yaml", "--replications", 2, "--threads", 1, "--lang", lang, "--out", "here")
    assert done.exit_code == 0
    assert [text for text in ("Net MRR churn rate", "ネットMRRチャーンレート") if text in done.stdout] == [printed]
    assert drawn == [lang]


@pytest.mark.usefixtures("no_pictures")
def test_a_later_run_replaces_the_results_whole(desk):
    plansim("run", "shop.yaml", "--replications", 1, "--ledger")
    assert (desk / "reports" / "shop" / "ledger.parquet").is_file()
    plansim("run", "shop.yaml", "--replications", 2)
    assert {path.name for path in (desk / "reports" / "shop").iterdir()} == FILES
    assert summary(desk / "reports" / "shop")["replications"] == 2


@pytest.mark.usefixtures("no_pictures")
def test_the_ledger_is_written_on_request(desk):
    assert plansim("run", "shop.yaml", "--replications", 2, "--ledger", "--out", "here").exit_code == 0
    rows = pl.read_parquet(desk / "here" / "ledger.parquet")
    assert rows["replication"].unique().sort().to_list() == [0, 1]
    assert rows["customer"].str.starts_with("smb/opening/basic/").all()


@pytest.mark.usefixtures("no_pictures")
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(desk):
    for name, seed in {"one": 5, "two": 5, "three": 6}.items():
        assert plansim("run", "shop.yaml", "--replications", 3, "--seed", seed, "--out", name).exit_code == 0
    one, two, three = ((desk / name / "runs.parquet").read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three
    assert summary(desk / "three")["seed"] == 6


@pytest.mark.usefixtures("no_pictures")
def test_both_engines_give_the_same_tables_by_their_option(desk):
    for engine in ("compiled", "simpy"):
        assert plansim("run", "shop.yaml", "--replications", 2, "--engine", engine, "--out", engine).exit_code == 0
        assert summary(desk / engine)["engine"] == engine
    for name in TABLES:
        assert (desk / "compiled" / name).read_bytes() == (desk / "simpy" / name).read_bytes()


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    ("written", "reached"),
    [
        ([], {"replications": 100, "seed": 1, "engine": "auto", "threads": None, "ledger": False}),
        (["--replications", "2"], {"replications": 2}),
        (["--seed", "18446744073709551615"], {"seed": 2**64 - 1}),
        (["--engine", "simpy"], {"engine": "simpy"}),
        (["--threads", "3"], {"threads": 3}),
        (["--ledger"], {"ledger": True}),
    ],
    ids=str,
)
def test_an_option_reaches_the_simulator(desk, monkeypatch, written, reached):
    asked = {}
    simulate = study.run

    def overheard(scenario, **options):
        asked.update(options)
        return simulate(scenario, **{**options, "replications": 1})

    monkeypatch.setattr(study, "run", overheard)
    done = plansim("run", "shop.yaml", *written)
    assert done.exit_code == 0, done.output
    assert {name: asked[name] for name in reached} == reached


@pytest.mark.usefixtures("no_pictures")
def test_the_first_run_of_a_version_says_why_it_takes_its_time(desk, monkeypatch):
    monkeypatch.setattr("simulator.jit.is_cached", lambda entry: False)
    assert "compiling the simulator once" in plansim("run", "shop.yaml", "--replications", 1).stderr
    assert plansim("run", "shop.yaml", "--replications", 1, "--quiet").stderr == ""


@pytest.mark.usefixtures("no_pictures")
def test_nothing_is_said_into_the_progress_bar(desk, monkeypatch):
    @contextmanager
    def drawn(*, show):
        print("[bar", file=sys.stderr)
        yield None
        print("bar]", file=sys.stderr)

    monkeypatch.setattr("simulator.commands.run.progress_bar", drawn)
    monkeypatch.setattr("simulator.jit.is_cached", lambda entry: False)
    assert plansim("run", "shop.yaml", "--replications", 1).stderr.endswith("[bar\nbar]\n")


def test_on_a_terminal_the_progress_of_the_simulation_is_shown_unless_quiet(monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(show=True) as progress:
        progress(0.25)
    assert "simulating" in screen.getvalue()
    assert "25%" in screen.getvalue()
    with progress_bar(show=False) as progress:
        assert progress is None


@pytest.mark.usefixtures("no_pictures")
def test_without_a_terminal_there_is_no_progress_bar(desk):
    assert plansim("run", "shop.yaml", "--replications", 1).stderr == ""
