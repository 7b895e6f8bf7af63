"""The numbers of a page are those of the tables, written as each language writes them."""

from __future__ import annotations

import re

import polars as pl
import pytest

from simulator.reporting import numbers
from simulator.reporting.page import values
from simulator.reporting.page.fiscal_years import fiscal_years, spans
from simulator.reporting.page.written_number import written_number
from simulator.reporting.result_view import Cell, series
from tests.reporting.page.pages import compared, markup, shop, study_markup, tree, words_of


def table_called(text: str, start: str, section: str = "main"):
    """Titles and rows of the first table whose caption begins so: texts, with notes in small left out, and keys."""
    where = "//main" if section == "main" else f"//section[@id='{section}']"
    for table in tree(text).xpath(f"{where}//table"):
        if words_of(table.xpath("./caption")[0]).startswith(start):
            titles = [words_of(one) for one in table.xpath("./thead//th")]
            rows = [[words_of(cell.xpath(".//bdi")[0]) for cell in row] for row in table.xpath("./tbody/tr")]
            keys = [[cell.get("data-key") for cell in row] for row in table.xpath("./tbody/tr")]
            return titles, rows, keys
    raise AssertionError(f"no table {start!r}")


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("▲", "-").rstrip("%"))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_row_of_movements_adds_up_as_written(lang):
    _, rows, _ = table_called(markup(lang), "MRR movements" if lang == "en" else "MRR増減表")
    assert len(rows) == 26 + 3
    for row in rows:
        opening, *moved, closing = (number(text) for text in row[1:-1])
        assert opening + sum(moved) == pytest.approx(closing, abs=1e-6)


def test_movements_are_those_of_the_result():
    _, rows, keys = table_called(markup("en"), "MRR movements")
    by_month = {row[0]: key for row, key in zip(rows, keys, strict=True)}
    for i, metric in enumerate(("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"), 1):
        sign = -1 if metric in ("contraction", "churn") else 1
        for cell in series(shop(), f"{metric}_mrr"):
            assert float(by_month[cell.month][i]) == pytest.approx(sign * cell.mean, abs=1.01)


def test_fiscal_years_have_japanese_names_and_their_last_month():
    titles, rows, keys = table_called(markup("ja"), "年度別")
    assert [row[0] for row in rows] == ["2027年3月期", "2028年3月期", "2028年4–5月"]
    closing = [cell.mean for cell in series(shop(), "closing_mrr")]
    assert [float(key[1]) for key in keys] == pytest.approx([closing[11], closing[23], closing[25]])
    opening = series(shop(), "opening_mrr")[0].mean
    expected = [closing[11] / opening - 1, closing[23] / closing[11] - 1, closing[25] / closing[13] - 1]
    assert [float(key[2]) for key in keys] == pytest.approx(expected)
    assert titles[2] == "前年同月比"


def test_the_parts_of_fiscal_years_are_cut_where_they_begin():
    assert spans(("2026-02", "2026-03", "2026-04", "2026-05"), 4) == [[0, 1], [2, 3]]
    assert fiscal_years(shop(), "en").rows[0][0].text == "FY to 2027-03"


@pytest.mark.parametrize("segment", ["everybody", "smb", "firm"])
def test_all_metrics_of_the_last_month_are_there(segment):
    _, rows, _ = table_called(markup("en"), f"All metrics of 2028-05: {segment}")
    name = "all" if segment == "everybody" else segment
    found = shop().metrics.filter(
        (pl.col("segment") == name) & (pl.col("month") == "2028-05") & pl.col("mean").is_not_null()
    )
    expected = [
        [values.label(row["metric"], "en")]
        + [values.written(row[column], row["metric"], "JPY", "en") for column in ("mean", "p05", "p50", "p95")]
        for row in found.iter_rows(named=True)
    ]
    assert len(expected) > 40
    assert rows == expected


def test_segments_stand_beside_each_other():
    titles, rows, keys = table_called(markup("en"), "Main metrics by segment")
    assert [row[0] for row in rows] == ["everybody", "smb", "firm"]
    closing = titles.index("Closing MRR")
    assert float(keys[0][closing]) == pytest.approx(float(keys[1][closing]) + float(keys[2][closing]))


