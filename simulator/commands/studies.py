"""What the commands of studies share: where tasks are performed, what an interruption leaves, how a study is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.options import WrongInput

Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="tcp://HOST:PORT", help="Perform the work on a Dask cluster; here if not given."),
]
PrecisionOption = Annotated[
    str | None,
    typer.Option(
        "--precision", metavar="SHARE", help="Add replications until the 95 % interval of the mean is that narrow: 1%."
    ),
]
PrecisionMetric = Annotated[
    str, typer.Option("--metric", metavar="METRIC[@MONTH][/SEGMENT]", help="What --precision looks at.")
]
MaxReplications = Annotated[
    int, typer.Option("--max-replications", metavar="N", help="The most replications that --precision may add up to.")
]

Metrics = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="METRIC[@MONTH][/SEGMENT]", help="What to look at (several times for several)."),
]
Metric = Annotated[str, typer.Option("--metric", metavar="METRIC[@MONTH][/SEGMENT]", help="What to look at.")]


def say_cost(scenarios: int, replications: int, quiet: bool) -> None:
    """Say, before it starts, how much a study simulates."""
    if not quiet:
        total = scenarios * replications
        typer.echo(f"{scenarios:,} scenarios x {replications:,} replications = {total:,} to simulate", err=True)


def checked_precision(precision: str | None, most: int) -> float | None:
    """Return the precision asked for as a share, or None."""
    if most < 1:
        raise WrongInput(f"--max-replications: {most} is too few; write 1 or more")
    if precision is None:
        return None
    from simulator.studies.precision import read_precision

    return read_precision(precision)


def say_precision(summary: Any) -> None:
    """Say how many replications the precision took, and whether it was reached."""
    found = summary.get("precision")
    if found is None:
        return
    half = "unknown" if found["half_width"] is None else f"{100 * found['half_width']:.3g} %"
    reached = "reached" if found["reached"] else "NOT reached within --max-replications"
    typer.echo(
        f"precision of {found['metric']}: ± {half} with {summary['replications']} replications; "
        f"± {100 * found['asked']:.3g} % asked: {reached}"
    )


def checked_study_place(folder: Path, kind: str) -> None:
    """Refuse a folder that a study of the kind cannot take the place of."""
    from simulator.results.place import NotAResultFolder
    from simulator.results.study import check_place

    try:
        check_place(folder, kind)
    except NotAResultFolder as error:
        raise WrongInput(f"--out: {error}") from None


def executor_for(cluster: str | None, threads: int | None) -> Any:
    """Return who performs the tasks: this process, or the cluster at an address."""
    if cluster is None:
        from simulator.studies.executor import Here

        return Here(threads)
    from simulator.studies.cluster import connect  # an extra

    return connect(cluster)


@contextmanager
def remembering(folder: Path, executor: Any) -> Iterator[Any]:
    """Give an executor that remembers what is done until the study is whole, beside the folder it will be saved to.

    The same command continues an interrupted study where it stopped.
    """
    from simulator.studies.executor import Remembering

    place = folder.resolve()
    kept = Remembering(executor, place.parent / f".{place.name}-unfinished")
    if kept.folder.is_dir():
        typer.echo(f"continuing where an earlier run stopped ({kept.folder})", err=True)
    try:
        yield kept
    except KeyboardInterrupt:
        if kept.folder.is_dir():
            typer.echo(f"stopped; the same command continues from here ({kept.folder})", err=True)
        raise
    kept.forget()


def print_study(study: Any, lang: str) -> None:
    """Print what the study has found."""
    from rich.console import Console

    from simulator.reporting.study_terminal import print_findings

    print_findings(study, Console(), lang)
