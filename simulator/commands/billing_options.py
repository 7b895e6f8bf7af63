"""Options of the commands that read a billing export, and what they mean for the readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from simulator.commands.options import WrongInput

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE ...", help="CSV, Parquet, SQLite or DuckDB files, or postgresql:// URLs.", show_default=False
    ),
]
PolicyName = Annotated[
    str, typer.Option("--policy", metavar="NAME|FILE", help="A preset, or a YAML file: how changes become movements.")
]
Knobs = Annotated[
    list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="One knob of the policy; may be repeated.")
]
Format = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help="Format of the export; recognised if not given.")
]
Mapped = Annotated[
    list[str] | None, typer.Option("--map", metavar="THEIRS=OURS", help="Name of a column; may be repeated.")
]
Query = Annotated[str | None, typer.Option("--query", metavar="SQL", help="What to read from a database.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Last day that the source knows of; its latest date if not given."),
]
Currency = Annotated[
    str | None, typer.Option("--currency", metavar="CUR", help="Of rows that state none, and the one to account.")
]
Timezone = Annotated[
    str, typer.Option("--timezone", metavar="ZONE", help="Of the months, and of times without a zone, e.g. Asia/Tokyo.")
]
SegmentBy = Annotated[
    str | None, typer.Option("--segment-by", metavar="COLUMN", help="Column whose values are segments.")
]
Interval = Annotated[
    str | None,
    typer.Option("--interval", metavar="INTERVAL", help="Of amounts that state none: month, year, 3 months."),
]
MinorUnits = Annotated[bool, typer.Option("--minor-units", help="Amounts that do not state their unit are cents.")]
Decimal = Annotated[str | None, typer.Option("--decimal", metavar="point|comma", help="Decimal sign of amounts.")]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="03/04/2026 is the 3rd of April, or March the 4th.")
]
EndInclusive = Annotated[bool, typer.Option("--end-inclusive", help="Periods last until the end of their last day.")]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Of text files, e.g. cp932.")]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", metavar="CHAR", help="Between the cells of text files; `tab` for tabs.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Rows set aside, and contradictions, are errors.")]
Pseudonyms = Annotated[bool, typer.Option("--pseudonyms", help="Give customers other names in all that is written.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="TEXT", help="Key of the pseudonyms: the same key gives the same names."),
]


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Return the pairs of a repeated option, LEFT=RIGHT."""
    found: dict[str, str] = {}
    problems = []
    for text in given or ():
        left, sign, right = text.partition("=")
        if not sign or not left.strip() or not right.strip():
            problems.append(f"{option}: `{text}` has no two sides; write {option} LEFT=RIGHT")
        elif left.strip() in found:
            problems.append(f"{option}: `{left.strip()}` is given twice")
        found[left.strip()] = right.strip()
    if problems:
        raise WrongInput("\n".join(problems))
    return found


@contextmanager
def billing_errors() -> Iterator[None]:
    """Turn errors of a billing source into errors of the input."""
    from simulator.billing.errors import BillingError

    try:
        yield
    except BillingError as error:
        raise WrongInput(str(error)) from None


def reading_options(**given: Any) -> dict[str, Any]:
    """Return the options of the readers that differ from what readers assume."""
    return {name: value for name, value in given.items() if value is not None}
