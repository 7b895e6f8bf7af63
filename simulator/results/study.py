"""What a study has found: tables, a summary, and the results of the scenarios that it ran."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from simulator.results import folder as result_folder
from simulator.results import place
from simulator.results.place import NotAResultFolder
from simulator.results.result import Result

SUMMARY = "summary.json"

# Tables of each kind of study, by file name without its ending: what its folder must hold.
KINDS: dict[str, tuple[str, ...]] = {
    "comparison": ("differences", "choices"),
    "cases": ("differences", "choices", "cases"),
    "sweep": ("sweep", "design"),
    "tornado": ("tornado",),
    "sobol": ("sobol",),
    "solution": ("solution", "trials"),
    "trade_off": ("trade_off", "trials"),
    "attribution": ("attribution", "movements_by_lever"),
}


@dataclass(frozen=True)
class Study:
    """What a study has found.

    Attributes
    ----------
    kind
        of KINDS
    tables
        frames by name; their columns are in docs/studies.md
    summary
        what `summary.json` holds: at least kind, title, currency, fiscal_year_start, horizon, replications, seed
    runs
        results of single scenarios by name, each in a folder of its own within the study's
    """

    kind: str
    tables: dict[str, pl.DataFrame]
    summary: dict[str, Any]
    runs: dict[str, Result] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Title of the study."""
        return self.summary["title"]

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.summary["currency"]

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the horizon, YYYY-MM."""
        return tuple(self.summary["horizon"]["labels"])

    @property
    def fiscal_year_start(self) -> int:
        """Month in which the fiscal year starts (1 = January)."""
        return self.summary["fiscal_year_start"]

    @property
    def replications(self) -> int:
        """Number of replications of each scenario."""
        return self.summary["replications"]

    @property
    def seed(self) -> int:
        """The seed of the draws."""
        return self.summary["seed"]

    def table(self, name: str) -> pl.DataFrame:
        """Return a table.

        Raises
        ------
        KeyError
            if there is none of that name; the message lists those there are.
        """
        if name not in self.tables:
            raise KeyError(f"no table {name!r} in a {self.kind}; there are {', '.join(self.tables)}")
        return self.tables[name]

    def figure(self, name: str, lang: str = "en") -> Any:
        """Return a matplotlib Figure of the study."""
        from simulator.reporting.study_figures import draw  # matplotlib is slow to import

        return draw(self, name, lang)

    def save(self, folder: Path | str, *, lang: str = "en", figures: bool = True) -> Path:
        """Write the study's folder, whole or not at all, over an older one of its kind; return its path."""

        def write(fresh: Path) -> None:
            _write(self, fresh)
            if figures:
                from simulator.reporting.save import save_all
                from simulator.reporting.study_figures import save_study

                save_study(self, fresh / "figures", lang)
                for name, result in self.runs.items():
                    save_all(result, fresh / name / "figures", lang)

        return place.write_whole(Path(folder), partial(_missing, self.kind), write)


def files(kind: str) -> tuple[str, ...]:
    """Return the files that the folder of such a study has."""
    return (SUMMARY, *(f"{table}.csv" for table in KINDS[kind]))


def _missing(kind: str, folder: Path) -> list[str]:
    return place.missing_files(folder, files(kind))


def check_place(folder: Path, kind: str) -> None:
    """Refuse a place that holds something other than an older study of the kind, or that cannot be written.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place.check_place(folder, partial(_missing, kind))


def _write(study: Study, folder: Path) -> None:
    for name in KINDS[study.kind]:
        study.tables[name].write_csv(folder / f"{name}.csv", float_scientific=False)
    summary = json.dumps(study.summary, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / SUMMARY).write_text(summary + "\n", encoding="utf-8")
    for name, result in study.runs.items():
        (folder / name).mkdir()
        result_folder.write_result(result, folder / name)


def is_study(folder: Path | str) -> bool:
    """Tell whether a folder holds a study (and not a run, or nothing of the kind)."""
    path = Path(folder) / SUMMARY
    return path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("kind") in KINDS


def read_study(folder: Path | str) -> Study:
    """Read a study's folder.

    Raises
    ------
    NotAResultFolder
        if it holds no study, or lacks one of its files.
    """
    folder = Path(folder)
    if not is_study(folder):
        raise NotAResultFolder(f"{folder} is not the folder of a study: no {SUMMARY} that names its kind")
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    kind = summary["kind"]
    missing = _missing(kind, folder)
    if missing:
        raise NotAResultFolder(f"{folder} is not a whole {kind}: {', '.join(missing)} not found")
    tables = {name: _read_table(folder / f"{name}.csv") for name in KINDS[kind]}
    runs = {name: result_folder.read(folder / name) for name in summary.get("runs", [])}
    return Study(kind, tables, summary, runs)


# Columns that are text whatever their values look like, and whole numbers; all others of a study's tables are numbers.
TEXT = (
    *("month", "case", "segment", "metric", "scenario", "key", "lever"),
    *("value_text", "text", "end", "status", "kind", "motion", "reason"),
)
WHOLE = ("point", "trial")


def _read_table(path: Path) -> pl.DataFrame:
    names: Sequence[str] = path.read_text(encoding="utf-8").split("\n", 1)[0].strip().split(",")
    return pl.read_csv(path, schema={name: _kind(name) for name in names})


def _kind(name: str) -> type[pl.DataType]:
    if name in TEXT or name.endswith("_text"):
        return pl.String
    return pl.Int64 if name in WHOLE else pl.Float64
