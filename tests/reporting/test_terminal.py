"""What `run` prints: it adds up, it fits, and it is plain text where it is no terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from simulator.reporting.headline import headline
from simulator.reporting.movement_table import Row, movement_rows, resolutions
from simulator.reporting.terminal import print_run
from tests.reporting.cases import CASES, STILL
from tests.reporting.synthetic import SyntheticResult, synthetic


def printed(result: SyntheticResult, lang: str = "en", width: int = 100, *, terminal: bool = False) -> str:
    out = io.StringIO()
    print_run(result, Console(file=out, width=width, force_terminal=terminal), lang)
    return out.getvalue()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_row_adds_up_in_every_resolution(case: str, lang: str) -> None:
    for resolution in resolutions(CASES[case], lang):
        rows = movement_rows(CASES[case], resolution, lang)
        before: Row | None = None
        for row in rows:
            if None not in (row.opening, row.closing, *row.moved):
                moved = sum(amount for amount in row.moved if amount is not None)
                assert row.opening is not None
                assert row.opening + moved == row.closing
            if not row.total:
                assert before is None or before.closing == row.opening
                before = row


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("lang", "width"), [("en", 80), ("en", 100), ("en", 200), ("ja", 80), ("ja", 100)])
def test_it_fits(case: str, lang: str, width: int) -> None:
    lines = printed(CASES[case], lang, width).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    rows = [line for line in lines if re.match(r"(FY|20\d\d)", line)]
    assert rows
    assert not any("…" in row for row in rows)
    assert max(cell_len(row) for row in rows) <= 100


def test_printed_cells_add_up() -> None:
    pattern = re.compile(r"−?[\d,]+\.\d+(?!\d*%)(?= )")
    for line in printed(synthetic(24)).splitlines():
        if line.startswith("20") and "%" in line:
            cells = [float(text.replace(",", "").replace("−", "-")) for text in pattern.findall(line)]
            assert len(cells) == 7
            assert sum(cells[:6]) == pytest.approx(cells[6], abs=1e-6)


@pytest.mark.parametrize(
    ("months", "first", "rows", "totals"),
    [(1, "2026-04", 1, 0), (12, "2026-04", 12, 0), (36, "2026-04", 36, 3), (37, "2026-04–06", 13, 4)],
)
def test_months_quarters_and_years(months: int, first: str, rows: int, totals: int) -> None:
    result = synthetic(months)
    table = movement_rows(result, resolutions(result, "en")[0], "en")
    assert table[0].label == first
    assert sum(not row.total for row in table) == rows
    assert sum(row.total for row in table) == totals


def test_fiscal_years_are_named_by_their_end_and_parts_by_their_months() -> None:
    result = synthetic(16, start="2026-11")
    labels = [row.label for row in movement_rows(result, resolutions(result, "ja")[0], "ja") if row.total]
    assert labels == ["2026年11月–2027年3月", "2027年4月–2028年2月"]
    result = synthetic(14)
    labels = [row.label for row in movement_rows(result, resolutions(result, "ja")[0], "ja") if row.total]
    assert labels == ["2027年3月期", "2027年4–5月"]


def test_headline_names_what_matters() -> None:
    result = synthetic(36, share=1.0, turns=("2027-03", "2026-12", "2027-08"))
    lines = dict(headline(result, "en"))
    assert lines["Closing MRR, 2029-03"] == "¥23.4M (5–95 %: ¥22.3M–¥24.6M)"
    assert lines["Expansion rate"] == "2.10% a month (mean of the months)"
    assert lines["NRR, 12 months to 2029-03"] == "104.0% (5–95 %: 101.0%–107.0%)"
    assert lines["Negative churn"] == "from 2027-03 (5–95 %: 2026-12 to 2027-08), in 100% of replications"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"share": 0.0}, "none: it lasts to the end in 0 of 100 replications"),
        ({"share": 0.0, "replications": 1}, "none by 2027-03 (one replication)"),
        (
            {"share": 0.4, "turns": ("2026-09", "2026-07", "2026-12")},
            "in 40% of replications only; median month",
        ),
        ({"share": 1.0, "turns": ("2026-09",) * 3, "replications": 1}, "from 2026-09 (one replication"),
    ],
)
def test_negative_churn_or_that_there_is_none(options: dict[str, object], told: str) -> None:
    lines = dict(headline(synthetic(12, **options), "en"))  # type: ignore[arg-type]
    assert lines["Negative churn"].startswith(told)


def test_a_short_horizon_has_no_retention() -> None:
    assert dict(headline(synthetic(6), "en"))["NRR, 12 months"] == "not known: it needs 12 months"


def test_two_months_cannot_turn() -> None:
    assert dict(headline(synthetic(2), "en"))["Negative churn"] == "not known: it needs 3 months"


def test_an_empty_summary_is_told() -> None:
    result = synthetic(12, rates=STILL)
    result.summary.clear()
    assert {line.value for line in headline(result, "en")} == {"not known"}


def test_warnings_and_titles_are_text() -> None:
    result = synthetic(3, title="[red]Plan[/red]", warnings=("[bold]odd[/bold] but legal",))
    text = printed(result)
    assert text.startswith("[red]Plan[/red]\n")
    assert "Warnings\n" in text
    assert "[bold]odd[/bold] but legal" in text
    assert "Warnings" not in printed(synthetic(3))


def test_a_title_of_any_length_fits() -> None:
    lines = printed(CASES["names"]).splitlines()
    assert max(cell_len(line) for line in lines) <= 100


def test_plain_text_where_it_is_no_terminal() -> None:
    assert "\x1b[" not in printed(synthetic(14))
    assert "\x1b[" in printed(synthetic(14), terminal=True)
