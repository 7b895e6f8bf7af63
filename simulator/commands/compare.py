"""`plansim compare`: which is better, by how much, how sure?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.options import (
    Engine,
    Lang,
    Quiet,
    Replications,
    Seed,
    Threads,
    WrongInput,
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
        typer.Argument(
            metavar="BASE.yaml OTHER.yaml ...",
            help="The base and the others; or one study of options and cases.",
            show_default=False,
        ),
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
        if len(scenarios) == 1 and is_study_file(scenarios[0]):
            if narrow is not None:
                raise WrongInput("--precision goes with scenarios, not with a study of options and cases; leave it out")
            from simulator.scenario.study import load_study

            study_file = load_study(scenarios[0])
            kind, ask = "cases", partial(_cases, study_file)
            first, name = study_file.base, scenarios[0].stem
        else:
            from simulator.studies.comparable import check_comparable

            loaded = loaded_together(scenarios)
            check_comparable(loaded)
            kind, first, name = "comparison", loaded[0], loaded[0].name
            if narrow is None:
                ask = partial(_plain, loaded)
            else:
                ask = partial(_until, loaded, narrow, metric, max_replications)
        folder = out or Path("reports") / f"{name}-compared"
        checked_study_place(folder, kind)
        say_if_compiling(first, engine, quiet)
        with (
            remembering(folder, executor_for(cluster, threads)) as executor,
            progress_bar(show=not quiet) as progress,
        ):
            study = ask(replications, seed, engine, executor, progress)
            study.save(folder, lang=lang)
        if not quiet:
            print_study(study, lang)
            say_precision(study.summary)
        typer.echo(f"results: {folder}")


def _plain(loaded: list[Any], replications: int, seed: int, engine: str, executor: Any, progress: Any) -> Any:
    from simulator.studies.compare import compare  # a compiler is slow to import

    return compare(*loaded, replications=replications, seed=seed, engine=engine, executor=executor, progress=progress)


def _until(
    loaded: list[Any],
    precision: float,
    metric: str,
    most: int,
    replications: int,
    seed: int,
    engine: str,
    executor: Any,
    progress: Any,
) -> Any:
    from simulator.studies.precisely import compare_until

    return compare_until(
        *loaded,
        precision=precision,
        metric=metric,
        first=replications,
        most=most,
        seed=seed,
        engine=engine,
        executor=executor,
    )


def is_study_file(path: Path) -> bool:
    """Tell whether a file holds a study of options and cases."""
    from simulator.scenario.study import is_study

    return is_study(path)


def _cases(loaded: Any, replications: int, seed: int, engine: str, executor: Any, progress: Any) -> Any:
    from simulator.studies.cases import compare_cases

    return compare_cases(
        loaded, replications=replications, seed=seed, engine=engine, executor=executor, progress=progress
    )
