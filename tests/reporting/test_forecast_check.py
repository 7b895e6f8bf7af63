"""The figure and the printed table of a checked run, on made-up checks: sound in both languages, and true."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from simulator.reporting import findings
from simulator.reporting.figures import draw, drawable
from simulator.reporting.forecast_check import print_check
from simulator.reporting.save import save_all
from simulator.reporting.words import word
from simulator.studies.check import CHECKED
from tests.reporting.cases import CASES
from tests.reporting.synthetic import SyntheticResult, synthetic
from tests.reporting.test_figures import faults


@dataclass(frozen=True)
class CheckedResult(SyntheticResult):
    """A synthetic result that was held against a made-up theory."""

    check: pl.DataFrame | None = None


def checked(result: SyntheticResult, *, size: float = 1.5, band: float = 3.6, few: int = 0) -> CheckedResult:
    """Every metric in every month, with z-scores that swing to `size`; the first `few` months are not tested."""
    closing = result.metrics.filter(pl.col("metric") == "closing_mrr")["mean"].fill_null(0.0).to_list()
    rows = []
    for m, month in enumerate(result.months):
        for k, metric in enumerate(CHECKED):
            z = size * math.sin(1.0 + 0.7 * m + 1.3 * k)
            rows.append((month, "all", metric, closing[m] * (1 + 1e-3 * z), closing[m], 1e-2, z, m >= few))
    columns = ["month", "segment", "metric", "mean", "expected", "sd", "z", "tested"]
    table = pl.DataFrame(rows, columns, orient="row")
    worst = table.row(int(table["z"].abs().arg_max()), named=True)
    summary = {
        "p_value": 0.43 if size <= band else 0.0001,
        "level": 0.05,
        "agrees": size <= band,
        "band": band,
        "cells": len(table),
        "tested": int(table["tested"].sum()),
        "worst": {key: worst[key] for key in ("month", "segment", "metric", "z")},
    }
    fields = {name: getattr(result, name) for name in SyntheticResult.__dataclass_fields__}
    return CheckedResult(**{**fields, "summary": {**result.summary, "check": summary}}, check=table)


KINDS_OF_CHECK = {
    "agrees": {},
    "differs": {"size": 5.2},
    "far off": {"size": 60.0},
    "few events": {"few": 1},
}
RESULTS = ("36 months", "one month", "13 months", "120 months", "huge", "tiny", "names", "Japanese title", "dollars")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("kind", KINDS_OF_CHECK)
@pytest.mark.parametrize("case", RESULTS)
def test_texts_stay_inside_and_apart(case, kind, lang):
    if case == "one month" and kind == "few events":
        pytest.skip("no month would be left")
    assert faults(draw(checked(CASES[case], **KINDS_OF_CHECK[kind]), "forecast_check", lang)) == []


def test_the_title_says_what_was_found():
    agrees, differs = checked(synthetic(12)), checked(synthetic(12), size=5.2)
    said = findings.forecast_check(agrees, "en")
    assert said.startswith("The simulation agrees with the theory: the largest |z| is 1.5, within the band of ±3.6")
    assert said.endswith("(p = 0.43)")
    said = findings.forecast_check(differs, "en")
    assert said.startswith("The simulation differs from the theory: |z| = 5.2 for ")
    assert said.endswith(", beyond the band of ±3.6 (p < 0.001)")
    assert "整合する" in findings.forecast_check(agrees, "ja")
    assert "食い違う" in findings.forecast_check(differs, "ja")
    assert draw(differs, "forecast_check").finding == said


def test_a_segment_and_what_is_impossible_are_named():
    result = checked(synthetic(12), size=5.2)
    worst = {"month": "2026-05", "segment": "smb", "metric": "churn_mrr", "z": -4.2}
    one = replace(result, summary={"check": {**result.summary["check"], "worst": worst}})
    assert "|z| = 4.2 for Churn MRR of smb in 2026-05" in findings.forecast_check(one, "en")
    assert "2026年5月のsmbのチャーンMRRは|z| = 4.2" in findings.forecast_check(one, "ja")
    one = replace(result, summary={"check": {**result.summary["check"], "worst": {**worst, "z": None}}})
    assert "it misses what is certain, Churn MRR of smb in 2026-05" in findings.forecast_check(one, "en")


def test_only_checked_results_have_the_figure(tmp_path: Path):
    plain = synthetic(6)
    assert "forecast_check" not in drawable(plain)
    assert drawable(checked(plain)) == [*drawable(plain), "forecast_check"]
    with pytest.raises(ValueError, match=r"the run was not checked \(plansim run --check\); known are: movements"):
        draw(plain, "forecast_check")
    written = {path.name for path in save_all(checked(plain), tmp_path)}
    assert {"forecast_check.png", "forecast_check.svg"} < written


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_printed_table_has_a_row_for_each_metric_and_the_finding(lang):
    result = checked(synthetic(12), size=5.2, few=2)
    console = Console(width=100, record=True, file=io.StringIO())
    print_check(result, console, lang)
    shown = "".join(console.export_text().split())
    assert "".join(findings.forecast_check(result, lang).split()) in shown
    assert all("".join(word(f"metric.{metric}", lang).split()) in shown for metric in CHECKED)
    assert "34" in shown  # 2 months of 17 metrics have too few events
    assert "check.csv" in shown
