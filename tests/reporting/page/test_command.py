"""`plansim report`: where it writes, whole or not at all, and what it says when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.reporting.page.write import write_whole
from tests.cli.commands import everything_in, plansim
from tests.reporting.page.pages import compared, markup, shop, study_markup


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shop().save(tmp_path / "run", figures=False))


@pytest.mark.parametrize(("lang", "file"), [("en", "report.html"), ("ja", "report.ja.html")])
def test_a_page_is_written_to_the_folder(folder, lang, file):
    before = everything_in(folder)
    done = plansim("report", folder, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"page: {folder / file}\n"
    assert everything_in(folder) == before | {file}
    assert (folder / file).read_text(encoding="utf-8") == markup(lang)


def test_a_page_of_a_study_is_written_elsewhere(tmp_path):
    folder = compared().save(tmp_path / "study", figures=False)
    before = everything_in(folder)
    done = plansim("report", folder, "--out", tmp_path / "new" / "x.html")
    assert done.exit_code == 0, done.output
    assert everything_in(folder) == before
    assert (tmp_path / "new" / "x.html").read_text(encoding="utf-8") == study_markup("en")


def test_targets_stand_beside_the_forecast(folder, tmp_path):
    (tmp_path / "t.csv").write_text("month,metric,value\n2027-03,closing_mrr,150000\n2027-03,nrr_12m,95%\n")
    done = plansim("report", folder, "--lang", "ja", "--targets", tmp_path / "t.csv")
    assert done.exit_code == 0, done.output
    text = (folder / "report.ja.html").read_text(encoding="utf-8")
    for said in ("予実（目標と予測の比較）", "15.0万円", "95.00%", "ポイント"):
        assert said in text
    assert "予実" not in markup("ja")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is not a result folder: summary.json"),
        ([".", "--lang", "xx"], "--lang: 'xx' is not a language of plansim; write en or ja"),
        ([".", "--out", "x.pdf"], "--out: x.pdf is not the name of a page; write one that ends in .html"),
        ([".", "--out", "a.html"], "--out: a.html is a folder; write the name of a file in it"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").mkdir()
    done = plansim("report", *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(message)
    assert everything_in(tmp_path) == {"a.html"}


def test_wrong_targets_are_all_said(folder, tmp_path):
    (tmp_path / "t.csv").write_text("month,metric,value\n1999-01,closing_mrr,1\n2027-03,closing,x\n")
    done = plansim("report", folder, "--targets", tmp_path / "t.csv")
    assert done.exit_code == 2
    assert done.stderr.startswith("--targets: ")
    assert done.stderr.count("line") == 3
    assert "report.html" not in everything_in(folder)


@pytest.mark.parametrize("file", ["summary.json", "metrics.csv"])
def test_a_damaged_folder_is_said_so(folder, file):
    (folder / file).write_text("{not,what\nit should be\n")
    done = plansim("report", folder)
    assert done.exit_code == 2, done.output
    assert f"{folder} is damaged" in done.stderr
    assert "report.html" not in everything_in(folder)


def test_a_place_that_cannot_be_written_is_said_so(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = plansim("report", folder, "--out", tmp_path / "file" / "x.html")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_an_older_page_stays_whole_where_writing_fails(tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    write_whole(target, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "new" * 100_000 + "\ud800")
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"report.html"}
    write_whole(target, "new")
    assert target.read_text() == "new"
