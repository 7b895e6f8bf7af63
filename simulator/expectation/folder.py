"""The folder of an expectation: written whole or not at all, never over something else."""

from __future__ import annotations

import json
from pathlib import Path

from simulator.expectation.result import Expectation
from simulator.results import place
from simulator.results.files import SUMMARY

TABLES = ("metrics.csv", "movements.csv", "events.csv")


def save(expectation: Expectation, folder: Path | str) -> Path:
    """Write metrics.csv, movements.csv, events.csv, summary.json and scenario.yaml to `folder`; return the folder.

    Everything is written beside it first and takes its place by rename.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older expectation: it is left alone.
    """

    def write(fresh: Path) -> None:
        expectation.metrics.write_csv(fresh / "metrics.csv", float_scientific=False)
        expectation.movements.write_csv(fresh / "movements.csv", float_precision=4)
        expectation.events.write_csv(fresh / "events.csv", float_precision=4)
        summary = json.dumps(expectation.summary, ensure_ascii=False, indent=2, allow_nan=False)
        (fresh / SUMMARY).write_text(summary + "\n", encoding="utf-8")
        (fresh / "scenario.yaml").write_text(expectation.scenario.resolved_yaml(), encoding="utf-8")

    return place.write_whole(Path(folder), _missing, write)


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older expectation.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place.check_place(folder, _missing)


def _missing(folder: Path) -> list[str]:
    return place.missing_files(folder, (SUMMARY, *TABLES))
