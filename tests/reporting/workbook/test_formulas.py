"""The formulas of a workbook give what the program found: recalculated by LibreOffice, and broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.accounting.metrics import METRICS
from simulator.reporting.workbook import contents
from simulator.reporting.workbook.contents import write
from tests.reporting.workbook.sheets import changed, errors, opened, verdicts


@pytest.fixture(scope="module")
def book(run, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("book") / "run.xlsx"
    write(path, run, "en")
    return path


def column_of(sheet, row: int, title: str) -> int:
    return next(c.column for c in sheet[row] if c.value == title)


CHANGES = {
    "a movement": ("Movement lines", "G5"),
    "the first opening": ("Movements", "B6"),
    "expansion of a replication": ("Inputs", "F40"),
    "its paying customers": ("Inputs", "M60"),
    "its base of retention": ("Inputs", "T102"),
}


@pytest.fixture(scope="module")
def again(book, recalculated) -> dict[str, Path]:
    """The workbook, computed anew: as it is ('') and with one number changed."""
    copies = {"": book}
    for what, (sheet, cell) in CHANGES.items():
        before = opened(book, values=True)[sheet][cell].value
        assert isinstance(before, (int, float))
        copies[what] = changed(book, sheet, cell, before * 1.01 + 1)
    return dict(zip(copies, recalculated(*copies.values()), strict=True))


def test_every_check_holds_when_all_is_computed_anew(again, run):
    overall, each = verdicts(again[""])
    assert overall == "PASS"
    assert len(each) > len(METRICS) * len(run.months)
    assert set(each) == {"PASS"}
    assert errors(again[""]) == []


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_input_fails_the_checks(again, what):
    overall, each = verdicts(again[what])
    assert overall == "FAIL"
    assert "FAIL" in each
    assert "PASS" in each


def test_every_metric_of_the_accounting_is_a_formula_and_checked(book, run):
    metrics = opened(book, values=False)["Metrics"]
    code = column_of(metrics, 4, "Name in metrics.csv")
    formulas = {row[code - 1].value: [c.value for c in row[2 : code - 1]] for row in metrics.iter_rows(min_row=5)}
    assert set(METRICS) <= set(formulas)
    for metric in METRICS:
        assert all(isinstance(text, str) and text.startswith("=") for text in formulas[metric]), metric
    labels = {row[0].value for row in opened(book, values=True)["Checks"].iter_rows(min_row=7)}
    assert {metrics.cell(row, 1).value for row in range(5, 5 + len(METRICS))} <= labels


def test_the_values_written_with_the_formulas_are_those_that_formulas_give(book, again, run):
    written, computed = opened(book, values=True), opened(again[""], values=True)
    rounding = 6e-5 * len(run.months)  # totals are sums of months with four decimals
    wrong = []
    for sheet in written:
        for row in sheet.iter_rows():
            for one in row:
                other = computed[sheet.title][one.coordinate].value
                if isinstance(one.value, (int, float)):
                    if not isinstance(other, (int, float)) or abs(one.value - other) > rounding + 1e-9 * abs(one.value):
                        wrong.append((sheet.title, one.coordinate, one.value, other))
                elif (one.value or "") != (other or ""):
                    wrong.append((sheet.title, one.coordinate, one.value, other))
    assert wrong[:5] == []


def test_a_ratio_without_denominator_is_blank_not_zero(book, run):
    metrics = opened(book, values=True)["Metrics"]
    code = column_of(metrics, 4, "Name in metrics.csv")
    rows = {row[code - 1].value: row for row in metrics.iter_rows(min_row=5)}
    assert [c.value for c in rows["nrr_12m"][2:13]] == [None] * 11
    assert rows["nrr_12m"][13].value == pytest.approx(run.metric("nrr_12m")["mean"][11])


def test_without_room_for_replications_amounts_alone_are_checked(run, tmp_path, monkeypatch, recalculated):
    monkeypatch.setattr(contents, "MOST_REPLICATION_ROWS", 10)
    path = tmp_path / "large.xlsx"
    write(path, run, "en")
    assert "Inputs" not in opened(path, values=True).sheetnames
    note = opened(path, values=True)["Metrics"]["A2"].value
    assert "counts and rates are the program's values" in note
    overall, each = verdicts(*recalculated(path))
    assert overall == "PASS"
    assert len(each) == 13 * len(run.months)


def test_a_comparison_computes_its_differences(study, tmp_path, recalculated):
    path = tmp_path / "study.xlsx"
    write(path, study, "ja")
    assert opened(path, values=True).sheetnames[:3] == ["サマリー", "比較", "差の一覧"]
    comparison = opened(path, values=False)["比較"]
    assert comparison["F5"].value == '=IF(OR(D5="",E5=""),"",E5-D5)'
    again, broken = recalculated(path, changed(path, "差の一覧", "F20", 1e6))
    overall, each = verdicts(again, "検算")
    assert overall == "OK"
    assert set(each) == {"OK"}
    assert errors(again) == []
    row = study.table("differences").filter(
        (study.table("differences")["metric"] == "closing_mrr")
        & (study.table("differences")["month"] == study.months[-1])
        & (study.table("differences")["segment"] == "all")
    )
    assert opened(again, values=True)["比較"]["F5"].value == pytest.approx(row["difference"][0])
    assert verdicts(broken, "検算")[0] == "NG"
