"""`plansim solve`: which value reaches the target?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    explained_errors,
    say_if_compiling,
)
from simulator.commands.studies import Cluster, checked_study_place, executor_for, print_study, remembering


def solve(
    scenario: ScenarioFile,
    target: Annotated[
        str,
        typer.Option("--target", metavar="'METRIC[@MONTH] >= VALUE'", help="What to reach.", show_default=False),
    ],
    vary: Annotated[
        str,
        typer.Option(
            "--vary", metavar="KEY[=LOW..HIGH]", help="The key whose value is looked for.", show_default=False
        ),
    ],
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME-solved if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """Which value reaches the target? Look for it at one key."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        from simulator.scenario.load import load
        from simulator.studies.axes import read_vary
        from simulator.studies.target import read_target

        loaded = load(scenario)
        span = read_vary(vary, loaded)
        aim = read_target(target, loaded)
        folder = out or Path("reports") / f"{loaded.name}-solved"
        checked_study_place(folder, "solution")
        say_if_compiling(loaded, engine, quiet)
        from simulator.studies.solve import solve as find  # a compiler is slow to import

        with remembering(folder, executor_for(cluster, threads)) as executor:
            study = find(
                loaded,
                aim,
                span,
                replications=replications,
                seed=seed,
                engine=engine,
                executor=executor,
                said=None if quiet else lambda tried: typer.echo(f"{tried} values tried", err=True),
            )
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
        typer.echo(f"results: {folder}")
