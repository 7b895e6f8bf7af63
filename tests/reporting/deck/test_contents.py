"""What decks say: data of charts equal to the tables, titles that claim no more than the numbers, sources, notes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from simulator.reporting import numbers, words
from simulator.reporting.deck.slides.fiscal import periods
from simulator.reporting.deck.slides.study_summary import summary_finding
from simulator.reporting.findings import finding
from tests.reporting.cases import CASES, FALLING
from tests.reporting.deck.made import SCENARIO, charts, deck_of, result, stock, study, texts, titles
from tests.reporting.synthetic import months_from, synthetic


def slide_titled(deck: object, part: str) -> object:
    found = [slide for slide in deck.slides if part in slide.shapes.title.text_frame.text]  # type: ignore[attr-defined]
    assert found, titles(deck)
    return found[0]


def chart_titled(deck: object, part: str) -> object:
    slides = [slide for slide in deck.slides if slide.shapes.title.text_frame.text.startswith(part)]  # type: ignore[attr-defined]
    return next(shape.chart for slide in slides for shape in slide.shapes if shape.has_chart)


def series_of(chart: object) -> dict[str, list[float | None]]:
    return {series.name: list(series.values) for plot in chart.plots for series in plot.series}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("lang", "factor", "new", "mean"), [("en", 1e6, "New", "mean"), ("ja", 1e8, "新規MRR", "平均")]
)
def test_charts_hold_the_numbers_of_the_tables(lang: str, factor: float, new: str, mean: str, tmp_path: Path) -> None:
    shown = result(synthetic(36, opening=60e6))
    deck = deck_of(shown, tmp_path, lang)
    closing = shown.metric("closing_mrr")
    chart = chart_titled(deck, finding(shown, "closing_mrr", lang))
    found = series_of(chart)
    values = found[mean]
    assert [x * factor for x in values if x is not None] == pytest.approx(closing["mean"].to_list())
    low, wide = (list(series.values) for series in next(iter(chart.plots)).series)  # type: ignore[attr-defined]
    assert [x * factor for x in low] == pytest.approx(closing["p05"].to_list())
    assert [(a + b) * factor for a, b in zip(low, wide, strict=True)] == pytest.approx(closing["p95"].to_list())
    columns = next(
        x for x in charts(deck) if new in series_of(x) and mean not in series_of(x) and len(x.plots[0].categories) == 36
    )
    scale = shown.metric("new_mrr")["mean"][0] / series_of(columns)[new][0]  # type: ignore[operator]
    assert scale in (1e3, 1e4, 1e6)
    for kind, sign in (("new", 1), ("churn", -1)):
        written = series_of(columns)[words.word(f"kind.{kind}", lang)]
        assert [sign * x * scale for x in written] == pytest.approx(shown.metric(f"{kind}_mrr")["mean"].to_list())  # type: ignore[operator]


def test_months_are_dates(tmp_path: Path) -> None:
    shown = result(synthetic(12))
    chart = chart_titled(deck_of(shown, tmp_path), "Closing MRR reaches")
    first = next(iter(chart.plots[0].categories))  # type: ignore[attr-defined]
    assert date(1899, 12, 30).toordinal() + int(float(first)) == date(2026, 4, 1).toordinal()


def test_the_waterfall_adds_up(tmp_path: Path) -> None:
    chart = chart_titled(deck_of(result(synthetic(36)), tmp_path), "MRR rises from")
    bar = next(iter(chart.plots))  # type: ignore[attr-defined]
    base, balance, *kinds = [list(series.values) for series in bar.series]
    level = balance[0]
    for i in range(1, len(base) - 1):
        step = next(x[i] for x in kinds if x[i] is not None)
        up = base[i] == pytest.approx(level)
        assert up or base[i] + step == pytest.approx(level)
        level = base[i] + step if up else base[i]
    assert level == pytest.approx(balance[-1])


@pytest.mark.parametrize("width", [0.0, 0.02, 0.6])
@pytest.mark.parametrize("name", ["falling", "negative throughout", "36 months"])
def test_titles_are_the_findings(name: str, width: float, tmp_path: Path) -> None:
    rates = {"falling": FALLING}.get(name)
    shown = result(synthetic(24, width=width, rates=rates) if rates else CASES[name])
    found = titles(deck_of(shown, tmp_path))
    for figure in ("closing_mrr", "movements", "net_churn", "bridge"):
        assert finding(shown, figure, "en") in found


@pytest.mark.parametrize(
    ("difference", "half", "starts"),
    [
        (500_000.0, 100_000.0, "Recommended: “Premium +20 %”, which changes closing MRR"),
        (
            500_000.0,
            600_000.0,
            "“Premium +20 %” is marked as recommended; closing MRR in 2028-03 does not clearly differ",
        ),
        (-500_000.0, 100_000.0, "“Premium +20 %” is marked as recommended, but lowers closing MRR"),
    ],
)
def test_a_recommendation_claims_no_more_than_its_interval(difference: float, half: float, starts: str) -> None:
    assert summary_finding(study(difference=difference, half=half), "en").startswith(starts)


def test_without_a_recommendation_none_is_made() -> None:
    assert summary_finding(study(recommended=None), "en").startswith("No option is marked as recommended")
    assert summary_finding(study(recommended=None), "ja").startswith("結論サマリー：推奨の指定なし")


def test_cases_are_counted_by_their_intervals(tmp_path: Path) -> None:
    clear = titles(deck_of(study(), tmp_path))
    assert "Closing MRR of “Premium +20 %” is clearly above the base in 2 of 2 cases, clearly below in 0" in clear
    unsure = titles(deck_of(study(half=600_000.0), tmp_path))
    assert "Closing MRR of “Premium +20 %” is clearly above the base in 0 of 2 cases, clearly below in 0" in unsure


def test_the_slides_of_options(tmp_path: Path) -> None:
    found = " | ".join(titles(deck_of(study(scenario=SCENARIO.replace("MODE", "keep")), tmp_path, "ja")))
    parts = (
        "結論サマリー",
        "決裁事項",
        "前提条件",
        "KPIツリー",
        "価格表",
        "移行スケジュール",
        "リスク",
        "算出方法",
        "用語の定義",
    )
    assert [part for part in parts if part not in found] == []


def test_prices_today_and_new(tmp_path: Path) -> None:
    shown = result(synthetic(36), scenario=SCENARIO.replace("MODE", "now"), runs=stock("premium", 5, 200, 6e6))
    deck = deck_of(shown, tmp_path)
    slide = slide_titled(deck, "1 of 2 list prices change, from 2026-10 on")
    table = next(shape.table for shape in slide.shapes if shape.has_table)  # type: ignore[attr-defined]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[1:] == [
        ["standard", "¥10,000", "¥10,000", "unchanged", "–"],
        ["premium", "¥30,000", "¥36,000", "+20.0%", "2026-10"],
    ]


@pytest.mark.parametrize(
    ("mode", "title"),
    [
        ("keep", "The price rise reaches no existing customer: 200 keep their price (mean)"),
        ("now", "The price rise reaches 200 existing customers"),
        ("at_renewal", "The price rise reaches 200 existing customers"),
        ("{after: 2 months}", "The price rise reaches 200 existing customers"),
    ],
)
def test_who_is_hit_by_a_price_rise(mode: str, title: str, tmp_path: Path) -> None:
    shown = result(synthetic(36), scenario=SCENARIO.replace("MODE", mode), runs=stock("premium", 5, 200, 6e6))
    deck = deck_of(shown, tmp_path)
    slide = slide_titled(deck, title)
    table = next(shape.table for shape in slide.shapes if shape.has_table)  # type: ignore[attr-defined]
    assert [cell.text for cell in table.rows[1].cells][3:] == ["200", "¥6.0M", "¥30,000 → ¥36,000"]
    assert any("need a file of opening customers" in text for text in texts(deck))


def test_the_largest_customers_are_named_where_a_file_has_them(tmp_path: Path) -> None:
    rows = ["customer_id,segment,plan,tenure_months,mrr"]
    rows += [f"c{i:02d},smb,premium,5,{30_000 + 100 * i}" for i in range(30)]
    (tmp_path / "customers.csv").write_text("\n".join(rows) + "\n")
    text = SCENARIO.replace("MODE", "now").replace("{standard: 600, premium: 150}", str(tmp_path / "customers.csv"))
    deck = deck_of(result(synthetic(36), scenario=text, runs=stock("premium", 5, 30, 1e6)), tmp_path)
    slide = slide_titled(deck, "The 20 largest of 30 opening customers on dearer plans pay")
    table = next(shape.table for shape in slide.shapes if shape.has_table)  # type: ignore[attr-defined]
    assert [row.cells[0].text for row in table.rows][1:4] == ["c29", "c28", "c27"]
    assert table.rows[1].cells[3].text == "¥32,900"
    assert len(table.rows) == 21


def test_footers_name_the_source_and_notes_define(tmp_path: Path) -> None:
    deck = deck_of(result(synthetic(24)), tmp_path)
    for slide in list(deck.slides)[1:]:
        sources = [shape.text_frame.text for shape in slide.shapes if shape.name == "Source"]
        assert len(sources) == 1
        assert "mean of 100 replications, seed 7" in sources[0]
        assert "net of tax" in sources[0]
    notes = slide_titled(deck, "Closing MRR reaches").notes_slide.notes_text_frame.text  # type: ignore[attr-defined]
    assert "Opening + new + reactivation + expansion − contraction − churn" in notes
    assert "metrics.csv" in notes


def test_slides_are_numbered(tmp_path: Path) -> None:
    deck = deck_of(result(synthetic(3)), tmp_path)
    for slide in list(deck.slides)[1:]:
        assert b'type="slidenum"' in etree.tostring(slide._element)


def test_shapes_have_ids_of_their_own(tmp_path: Path) -> None:
    for slide in deck_of(study(), tmp_path).slides:
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(ids) == len(set(ids))


def test_benchmarks_name_nobody(tmp_path: Path) -> None:
    deck = deck_of(result(synthetic(24)), tmp_path)
    chart = next(x for x in charts(deck) if "NRR 110 % (rule of thumb)" in series_of(x))
    assert series_of(chart)["NRR 110 % (rule of thumb)"] == [1.1] * 13
    assert series_of(chart)["GRR 90 % (rule of thumb)"] == [0.9] * 13


def test_fiscal_periods() -> None:
    some = periods(months_from("2026-11", 8), 4, "en")
    assert [(x.level, x.label, x.first, x.last, x.whole) for x in some] == [
        ("quarter", "FY to 2027-03, Q3", 0, 1, False),
        ("quarter", "FY to 2027-03, Q4", 2, 4, True),
        ("half", "FY to 2027-03, H2", 0, 4, False),
        ("year", "FY to 2027-03", 0, 4, False),
        ("quarter", "FY to 2028-03, Q1", 5, 7, True),
        ("half", "FY to 2028-03, H1", 5, 7, False),
        ("year", "FY to 2028-03", 5, 7, False),
    ]
    assert [x.label for x in periods(months_from("2026-01", 3), 1, "ja")] == [
        "2026年12月期 1Q",
        "2026年12月期 上期",
        "2026年12月期",
    ]


def test_rows_of_fiscal_years_add_up(tmp_path: Path) -> None:
    deck = deck_of(result(CASES["36 months"]), tmp_path)
    tables = [s.table for slide in deck.slides for s in slide.shapes if s.has_table and len(s.table.columns) == 9]
    rows = [[cell.text for cell in row.cells] for table in tables for row in list(table.rows)[1:]]
    assert len(rows) == 21
    for row in rows:
        opening, *moved, closing = (round(100 * float(x.replace("−", "-").replace(",", ""))) for x in row[1:8])
        assert opening + sum(moved) == closing, row


def test_boards_read_millions_in_japanese() -> None:
    with numbers.for_boards():
        assert numbers.money(12_300_000, "JPY", "ja") == "12.3百万円"
        assert numbers.money(123_000_000, "JPY", "ja") == "1.2億円"
        assert numbers.money(13_400, "JPY", "ja") == "1.3万円"
        assert numbers.money(-12_300_000, "JPY", "ja") == "▲12.3百万円"
    assert numbers.money(12_300_000, "JPY", "ja") == "1,230万円"


def test_a_study_without_slides_of_its_own_shows_its_tables(tmp_path: Path) -> None:
    from dataclasses import replace

    made = study("comparison")
    summary = {**made.summary, "kind": "novel"}
    table = pl.DataFrame({"key": ["plans.premium.price"] * 50, "value": [float(i) for i in range(50)]})
    shown = replace(made, kind="novel", tables={"novel": table}, summary=summary)
    found = titles(deck_of(shown, tmp_path))
    assert any(title.startswith("40 of 50 rows of novel.csv") for title in found)


def test_decks_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.reporting.deck import write, write_deck

    path = tmp_path / "deck.pptx"
    path.write_bytes(b"older")

    def fail(*_: object) -> None:
        raise RuntimeError("no slide")

    monkeypatch.setattr(write.contents, "fill_run", fail)
    with pytest.raises(RuntimeError, match="no slide"):
        write_deck(result(synthetic(3)), path)
    assert path.read_bytes() == b"older"
    assert [x.name for x in tmp_path.iterdir()] == ["deck.pptx"]
