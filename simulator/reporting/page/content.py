"""What a page is made of: parts with a heading, and blocks of text, facts, tables, figures in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One text of a table or a list: what it is sorted by, a note in small below it, the part it leads to."""

    text: str
    key: float | None = None
    note: str = ""
    leads_to: str = ""


@dataclass(frozen=True)
class Table:
    """A caption, column titles, rows of as many cells (the first is the row's heading), and notes below.

    `words` are the columns of text (left, sorted by their letters); `totals` the rows that sorting leaves below.
    """

    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    words: frozenset[int] = frozenset({0})
    totals: frozenset[int] = frozenset()

    kind = "table"

    def is_sortable(self, column: int) -> bool:
        """Whether the rows can be put in the order of a column: there are several, and it has something to go by."""
        rows = [row for i, row in enumerate(self.rows) if i not in self.totals]
        some = column in self.words or any(row[column].key is not None for row in rows)
        return len(rows) > 1 and some


@dataclass(frozen=True)
class Text:
    """A paragraph; `weak` ones are notes."""

    text: str
    weak: bool = False

    kind = "text"


@dataclass(frozen=True)
class Items:
    """A list of sentences, some of which lead to a part."""

    items: Sequence[Cell]

    kind = "items"


@dataclass(frozen=True)
class Facts:
    """Labelled values, large."""

    facts: Sequence[tuple[str, str]]

    kind = "facts"


@dataclass(frozen=True)
class Picture:
    """A figure as inline SVG."""

    svg: Markup
    finding: str

    kind = "picture"


@dataclass(frozen=True)
class Code:
    """Text that is shown as it stands."""

    text: str
    label: str

    kind = "code"


@dataclass(frozen=True)
class Folded:
    """Parts or blocks that are shown on demand, and always in print."""

    summary: str
    blocks: Sequence[Block] = ()
    parts: Sequence[Part] = ()

    kind = "folded"


Block = Table | Text | Items | Facts | Picture | Code | Folded


@dataclass
class Part:
    """A heading, what stands below it, and parts within it. `anchor` is unique on the page, or empty."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    anchor: str = ""


def listed(sentences: Sequence[str]) -> Items:
    """A list of plain sentences."""
    return Items([Cell(sentence) for sentence in sentences])
