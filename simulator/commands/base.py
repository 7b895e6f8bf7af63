"""`plansim base`: who are our customers?"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from simulator.commands import billing_options as billing
from simulator.commands.options import Quiet, WrongInput, explained_errors


def base(
    files: billing.Files,
    at: Annotated[
        str, typer.Option("--at", metavar="MONTH", help="At the end of which month, YYYY-MM.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The customers file to write.")] = Path(
        "customers.csv"
    ),
    plan_map: Annotated[
        list[str] | None,
        typer.Option("--plan-map", metavar="THEIRS=OURS", help="Name of a plan in the scenario; may be repeated."),
    ] = None,
    policy: billing.PolicyName = "default",
    knobs: billing.Knobs = None,
    format: billing.Format = None,
    mapped: billing.Mapped = None,
    segment_by: billing.SegmentBy = None,
    query: billing.Query = None,
    as_of: billing.AsOf = None,
    currency: billing.Currency = None,
    timezone: billing.Timezone = "UTC",
    interval: billing.Interval = None,
    minor_units: billing.MinorUnits = False,
    decimal: billing.Decimal = None,
    day_first: billing.DayFirst = None,
    end_inclusive: billing.EndInclusive = False,
    encoding: billing.Encoding = None,
    delimiter: billing.Delimiter = None,
    pseudonyms: billing.Pseudonyms = False,
    key: billing.Key = None,
    quiet: Quiet = False,
) -> None:
    """Who are our customers? Write them as an opening base."""
    with explained_errors():
        if key is not None and not pseudonyms:
            raise WrongInput("--key is the key of pseudonyms; add --pseudonyms")
        columns, chosen = billing.pairs("--map", mapped), billing.pairs("--set", knobs)
        plans = billing.pairs("--plan-map", plan_map)
        from simulator.billing.account import customers_at
        from simulator.billing.harmless import harmless

        with billing.billing_errors():
            found = customers_at(
                files,
                at,
                policy,
                knobs=chosen,
                plan_map=plans,
                as_of=as_of,
                currency=currency,
                query=query,
                pseudonyms=(key or True) if pseudonyms else False,
                **billing.reading_options(
                    format=format,
                    mapping=columns,
                    segment_by=segment_by,
                    timezone=timezone,
                    interval=interval,
                    minor_units=minor_units,
                    decimal=decimal,
                    day_first=day_first,
                    end_inclusive=end_inclusive,
                    encoding=encoding,
                    delimiter=delimiter,
                ),
            )
        _write(harmless(found.customers).write_csv(), out)
        if not quiet:
            for sentence in (*found.said, *found.left_out):
                typer.echo(sentence, err=True)
            typer.echo(
                f"{found.customers.height:,} customers with an MRR of {found.mrr / 10_000:,.2f} at the end of {at}"
            )
        typer.echo(f"{out} written; in a scenario that starts with the next month: opening: {out.name}")


def _write(text: str, out: Path) -> None:
    """Write a file whole or not at all."""
    try:
        handle, fresh = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(fresh).chmod(0o644)
        Path(fresh).replace(out)
    except OSError as error:
        raise WrongInput(f"--out: {out} cannot be written: {error.strerror}") from None
