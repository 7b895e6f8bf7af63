"""`plansim deck`: show it in a meeting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.options import Lang, WrongInput, checked_lang, explained_errors


def deck(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of results, of a run or a study.", show_default=False)
    ],
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="T.pptx", help="Use its layouts, fonts and colours; a plain design if not given."
        ),
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option("--targets", metavar="T.csv", help="Budget or actuals beside the forecast: month,metric,value."),
    ] = None,
    lang: Lang = "en",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The deck; DIR/deck.pptx if not given.")
    ] = None,
) -> None:
    """What goes on the slides? Write a PowerPoint deck of a result."""
    with explained_errors():
        checked_lang(lang)
        shown = _read(folder)
        path = _checked_out(out or folder / ("deck.pptx" if lang == "en" else f"deck.{lang}.pptx"))
        from simulator.reporting.deck import WrongTemplate, write_deck  # slow to import

        told = () if targets is None else _targets(targets, shown)
        try:
            write_deck(shown, path, lang, template=template, targets=told)
        except WrongTemplate as error:
            raise WrongInput(f"--template: {error}") from None
        typer.echo(f"deck: {path}")


def _read(folder: Path) -> Any:
    from simulator.results.folder import read
    from simulator.results.place import NotAResultFolder
    from simulator.results.study import is_study, read_study

    try:
        return read_study(folder) if is_study(folder) else read(folder)
    except NotAResultFolder as error:
        raise WrongInput(str(error)) from None


def _checked_out(path: Path) -> Path:
    """Refuse a place that a file cannot be written to."""
    if path.suffix.lower() != ".pptx":
        raise WrongInput(f"--out: {path} does not end in .pptx")
    if path.is_dir():
        raise WrongInput(f"--out: {path} is a folder; name a file")
    if not path.resolve().parent.is_dir():
        raise WrongInput(f"--out: the folder {path.parent} is not there")
    return path


def _targets(path: Path, shown: Any) -> Any:
    from simulator.reporting.deck.contents import shown_run
    from simulator.reporting.targets import WrongTargets, read_targets

    if hasattr(shown, "kind"):
        name = shown_run(shown)
        if name is None:
            raise WrongInput("--targets: this study holds no run to lay them beside; give the folder of a run")
        shown = shown.runs[name]
    try:
        return read_targets(path, shown)
    except WrongTargets as error:
        raise WrongInput(f"--targets: {error}") from None
