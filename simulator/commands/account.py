"""`plansim account`: what did happen?"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands import billing_options as billing
from simulator.commands.options import (
    Lang,
    Quiet,
    WrongInput,
    checked_lang,
    checked_place,
    explained_errors,
    say_if_compiled_now,
)


def account(
    files: billing.Files,
    policy: billing.PolicyName = "default",
    knobs: billing.Knobs = None,
    format: billing.Format = None,
    mapped: billing.Mapped = None,
    segment_by: billing.SegmentBy = None,
    query: billing.Query = None,
    as_of: billing.AsOf = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="MONTH", help="First month, YYYY-MM; MRR before it is the opening.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="MONTH", help="Last month, YYYY-MM.")] = None,
    currency: billing.Currency = None,
    rates: Annotated[
        Path | None,
        typer.Option("--rates", metavar="FILE", help="month,currency,rate: all currencies as one, in --currency."),
    ] = None,
    timezone: billing.Timezone = "UTC",
    interval: billing.Interval = None,
    minor_units: billing.MinorUnits = False,
    decimal: billing.Decimal = None,
    day_first: billing.DayFirst = None,
    end_inclusive: billing.EndInclusive = False,
    encoding: billing.Encoding = None,
    delimiter: billing.Delimiter = None,
    strict: billing.Strict = False,
    pseudonyms: billing.Pseudonyms = False,
    key: billing.Key = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Of tables and figures.")] = None,
    fiscal_year_start: Annotated[
        int,
        typer.Option("--fiscal-year-start", metavar="MONTH", help="Month in which the fiscal year begins, 1 to 12."),
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the results; reports/NAME if not given."),
    ] = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """What did happen? Account a billing export."""
    with explained_errors():
        gc.set_threshold(50_000)  # looking for cycles among all that is imported took a fifth of a small export's time
        checked_lang(lang)
        if key is not None and not pseudonyms:
            raise WrongInput("--key is the key of pseudonyms; add --pseudonyms")
        columns, chosen = billing.pairs("--map", mapped), billing.pairs("--set", knobs)
        from simulator.billing.account import accounts, folder_after

        folder = out or Path("reports") / folder_after(files)
        checked_place(folder)
        say_if_compiled_now("_replay", quiet)
        names = _key(key, quiet) if pseudonyms else False
        with billing.billing_errors():
            results = accounts(
                files,
                policy,
                knobs=chosen,
                first=first,
                until=until,
                as_of=as_of,
                currency=currency,
                rates=rates,
                query=query,
                pseudonyms=names,
                title=title,
                fiscal_year_start=fiscal_year_start,
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
                    strict=strict,
                ),
            )
        from simulator.results.folder import save, save_by_currency

        if len(results) == 1:
            save(next(iter(results.values())), folder, lang=lang)
        else:
            save_by_currency(results, folder, lang=lang)
        if not quiet:
            print_accounts(results, lang)
        typer.echo(f"results: {folder}")


def _key(key: str | None, quiet: bool) -> str:
    """Return the key of the pseudonyms; a fresh one is said on the terminal and written nowhere."""
    if key is not None:
        return key
    from simulator.billing.pseudonyms import random_key

    fresh = random_key()
    if not quiet:
        typer.echo(
            f"key of the pseudonyms: {fresh} (keep it secret; --key with it gives the same names again)", err=True
        )
    return fresh


def print_accounts(results: dict[str, Any], lang: str) -> None:
    """Print how the source was understood, and for each currency the movement table, the headline and the warnings."""
    from rich.console import Console

    from simulator.reporting.terminal import print_run

    told = next(iter(results.values())).summary
    for sentence in told["said"]:
        typer.echo(sentence, err=True)
    for sentence in told["cannot"]:
        typer.echo(f"not in the source: {sentence}", err=True)
    knobs = "".join(f", {knob}: {value}" for knob, value in told["policy"]["set"].items())
    typer.echo(f"policy: {told['policy']['preset']}{knobs}; as of {told['as_of'][:10]}", err=True)
    for result in results.values():
        print_run(result, Console(), lang)
