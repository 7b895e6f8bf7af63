"""`plansim new`: where do I start?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import WrongInput, explained_errors


def new(
    path: Annotated[Path, typer.Argument(metavar="NEW.yaml", help="The file to write.", show_default=False)],
) -> None:
    """Where do I start? Write a commented scenario that runs."""
    with explained_errors():
        from simulator.scenario.template import TEMPLATE

        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(TEMPLATE)
        except FileExistsError:
            raise WrongInput(f"{path} is there already; it is left alone. Name a new file") from None
        except OSError as error:
            raise WrongInput(f"{path} cannot be written: {error.strerror}") from None
        typer.echo(f"{path} written; next: plansim run {path}")
