"""`plansim run`: what will happen?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.drawing import drawing
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
    check: Annotated[
        bool, typer.Option("--check", help="Hold the run against the exact expectation, where there is one.")
    ] = False,
    control_variate: Annotated[
        bool, typer.Option("--control-variate", help="Give means with less random error too (controlled.csv).")
    ] = False,
    no_figures: Annotated[
        bool, typer.Option("--no-figures", help="Write tables alone; `plansim figures DIR` draws what they show.")
    ] = False,
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
        if (check or control_variate) and (narrow is not None or cluster is not None):
            raise WrongInput("--check and --control-variate go with neither --precision nor --cluster; leave out one")
        with drawing(figures=not no_figures, replications=replications, threads=threads) as draw:
            from simulator.scenario.load import load

            loaded = load(scenario)
            folder = out or Path("reports") / loaded.name
            checked_place(folder)
            expected = expectation(loaded, replications) if check else None
            if control_variate:
                check_control(loaded, replications)
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
            if expected is not None:
                result = checked(result, expected)
            replaced: tuple[Any, ...] = ()
            if control_variate:
                from simulator.studies.control_variate import with_control

                with progress_bar(show=not quiet) as progress:
                    controlled = with_control(result, loaded, threads=threads, progress=progress)
                result, replaced = controlled.result, controlled.replaced
            from simulator.results.folder import save

            save(result, folder, lang=lang, draw=draw)
            if not quiet:
                print_result(result, lang, replaced)
                say_precision(result.summary)
        typer.echo(f"results: {folder}")


def expectation(scenario: Any, replications: int) -> Any:
    """Return the exact expectation to check against, or say why there is none."""
    from simulator.expectation.expect import expect
    from simulator.expectation.result import NotMarkov
    from simulator.studies.check import CannotCheck, check_replications

    try:
        check_replications(replications)
        return expect(scenario)
    except NotMarkov as error:
        reasons = "\n".join(f"  {reason.key_path}: {reason.why}" for reason in error.reasons)
        raise WrongInput(
            f"--check: the scenario has no exact expectation to be held against; run it without --check, or without\n"
            f"{reasons}"
        ) from None
    except CannotCheck as error:
        raise WrongInput(f"--check: {error}") from None


def checked(result: Any, expected: Any) -> Any:
    """Return the result held against its expectation."""
    from simulator.studies.check import CannotCheck, check, with_check

    try:
        return with_check(result, check(result, expected))
    except CannotCheck as error:
        raise WrongInput(f"--check: {error}") from None


def check_control(scenario: Any, replications: int) -> None:
    """Refuse what a control variate cannot help, before anything is simulated."""
    from simulator.studies.control_variate import CannotControl, core_of

    try:
        core_of(scenario, replications)
    except CannotControl as error:
        raise WrongInput(f"--control-variate: {error}") from None


def print_result(result: Any, lang: str, replaced: tuple[Any, ...]) -> None:
    """Print the movement table, the headline and the warnings, and what else was asked for."""
    from rich.console import Console

    from simulator.reporting.controlled import print_controlled
    from simulator.reporting.forecast_check import print_check
    from simulator.reporting.terminal import print_run

    print_run(result, Console(), lang)
    if result.check is not None:
        print_check(result, Console(), lang)
    if result.controlled is not None:
        print_controlled(result, replaced, Console(), lang)