def test_offers_and_rescue_are_those_of_the_result():
    _, rows, keys = table_called(markup("en"), "Offers over the whole horizon")
    assert [row[0] for row in rows] == ["rise", "stay"]
    made = shop().offers.filter((pl.col("offer") == "stay") & (pl.col("stage") == "made"))["mean"].sum()
    assert float(keys[1][1]) == pytest.approx(made)
    titles, _, keys = table_called(markup("en"), "Rescue offers")
    funnel = shop().summary["rescue"]["stay"]
    assert float(keys[0][titles.index("Acceptance")]) == pytest.approx(funnel["acceptance"])


def test_differences_are_those_of_the_study():
    titles, rows, keys = table_called(study_markup("en"), "Closing MRR, 2028-05")
    found = (
        compared()
        .table("differences")
        .filter((pl.col("metric") == "closing_mrr") & (pl.col("segment") == "all") & (pl.col("month") == "2028-05"))
    )
    assert [row[0] for row in rows] == list(found["scenario"])
    difference = titles.index("Difference")
    for row, key, mean in zip(rows, keys, found["difference"], strict=True):
        assert row[difference] == numbers.money(mean, "JPY", "en", signed=True)
        assert float(key[difference]) == pytest.approx(mean, rel=0.06, abs=0.6)


def test_choices_hold_the_base_too():
    _, rows, _ = table_called(study_markup("en"), "Choice by Closing MRR")
    assert {row[0] for row in rows} == set(compared().runs)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("amount", [0.0, 1.0, -3.0, 999.0, 12_345.0, -45_600.0, 7_890_000.0, -3.21e8, 4.5e11])
@pytest.mark.parametrize("currency", ["JPY", "USD", "EUR", "XQZ"])
def test_a_written_number_is_read_back(amount, currency, lang):
    text = numbers.money(amount, currency, lang, signed=True)
    assert written_number(text, lang) == pytest.approx(amount, rel=0.06)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("▲1.2億円", "ja", -1.2e8),
        ("−0.13", "en", -0.13),
        ("84%", "en", 84.0),
        ("2,044.8", "en", 2044.8),
        ("–", "en", None),
        ("▲0.13〜▲0.01", "ja", None),
        ("+¥196k to +¥310k", "en", None),
    ],
)
def test_written_numbers(text, lang, expected):
    assert written_number(text, lang) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("metric", "value", "en", "ja"),
    [
        ("closing_mrr", 32_434_937.0, "¥32.4M", "3,243万円"),
        ("net_mrr_churn_rate", -0.0068, "−0.68%", "▲0.68%"),
        ("retention_gap_attached", 0.1, "+10.0 pt", "+10.0ポイント"),
        ("quick_ratio", 2.5, "2.50", "2.50"),
        ("paying_customers", 2044.8, "2,044.8", "2,044.8"),
        ("nrr_12m", None, "–", "–"),
    ],
)
def test_metrics_are_written_by_what_they_are(metric, value, en, ja):
    assert values.written(value, metric, "JPY", "en") == en
    assert values.written(value, metric, "JPY", "ja") == ja


def test_a_metric_without_replications_that_differ_has_no_interval():
    assert values.cell(Cell("2026-04", 0.5, 0.5, 0.5, 0.5), "nrr_12m", "JPY", "en").note == ""
    assert values.cell(Cell("2026-04", 0.5, 0.4, 0.5, 0.6), "nrr_12m", "JPY", "en").note == "40.00%–60.00%"
    assert values.cell(Cell("2026-04"), "nrr_12m", "JPY", "en").text == "–"


def test_japanese_pages_say_net_of_tax_how_it_is_rounded_and_where_reactivation_stands():
    text = markup("ja")
    for said in ("税抜", "端数を調整", "2027年3月期", "2028年5月", "売上維持率"):
        assert said in text
    assert re.search(r"▲[\d,.]+", text)
