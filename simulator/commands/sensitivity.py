"""`plansim sensitivity`: which number matters most?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.options import (
    Engine,
    Lang,
    Quiet,
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
    Metric,
    checked_study_place,
    executor_for,
    print_study,
    remembering,
    say_cost,
)


def sensitivity(
    scenario: ScenarioFile,
    metric: Metric = "closing_mrr",
    keys: Annotated[
        str | None,
        typer.Option("--keys", metavar="KEY,KEY,...", help="What to vary; all ranges if not given."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="SHARE", help="How far to vary a value that is no range; 10%.")
    ] = None,
    sobol: Annotated[
        int | None,
        typer.Option("--sobol", metavar="N", help="Sobol indices of all ranges from N x (ranges + 3) points."),
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option("--replications", metavar="N", help="How often to simulate; 100, or 1 a point with --sobol."),
    ] = None,
    seed: Seed = 1,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME-sensitivity if not given."),
    ] = None,
    lang: Lang = "en",
    threads: Threads = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """Which number matters most? Vary one, or all at once."""
    with explained_errors():
        checked_lang(lang)
        often = replications if replications is not None else 100 if sobol is None else 1
        check_simulation(often, seed, engine, threads)
        if sobol is not None and (keys is not None or by is not None):
            raise WrongInput("--sobol varies all ranges over their whole spread; leave --keys and --by out")
        from simulator.scenario.load import load
        from simulator.studies.point import read_point

        loaded = load(scenario)
        read_point(metric, loaded)
        if sobol is None:
            scenarios, kind, simulate = _tornado(loaded, keys, by)
        else:
            scenarios, kind, simulate = _sobol(loaded, sobol)
        folder = out or Path("reports") / f"{loaded.name}-sensitivity"
        checked_study_place(folder, kind)
        say_if_compiling(loaded, engine, quiet)
        say_cost(scenarios, often, quiet)
        with (
            remembering(folder, executor_for(cluster, threads)) as executor,
            progress_bar(show=not quiet) as progress,
        ):
            study = simulate(
                loaded,
                metric=metric,
                replications=often,
                seed=seed,
                engine=engine,
                executor=executor,
                progress=progress,
            )
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
        typer.echo(f"results: {folder}")


def _tornado(loaded: Any, keys: str | None, by: str | None) -> tuple[int, str, Any]:
    """How many scenarios a tornado simulates, its kind of study, and what makes it."""
    from functools import partial

    from simulator.scenario.units import ratio
    from simulator.studies.tornado import DEFAULT_BY, swings, tornado

    try:
        distance = DEFAULT_BY if by is None else ratio(by)
    except ValueError as error:
        raise WrongInput(f"--by: {error}") from None
    chosen = None if keys is None else [key.strip() for key in keys.split(",") if key.strip()]
    found = swings(loaded, chosen, distance)
    return 2 * len(found) + 1, "tornado", partial(tornado, keys=chosen, by=distance)


def _sobol(loaded: Any, base_points: int) -> tuple[int, str, Any]:
    """How many points the indices need, their kind of study, and what makes it."""
    from functools import partial

    from simulator.studies.sobol import check_design, points_of, sobol

    check_design(loaded, base_points)
    return points_of(loaded, base_points), "sobol", partial(sobol, base_points=base_points)
