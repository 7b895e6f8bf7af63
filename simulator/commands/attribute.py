"""`plansim attribute`: which change brought how much?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.options import (
    Engine,
    Lang,
    Quiet,
    Replications,
    Seed,
    Threads,
    check_simulation,
    checked_lang,
    explained_errors,
    loaded_together,
    progress_bar,
    say_if_compiling,
)
from simulator.commands.studies import (
    Cluster,
    Metric,
    checked_study_place,
    executor_for,
    print_study,
    remembering,
    say_cost,
)


def attribute(
    base: Annotated[Path, typer.Argument(metavar="BASE.yaml", help="The base.", show_default=False)],
    what_if: Annotated[Path, typer.Argument(metavar="WHAT_IF.yaml", help="The what-if.", show_default=False)],
    metric: Metric = "closing_mrr",
    levers: Annotated[
        str | None,
        typer.Option(
            "--levers", metavar="KEY,KEY+KEY,...", help="What to tell apart; each difference by itself if not given."
        ),
    ] = None,
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/WHAT_IF-attribution if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """Which change brought how much? Share the difference out."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        from simulator.studies.attribution import attribute as simulate
        from simulator.studies.attribution import checked_levers
        from simulator.studies.point import read_point

        first, second = loaded_together([base, what_if])
        chosen = None if levers is None else [name.strip() for name in levers.split(",") if name.strip()]
        found = checked_levers(first, second, chosen)
        read_point(metric, first)
        folder = out or Path("reports") / f"{second.name}-attribution"
        checked_study_place(folder, "attribution")
        say_if_compiling(second, engine, quiet)
        say_cost(2 ** len(found.levers), replications, quiet)
        with (
            remembering(folder, executor_for(cluster, threads)) as executor,
            progress_bar(show=not quiet) as progress,
        ):
            study = simulate(
                first,
                second,
                metric=metric,
                levers=chosen,
                replications=replications,
                seed=seed,
                engine=engine,
                executor=executor,
                progress=progress,
            )
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
        typer.echo(f"results: {folder}")
