"""`plansim expect`: what does theory say will happen?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import (
    Lang,
    Quiet,
    ScenarioFile,
    WrongInput,
    checked_lang,
    explained_errors,
    progress_bar,
)


def expect(
    scenario: ScenarioFile,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Replace what has no exact expectation by a mean-field value; say so.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the tables; reports/NAME-expected if not given."),
    ] = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """What does theory say? The exact expectation of a scenario."""
    with explained_errors():
        checked_lang(lang)
        from simulator.scenario.load import load

        loaded = load(scenario)
        folder = out or Path("reports") / f"{loaded.name}-expected"
        from simulator.expectation.expect import expect as forecast
        from simulator.expectation.folder import check_place
        from simulator.expectation.result import NotMarkov
        from simulator.results.folder import NotAResultFolder

        try:
            check_place(folder)
            with progress_bar(show=not quiet, what="expecting") as progress:
                expectation = forecast(loaded, approximate=approximate, progress=progress)
            folder = expectation.save(folder)
        except NotMarkov as error:
            raise WrongInput(f"{scenario}: {error}") from None
        except NotAResultFolder as error:
            raise WrongInput(f"--out: {error}") from None
        if not quiet:
            from rich.console import Console

            from simulator.reporting.terminal import print_run

            for replacement in expectation.replaced:
                typer.echo(f"replaced: {replacement}")
            print_run(expectation, Console(), lang)
        typer.echo(f"expectation: {folder}")
