"""The result folder: written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import polars as pl

from simulator.results.result import Result

SUMMARY = "summary.json"
TABLES = ("metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet")
LEDGER = "ledger.parquet"
ON_REQUEST = ("check", "controlled")  # frames of a result that are None unless asked for: NAME.csv


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
    place = folder.resolve()  # "." has no name, and a link goes on pointing to where it does
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        _write(result, fresh)
        if figures:
            from simulator.reporting.save import save_all  # matplotlib is slow to import

            save_all(result, fresh / "figures", lang)
        _take_place(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return folder


def _take_place(fresh: Path, place: Path) -> None:
    """Rename `fresh` to `place`; what is there gives way, and comes back if that fails."""
    if not place.exists():
        fresh.rename(place)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}-old-", dir=place.parent))
    old = place.rename(aside / "result")
    try:
        fresh.rename(place)
    except BaseException:
        old.rename(place)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older result, or that cannot be written.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place = folder.resolve()
    if place.is_dir():
        missing = _missing(place)
        if missing and any(place.iterdir()):
            raise NotAResultFolder(
                f"{folder} is not empty and is not an older result ({', '.join(missing)} not found); it is left "
                f"alone. Name another folder with --out"
            )
        if os.path.ismount(place):
            raise NotAResultFolder(f"{folder} is a mount point and cannot be replaced whole; name a folder inside it")
    elif place.exists():
        raise NotAResultFolder(f"{folder} is a file; name a folder for the results with --out")
    above = next(parent for parent in place.parents if parent.exists())
    if not above.is_dir():
        raise NotAResultFolder(f"{folder} cannot be made: {above} is a file; name another folder with --out")
    if not os.access(above, os.W_OK):
        raise NotAResultFolder(f"{folder} cannot be made: {above} is not writable; name another folder with --out")


def _missing(folder: Path) -> list[str]:
    """Return the files of a result that the folder lacks."""
    return [name for name in (SUMMARY, *TABLES) if not (folder / name).is_file()]


def _write(result: Result, folder: Path) -> None:
    result.metrics.write_csv(folder / "metrics.csv", float_scientific=False)
    result.movements.write_csv(folder / "movements.csv", float_precision=4)
    result.offers.write_csv(folder / "offers.csv", float_precision=4)
    result.teams.write_csv(folder / "teams.csv", float_scientific=False)
    result.runs.write_parquet(folder / "runs.parquet", statistics=False)
    for name in ON_REQUEST:
        frame = getattr(result, name)
        if frame is not None:
            frame.write_csv(folder / f"{name}.csv", float_scientific=False)
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
    missing = _missing(folder)
    if missing:
        raise NotAResultFolder(f"{folder} is not a result folder: {', '.join(missing)} not found")
    yaml, ledger = folder / "scenario.yaml", folder / LEDGER
    return Result(
        metrics=pl.read_csv(folder / "metrics.csv", schema_overrides=_COLUMNS),
        movements=pl.read_csv(folder / "movements.csv", schema_overrides=_COLUMNS),
        offers=pl.read_csv(folder / "offers.csv", schema_overrides=_COLUMNS),
        teams=pl.read_csv(folder / "teams.csv", schema_overrides=_COLUMNS),
        runs=pl.read_parquet(folder / "runs.parquet"),
        summary=json.loads((folder / SUMMARY).read_text(encoding="utf-8")),
        scenario_yaml=yaml.read_text(encoding="utf-8") if yaml.is_file() else "",
        ledger=ledger if ledger.is_file() else None,
        **{name: _read_if_there(folder / f"{name}.csv") for name in ON_REQUEST},
    )


def _read_if_there(path: Path) -> pl.DataFrame | None:
    return pl.read_csv(path, schema_overrides=_COLUMNS) if path.is_file() else None


# Said, not guessed: a column without a value (the deviation of one replication) would be read as text.
_TEXT = ("month", "segment", "metric", "kind", "motion", "reason", "plan", "offer", "stage", "team", "figure")
_NUMBERS = ("mean", "sd", "p05", "p50", "p95", "expected", "z", "low95", "high95", "factor")
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(_TEXT, pl.String),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    "replications": pl.Int32,
}
