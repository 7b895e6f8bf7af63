"""A vendor's format: the tables it is made of, each known by a set of column names, never by their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.billing.errors import BillingError, listed
from simulator.billing.reading import Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table


@dataclass(frozen=True)
class Part:
    """One table of a format.

    Attributes
    ----------
    needs
        columns without which a table is not this part; a tuple gives names of which one must be there.
    reads
        further columns that are used where they are there.
    lacks
        columns that show that a table is something else.
    reference
        the table is only looked up: its rows make no items.
    prefix
        regular expression of what may stand before the names.
    pattern
        regular expression that one column at least must fit.
    """

    needs: tuple[str | tuple[str, ...], ...]
    reads: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()
    reference: bool = False
    prefix: str = ""
    pattern: str = ""

    def plain(self, column: str) -> str:
        """Return a column's name without the part's prefix and without the suffix of its time zone."""
        return re.sub(r"_utc$", "", re.sub(f"^(?:{self.prefix})", "", column) if self.prefix else column)

    def fits(self, columns: frozenset[str]) -> bool:
        """Tell whether a table with these columns is this part."""
        plain = {self.plain(column) for column in columns}
        needed = all(plain & {one} if isinstance(one, str) else plain & set(one) for one in self.needs)
        fits = not self.pattern or any(re.fullmatch(self.pattern, name) for name in plain)
        return needed and fits and not plain & self.lacks

    @property
    def names(self) -> frozenset[str]:
        """Every column that is used."""
        needed = [(one,) if isinstance(one, str) else one for one in self.needs]
        return frozenset(name for names in needed for name in names) | frozenset(self.reads)


@dataclass(frozen=True)
class VendorReader:
    """One format of a vendor; a `Reader`."""

    name: str
    title: str
    parts: Mapping[str, Part]
    least: tuple[frozenset[str], ...]  # sets of parts of which one must be there
    cannot: tuple[str, ...]
    reading: Callable[[Mapping[str, Sequence[Table]], ReadOptions], Reading]
    generic: bool = field(default=False, init=False)

    @property
    def fields(self) -> frozenset[str]:
        """Every column name that is read."""
        return frozenset().union(*(part.names for part in self.parts.values()))

    @property
    def needs(self) -> str:
        """The columns that are needed, for a message."""
        texts = []
        for least in self.least:
            for name in sorted(least):
                one = [c if isinstance(c, str) else " or ".join(c) for c in self.parts[name].needs]
                texts.append(listed(one, 8) if len(self.parts) == 1 else f"{name} ({listed(one, 8)})")
        return "; ".join(dict.fromkeys(texts))

    def recognises(self, columns: frozenset[str]) -> str | None:
        """Return which part a table with these columns is; None: it is none."""
        return next((name for name, part in self.parts.items() if part.fits(columns)), None)

    def complete(self, parts: frozenset[str]) -> bool:
        """Tell whether these parts are enough to read."""
        return any(least <= parts for least in self.least)

    def read(self, tables: Sequence[Table], options: ReadOptions) -> Reading:
        """Read the tables.

        Raises
        ------
        BillingError
            where a table is not of this format, or one is missing.
        """
        found: dict[str, list[Table]] = {}
        for table in tables:
            part = self.recognises(table.columns)
            if part is None:
                raise BillingError(f"{table.name}: this is no table of {self.title}; needed: {self.needs}")
            found.setdefault(part, []).append(_plain(table, self.parts[part]))
        if not self.complete(frozenset(found)):
            raise BillingError(f"{self.title}: found only {listed(sorted(found))}; needed: {self.needs}")
        return self.reading(found, options)


def _plain(table: Table, part: Part) -> Table:
    """Return the table with plain names; a column that has the plain name already keeps it."""
    names = {name: part.plain(name) for name in table.frame.columns if name not in (ROW, FILE)}
    renamed = {name: plain for name, plain in names.items() if plain != name and plain not in table.frame.columns}
    headers = dict(table.headers) | {plain: table.header(name) for name, plain in renamed.items()}
    numeric = frozenset(renamed.get(name, name) for name in table.numeric)
    return replace(table, frame=table.frame.rename(renamed), headers=headers, numeric=numeric)
