"""The result folder: written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import polars as pl

from simulator.results import place
from simulator.results.files import CURRENCIES, SUMMARY, missing
from simulator.results.place import NotAResultFolder
from simulator.results.result import Result
from simulator.results.tables import no_offers
from simulator.results.teams import NO_TEAMS

LEDGER = "ledger.parquet"
ON_REQUEST = ("check", "controlled")  # frames of a result that are None unless asked for: NAME.csv


@contextmanager
def draw_here(result: Result, folder: Path, lang: str) -> Iterator[None]:
    """Draw all figures of the result to a fresh folder, in this process."""
    yield
    from simulator.reporting.save import save_all  # matplotlib is slow to import

    save_all(result, folder, lang)


@contextmanager
def draw_none(result: Result, folder: Path, lang: str) -> Iterator[None]:
    """Draw nothing."""
    yield


Draw = Callable[[Result, Path, str], AbstractContextManager[None]]
"""Who draws the figures: other work may be done in its `with` block, after which they are there."""


def save(result: Result, folder: Path | str, *, lang: str = "en", draw: Draw = draw_here) -> Path:
    """Write the result to `folder`, replacing an older result whole; return the folder.

    Everything is written beside it first and takes its place by rename, so that nothing half-written is ever seen.

    Raises
    ------
    NotAResultFolder
        if the folder exists, is not empty and is not an older result: it is left alone.
    """
    return place.write_whole(Path(folder), missing, lambda fresh: _write_all(result, fresh, lang, draw))


def save_by_currency(
    results: Mapping[str, Result], folder: Path | str, *, lang: str = "en", draw: Draw = draw_here
) -> Path:
    """Write one result folder for each currency, as FOLDER/JPY, FOLDER/USD; all of them, or none.

    Raises
    ------
    NotAResultFolder
        as `save` does.
    """

    def write(fresh: Path) -> None:
        for currency, result in results.items():
            (fresh / currency).mkdir()
            _write_all(result, fresh / currency, lang, draw)
        (fresh / CURRENCIES).write_text(json.dumps(list(results)) + "\n", encoding="utf-8")

    return place.write_whole(Path(folder), missing, write)


def _write_all(result: Result, folder: Path, lang: str, draw: Draw) -> None:
    with draw(result, folder / "figures", lang):
        write_result(result, folder)


def write_result(result: Result, folder: Path) -> None:
    """Write the files of a result, figures aside, to a folder that is there."""
    result.metrics.write_csv(folder / "metrics.csv", float_scientific=False)
    result.movements.write_csv(folder / "movements.csv", float_precision=4)
    if result.summary.get("source") != "billing":
        result.offers.write_csv(folder / "offers.csv", float_precision=4)
        result.teams.write_csv(folder / "teams.csv", float_scientific=False)
    for name, table in result.tables.items():
        table.write_csv(folder / f"{name}.csv", float_scientific=False)
    result.runs.write_parquet(folder / "runs.parquet", statistics=False)
    for name in ON_REQUEST:
        frame = getattr(result, name)
        if frame is not None:
            frame.write_csv(folder / f"{name}.csv", float_scientific=False)
    summary = json.dumps(result.summary, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / SUMMARY).write_text(summary + "\n", encoding="utf-8")
    if result.scenario_yaml:
        (folder / "scenario.yaml").write_text(result.scenario_yaml, encoding="utf-8")
    if result.ledger is not None:
        shutil.copyfile(result.ledger, folder / LEDGER)


def read(folder: Path | str) -> Result:
    """Read a result folder.

    Raises
    ------
    NotAResultFolder
        if the folder is missing or lacks one of a result's files.
    """
    folder = Path(folder)
    lacks = missing(folder)
    if lacks:
        raise NotAResultFolder(f"{folder} is not a result folder: {', '.join(lacks)} not found")
    if (folder / CURRENCIES).is_file():
        inside = ", ".join(str(folder / currency) for currency in json.loads((folder / CURRENCIES).read_text()))
        raise NotAResultFolder(f"{folder} holds one result for each currency; read one of {inside}")
    yaml, ledger = folder / "scenario.yaml", folder / LEDGER

    def table(name: str) -> pl.DataFrame | None:
        path = folder / f"{name}.csv"
        return pl.read_csv(path, schema_overrides=_COLUMNS) if path.is_file() else None

    offers, teams = table("offers"), table("teams")
    further = {name: table(name) for name in FURTHER}
    return Result(
        metrics=pl.read_csv(folder / "metrics.csv", schema_overrides=_COLUMNS),
        movements=pl.read_csv(folder / "movements.csv", schema_overrides=_COLUMNS),
        offers=no_offers() if offers is None else offers,
        teams=NO_TEAMS if teams is None else teams,
        runs=pl.read_parquet(folder / "runs.parquet"),
        summary=json.loads((folder / SUMMARY).read_text(encoding="utf-8")),
        scenario_yaml=yaml.read_text(encoding="utf-8") if yaml.is_file() else "",
        tables={name: frame for name, frame in further.items() if frame is not None},
        ledger=ledger if ledger.is_file() else None,
        **{name: _read_if_there(folder / f"{name}.csv") for name in ON_REQUEST},
    )


def _read_if_there(path: Path) -> pl.DataFrame | None:
    return pl.read_csv(path, schema_overrides=_COLUMNS) if path.is_file() else None


# further tables, NAME.csv: of runs, then of accounts; folders of earlier versions lack them
FURTHER = (
    *("cohorts", "journeys", "plan_moves", "usage", "bills"),
    *("plan_matrix", "top_customers", "reconciliation", "aside"),
)
# Said, not guessed: a column without a value (the deviation of one replication) would be read as text.
_TEXT = (
    *("month", "segment", "metric", "kind", "motion", "reason", "plan", "offer", "stage", "team", "figure", "cohort"),
    *("plan_from", "plan_to", "customer", "file", "column", "value", "currency", "entered", "rescued"),
)
_NUMBERS = (
    *("mean", "sd", "p05", "p50", "p95", "mrr_from", "mrr_to", "logo_retention", "mrr_retention", "share", "mrr"),
    *("expected", "z", "low95", "high95", "factor", "customers", "used_from", "used_to", "used", "bill"),
)
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(_TEXT, pl.String),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    "replications": pl.Int32,
    "age": pl.Int64,
}
