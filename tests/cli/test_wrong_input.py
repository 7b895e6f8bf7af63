"""Exit code 2: what was wrong, what would be right, and nothing written. Exit code 1: the program itself failed."""

from __future__ import annotations

import pytest

from simulator.studies import run as study
from tests.cli.commands import BROKEN, SMALL, everything_in, plansim


@pytest.fixture
def never_simulated(monkeypatch):
    def simulated(*_, **__):
        raise AssertionError("it must not come to this")

    monkeypatch.setattr(study, "run", simulated)


def refused(*arguments) -> str:
    """Check that plansim refuses in a plain message, and return it."""
    wrong = plansim(*arguments)
    assert wrong.exit_code == 2, wrong.output
    assert "Traceback" not in wrong.output
    assert wrong.stdout == ""
    return wrong.stderr


@pytest.mark.usefixtures("never_simulated")
@pytest.mark.parametrize(
    ("written", "messages"),
    [
        (["--replications", "0"], ["--replications: 0 is too few; write 1 or more"]),
        (["--replications", "-3"], ["--replications: -3 is too few"]),
        (["--replications", "many"], ["--replications", "valid integer"]),
        (["--seed", "-1"], ["--seed: -1 is out of range; write a whole number from 0 to 2**64 - 1"]),
        (["--seed", str(2**64)], ["--seed: 18446744073709551616 is out of range"]),
        (["--seed", "1.5"], ["--seed", "valid integer"]),
        (["--engine", "fast"], ["--engine: there is no engine 'fast'; write auto, compiled or simpy"]),
        (["--threads", "0"], ["--threads: 0 is too few; write 1 or more"]),
        (["--lang", "de"], ["--lang: 'de' is not a language of plansim; write en or ja"]),
        (["--ouput", "x"], ["No such option", "--ouput"]),
        (["--out"], ["'--out' requires an argument"]),
        (["second.yaml"], ["unexpected extra argument", "second.yaml"]),
    ],
    ids=str,
)
def test_a_wrong_option_is_named_with_what_would_be_right(desk, written, messages):
    said = refused("run", "shop.yaml", *written)
    for message in messages:
        assert message in said
    assert everything_in(desk) == {"shop.yaml"}


def test_run_without_a_scenario_says_that_it_needs_one(desk):
    assert "Missing argument 'S.yaml'" in refused("run")


@pytest.mark.usefixtures("never_simulated")
def test_a_scenario_that_is_not_there_is_named(desk):
    assert refused("run", "shpo.yaml") == "shpo.yaml: there is no such file\n"
    assert everything_in(desk) == {"shop.yaml"}


@pytest.mark.usefixtures("never_simulated")
def test_a_folder_is_no_scenario(desk):
    assert "is a folder" in refused("run", ".")


@pytest.mark.usefixtures("never_simulated")
@pytest.mark.parametrize("command", ["run", "explain"])
def test_a_broken_scenario_is_answered_with_every_problem_and_its_line(desk, command):
    (desk / "broken.yaml").write_text(BROKEN)
    lines = refused(command, "broken.yaml").splitlines()
    assert any(line.startswith("broken.yaml:6: plans.basic.prise: ") and "`price`" in line for line in lines), lines
    assert any(line.startswith("broken.yaml:13: offers.rise.acceptance: ") for line in lines), lines
    assert everything_in(desk) == {"shop.yaml", "broken.yaml"}


@pytest.mark.usefixtures("never_simulated")
def test_a_place_that_holds_something_else_is_refused_before_simulating(desk):
    (desk / "thesis").mkdir()
    (desk / "thesis" / "chapter.tex").write_text("years of work")
    said = refused("run", "shop.yaml", "--out", "thesis")
    assert said.startswith("--out: thesis is not empty and is not an older result")
    assert "Name another folder with --out" in said
    assert refused("run", "shop.yaml", "--out", "shop.yaml").startswith("--out: shop.yaml is a file")
    assert "shop.yaml is a file" in refused("run", "shop.yaml", "--out", "shop.yaml/results")
    assert "is not empty" in refused("run", "shop.yaml", "--out", ".")
    assert (desk / "thesis" / "chapter.tex").read_text() == "years of work"
    assert everything_in(desk) == {"shop.yaml", "thesis", "thesis/chapter.tex"}


@pytest.mark.usefixtures("never_simulated")
def test_a_default_place_that_holds_something_else_is_refused_too(desk):
    (desk / "reports" / "shop").mkdir(parents=True)
    (desk / "reports" / "shop" / "notes.txt").touch()
    assert refused("run", "shop.yaml").startswith("--out: reports/shop is not empty")


def test_a_failure_of_the_program_is_no_wrong_input(desk, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(study, "run", fails)
    failed = plansim("run", "shop.yaml")
    assert failed.exit_code == 1
    assert isinstance(failed.exception, RuntimeError)
    assert everything_in(desk) == {"shop.yaml"}


# check


def test_check_says_fine_of_what_is_fine(desk):
    done = plansim("check", "shop.yaml")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "shop.yaml: fine (A small shop)\n", "")


@pytest.mark.parametrize("order", ["shop.yaml broken.yaml none.yaml", "none.yaml broken.yaml shop.yaml"])
def test_check_reports_all_files_and_fails_if_one_is_wrong(desk, order):
    (desk / "broken.yaml").write_text(BROKEN)
    done = plansim("check", *order.split())
    assert done.exit_code == 2
    assert done.stdout == "shop.yaml: fine (A small shop)\n"
    assert "broken.yaml:6: plans.basic.prise: " in done.stderr
    assert "broken.yaml:13: offers.rise.acceptance: " in done.stderr
    assert "none.yaml: there is no such file" in done.stderr
    assert "Traceback" not in done.output


def test_check_of_nothing_asks_for_a_scenario(desk):
    assert "Missing argument 'S.yaml ...'" in refused("check")


def test_check_finds_what_is_wrong_in_the_customers_too(desk):
    (desk / "shop.yaml").write_text(SMALL.replace("{basic: 30}\n    opening_tenure: 5 months", "people.csv"))
    assert "there is no customer file" in refused("check", "shop.yaml")
    (desk / "people.csv").write_text("customer_id,plan,tenure_months\nC1,basic,3\nC2,gold,3\n")
    assert "people.csv:3: plan: " in refused("check", "shop.yaml")
