"""Targets beside the forecast (予実): a CSV file of budgeted or actual values, read whole and held against a result.

Columns: month (YYYY-MM), metric (as in metrics.csv), value (currency units, rates as fractions or with %), and
optionally segment (`all` where it is left out).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from simulator.reporting.result_view import Cell, series

REQUIRED = ("month", "metric", "value")
OPTIONAL = ("segment",)
MOST_SHOWN = 50
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Target:
    """One value of the file."""

    month: str
    metric: str
    segment: str
    value: float


@dataclass(frozen=True)
class Beside:
    """A target beside the forecast of its month.

    `variance` is forecast mean − target, `share` that divided by the target (None where the target is 0), `inside`
    whether the target lies in the 5-95 % band; all None where there is no forecast, `inside` also without a band.
    """

    target: Target
    forecast: Cell
    variance: float | None
    share: float | None
    inside: bool | None


class WrongTargets(Exception):  # noqa: N818  (it reads as the sentence it is)
    """A file of targets that cannot be used; `problems` has every one, with file, line and column."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        more = len(self.problems) - MOST_SHOWN
        shown = [*self.problems[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(shown))


def read_targets(path: Path | str, result: Any) -> tuple[Target, ...]:
    """Read a file of targets for a result.

    Raises
    ------
    WrongTargets
        with all that is wrong at once: the file, its columns, months or metrics that the result does not have,
        values that are no numbers, the same target twice.
    """
    path = Path(path)
    rows = _rows(path)
    known = _Known.of(result)
    problems: list[str] = []
    found: dict[tuple[str, str, str], tuple[int, Target]] = {}
    for line, row in rows:
        target, wrong = _target(path, line, row, known)
        problems += wrong
        if target is None:
            continue
        key = (target.month, target.metric, target.segment)
        if key in found:
            problems.append(f"{path}, line {line}: the same month, metric and segment as in line {found[key][0]}")
            continue
        found[key] = (line, target)
    if problems:
        raise WrongTargets(problems)
    order = {month: i for i, month in enumerate(result.months)}
    return tuple(sorted((x for _, x in found.values()), key=lambda x: order[x.month]))


def beside(result: Any, targets: Sequence[Target]) -> list[Beside]:
    """Each target beside the forecast of its month, in the order given."""
    cells: dict[tuple[str, str], Mapping[str, Cell]] = {}
    found = []
    for target in targets:
        key = (target.metric, target.segment)
        if key not in cells:
            cells[key] = {cell.month: cell for cell in series(result, *key)}
        cell = cells[key].get(target.month, Cell(target.month))
        variance = None if cell.mean is None else cell.mean - target.value
        share = None if variance is None or not target.value else variance / abs(target.value)
        banded = cell.p05 is not None and cell.p95 is not None
        inside = cell.p05 <= target.value <= cell.p95 if banded else None  # type: ignore[operator]
        found.append(Beside(target, cell, variance, share, inside))
    return found


@dataclass(frozen=True)
class _Known:
    months: tuple[str, ...]
    metrics: tuple[str, ...]
    segments: tuple[str, ...]

    @staticmethod
    def of(result: Any) -> _Known:
        metrics, segments = (tuple(result.metrics[x].unique(maintain_order=True)) for x in ("metric", "segment"))
        return _Known(tuple(result.months), metrics, segments)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of the file with their lines, once its columns are right."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WrongTargets([f"{path}: more than {MOST_BYTES:,} bytes; this is no file of monthly targets"])
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongTargets([f"{path} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise WrongTargets([f"{path}: byte {error.start + 1} is not UTF-8; save the file as CSV UTF-8"]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if not lines:
        raise WrongTargets([f"{path}: is empty; its first line names the columns: month,metric,value"])
    titles = [cell.strip() for cell in lines[0][1]]
    problems = [f"{path}, line 1: the column {x!r} is missing" for x in REQUIRED if x not in titles]
    problems += [
        f"{path}, line 1: there is no column {x!r}; columns are {', '.join((*REQUIRED, *OPTIONAL))}"
        for x in titles
        if x not in (*REQUIRED, *OPTIONAL)
    ]
    problems += [
        f"{path}, line 1: the column {x!r} is there twice" for x in sorted({x for x in titles if titles.count(x) > 1})
    ]
    if not problems:
        wide = [(line, row) for line, row in lines[1:] if len(row) != len(titles)]
        problems = [f"{path}, line {line}: {len(row)} cells, but {len(titles)} columns" for line, row in wide]
    if not problems and len(lines) == 1:
        problems = [f"{path}: has no row below its columns"]
    if problems:
        raise WrongTargets(problems)
    return [(line, dict(zip(titles, (cell.strip() for cell in row), strict=True))) for line, row in lines[1:]]


def _target(path: Path, line: int, row: dict[str, str], known: _Known) -> tuple[Target | None, list[str]]:
    wrong = []

    def say(column: str, text: str) -> None:
        wrong.append(f"{path}, line {line}, column {column}: {text}")

    if row["month"] not in known.months:
        say(
            "month", f"{row['month']!r} is not a month of the result ({known.months[0]} to {known.months[-1]}, YYYY-MM)"
        )
    if row["metric"] not in known.metrics:
        say("metric", f"there is no metric {row['metric']!r}{_nearest(row['metric'], known.metrics)}")
    segment = row.get("segment") or "all"
    if segment not in known.segments:
        say("segment", f"there is no segment {segment!r}; there are {', '.join(known.segments)}")
    value = _number(row["value"])
    if value is None:
        say("value", f"{row['value']!r} is not a number; write 12500000, 0.034 or 3.4%")
    if wrong or value is None:
        return None, wrong
    return Target(row["month"], row["metric"], segment, value), []


def _number(text: str) -> float | None:
    """The number, or None; a per cent sign divides by 100."""
    share = text.endswith("%")
    try:
        value = float(text.removesuffix("%").replace("_", "x"))
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return value / 100 if share else value


def _nearest(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else "; the names are in metrics.csv"
