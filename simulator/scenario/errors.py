"""What is wrong with a scenario: where it is written, and what is allowed there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing to mend in a scenario or customer file.

    `line` counts from 1; 0 stands for the file as a whole. `key` is the dotted path as the team wrote it
    (`segments.smb.cancel.standard`), or a column name for a customer file; it may be empty.
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ScenarioError(Exception):
    """A scenario that cannot be used, with every problem found in it, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        # A file read twice (say, once an epoch) must not report the same thing twice.
        unique = dict.fromkeys(problems)
        self.problems: tuple[Problem, ...] = tuple(sorted(unique, key=lambda p: (p.file, p.line)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean `standard`?)` for the nearest known name, or nothing when none is near."""
    lower = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean `{lower[near[0]]}`?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Names for a message: `` `a`, `b`, `c` ``."""
    return ", ".join(f"`{name}`" for name in names)
