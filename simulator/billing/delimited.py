"""Delimited text as a table: which delimiter, whether every line has its cells, and on which line each row is."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from simulator.billing.cells.encodings import NAMES, decode
from simulator.billing.errors import BillingError, shown
from simulator.billing.reading import ReadOptions
from simulator.billing.table import ROW, Table, column_name

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_LINE = 1_000_000  # bytes; a billing row has some hundreds
MOST_COLUMNS = 5_000
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True)
class _Records:
    """Where each record of a file begins and ends, in bytes; quoted line breaks do not end one."""

    data: np.ndarray  # (bytes,) uint8
    quoted: np.ndarray | None  # (bytes,) whether inside quotation marks; None: there are none
    starts: np.ndarray  # (records,)
    ends: np.ndarray  # (records,) without the line break
    lines: np.ndarray  # (records,) line on which each begins, from 1

    def cells(self, delimiter: str) -> np.ndarray:
        """Return how many cells each record has: (records,)."""
        found = self.data == ord(delimiter)
        if self.quoted is not None:
            found &= ~self.quoted
        places = np.flatnonzero(found)
        return np.diff(np.searchsorted(places, self.starts), append=len(places)) + 1

    def text(self, record: int) -> str:
        return self.data[self.starts[record] : self.ends[record]].tobytes().decode("utf-8")


def read_delimited(data: bytes, name: str, options: ReadOptions, path: Path | None = None) -> Table:
    """Return the table that delimited text is; lines that are empty, or hold delimiters only, are passed over.

    Raises
    ------
    BillingError
        if it is empty, binary, in an unclear encoding or delimiter, if column names are missing twice, if a line has
        more or fewer cells than the header, if a quotation mark is never closed, or if a line is absurdly long.
    """
    if not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        raise BillingError(f"{name}: the file is empty; a header line and at least one row are needed")
    text, encoding = decode(data, name, options.encoding)
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")  # line ends of old Macintoshes, which some exports still have
    records = _records(text, name)
    delimiter = _delimiter(records, name, options.delimiter)
    cells = records.cells(delimiter)
    headers = next(csv.reader([records.text(0)], delimiter=delimiter))
    names = _names(headers, name, int(records.lines[0]))
    _check_quotes(records, name, delimiter)
    kept = _not_empty(records, cells, delimiter)
    _check_cells(records, kept, cells, len(names), name, delimiter)
    frame = _frame(records, kept, names, delimiter, name)
    said = []
    if encoding is not None:
        said.append(f"{name}: read as {NAMES.get(encoding, encoding)}")
    if delimiter != ",":
        said.append(f"{name}: cells are separated by {DELIMITERS.get(delimiter, repr(delimiter))}s")
    empty = len(records.starts) - 1 - len(kept)
    if empty:
        said.append(f"{name}: {empty:,} empty lines passed over")
    lines = records.lines[kept]
    regular = len(lines) == 0 or (lines[-1] - lines[0] == len(lines) - 1)
    return Table(
        name,
        frame,
        dict(zip(names, headers, strict=True)),
        path,
        None if regular else pl.Series("line", lines),
        (int(lines[0]) if len(lines) else None) if regular else None,
        said=tuple(said),
    )


def _records(text: bytes, name: str) -> _Records:
    data = np.frombuffer(text, np.uint8)
    breaks = data == _NEWLINE
    newlines = np.flatnonzero(breaks)
    quoted = None
    if b'"' in text:
        marks = np.flatnonzero(data == _QUOTE)
        runs = np.diff(marks, prepend=0, append=len(data))
        quoted = np.repeat(np.arange(len(runs)) % 2 == 1, runs)  # a mark turns it on, the next one off
        if len(marks) % 2:
            line = text[: int(marks[-1])].count(b"\n") + 1
            raise BillingError(
                f'{name}, line {line}: a quotation mark (") is opened or closed here and has no partner; write a '
                f'quotation mark inside a cell twice ("")'
            )
        ends = newlines[~quoted[newlines]]
    else:
        ends = newlines
    starts = np.concatenate(([0], ends + 1)).astype(np.int64)
    ends = np.concatenate((ends, [len(data)])).astype(np.int64)
    if starts[-1] >= len(data) and len(starts) > 1:  # the file ends with a line break
        starts, ends = starts[:-1], ends[:-1]
    longest = int(np.argmax(ends - starts))
    lines = np.searchsorted(newlines, starts, side="left") + 1
    if ends[longest] - starts[longest] > LONGEST_LINE:
        raise BillingError(
            f"{name}, line {lines[longest]}: the line is {ends[longest] - starts[longest]:,} bytes long (at most "
            f"{LONGEST_LINE:,}): is a quotation mark not closed, or are line breaks missing?"
        )
    returns = (ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN)
    first = 0
    while first < len(starts) - 1 and ends[first] - returns[first] <= starts[first]:
        first += 1  # empty lines before the header
    return _Records(data, quoted, starts[first:], (ends - returns)[first:], lines[first:])


def _delimiter(records: _Records, name: str, declared: str | None) -> str:
    """Return the delimiter: the one that gives the header and the first rows the same number of cells."""
    if declared is not None:
        declared = {"tab": "\t", "\\t": "\t"}.get(declared, declared)
        if len(declared) != 1 or ord(declared) > 127:
            raise BillingError(f"{name}: --delimiter must be one character (or tab), not {declared!r}")
        return declared
    end = int(records.ends[:50][-1]) + 1
    few = _Records(
        records.data[:end],
        None if records.quoted is None else records.quoted[:end],
        records.starts[:50],
        records.ends[:50],
        records.lines[:50],
    )
    in_header = {d: int(few.cells(d)[0]) for d in DELIMITERS}
    if max(in_header.values()) == 1:
        return ","  # one column; recognition will say what is missing
    steady = [d for d, cells in in_header.items() if cells > 1 and bool((few.cells(d) == cells).all())]
    candidates = steady or [d for d, cells in in_header.items() if cells == max(in_header.values())]
    most = max(in_header[d] for d in candidates)
    best = [d for d in candidates if in_header[d] == most]
    if len(best) > 1:
        raise BillingError(
            f"{name}, line 1: cells could be separated by {' or '.join(DELIMITERS[d] for d in best)}; give --delimiter"
        )
    return best[0]


def _names(headers: list[str], name: str, line: int) -> list[str]:
    if len(headers) > MOST_COLUMNS:
        raise BillingError(f"{name}, line {line}: {len(headers):,} columns (at most {MOST_COLUMNS:,})")
    names = [column_name(header) or f"column_{i + 1}" for i, header in enumerate(headers)]
    places: dict[str, list[int]] = {}
    for i, column in enumerate(names):
        places.setdefault(column, []).append(i)
    twice = [at for at in places.values() if len(at) > 1]
    if twice:
        raise BillingError(
            [
                f"{name}, line {line}: columns {' and '.join(str(i + 1) for i in at)} have the same name, "
                f"{' and '.join(shown(headers[i]) for i in at)}; rename one"
                for at in twice
            ]
        )
    return names


def _check_quotes(records: _Records, name: str, delimiter: str) -> None:
    """Refuse quotation marks that open in the middle of a cell: what they mean differs from program to program."""
    if records.quoted is None:
        return
    data, quoted = records.data, records.quoted
    opens = np.flatnonzero((data == _QUOTE) & quoted)
    before = data[np.maximum(opens - 1, 0)]
    stray = opens[(opens > 0) & (before != ord(delimiter)) & (before != _NEWLINE) & (before != _QUOTE)]
    if len(stray):
        record = int(np.searchsorted(records.starts, stray[0], side="right")) - 1
        raise BillingError(
            f'{name}, line {records.lines[max(record, 0)]}: a quotation mark (") in the middle of a cell; quote the '
            f'whole cell and write the mark inside twice ("")'
        )


def _not_empty(records: _Records, cells: np.ndarray, delimiter: str) -> np.ndarray:
    """Return the records after the header that hold anything but delimiters."""
    lengths = records.ends - records.starts
    every = np.arange(1, len(records.starts))
    bare = every[(lengths[1:] - (cells[1:] - 1)) <= 0]
    few = np.array([r for r in bare if not records.text(r).strip(delimiter).strip()], dtype=np.int64)
    return np.setdiff1d(every, few, assume_unique=True) if len(few) else every


def _check_cells(records: _Records, kept: np.ndarray, cells: np.ndarray, width: int, name: str, delimiter: str) -> None:
    wrong = kept[cells[kept] != width]
    if not len(wrong):
        return
    many = "" if len(wrong) <= 5 else f" ({len(wrong):,} such lines, the first five shown)"
    hint = (
        "; an amount such as 1,234 must be quoted where the comma separates cells"
        if delimiter == "," and (cells[wrong] > width).any()
        else ""
    )
    common, times = Counter(cells[kept].tolist()).most_common(1)[0]
    if common != width and times > 1 and times == len(wrong):
        hint += "; if lines stand above the header, remove them"
    raise BillingError(
        [
            f"{name}, line {records.lines[r]}: {cells[r]} cells, where the header has {width}{many if i == 0 else ''}"
            f"{hint if i == 0 else ''}"
            for i, r in enumerate(wrong[:5])
        ]
    )


def _frame(records: _Records, kept: np.ndarray, names: list[str], delimiter: str, name: str) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String)
    if not len(kept):
        return pl.DataFrame(schema=schema | {ROW: pl.Int64})
    if len(kept) == len(records.starts) - 1:
        body = records.data[records.starts[1] : records.ends[-1]].tobytes()
    else:
        body = b"\n".join(records.data[records.starts[r] : records.ends[r]].tobytes() for r in kept)
    try:
        frame = pl.read_csv(
            body, has_header=False, schema=schema, separator=delimiter, quote_char='"', infer_schema=False
        )
    except pl.exceptions.PolarsError as error:
        raise BillingError(f"{name}: the cells cannot be told apart: {str(error).splitlines()[0]}") from None
    if frame.height != len(kept):
        raise BillingError(
            f"{name}: {len(kept):,} rows were counted and {frame.height:,} read; are quotation marks out of place?"
        )
    return frame.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW))
