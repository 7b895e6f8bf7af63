"""The folder of an expectation: written whole or not at all, never over something else."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from simulator.expectation.result import Expectation
from simulator.results.folder import SUMMARY, NotAResultFolder, _take_place

TABLES = ("metrics.csv", "movements.csv", "events.csv")


def save(expectation: Expectation, folder: Path | str) -> Path:
    """Write metrics.csv, movements.csv, events.csv, summary.json and scenario.yaml to `folder`; return the folder.

    Everything is written beside it first and takes its place by rename.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older expectation: it is left alone.
    """
    folder = Path(folder)
    check_place(folder)
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        expectation.metrics.write_csv(fresh / "metrics.csv", float_scientific=False)
        expectation.movements.write_csv(fresh / "movements.csv", float_precision=4)
        expectation.events.write_csv(fresh / "events.csv", float_precision=4)
        summary = json.dumps(expectation.summary, ensure_ascii=False, indent=2, allow_nan=False)
        (fresh / SUMMARY).write_text(summary + "\n", encoding="utf-8")
        (fresh / "scenario.yaml").write_text(expectation.scenario.resolved_yaml(), encoding="utf-8")
        _take_place(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return folder


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older expectation.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    if folder.is_dir():
        missing = [name for name in (SUMMARY, *TABLES) if not (folder / name).is_file()]
        if missing and any(folder.iterdir()):
            raise NotAResultFolder(
                f"{folder} is not empty and is not an older expectation ({', '.join(missing)} not found); it is left "
                f"alone. Name another folder with --out"
            )
    elif folder.exists():
        raise NotAResultFolder(f"{folder} is a file; name a folder for the expectation with --out")
