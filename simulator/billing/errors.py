"""What is wrong with a billing file, said so that its owner can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class BillingError(Exception):
    """The input is wrong; `str` is the message, one problem a line, each with where it is and what would be right."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names for a message: `a, b, c and 4 more`."""
    names = list(names)
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def shown(value: str | None, most: int = 40) -> str:
    """Return a cell for a message: quoted, cut where it is long, without line breaks."""
    if value is None:
        return "nothing"
    return repr(value if len(value) <= most else value[:most] + "…")
