"""`plansim workbook`: where it writes, and what it refuses."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.commands import everything_in, plansim
from tests.reporting.workbook.sheets import opened, verdicts


@pytest.fixture
def place(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*arguments) -> str:
    wrong = plansim("workbook", *arguments)
    assert wrong.exit_code == 2, wrong.output
    assert "Traceback" not in wrong.output
    return wrong.stderr


def test_it_writes_beside_the_result_in_both_languages(place):
    before = everything_in(place)
    for lang, name in (("en", "workbook.xlsx"), ("ja", "workbook.ja.xlsx")):
        done = plansim("workbook", "run", "--lang", lang)
        assert (done.exit_code, done.stdout) == (0, f"workbook: run/{name}\n")
    assert everything_in(place) - before == {"run/workbook.xlsx", "run/workbook.ja.xlsx"}
    assert verdicts(place / "run" / "workbook.xlsx")[0] == "PASS"


def test_targets_stand_beside_the_forecast(place, run, recalculated):
    (place / "t.csv").write_text("month,metric,value,segment\n2026-12,closing_mrr,1000,\n2027-12,nrr_12m,90%,smb\n")
    assert plansim("workbook", "run", "--targets", "t.csv", "--out", "b/x.xlsx").exit_code == 0
    formulas = opened(place / "b" / "x.xlsx", values=False)["Targets"]
    assert formulas["F5"].value == '=IF(D5="","",D5-E5)'
    sheet = opened(*recalculated(place / "b" / "x.xlsx"), values=True)["Targets"]
    closing = run.metric("closing_mrr").row(1, named=True)
    assert sheet["F5"].value == pytest.approx(closing["mean"] - 1000)
    assert sheet["G5"].value == pytest.approx((closing["mean"] - 1000) / 1000)
    assert sheet["J5"].value == ("yes" if closing["p05"] <= 1000 <= closing["p95"] else "no")
    nrr = run.metric("nrr_12m", "smb").row(13, named=True)
    assert sheet["F6"].value == pytest.approx(nrr["mean"] - 0.9)


def test_what_cannot_be_used_is_refused_and_nothing_is_written(place):
    (place / "bad.csv").write_text("month,metric,value\n2026-12,closing,1000\n")
    before = everything_in(place)
    assert "none is not a result folder" in refused("none")
    assert "'de' is not a language of plansim" in refused("run", "--lang", "de")
    assert "x.xls is not the name of a workbook; write one that ends in .xlsx" in refused("run", "--out", "x.xls")
    assert "did you mean" in refused("run", "--targets", "bad.csv")
    assert "--targets: gone.csv cannot be read" in refused("run", "--targets", "gone.csv")
    assert "cannot be written" in refused("run", "--out", "bad.csv/x.xlsx")
    assert "Missing argument 'DIR'" in refused()
    assert everything_in(place) == before
    (place / "a.xlsx").mkdir()
    assert "a.xlsx is a folder; write the name of a file in it" in refused("run", "--out", "a.xlsx")


def test_targets_of_a_study_are_refused(study, place):
    study.save("study", figures=False)
    (place / "t.csv").write_text("month,metric,value\n2026-12,closing_mrr,1000\n")
    assert "--targets: t.csv: targets go with a run; study holds a study" in refused("study", "--targets", "t.csv")


def test_a_failure_leaves_the_older_workbook(place, monkeypatch):
    assert plansim("workbook", "run").exit_code == 0
    before, size = everything_in(place), (place / "run" / "workbook.xlsx").stat().st_size

    def fails(*_):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("simulator.reporting.workbook.summary.write_notes", fails)
    assert plansim("workbook", "run").exit_code == 1
    assert everything_in(place) == before
    assert (place / "run" / "workbook.xlsx").stat().st_size == size
