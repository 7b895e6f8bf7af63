"""Targets beside the forecast: read whole, refused with every fault at once, shown with variance and band."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.reporting.targets import Target, WrongTargets, beside, read_targets
from tests.reporting.deck.made import charts, deck_of, result, titles
from tests.reporting.synthetic import synthetic

SHOWN = result(synthetic(12))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "targets.csv"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(WrongTargets) as caught:
        read_targets(written(tmp_path, text), SHOWN)
    return [x.replace(f"{tmp_path}/", "") for x in caught.value.problems]


def test_targets_are_read_in_the_order_of_months(tmp_path: Path) -> None:
    text = "\ufeffmonth,metric,value,segment\r\n2026-06,closing_mrr,11000000,\r\n"
    text += "2026-04,net_mrr_churn_rate,2.5%,all\r\n\r\n"
    assert read_targets(written(tmp_path, text), SHOWN) == (
        Target("2026-04", "net_mrr_churn_rate", "all", 0.025),
        Target("2026-06", "closing_mrr", "all", 11_000_000.0),
    )


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = (
        "month,metric,value,segment\n2026-13,closing_mrr,1,\n2026-04,closing_mr,1,\n2026-04,closing_mrr,ten,\n"
        "2026-05,closing_mrr,nan,\n2026-06,closing_mrr,1_0,\n2026-07,closing_mrr,5,moon\n2026-08,closing_mrr,5,\n"
        "2026-08,closing_mrr,6,all\n"
    )
    assert problems(tmp_path, text) == [
        "targets.csv, line 2, column month: '2026-13' is not a month of the result (2026-04 to 2027-03, YYYY-MM)",
        "targets.csv, line 3, column metric: there is no metric 'closing_mr'; did you mean closing_mrr?",
        "targets.csv, line 4, column value: 'ten' is not a number; write 12500000, 0.034 or 3.4%",
        "targets.csv, line 5, column value: 'nan' is not a number; write 12500000, 0.034 or 3.4%",
        "targets.csv, line 6, column value: '1_0' is not a number; write 12500000, 0.034 or 3.4%",
        "targets.csv, line 7, column segment: there is no segment 'moon'; there are all",
        "targets.csv, line 9: the same month, metric and segment as in line 8",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["targets.csv: is empty; its first line names the columns: month,metric,value"]),
        ("month,metric,value\n", ["targets.csv: has no row below its columns"]),
        (
            "month,what,value\n2026-04,a,1\n",
            [
                "targets.csv, line 1: the column 'metric' is missing",
                "targets.csv, line 1: there is no column 'what'; columns are month, metric, value, segment",
            ],
        ),
        ("month,metric,value,value\n", ["targets.csv, line 1: the column 'value' is there twice"]),
        ("month,metric,value\n2026-04,closing_mrr\n", ["targets.csv, line 2: 2 cells, but 3 columns"]),
    ],
)
def test_wrong_columns(text: str, told: list[str], tmp_path: Path) -> None:
    assert problems(tmp_path, text) == told


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WrongTargets, match=r"none\.csv cannot be read: No such file"):
        read_targets(tmp_path / "none.csv", SHOWN)
    (tmp_path / "sjis.csv").write_bytes("月".encode("cp932"))
    with pytest.raises(WrongTargets, match=r"sjis\.csv: byte 1 is not UTF-8; save the file as CSV UTF-8"):
        read_targets(tmp_path / "sjis.csv", SHOWN)


def test_variance_and_band() -> None:
    cell = SHOWN.metric("closing_mrr").row(5, named=True)
    inside = Target(cell["month"], "closing_mrr", "all", cell["p05"])
    outside = Target(cell["month"], "closing_mrr", "all", cell["p95"] * 1.001)
    nothing = Target(cell["month"], "closing_mrr", "all", 0.0)
    rows = beside(SHOWN, [inside, outside, nothing])
    assert [row.inside for row in rows] == [True, False, False]
    assert rows[0].variance == cell["mean"] - cell["p05"]
    assert rows[0].share == pytest.approx(cell["mean"] / cell["p05"] - 1)
    assert rows[2].share is None
    early = beside(SHOWN, [Target("2026-04", "nrr_12m", "all", 1.0)])[0]
    assert (early.variance, early.share, early.inside) == (None, None, None)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        (
            "en",
            "Closing MRR: the mean forecast is above the target in 1 of 2 months; "
            "the target lies in the 5–95 % band in 1",
        ),
        ("ja", "予実：期末MRRの予測平均が目標を上回るのは2か月中1か月、目標が5–95%区間に入るのは1か月"),
    ],
)
def test_targets_are_laid_beside_the_forecast(lang: str, title: str, tmp_path: Path) -> None:
    closing = SHOWN.metric("closing_mrr")
    low, high = closing["p05"][3], 2 * closing["mean"][4]
    targets = [Target("2026-07", "closing_mrr", "all", low), Target("2026-08", "closing_mrr", "all", high)]
    deck = deck_of(SHOWN, tmp_path, lang, targets=targets)
    assert titles(deck).count(title) == 2
    name = {"en": "Target", "ja": "予算・実績"}[lang]
    chart = next(x for x in charts(deck) if name in [s.name for plot in x.plots for s in plot.series])
    values = next(list(s.values) for plot in chart.plots for s in plot.series if s.name == name)
    assert [x and x * 1e6 for x in values[3:5]] == pytest.approx([low, high])
    assert [x for i, x in enumerate(values) if i not in (3, 4)] == [None] * 10
    tables = [
        shape.table
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table and len(shape.table.columns) == 7
    ]
    inside = {"en": ["inside", "outside"], "ja": ["区間内", "区間外"]}[lang]
    assert [row.cells[6].text for row in list(tables[0].rows)[1:]] == inside
