"""What commands share: options of the same meaning, errors of the input, the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

INPUT_IS_WRONG = 2

ScenarioFile = Annotated[Path, typer.Argument(metavar="S.yaml", help="The scenario.", show_default=False)]
Lang = Annotated[str, typer.Option("--lang", metavar="en|ja", help="Language of texts and figures.")]
Replications = Annotated[int, typer.Option("--replications", metavar="N", help="How often to simulate.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the draws: same seed, same bytes.")]
Engine = Annotated[str, typer.Option("--engine", metavar="auto|compiled|simpy", help="Who moves the clock.")]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads; one for each processor if not given.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors and the results' path.")]


class WrongInput(Exception):  # noqa: N818  (it reads as the sentence it is)
    """Something the user gave cannot be used; the message says what and what would be right."""


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn errors of the input into their message and exit code 2; everything else keeps its traceback."""
    from simulator.scenario.errors import ScenarioError
    from simulator.studies.errors import WrongStudy

    try:
        yield
    except (ScenarioError, WrongStudy, WrongInput) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(INPUT_IS_WRONG) from None


def checked_lang(lang: str) -> str:
    """Return the language, or say which there are."""
    if lang not in ("en", "ja"):
        raise WrongInput(f"--lang: {lang!r} is not a language of plansim; write en or ja")
    return lang


def check_simulation(replications: int, seed: int, engine: str = "auto", threads: int | None = None) -> None:
    """Refuse options of a simulation that are out of range; the message says what would be right."""
    if replications < 1:
        raise WrongInput(f"--replications: {replications} is too few; write 1 or more, e.g. --replications 100")
    if not 0 <= seed < 2**64:
        raise WrongInput(f"--seed: {seed} is out of range; write a whole number from 0 to 2**64 - 1")
    if engine not in ("auto", "compiled", "simpy"):
        raise WrongInput(f"--engine: there is no engine {engine!r}; write auto, compiled or simpy")
    if threads is not None and threads < 1:
        raise WrongInput(f"--threads: {threads} is too few; write 1 or more")


def loaded_together(paths: Sequence[Path]) -> list[Any]:
    """Load scenarios; what is wrong in any of them is said at once."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import load

    loaded: list[Any] = []
    problems: list[Any] = []
    for path in paths:
        try:
            loaded.append(load(path))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return loaded


def checked_place(folder: Path) -> None:
    """Refuse a folder that a result cannot take the place of."""
    from simulator.results.files import check_place
    from simulator.results.place import NotAResultFolder

    try:
        check_place(folder)
    except NotAResultFolder as error:
        raise WrongInput(f"--out: {error}") from None


def say_if_compiling(scenario: Scenario, engine: str, quiet: bool) -> None:
    """Say that the simulator will be compiled, where this is the first scenario of its kind."""
    from simulator.studies.run import entry_point

    say_if_compiled_now(entry_point(scenario, engine), quiet)


def say_if_compiled_now(entry: str, quiet: bool) -> None:
    """Say that a compiled function will be compiled, where its machine code is not on disk."""
    from simulator import jit

    if not quiet and not jit.is_cached(entry):
        typer.echo("First run of its kind: compiling the simulator once, for about a quarter of a minute.", err=True)


@contextmanager
def progress_bar(*, show: bool, what: str = "simulating") -> Iterator[Callable[[float], None] | None]:
    """Give a callback that moves a progress bar on the terminal; None where there is no terminal."""
    if not show or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)
