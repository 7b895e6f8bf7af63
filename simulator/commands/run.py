"""`plansim run`: what will happen?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.options import (
    Engine,
    Lang,
    Quiet,
    Replications,
    ScenarioFile,
    Seed,
    Threads,
    check_simulation,
    checked_lang,
    checked_place,
    explained_errors,
    progress_bar,
    say_if_compiling,
)


def run(
    scenario: ScenarioFile,
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME if not given."),
    ] = None,
    lang: Lang = "en",
    ledger: Annotated[bool, typer.Option("--ledger", help="Write every single event too (ledger.parquet).")] = False,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """What will happen? Simulate a scenario: tables and figures."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        from simulator.scenario.load import load

        loaded = load(scenario)
        folder = out or Path("reports") / loaded.name
        checked_place(folder)
        say_if_compiling(loaded, engine, quiet)
        from simulator.studies.run import run as simulate  # a compiler is slow to import

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


def print_result(result: Any, lang: str) -> None:
    """Print the movement table, the headline and the warnings."""
    from rich.console import Console

    from simulator.reporting.terminal import print_run

    print_run(result, Console(), lang)
