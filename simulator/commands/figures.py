"""`plansim figures`: draw the figures of a result anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import Lang, WrongInput, checked_lang, explained_errors


def figures(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A result or a study.", show_default=False)],
    lang: Lang = "en",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Folder for the pictures; DIR/figures if not given.")
    ] = None,
) -> None:
    """What does it look like? Draw the figures of a folder."""
    with explained_errors():
        checked_lang(lang)
        for path in _draw(folder, out, lang):
            typer.echo(f"figures: {path}")


def checked_target(folder: Path) -> Path:
    """Refuse a place where no folder can be made."""
    above = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    if not above.is_dir():
        raise WrongInput(f"--out: {above} is a file; name a folder for the pictures")
    if not os.access(above, os.W_OK):
        raise WrongInput(f"--out: {above} is not writable; name another folder for the pictures")
    return folder


def _draw(folder: Path, out: Path | None, lang: str) -> list[Path]:
    """Draw the figures of a result, or of a study and its runs; return the folders written.

    Without `out` each folder of results gets a folder `figures`; with it the runs of a study get folders below `out`.
    """
    from simulator.results.folder import read
    from simulator.results.place import NotAResultFolder
    from simulator.results.result import Result
    from simulator.results.study import is_study, read_study

    try:
        found = read_study(folder) if is_study(folder) else read(folder)
    except NotAResultFolder as error:
        raise WrongInput(str(error)) from None
    target = checked_target(out or folder / "figures")
    from simulator.reporting.save import save_all  # matplotlib is slow to import
    from simulator.reporting.study_figures import save_study

    if isinstance(found, Result):
        save_all(found, target, lang)
        return [target]
    save_study(found, target, lang)
    written = [target]
    for name, result in found.runs.items():
        place = out / name if out else folder / name / "figures"
        save_all(result, place, lang)
        written.append(place)
    return written
