"""The result folder: written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import polars as pl

from simulator.results.result import Result

MARK = "summary.json"  # what tells a result folder from any other


class NotAResultFolder(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The folder is there but holds something else, or is not there at all."""


def save(result: Result, folder: Path | str, *, lang: str = "en", figures: bool = True) -> Path:
    """Write the result to `folder`, replacing an older result whole; return the folder.

    Everything is written beside it first and takes its place by rename, so that nothing half-written is ever seen.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older result: it is left alone.
    """
    folder = Path(folder)
    check_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        _write(result, fresh)
        if figures:
            from simulator.reporting.save import save_all  # matplotlib is slow to import

            save_all(result, fresh / "figures", lang)
        if result.ledger is not None:
            shutil.move(result.ledger, fresh / "ledger.parquet")
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / "result")
            fresh.rename(folder)
            shutil.rmtree(old)
        else:
            fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return folder


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older result.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    if folder.is_file():
        raise NotAResultFolder(f"{folder} is a file; name a folder for the results with --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise NotAResultFolder(
            f"{folder} is not empty and holds no {MARK}, so it is not an older result; it is left alone. "
            f"Name another folder with --out"
        )


def _write(result: Result, folder: Path) -> None:
    result.metrics.write_csv(folder / "metrics.csv", float_precision=None)
    result.movements.write_csv(folder / "movements.csv", float_precision=4)
    result.offers.write_csv(folder / "offers.csv", float_precision=4)
    result.runs.write_parquet(folder / "runs.parquet", statistics=False)
    summary = json.dumps(result.summary, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MARK).write_text(summary + "\n", encoding="utf-8")
    if result.scenario_yaml:
        (folder / "scenario.yaml").write_text(result.scenario_yaml, encoding="utf-8")


def read(folder: Path | str) -> Result:
    """Read a result folder.

    Raises
    ------
    NotAResultFolder
        if the folder is missing or lacks one of a result's files.
    """
    folder = Path(folder)
    missing = [
        name
        for name in (MARK, "metrics.csv", "movements.csv", "offers.csv", "runs.parquet")
        if not (folder / name).is_file()
    ]
    if missing:
        raise NotAResultFolder(f"{folder} is not a result folder: {', '.join(missing)} not found")
    yaml = folder / "scenario.yaml"
    return Result(
        metrics=pl.read_csv(folder / "metrics.csv", schema_overrides=dict.fromkeys(_TEXT, pl.String)),
        movements=pl.read_csv(folder / "movements.csv", schema_overrides=dict.fromkeys(_TEXT, pl.String)),
        offers=pl.read_csv(folder / "offers.csv", schema_overrides=dict.fromkeys(_TEXT, pl.String)),
        runs=pl.read_parquet(folder / "runs.parquet"),
        summary=json.loads((folder / MARK).read_text(encoding="utf-8")),
        scenario_yaml=yaml.read_text(encoding="utf-8") if yaml.is_file() else "",
    )


_TEXT = ("month", "segment", "metric", "kind", "motion", "reason", "plan", "offer", "stage")
