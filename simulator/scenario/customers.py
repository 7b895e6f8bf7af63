"""Real customers at the start: a CSV file of who they are and what they hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.scenario import units
from simulator.scenario.errors import Problem, ScenarioError, did_you_mean
from simulator.scenario.keys import Keys
from simulator.scenario.kinds import MONTHLY
from simulator.scenario.reading import decoded

REQUIRED = ("customer_id", "plan", "tenure_months")
OPTIONAL = ("segment", "term", "addons", "seats", "usage", "mrr")
COLUMNS = (*REQUIRED, *OPTIONAL)
MAX_SHOWN = 50
MAX_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Customers:
    """Columns of a customer file, one entry a customer, in the order of the file.

    `mrr` is in ten-thousandths of a currency unit; None means the list price. `tenure_months` counts from sign-up
    to the start of the scenario. `seats` and `usage` (the amount used in a month) are None where they are drawn as for
    customers given as counts.
    """

    customer_id: tuple[str, ...]
    segment: tuple[str, ...]
    plan: tuple[str, ...]
    term: tuple[str, ...]
    addons: tuple[tuple[str, ...], ...]
    tenure_months: tuple[float, ...]
    mrr: tuple[int | None, ...]
    seats: tuple[int | None, ...]
    usage: tuple[float | None, ...]

    def __len__(self) -> int:
        return len(self.customer_id)

    def of(self, segment: str) -> Customers:
        """The customers of one segment."""
        kept = [row for row, name in enumerate(self.segment) if name == segment]
        return Customers(*(tuple(column[row] for row in kept) for column in self._columns()))

    def _columns(self) -> tuple[tuple, ...]:
        known = (self.customer_id, self.segment, self.plan, self.term, self.addons, self.tenure_months, self.mrr)
        return (*known, self.seats, self.usage)


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def read_customers(path: str | Path, keys: Keys, segments: Sequence[str] = ()) -> Customers:
    """Read and check a customer file against the keys of the first epoch.

    `segments`: the segments that take their opening customers from this file (default: all of the scenario).
    A file of a single segment may leave the `segment` column out. Raises `ScenarioError` with every problem found.
    """
    file, users = Path(path), tuple(segments) or tuple(keys.segments)
    header, rows, problems = _read_rows(file)
    problems += _header_problems(file, header, users)
    if not problems and not rows:
        problems.append(Problem(str(file), 1, "", "has no customers: there is only the header line"))
    if not _fatal(header, problems):
        customers = _Reading(str(file), keys, users)
        for row in rows:
            customers.add(row)
        problems += customers.problems
        if not problems:
            return customers.result()
    raise ScenarioError(_shortened(problems))


def _read_rows(file: Path) -> tuple[list[str], list[_Row], list[Problem]]:
    name = str(file)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ScenarioError([Problem(name, 0, "", "is larger than 1 GB: not a customer file")])
        raw = file.read_bytes()
    except FileNotFoundError:
        raise ScenarioError([Problem(name, 0, "", "there is no such file")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([Problem(name, 0, "", f"cannot be read: {reason}")]) from None
    text = decoded(raw, name)
    if not text.strip():
        raise ScenarioError([Problem(name, 1, "", f"is empty; the first line names the columns: {','.join(COLUMNS)}")])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems: list[Problem] = []
    rows: list[_Row] = []
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            started, line = line, reader.line_num + 1
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
            elif len(cells) != len(header):
                more = "more" if len(cells) > len(header) else "fewer"
                message = f"has {len(cells)} fields, {more} than the {len(header)} columns of the header"
                problems.append(Problem(name, started, "", message))
            else:
                rows.append(_Row(started, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        problems.append(Problem(name, line, "", f"is not valid CSV: {error}"))
    return header, rows, problems


def _header_problems(file: Path, header: list[str], users: tuple[str, ...]) -> list[Problem]:
    problems = []
    required = (*REQUIRED, "segment") if len(users) > 1 else REQUIRED
    for column in header:
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS) or f"; known: {', '.join(COLUMNS)}"
            problems.append(Problem(str(file), 1, column, f"unknown column{hint}"))
        elif header.count(column) > 1 and not any(problem.key == column for problem in problems):
            problems.append(Problem(str(file), 1, column, "is there twice"))
    for column in required:
        if column not in header:
            why = ": the file is used by several segments" if column == "segment" else ""
            problems.append(Problem(str(file), 1, column, f"missing column{why}"))
    return problems


def _fatal(header: list[str], problems: list[Problem]) -> bool:
    """Whether cells cannot be held against columns, so that row by row errors would be noise."""
    return any(problem.line == 1 and problem.key for problem in problems) or len(set(header)) < len(header)


class _Reading:
    """Rows into columns, with what is wrong in each row."""

    def __init__(self, file: str, keys: Keys, users: tuple[str, ...]) -> None:
        self.file, self.keys, self.users = file, keys, users
        self.problems: list[Problem] = []
        self._lines: dict[str, int] = {}
        self._rows: list[tuple] = []

    def add(self, row: _Row) -> None:
        before = len(self.problems)
        cells = row.cells
        plan = self._known(row, "plan", self.keys.plans)
        term = self._known(row, "term", (MONTHLY, *self.keys.terms)) if cells.get("term") else MONTHLY
        values = (
            self._customer(row),
            self._segment(row),
            plan,
            term,
            self._addons(row, plan),
            self._number(row, "tenure_months"),
            self._mrr(row),
            self._seats(row),
            self._usage(row),
        )
        if len(self.problems) == before:
            self._rows.append(values)

    def result(self) -> Customers:
        return Customers(*(tuple(column) for column in zip(*self._rows, strict=True)))

    def _report(self, row: _Row, column: str, message: str) -> None:
        self.problems.append(Problem(self.file, row.line, column, message))

    def _customer(self, row: _Row) -> str:
        name = row.cells["customer_id"]
        if not name:
            self._report(row, "customer_id", "is empty")
        elif name in self._lines:
            self._report(row, "customer_id", f"`{name}` is there already, in line {self._lines[name]}")
        self._lines.setdefault(name, row.line)
        return name

    def _segment(self, row: _Row) -> str:
        if "segment" not in row.cells:
            return self.users[0]
        name = self._known(row, "segment", self.keys.segments)
        if name in self.keys.segments and name not in self.users:
            self._report(row, "segment", f"`{name}` does not take its opening customers from this file")
        return name

    def _known(self, row: _Row, column: str, known: Iterator[str] | Sequence[str] | dict) -> str:
        name = row.cells[column]
        if not name:
            self._report(row, column, "is empty")
        elif name not in known:
            self._report(row, column, f"there is no {column} `{name}`{did_you_mean(name, known)}")
        return name

    def _addons(self, row: _Row, plan: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in row.cells.get("addons", "").split(";") if name.strip())
        for position, name in enumerate(names):
            if name not in self.keys.addons:
                self._report(row, "addons", f"there is no add-on `{name}`{did_you_mean(name, self.keys.addons)}")
            elif name in names[:position]:
                self._report(row, "addons", f"`{name}` is named twice")
            elif plan in self.keys.plans and plan not in self.keys.addons[name].with_:
                self._report(row, "addons", f"`{name}` cannot be held with the plan `{plan}`")
        return names

    def _number(self, row: _Row, column: str) -> float:
        try:
            value = units.number(row.cells[column])
        except ValueError:
            self._report(row, column, f"`{row.cells[column][:40]}` is not a number of months; write e.g. 18 or 18.5")
            return 0.0
        if value < 0:
            self._report(row, column, f"{row.cells[column]} is negative; tenure counts from sign-up to the start")
        return value

    def _seats(self, row: _Row) -> int | None:
        text = row.cells.get("seats", "")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
            message = f"`{text[:40]}` is not a number of seats; write a whole number from 1, e.g. 3"
            self._report(row, "seats", message)
            return None
        return int(text)

    def _usage(self, row: _Row) -> float | None:
        text = row.cells.get("usage", "")
        if not text:
            return None
        try:
            value = units.number(text)
        except ValueError:
            value = -1.0
        if value < 0:
            self._report(row, "usage", f"`{text[:40]}` is not a used amount; write a number from 0, e.g. 320")
            return None
        return value

    def _mrr(self, row: _Row) -> int | None:
        text = row.cells.get("mrr", "")
        if not text:
            return None
        try:
            amount = units.money(text)
        except ValueError as error:
            self._report(row, "mrr", str(error))
            return None
        if amount < 0:
            self._report(row, "mrr", f"{text} is negative; leave it blank for the list price")
        return amount


def _shortened(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    ordered = sorted(problems, key=lambda problem: problem.line)
    if len(ordered) <= MAX_SHOWN:
        return ordered
    hidden = ordered[MAX_SHOWN:]
    return [
        *ordered[:MAX_SHOWN],
        Problem(hidden[0].file, hidden[0].line, "", f"and {len(hidden)} more problems"),
    ]
