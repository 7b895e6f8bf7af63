"""`plansim check`: is it right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import INPUT_IS_WRONG


def check(
    scenarios: Annotated[list[Path], typer.Argument(metavar="S.yaml ...", help="The scenarios.", show_default=False)],
) -> None:
    """Is it right? Report all that is wrong: file, line and key. Studies and their scenarios too."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import load
    from simulator.scenario.study import is_study, load_study

    wrong = False
    for path in scenarios:
        try:
            loaded = load_study(path) if is_study(path) else load(path)
        except ScenarioError as error:
            wrong = True
            typer.echo(str(error), err=True)
        else:
            typer.echo(f"{path}: fine ({loaded.title})")
    if wrong:
        raise typer.Exit(INPUT_IS_WRONG)
