"""The result folder: whole or not at all, and only ever in the place of an older result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import simulator as sim
from simulator.reporting.figures import drawable
from simulator.results import folder as folders
from simulator.results.files import check_place
from simulator.results.folder import NotAResultFolder, draw_none, save
from tests.results.conftest import Company

FILES = {
    "metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet",
    "summary.json", "scenario.yaml", "ledger.parquet",
    "cohorts.csv", "journeys.csv", "plan_moves.csv", "usage.csv", "bills.csv",
}  # fmt: skip
FIGURES = {
    *("bridge", "closing_mrr", "movements", "net_churn", "retention"),
    *("migration", "cohorts", "rescue_funnel", "offer_funnel"),
}


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, hidden files too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def older(company: Company, tmp_path: Path) -> Path:
    """A result of an earlier day, alone in its parent."""
    place = tmp_path / "reports" / "older"
    save(company.result, place, draw=draw_none)
    (place / "metrics.csv").write_text("of an earlier day\n")
    return place


def test_a_result_has_the_files_of_the_documents_and_nothing_else(company, tmp_path):
    place = company.result.save(tmp_path / "deep" / "down" / "result")
    assert {path.name for path in place.iterdir()} == FILES | {"figures"}
    pictures = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    assert {path.name for path in (place / "figures").iterdir()} == pictures
    assert all(path.stat().st_size > 1_000 for path in (place / "figures").iterdir())
    assert [path.name for path in place.parent.iterdir()] == ["result"]


def test_others_may_read_a_result(company, tmp_path):
    place = company.result.save(tmp_path / "result", figures=False)
    assert place.stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize("interruption", [RuntimeError("no picture"), KeyboardInterrupt()], ids=repr)
def test_an_interruption_leaves_the_older_result_as_it_was(company, older, monkeypatch, interruption):
    def half(result, folder, lang):
        folder.mkdir()
        (folder / "bridge.png").write_bytes(b"half")
        raise interruption

    monkeypatch.setattr("simulator.reporting.save.save_all", half)
    before = contents(older.parent)
    with pytest.raises(type(interruption)):
        save(company.result, older)
    assert contents(older.parent) == before
    assert [path.name for path in older.parent.iterdir()] == ["older"]


def test_an_interruption_where_nothing_was_leaves_nothing(company, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "write_result", lambda result, folder: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(company.result, tmp_path / "result")
    assert list(tmp_path.iterdir()) == []


def test_the_older_result_comes_back_if_the_new_one_cannot_take_its_place(company, older, monkeypatch):
    rename, renamed = Path.rename, []

    def second_fails(self, target):
        renamed.append(target)
        if len(renamed) == 2:
            raise OSError("no")
        return rename(self, target)

    before = contents(older.parent)
    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(OSError, match="no"):
        save(company.result, older, draw=draw_none)
    assert len(renamed) == 3
    assert contents(older.parent) == before
    assert [path.name for path in older.parent.iterdir()] == ["older"]


def test_an_older_result_is_replaced_whole(company, older):
    (older / "figures").mkdir()
    (older / "figures" / "of_an_older_version.png").touch()
    assert save(company.result, older, draw=draw_none) == older
    assert contents(older) == contents(company.folder)
    assert [path.name for path in older.parent.iterdir()] == ["older"]


def test_an_empty_folder_is_taken(company, tmp_path):
    (tmp_path / "empty").mkdir()
    assert contents(save(company.result, tmp_path / "empty", draw=draw_none)) == contents(company.folder)


def test_the_folder_one_stands_in_can_be_meant_by_a_dot(company, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    save(company.result, ".", draw=draw_none)
    assert contents(tmp_path / "here") == contents(company.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_link_to_an_older_result_stays_a_link(company, older, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(older, target_is_directory=True)
    save(company.result, link, draw=draw_none)
    assert link.is_symlink()
    assert contents(older) == contents(company.folder)


def refused(place: Path, message: str) -> None:
    with pytest.raises(NotAResultFolder, match=message):
        check_place(place)


def test_a_folder_that_holds_something_else_is_left_alone(company, tmp_path):
    place = tmp_path / "thesis"
    place.mkdir()
    (place / "chapter1.tex").write_text("years of work")
    refused(place, r"thesis is not empty and is not an older result .* left alone\. Name another folder with --out")
    with pytest.raises(NotAResultFolder):
        save(company.result, place, draw=draw_none)
    assert contents(tmp_path) == {"thesis/chapter1.tex": b"years of work"}


@pytest.mark.parametrize("name", ["summary.json", "metrics.csv"])
def test_a_file_of_the_same_name_makes_no_result(tmp_path, name):
    (tmp_path / name).write_text("{}")
    (tmp_path / "main.py").write_text("a project")
    refused(tmp_path, r"is not an older result \(.*runs\.parquet not found\)")


def test_a_file_is_left_alone(company, tmp_path):
    (tmp_path / "notes").write_text("mine")
    refused(tmp_path / "notes", "notes is a file; name a folder for the results with --out")
    with pytest.raises(NotAResultFolder):
        save(company.result, tmp_path / "notes", draw=draw_none)
    assert contents(tmp_path) == {"notes": b"mine"}


def test_a_folder_below_a_file_cannot_be_made(tmp_path):
    (tmp_path / "notes").touch()
    refused(tmp_path / "notes" / "deep" / "result", "cannot be made: .*notes is a file; name another folder with --out")


def test_a_folder_nobody_may_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    refused(tmp_path / "deep" / "result", "is not writable; name another folder with --out")


def test_a_mount_point_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.path.ismount", lambda path: Path(path) == tmp_path)
    refused(tmp_path, "is a mount point and cannot be replaced whole; name a folder inside it")
    check_place(tmp_path / "inside")


def test_a_result_can_be_saved_more_than_once_with_its_ledger(company, tmp_path):
    for name in ("one", "two"):
        assert contents(company.result.save(tmp_path / name, figures=False)) == contents(company.folder)


# reading


def same_tables(read: sim.Result, saved: sim.Result) -> None:
    assert set(read.tables) == set(saved.tables)
    for name, mine in read.tables.items():
        assert mine.schema == saved.tables[name].schema, name
        assert mine.equals(saved.tables[name], null_equal=True), name


def test_a_folder_of_an_earlier_version_is_read_without_its_further_tables(company, tmp_path):
    place = company.result.save(tmp_path / "result", figures=False)
    for name in company.result.tables:
        (place / f"{name}.csv").unlink()
    read = sim.read(place)
    assert read.tables == {}
    assert drawable(read) == [*ALWAYS, "retention", "rescue_funnel", "offer_funnel"]


ALWAYS = ["movements", "closing_mrr", "bridge", "net_churn"]


def test_what_is_read_is_what_was_saved(company):
    read = sim.read(company.folder)
    for table in ("metrics", "movements", "offers", "runs"):
        mine, others = getattr(read, table), getattr(company.result, table)
        assert mine.schema == others.schema
        assert mine.equals(others, null_equal=True), table
    same_tables(read, company.result)
    assert read.summary == company.result.summary
    assert read.scenario_yaml == company.result.scenario_yaml
    assert read.ledger == company.folder / "ledger.parquet"


def test_a_result_that_was_read_can_be_saved_elsewhere_and_over_itself(company, tmp_path):
    saved = contents(company.folder)
    elsewhere = sim.read(company.folder).save(tmp_path / "copy", figures=False)
    assert contents(elsewhere) == saved
    sim.read(elsewhere).save(elsewhere, figures=False)
    assert contents(elsewhere) == saved
    assert contents(company.folder) == saved


STILL = """\
language: 1
currency: USD
start: 2026-01
months: 2
plans: {free: {price: 0}}
segments: {all_of_them: {opening: {free: 3}, opening_tenure: 0 months, cancel: {free: 0% per month}}}
"""


def test_columns_without_a_value_are_numbers_all_the_same(tmp_path):
    result = sim.run(sim.load(STILL), replications=1)  # no movement, no offer, no deviation
    read = sim.read(result.save(tmp_path / "still", figures=False))
    assert read.metrics["sd"].null_count() == len(read.metrics)
    assert read.movements.is_empty()
    assert read.offers.is_empty()
    for table in ("metrics", "movements", "offers", "runs"):
        mine, others = getattr(read, table), getattr(result, table)
        assert mine.schema == others.schema
        assert mine.equals(others, null_equal=True), table
    same_tables(read, result)
    assert read.ledger is None


def test_a_folder_without_a_results_files_is_not_read(company, tmp_path):
    with pytest.raises(NotAResultFolder, match=r"is not a result folder: summary\.json, metrics\.csv, .* not found"):
        sim.read(tmp_path)
    place = company.result.save(tmp_path / "result", figures=False)
    (place / "offers.csv").unlink()
    with pytest.raises(NotAResultFolder, match=r"is not a result folder: offers\.csv not found"):
        sim.read(place)


def test_a_result_gives_its_metrics_by_name(company):
    rows = company.result.metric("closing_mrr", "corp")
    assert rows["month"].to_list() == list(company.result.months)
    assert rows["segment"].unique().to_list() == ["corp"]
    assert company.result.metric("arpa")["segment"].unique().to_list() == ["all"]


@pytest.mark.parametrize("asked", [("closing_mr", "all"), ("closing_mrr", "everybody")])
def test_a_metric_that_is_not_there_is_answered_with_those_that_are(company, asked):
    with pytest.raises(KeyError, match=r"closing_mrr, .*segments: all, smb, corp"):
        company.result.metric(*asked)


def test_a_result_says_what_it_is_of(company):
    result = company.result
    assert (result.title, result.currency, result.fiscal_year_start) == ("A small company", "USD", 1)
    assert (result.seed, result.replications) == (7, 5)
    assert (result.months[0], result.months[1], result.months[2], len(result.months)) == (
        "2026-11", "2026-12", "2027-01", 16,
    )  # fmt: skip
    assert json.dumps(result.summary)
