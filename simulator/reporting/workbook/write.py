"""Reads a folder and writes its workbook, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

NAMES = {"en": "workbook.xlsx", "ja": "workbook.ja.xlsx"}
"""The name of the workbook in the folder of its result, by language."""


def write_workbook(folder: Path, lang: str = "en", out: Path | None = None, targets: Path | None = None) -> Path:
    """Write the workbook of a result's or a study's folder; return where. `targets` is a file of targets for a run.

    Raises
    ------
    NotAResultFolder
        if the folder holds neither, or not whole.
    TooLarge
        if a table does not fit a sheet.
    WrongTargets
        if the file of targets cannot be used, or the folder is a study's, whose scenarios have no targets.
    """
    from simulator.reporting.targets import WrongTargets, read_targets
    from simulator.reporting.workbook.contents import write
    from simulator.results import folder as result_folder
    from simulator.results.result import Result
    from simulator.results.study import is_study, read_study

    found = read_study(folder) if is_study(folder) else result_folder.read(folder)
    if targets is not None and not isinstance(found, Result):
        raise WrongTargets([f"{targets}: targets go with a run; {folder} holds a study"])
    aims = () if targets is None else read_targets(targets, found)
    target = out or folder / NAMES[lang]
    place = target.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name[:80]}-", dir=place.parent)
    os.close(descriptor)
    try:
        write(Path(name), found, lang, aims)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
