"""`plansim compare`: which is better, by how much, how sure?"""

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
    MaxReplications,
    PrecisionMetric,
    PrecisionOption,
    checked_precision,
    checked_study_place,
    executor_for,
    print_study,
    remembering,
    say_precision,
)


def compare(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="BASE.yaml OTHER.yaml ...", help="The base and the others.", show_default=False),
    ],
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/BASE-compared if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    precision: PrecisionOption = None,
    metric: PrecisionMetric = "closing_mrr",
    max_replications: MaxReplications = 10_000,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """Which is better, and how sure? Run them with the same draws."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        narrow = checked_precision(precision, max_replications)
        from simulator.studies.comparable import check_comparable

        loaded = loaded_together(scenarios)
        check_comparable(loaded)
        folder = out or Path("reports") / f"{loaded[0].name}-compared"
        checked_study_place(folder, "comparison")
        say_if_compiling(quiet)
        from simulator.studies.compare import compare as simulate

        with (
            remembering(folder, executor_for(cluster, threads)) as executor,
            progress_bar(show=not quiet) as progress,
        ):
            if narrow is None:
                study = simulate(
                    *loaded, replications=replications, seed=seed, engine=engine, executor=executor, progress=progress
                )
            else:
                from simulator.studies.precisely import compare_until

                study = compare_until(
                    *loaded,
                    precision=narrow,
                    metric=metric,
                    first=replications,
                    most=max_replications,
                    seed=seed,
                    engine=engine,
                    executor=executor,
                )
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
            say_precision(study.summary)
        typer.echo(f"results: {folder}")
