"""`plansim workbook`: the numbers as an Excel file whose formulas can be followed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import Lang, WrongInput, checked_lang, explained_errors


def workbook(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a result or a study.", show_default=False)],
    lang: Lang = "en",
    targets: Annotated[
        Path | None,
        typer.Option("--targets", metavar="FILE", help="Budget or actuals beside the forecast: month,metric,value."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write; DIR/workbook.xlsx (.ja.xlsx) if not given."),
    ] = None,
) -> None:
    """How is it computed? Write an Excel file of live formulas."""
    with explained_errors():
        checked_lang(lang)
        if out is not None and out.suffix.lower() != ".xlsx":
            raise WrongInput(f"--out: {out} is not the name of a workbook; write one that ends in .xlsx")
        if out is not None and out.is_dir():
            raise WrongInput(f"--out: {out} is a folder; write the name of a file in it")
        from simulator.reporting.targets import WrongTargets
        from simulator.reporting.workbook.contents import TooLarge
        from simulator.reporting.workbook.write import write_workbook
        from simulator.results.place import NotAResultFolder

        try:
            written = write_workbook(folder, lang, out, targets)
        except (NotAResultFolder, TooLarge) as error:
            raise WrongInput(str(error)) from None
        except WrongTargets as error:
            raise WrongInput(f"--targets: {error}") from None
        except OSError as error:
            raise WrongInput(f"{error.filename or out or folder} cannot be written: {error.strerror}") from None
        typer.echo(f"workbook: {written}")
