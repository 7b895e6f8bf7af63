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
    WrongInput,
    check_simulation,
    checked_lang,
    checked_place,
    explained_errors,
    progress_bar,
    say_if_compiling,
)
from simulator.commands.studies import (
    Cluster,
    MaxReplications,
    PrecisionMetric,
    PrecisionOption,
    checked_precision,
    executor_for,
    say_precision,
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
    precision: PrecisionOption = None,
    metric: PrecisionMetric = "closing_mrr",
    max_replications: MaxReplications = 10_000,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """What will happen? Simulate a scenario: tables and figures."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        narrow = checked_precision(precision, max_replications)
        if ledger and (narrow is not None or cluster is not None):
            raise WrongInput("--ledger goes with neither --precision nor --cluster; leave it out, or them")
        from simulator.scenario.load import load

        loaded = load(scenario)
        folder = out or Path("reports") / loaded.name
        checked_place(folder)
        say_if_compiling(loaded, engine, quiet)
        from simulator.studies.run import run as simulate  # a compiler is slow to import

        with progress_bar(show=not quiet) as progress:
            if narrow is not None:
                from simulator.studies.precisely import run_until

                result = run_until(
                    loaded,
                    narrow,
                    metric=metric,
                    first=replications,
                    most=max_replications,
                    seed=seed,
                    engine=engine,
                    executor=executor_for(cluster, threads),
                )
            else:
                result = simulate(
                    loaded,
                    replications=replications,
                    seed=seed,
                    engine=engine,
                    threads=threads,
                    ledger=ledger,
                    executor=None if cluster is None else executor_for(cluster, threads),
                    progress=progress,
                )
        folder = result.save(folder, lang=lang)
        if not quiet:
            print_result(result, lang)
            say_precision(result.summary)
        typer.echo(f"results: {folder}")


def print_result(result: Any, lang: str) -> None:
    """Print the movement table, the headline and the warnings."""
    from rich.console import Console

    from simulator.reporting.terminal import print_run

    print_run(result, Console(), lang)
