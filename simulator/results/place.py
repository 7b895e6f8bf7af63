"""Places that results are written to: whole or not at all, and only ever over an older result of the same kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

Missing = Callable[[Path], list[str]]
"""Returns the files that a folder lacks to be a result of some kind."""


class NotAResultFolder(Exception):  # noqa: N818  (it reads as the sentence it is)
    """The folder is there but holds something else, or is not there at all."""


def write_whole(folder: Path, missing_in: Missing, write: Callable[[Path], None]) -> Path:
    """Have `write` fill a fresh folder and put it in the place of `folder`; return `folder`.

    Everything is written beside it first and takes its place by rename, so that nothing half-written is ever seen.
    `missing_in` says which files a folder lacks to be an older result, which gives way.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older result: it is left alone.
    """
    check_place(folder, missing_in)
    place = folder.resolve()  # "." has no name, and a link goes on pointing to where it does
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        write(fresh)
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


def check_place(folder: Path, missing_in: Missing) -> None:
    """Refuse a place that holds something other than an older result, or that cannot be written.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place = folder.resolve()
    if place.is_dir():
        missing = missing_in(place)
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


def missing_files(folder: Path, files: Sequence[str]) -> list[str]:
    """Return the files of a result that the folder lacks."""
    return [name for name in files if not (folder / name).is_file()]
