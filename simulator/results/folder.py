"""The result folder: written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl

from simulator.results import place
from simulator.results.place import NotAResultFolder
from simulator.results.result import Result

SUMMARY = "summary.json"
TABLES = ("metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet")
FURTHER = ("cohorts", "journeys", "plan_moves", "usage", "bills")  # NAME.csv; folders of earlier versions lack them
LEDGER = "ledger.parquet"
FILES = (SUMMARY, *TABLES)


def save(result: Result, folder: Path | str, *, lang: str = "en", figures: bool = True) -> Path:
    """Write the result to `folder`, replacing an older result whole; return the folder.

    Everything is written beside it first and takes its place by rename, so that nothing half-written is ever seen.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older result: it is left alone.
    """

    def write(fresh: Path) -> None:
        write_result(result, fresh)
        if figures:
            from simulator.reporting.save import save_all  # matplotlib is slow to import

            save_all(result, fresh / "figures", lang)

    return place.write_whole(Path(folder), FILES, write)


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older result, or that cannot be written.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place.check_place(folder, FILES)


def write_result(result: Result, folder: Path) -> None:
    """Write the files of a result, figures aside, to a folder that is there."""
    result.metrics.write_csv(folder / "metrics.csv", float_scientific=False)
    result.movements.write_csv(folder / "movements.csv", float_precision=4)
    result.offers.write_csv(folder / "offers.csv", float_precision=4)
    result.teams.write_csv(folder / "teams.csv", float_scientific=False)
    for name, table in result.tables.items():
        table.write_csv(folder / f"{name}.csv", float_scientific=False)
    result.runs.write_parquet(folder / "runs.parquet", statistics=False)
    summary = json.dumps(result.summary, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / SUMMARY).write_text(summary + "\n", encoding="utf-8")
    if result.scenario_yaml:
        (folder / "scenario.yaml").write_text(result.scenario_yaml, encoding="utf-8")
    if result.ledger is not None:
        shutil.copyfile(result.ledger, folder / LEDGER)


def read(folder: Path | str) -> Result:
    """Read a result folder.

    Raises
    ------
    NotAResultFolder
        if the folder is missing or lacks one of a result's files.
    """
    folder = Path(folder)
    missing = place.missing_files(folder, FILES)
    if missing:
        raise NotAResultFolder(f"{folder} is not a result folder: {', '.join(missing)} not found")
    yaml, ledger = folder / "scenario.yaml", folder / LEDGER
    further = {name: folder / f"{name}.csv" for name in FURTHER}
    return Result(
        metrics=pl.read_csv(folder / "metrics.csv", schema_overrides=_COLUMNS),
        movements=pl.read_csv(folder / "movements.csv", schema_overrides=_COLUMNS),
        offers=pl.read_csv(folder / "offers.csv", schema_overrides=_COLUMNS),
        teams=pl.read_csv(folder / "teams.csv", schema_overrides=_COLUMNS),
        runs=pl.read_parquet(folder / "runs.parquet"),
        summary=json.loads((folder / SUMMARY).read_text(encoding="utf-8")),
        scenario_yaml=yaml.read_text(encoding="utf-8") if yaml.is_file() else "",
        tables={
            name: pl.read_csv(path, schema_overrides=_COLUMNS) for name, path in further.items() if path.is_file()
        },
        ledger=ledger if ledger.is_file() else None,
    )


# Said, not guessed: a column without a value (the deviation of one replication) would be read as text.
_TEXT = (
    *("month", "segment", "metric", "kind", "motion", "reason", "plan", "offer", "stage", "team", "figure", "cohort"),
    *("entered", "plan_from", "plan_to", "rescued"),
)
_NUMBERS = (
    *("mean", "sd", "p05", "p50", "p95", "customers", "mrr", "logo_retention", "mrr_retention"),
    *("used_from", "used_to", "used", "bill"),
)
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(_TEXT, pl.String),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    "replications": pl.Int32,
    "age": pl.Int64,
}
