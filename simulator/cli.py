"""The command line: one thin command per question. Exit codes: 0 done, 2 the input is wrong, 1 the program failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

INPUT_IS_WRONG = 2

app = typer.Typer(
    name="plansim",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""Simulate subscription pricing, plan changes and offers, and account the MRR movements.

Start here:

\b
  plansim new my.yaml        write a commented scenario that runs
  plansim check my.yaml      find what is wrong in it, all at once
  plansim explain my.yaml    read it back in sentences
  plansim run my.yaml        simulate it: tables and figures in reports/my""",
)

ScenarioFile = Annotated[Path, typer.Argument(metavar="S.yaml", help="The scenario.", show_default=False)]
Lang = Annotated[str, typer.Option("--lang", metavar="en|ja", help="Language of texts and figures.")]


class WrongInput(Exception):  # noqa: N818  (it reads as the sentence it is)
    """Something the user gave cannot be used; the message says what and what would be right."""


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn errors of the input into their message and exit code 2; everything else keeps its traceback."""
    from simulator.scenario.errors import ScenarioError

    try:
        yield
    except (ScenarioError, WrongInput) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(INPUT_IS_WRONG) from None


def checked_lang(lang: str) -> str:
    """Return the language, or say which there are."""
    if lang not in ("en", "ja"):
        raise WrongInput(f"--lang: {lang!r} is not a language of plansim; write en or ja")
    return lang


@app.callback()
def start(context: typer.Context) -> None:
    """Show what to do first, where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    scenario: ScenarioFile,
    replications: Annotated[int, typer.Option("--replications", metavar="N", help="How often to simulate.")] = 100,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the draws: same seed, same bytes.")] = 1,
    engine: Annotated[
        str, typer.Option("--engine", metavar="auto|compiled|simpy", help="Who moves the clock.")
    ] = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME if not given."),
    ] = None,
    lang: Lang = "en",
    ledger: Annotated[bool, typer.Option("--ledger", help="Write every single event too (ledger.parquet).")] = False,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", help="Threads; one for each processor if not given.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors and the results' path.")] = False,
) -> None:
    """What will happen? Simulate a scenario: tables and figures."""
    with explained_errors():
        checked_lang(lang)
        if replications < 1:
            raise WrongInput(f"--replications: {replications} is too few; write 1 or more, e.g. --replications 100")
        if not 0 <= seed < 2**64:
            raise WrongInput(f"--seed: {seed} is out of range; write a whole number from 0 to 2**64 - 1")
        if engine not in ("auto", "compiled", "simpy"):
            raise WrongInput(f"--engine: there is no engine {engine!r}; write auto, compiled or simpy")
        if threads is not None and threads < 1:
            raise WrongInput(f"--threads: {threads} is too few; write 1 or more")
        from simulator.results.folder import NotAResultFolder, check_place
        from simulator.scenario.load import load

        loaded = load(scenario)
        folder = out or Path("reports") / loaded.name
        try:
            check_place(folder)
        except NotAResultFolder as error:
            raise WrongInput(f"--out: {error}") from None
        from simulator import jit
        from simulator.studies.run import run as simulate  # a compiler is slow to import

        if not quiet and not jit.is_cached():
            typer.echo("First run of this version: compiling the simulator once, for about half a minute.", err=True)
        with progress_bar(show=not quiet) as progress:
            result = simulate(
                loaded,
                replications=replications,
                seed=seed,
                engine=engine,
                threads=threads,
                ledger=ledger,
                progress=progress,
            )
        folder = result.save(folder, lang=lang)
        if not quiet:
            print_result(result, lang)
        typer.echo(f"results: {folder}")


@app.command()
def check(
    scenarios: Annotated[list[Path], typer.Argument(metavar="S.yaml ...", help="The scenarios.", show_default=False)],
) -> None:
    """Is it right? Report all that is wrong: file, line and key."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import load

    wrong = False
    for path in scenarios:
        try:
            loaded = load(path)
        except ScenarioError as error:
            wrong = True
            typer.echo(str(error), err=True)
        else:
            typer.echo(f"{path}: fine ({loaded.title})")
    if wrong:
        raise typer.Exit(INPUT_IS_WRONG)


@app.command()
def explain(scenario: ScenarioFile, lang: Lang = "en") -> None:
    """What does it say? Read it back, assumptions included."""
    with explained_errors():
        checked_lang(lang)
        from simulator.scenario.explain import explain as sentences
        from simulator.scenario.load import load

        typer.echo(sentences(load(scenario), lang))


@app.command()
def schema() -> None:
    """Which keys are there? Print a JSON Schema for editors."""
    import json

    from simulator.scenario.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
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


@contextmanager
def progress_bar(*, show: bool) -> Iterator[Callable[[float], None] | None]:
    """Give a callback that moves a progress bar on the terminal; None where there is no terminal."""
    if not show or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("simulating"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def print_result(result: Any, lang: str) -> None:
    """Print the movement table, the headline and the warnings."""
    from rich.console import Console

    from simulator.reporting.terminal import print_run

    print_run(result, Console(), lang)


def main() -> None:
    """Run the command line."""
    app()
