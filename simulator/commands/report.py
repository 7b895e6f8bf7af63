"""`plansim report`: one page to read, print and pass on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import Lang, WrongInput, checked_lang, explained_errors


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a result or a study.", show_default=False)],
    lang: Lang = "en",
    targets: Annotated[
        Path | None,
        typer.Option("--targets", metavar="T.csv", help="Budget or actuals beside the forecast: month,metric,value."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write; DIR/report.html (report.ja.html) if not given."),
    ] = None,
) -> None:
    """What is there to show? Write one page, with all figures."""
    with explained_errors():
        checked_lang(lang)
        if out is not None and out.suffix.lower() not in (".html", ".htm"):
            raise WrongInput(f"--out: {out} is not the name of a page; write one that ends in .html")
        if out is not None and out.is_dir():
            raise WrongInput(f"--out: {out} is a folder; write the name of a file in it")
        from simulator.reporting.page.write import write_page
        from simulator.reporting.targets import WrongTargets
        from simulator.results.place import NotAResultFolder

        try:
            written = write_page(folder, lang, out, targets)
        except NotAResultFolder as error:
            raise WrongInput(str(error)) from None
        except WrongTargets as error:
            raise WrongInput(f"--targets: {error}") from None
        except OSError as error:
            raise WrongInput(f"{error.filename or out or folder} cannot be written: {error.strerror}") from None
        typer.echo(f"page: {written}")
