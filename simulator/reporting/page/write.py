"""Reads a folder and writes its page, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

NAMES = {"en": "report.html", "ja": "report.ja.html"}
"""The name of the page in the folder of its result, by language."""

NEEDED = {
    "metrics": ("month", "segment", "metric", "mean", "p05", "p50", "p95"),
    "movements": ("month", "kind", "motion", "reason", "mean"),
}
"""Columns without which there is nothing to show."""


def write_page(folder: Path, lang: str = "en", out: Path | None = None, targets: Path | None = None) -> Path:
    """Write the page of a result's or a study's folder, with a file of targets beside the forecast; return where.

    Raises
    ------
    NotAResultFolder
        if the folder holds neither, or not whole, or what cannot be read.
    WrongTargets
        with all that is wrong with the targets at once.
    """
    from simulator.reporting.page.page import page
    from simulator.reporting.page.target_part import shown_run
    from simulator.reporting.targets import read_targets

    found = _read(folder)
    target = out or folder / NAMES[lang]
    told = () if targets is None else read_targets(targets, shown_run(found))
    write_whole(target, page(found, lang, told))
    return target


def _read(folder: Path) -> Any:
    import polars as pl

    from simulator.results import folder as result_folder
    from simulator.results.place import NotAResultFolder
    from simulator.results.study import is_study, read_study

    try:
        found: Any = read_study(folder) if is_study(folder) else result_folder.read(folder)
    except (ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise NotAResultFolder(f"{folder} is damaged: a file in it cannot be read ({error})") from None
    for result in found.runs.values() if hasattr(found, "kind") else (found,):
        for table, columns in NEEDED.items():
            missing = [column for column in columns if column not in getattr(result, table).columns]
            if missing:
                raise NotAResultFolder(f"{folder} is damaged: {table}.csv has no column {', '.join(missing)}")
    return found


def write_whole(target: Path, text: str) -> None:
    """Write a text beside its place and rename it there, so that no half of it is ever seen."""
    place = target.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name[:80]}-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
