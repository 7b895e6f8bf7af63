"""`plansim sweep`: what comes of other values?"""

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
    WrongInput,
    check_simulation,
    checked_lang,
    explained_errors,
    progress_bar,
    say_if_compiling,
)
from simulator.commands.studies import (
    Cluster,
    Metrics,
    checked_study_place,
    executor_for,
    print_study,
    remembering,
    say_cost,
)


def sweep(
    scenario: ScenarioFile,
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=0:30%:7|KEY=10%,20%|KEY=10%..30%",
            help="What varies: a grid of one or two keys, or spans for --design lhs.",
            show_default=False,
        ),
    ],
    design: Annotated[
        str, typer.Option("--design", metavar="grid|lhs", help="All combinations, or points spread over spans.")
    ] = "grid",
    points: Annotated[
        int | None, typer.Option("--points", metavar="N", help="Points of --design lhs (a Latin hypercube).")
    ] = None,
    metrics: Metrics = None,
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME-sweep if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """What comes of other values? Simulate them side by side."""
    with explained_errors():
        checked_lang(lang)
        check_simulation(replications, seed, engine, threads)
        if design not in ("grid", "lhs"):
            raise WrongInput(f"--design: there is no design {design!r}; write grid or lhs")
        if (points is None) != (design == "grid"):
            raise WrongInput("--points goes with --design lhs, and that needs it: --design lhs --points 50")
        from simulator.scenario.load import load
        from simulator.studies.axes import read_axes, read_spans
        from simulator.studies.sweep import DEFAULT_METRICS, at_points, grid, latin_hypercube, read_points, sweep_design

        loaded = load(scenario)
        if points is None:
            some = grid({axis.key: axis.texts for axis in read_axes(values, loaded)})
        else:
            some = latin_hypercube(read_spans(values, loaded), points, seed)
        at_points(loaded, some)
        read_points(metrics or DEFAULT_METRICS, loaded)
        folder = out or Path("reports") / f"{loaded.name}-sweep"
        checked_study_place(folder, "sweep")
        say_if_compiling(loaded, engine, quiet)
        say_cost(len(some) + 1, replications, quiet)
        with (
            remembering(folder, executor_for(cluster, threads)) as executor,
            progress_bar(show=not quiet) as progress,
        ):
            study = sweep_design(
                loaded,
                some,
                design=design,
                metrics=metrics or DEFAULT_METRICS,
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
