"""What a workbook holds besides formulas: text that stays text, formats by language, print setup, same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from simulator.reporting.words import table
from simulator.reporting.workbook import contents
from simulator.reporting.workbook.contents import TooLarge, write
from simulator.reporting.workbook.safe_text import LONGEST, clean, footer
from simulator.results.study import Study
from tests.reporting.workbook.sheets import opened

HOSTILE = [
    '=HYPERLINK("http://example.com","click")',
    "+1",
    "@x",
    "-2+3",
    "<script>alert(1)</script>",
    "x" * 300,
    "🚀👩‍👩‍👧",
    "مرحبا بالعالم",
    "a\x00b\x07c\ud800d",
    "'quoted'!A1 & [x] {0} %s _x0041_",
    "http://example.com",
    "12345",
]


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(params=["en", "ja"])
def lang(request) -> str:
    return request.param


def test_same_result_same_bytes(run, tmp_path, lang):
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name, run, lang)
    assert digest(tmp_path / "a.xlsx") == digest(tmp_path / "b.xlsx")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_names_of_users_are_text_everywhere(run, tmp_path, text):
    def named(frame: pl.DataFrame, column: str) -> pl.DataFrame:
        shown = text.encode("utf-8", "replace").decode()  # a table cannot hold half a pair; titles can
        return frame.with_columns(
            pl.when(pl.col(column) == "standard").then(pl.lit(shown)).otherwise(column).alias(column)
        )

    hostile = replace(
        run,
        movements=named(run.movements, "plan"),
        runs=named(run.runs, "plan"),
        summary={**run.summary, "title": text, "warnings": [text]},
        scenario_yaml=f"{text}\nsecond: line\n",
    )
    path = tmp_path / "hostile.xlsx"
    write(path, hostile, "en")
    book = opened(path, values=False)
    shown = clean(text).replace("\n", " ")
    places = [(sheet.title, c) for sheet in book for row in sheet.iter_rows() for c in row if c.value == shown]
    assert {"Summary", "Movement lines", "Scenario"} <= {title for title, _ in places} or "\ud800" in text
    assert all(c.data_type == "s" and c.hyperlink is None for _, c in places)
    assert all(c.quotePrefix for _, c in places if c.value[:1] in "=+-@")
    formulas = [c.value for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert not any("HYPERLINK" in str(formula) or "script" in str(formula) for formula in formulas)
    with zipfile.ZipFile(path) as parts:
        links = [parts.read(name).decode() for name in parts.namelist() if name.endswith(".rels")]
    assert not any("example.com" in one for one in links)


def test_what_no_cell_can_hold_is_replaced_or_cut():
    assert clean("a\x00b\x1fc\ud800d\r\ne") == "a\ufffdb\ufffdc\ufffdd\ne"
    long = clean("🚀" * 20_000)
    assert len(long.encode("utf-16-le")) // 2 <= LONGEST
    assert long.endswith("…")
    assert clean("x" * LONGEST) == "x" * LONGEST
    assert footer("R&D\nx") == "R&&D x"


def test_a_long_scenario_is_split_by_line(run, tmp_path):
    text = "\n".join(f"line_{k}: {'y' * 90}" for k in range(800))
    path = tmp_path / "long.xlsx"
    write(path, replace(run, scenario_yaml=text), "en")
    sheet = opened(path, values=True)["Scenario"]
    column = [row[0].value for row in sheet.iter_rows() if row[0].value]
    assert len(text) > LONGEST
    assert set(text.split("\n")) <= set(column)


def test_a_scenario_that_cannot_be_read_back_says_so(run, tmp_path):
    path = tmp_path / "gone.xlsx"
    gone = run.scenario_yaml.replace("premium: 4", "premium: -4")
    assert gone != run.scenario_yaml
    write(path, replace(run, scenario_yaml=gone), "en")
    texts = [str(row[0].value) for row in opened(path, values=True)["Scenario"].iter_rows()]
    assert any(text.startswith("The scenario cannot be read back in sentences") for text in texts)


@pytest.mark.parametrize(
    ("lang", "currency", "money", "percent", "month"),
    [
        ("en", "USD", '"$"#,##0.00;-"$"#,##0.00', "0.00%;-0.00%", "yyyy-mm"),
        ("en", "JPY", '"¥"#,##0;-"¥"#,##0', "0.00%;-0.00%", "yyyy-mm"),
        ("ja", "JPY", '#,##0;"▲"#,##0', '0.00%;"▲"0.00%', 'yyyy"年"m"月"'),
    ],
)
def test_numbers_are_formatted_by_language_and_currency(run, tmp_path, lang, currency, money, percent, month):
    path = tmp_path / "formats.xlsx"
    write(path, replace(run, summary={**run.summary, "currency": currency}), lang)
    book = opened(path, values=True)
    movements, metrics = book[book.sheetnames[2]], book[book.sheetnames[3]]
    assert movements["B6"].number_format == money
    assert movements["A6"].number_format == month
    assert movements["A6"].is_date
    assert metrics.cell(5 + 23, 3).number_format == percent
    assert movements["B6"].font.name == {"en": "Calibri", "ja": "Yu Gothic"}[lang]
    assert movements["F6"].value <= 0 <= movements["C6"].value


def test_every_sheet_prints_on_a4_landscape_with_its_titles(run, tmp_path, lang):
    path = tmp_path / "print.xlsx"
    write(path, run, lang)
    book = opened(path, values=True)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in book.sheetnames)
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for name in book.sheetnames[2:6]:
        assert book[name].freeze_panes is not None
        assert book[name].print_title_rows
    assert len(book[book.sheetnames[1]]._charts) == 2
    assert "overall_check" in book.defined_names
    assert "net_mrr_churn_rate" in book.defined_names


def test_a_study_of_another_kind_shows_its_tables(run, tmp_path, lang):
    frame = pl.DataFrame({"key": ["=1+1", "b"], "value": [1.5, None], "month": ["2026-11", "2026-12"]})
    summary = {k: run.summary[k] for k in ("currency", "fiscal_year_start", "horizon", "replications", "seed")}
    study = Study("sweep", {"sweep": frame}, {**summary, "title": "A sweep", "kind": "sweep"})
    path = tmp_path / "sweep.xlsx"
    write(path, study, lang)
    book = opened(path, values=False)
    sheet = book[book.sheetnames[1]]
    assert [c.value for c in sheet[3]] == ["key", "value", "month"]
    assert (sheet["A4"].value, sheet["A4"].data_type, sheet["B4"].value) == ("=1+1", "s", 1.5)
    assert sheet["B5"].value is None
    assert sheet["C4"].is_date


def test_a_table_that_no_sheet_holds_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "ROWS", 20)
    with pytest.raises(TooLarge, match=r"movements has [\d,]+ rows; a sheet of a workbook holds 20\. Read movements"):
        write(tmp_path / "large.xlsx", run, "en")


def test_every_table_of_a_study_has_a_name():
    from simulator.results.study import KINDS

    assert all(f"workbook_table.{name}" in table() for tables in KINDS.values() for name in tables)


def test_no_word_of_the_workbook_is_unused():
    folder = Path(contents.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    keys = [key.partition(".")[2] for key in table() if key.startswith("workbook.")]
    used = [key for key in keys if f'"{key.removeprefix("sheet_").removeprefix("about_")}"' in code]
    whole = [key for key in keys if f'"workbook.{key}"' in code]
    assert sorted({*keys} - {*used, *whole}) == []
