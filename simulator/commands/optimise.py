"""`plansim optimise`: what is the best trade-off?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import (
    Engine,
    Lang,
    Quiet,
    ScenarioFile,
    Seed,
    Threads,
    check_simulation,
    checked_lang,
    explained_errors,
    say_if_compiling,
)
from simulator.commands.studies import Cluster, checked_study_place, executor_for, print_study, remembering


def optimise(
    scenario: ScenarioFile,
    vary: Annotated[
        list[str],
        typer.Option("--vary", metavar="KEY[=LOW..HIGH]", help="A key that may change (several).", show_default=False),
    ],
    maximise: Annotated[
        str,
        typer.Option("--maximise", metavar="METRIC[@MONTH]", help="What to bring forward.", show_default=False),
    ],
    against: Annotated[
        str,
        typer.Option("--against", metavar="METRIC[@MONTH]", help="What it is weighed against.", show_default=False),
    ],
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", metavar="'METRIC[@MONTH] >= VALUE'", help="A bound that must be kept (several)."),
    ] = None,
    trials: Annotated[int, typer.Option("--trials", metavar="N", help="Sets of values to try.")] = 120,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", help="How often to simulate each of them.")
    ] = 30,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME-optimised if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """What is the best trade-off? Search several keys under bounds."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        from simulator.scenario.load import load
        from simulator.studies.axes import read_vary
        from simulator.studies.point import read_point
        from simulator.studies.target import read_target

        loaded = load(scenario)
        spans = [read_vary(text, loaded) for text in vary]
        first, second = read_point(maximise, loaded), read_point(against, loaded)
        bounds = [read_target(text, loaded) for text in subject or []]
        folder = out or Path("reports") / f"{loaded.name}-optimised"
        checked_study_place(folder, "trade_off")
        say_if_compiling(loaded, engine, quiet)
        from simulator.studies.optimise import optimise as search  # a compiler is slow to import

        with remembering(folder, executor_for(cluster, threads)) as executor:
            study = search(
                loaded,
                spans,
                first,
                second,
                subject=bounds,
                trials=trials,
                replications=replications,
                seed=seed,
                engine=engine,
                executor=executor,
                said=None if quiet else lambda done, of: typer.echo(f"{done} of {of} trials", err=True),
            )
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
        typer.echo(f"results: {folder}")
