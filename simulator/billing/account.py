"""Account a billing export: what did happen, in the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from simulator.accounting.policy import Policy
from simulator.billing.account_converted import account_converted
from simulator.billing.account_items import About, account_items
from simulator.billing.base import Base, base_of_items
from simulator.billing.conversion import read_rates
from simulator.billing.errors import BillingError, listed
from simulator.billing.harmless import harmless
from simulator.billing.policy_file import read_policy
from simulator.billing.read import Billing, read_billing
from simulator.billing.reading import ReadOptions
from simulator.billing.reasons import REASONS
from simulator.billing.window import checked_timezone, end_of_day, window
from simulator.results.result import Result

Sources = str | Path | Sequence[str | Path]


def account(files: Sources, policy: str | Path | Policy = "default", **options: Any) -> Result:
    """Account a billing export in one currency; options are those of `accounts`.

    Raises
    ------
    BillingError
        as `accounts`, and if there are several currencies and none is chosen.
    """
    results = accounts(files, policy, **options)
    if len(results) > 1:
        raise BillingError(
            f"the source is in several currencies: {listed(results)}; choose one with `currency`, or take each from "
            f"`accounts`"
        )
    return next(iter(results.values()))


def accounts(
    files: Sources,
    policy: str | Path | Policy = "default",
    *,
    knobs: Mapping[str, Any] | None = None,
    first: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    currency: str | None = None,
    rates: str | Path | None = None,
    query: str | None = None,
    pseudonyms: bool | str = False,
    title: str | None = None,
    fiscal_year_start: int = 1,
    **reading: Any,
) -> dict[str, Result]:
    """Account a billing export: one result for each currency, by its code.

    Parameters
    ----------
    files
        files or database URLs; together they are one export.
    policy
        a preset, a YAML file of knobs, or a Policy.
    knobs
        single knobs that differ from it.
    first, until
        months, YYYY-MM: MRR before `first` is the opening; months after `until` are left out.
    as_of
        the day, YYYY-MM-DD, up to the end of which the source knows what happened; not given: its latest date.
    currency
        of rows that state none, and the one to account.
    rates
        a table of month, currency, rate: all currencies are accounted as one, in `currency`.
    query
        for databases.
    pseudonyms
        give customers other names; a text is the key.
    title
        of the result; not given: the name of the file.
    fiscal_year_start
        month in which the fiscal year begins, for tables and figures.
    reading
        what else the source does not say: the fields of `billing.reading.ReadOptions` (format, mapping, timezone, ...).

    Raises
    ------
    BillingError
        with everything that is wrong.
    """
    sources = [files] if isinstance(files, str | Path) else list(files)
    options = read_options(as_of=as_of, currency=currency, **reading)
    chosen = read_policy(policy, knobs)
    if not 1 <= fiscal_year_start <= 12:
        raise BillingError(f"--fiscal-year-start: {fiscal_year_start} is not a month; write 1 to 12")
    if rates is not None and options.currency is None:
        raise BillingError("--rates: say what to convert to: --currency with its ISO 4217 code, e.g. --currency JPY")
    table = None if rates is None else read_rates(rates, str(options.currency))
    billing = read_billing(sources, options, query=query, pseudonyms=pseudonyms)
    months = window(billing.reading.as_of, options.timezone, first, until)
    about = About(
        title=title or named_after(sources),
        currency="",
        timezone=options.timezone,
        fiscal_year_start=fiscal_year_start,
        summary=told(billing),
        warnings=tuple(warnings(billing)),
    )
    extra = reconciliation_tables(billing)
    if table is not None:
        result = account_converted(by_currency(billing.reading.items, None), months, about, table, chosen)
        return {table.to: replace(result, tables={**result.tables, **extra})}
    results = {}
    for code, items in by_currency(billing.reading.items, currency).items():
        result = account_items(items, months, replace(about, currency=code), chosen)
        results[code] = replace(result, tables={**result.tables, **extra})
    return results


def read_options(*, as_of: str | None, currency: str | None, **reading: Any) -> ReadOptions:
    """Return the options of the readers, checked.

    Raises
    ------
    BillingError
        for a day, a currency, a decimal sign or a time zone that cannot be.
    """
    timezone = checked_timezone(reading.get("timezone", "UTC"))
    if currency is not None and not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        raise BillingError(f"--currency: `{currency}` is not a currency; write its ISO 4217 code, e.g. JPY")
    if reading.get("decimal") not in (None, "point", "comma"):
        raise BillingError(f"--decimal: `{reading['decimal']}` is not a decimal sign; write point or comma")
    day = None if as_of is None else end_of_day(as_of, timezone)
    return ReadOptions(as_of=day, currency=currency and currency.upper(), **reading)


def by_currency(items: pl.DataFrame, currency: str | None) -> dict[str, pl.DataFrame]:
    """Return the items of each currency, or of the one that is chosen.

    Raises
    ------
    BillingError
        if the items state no currency, or not the chosen one.
    """
    there = items["currency"].unique().sort()
    if there.null_count():
        raise BillingError(
            "the source states no currency; say it: --currency with its ISO 4217 code, e.g. --currency JPY"
        )
    if currency is not None:
        if currency.upper() not in there:
            raise BillingError(f"--currency: nothing is in {currency.upper()}; the source has {listed(there)}")
        there = pl.Series([currency.upper()])
    if len(there) == 1 and items["currency"].n_unique() == 1:
        return {there[0]: items}
    return {code: items.filter(pl.col("currency") == code) for code in there}


def named_after(sources: Sequence[str | Path]) -> str:
    """Return a title: the name of the first file, and how many there are more. A URL would show a password."""
    first = str(sources[0])
    name = first.split("://")[0] if "://" in first else Path(first).stem
    return name if len(sources) == 1 else f"{name} and {len(sources) - 1} more"


def folder_after(sources: Sequence[str | Path]) -> str:
    """Return a name for the folder of the results: the title without spaces, `subs-and-4-more`."""
    return "-".join(named_after(sources).split())


def told(billing: Billing) -> dict[str, Any]:
    """Return what summary.json says of the source."""
    reading, rows = billing.reading, billing.reconciliation
    return {
        "format": reading.format,
        "format_title": billing.title,
        "as_of": reading.as_of.isoformat(),
        "said": list(reading.said),
        "cannot": list(reading.cannot),
        "reconciliation": {
            "read": rows.read,
            "used": rows.used,
            "set_aside": rows.aside,
            "looked_up": rows.looked_up,
            "reasons": _reasons(billing).to_dicts(),
            "contradictions": [
                {"code": note.code, "text": note.text, "count": note.count, "mrr": _units(note.mrr)}
                for note in reading.notes
            ],
        },
    }


def warnings(billing: Billing) -> list[str]:
    """Return the sentences that a reader of the figures must see: rows set aside, and contradictions."""
    rows = billing.reconciliation
    said = []
    aside, read = sum(rows.aside.values()), sum(rows.read.values())
    if aside:
        reasons = _reasons(billing).group_by("why", maintain_order=True).agg(pl.col("rows").sum())
        words = "; ".join(f"{count:,} {why}" for why, count in reasons.rows())
        said.append(f"{aside:,} of {read:,} rows are set aside: {words}. They are listed in aside.csv")
    said += [f"{note.count:,} times: {note.text}" for note in billing.reading.notes]
    return said


def reconciliation_tables(billing: Billing) -> dict[str, pl.DataFrame]:
    """Return the tables `reconciliation` and `aside`, harmless to spreadsheets; amounts in currency units."""
    rows = billing.reconciliation
    counts = [
        {"what": what, "file": file, "rows": number}
        for what, numbers in (
            ("read", rows.read),
            ("used", rows.used),
            ("set aside", rows.aside),
            ("looked up", rows.looked_up),
        )
        for file, number in numbers.items()
    ]
    reasons = [{"what": "reason", **row} for row in _reasons(billing).to_dicts()]
    notes = [
        {"what": "contradiction", "reason": note.code, "why": note.text, "rows": note.count, "mrr": _units(note.mrr)}
        for note in billing.reading.notes
    ]
    table = pl.DataFrame([*counts, *reasons, *notes], schema=RECONCILIATION)
    return {"reconciliation": harmless(table), "aside": rows.table()}


RECONCILIATION = {
    "what": pl.String,
    "file": pl.String,
    "reason": pl.String,
    "why": pl.String,
    "rows": pl.Int64,
    "customers": pl.Int64,
    "currency": pl.String,
    "mrr": pl.Float64,
    "mrr_unknown": pl.Int64,
}


def _reasons(billing: Billing) -> pl.DataFrame:
    frame = billing.reconciliation.reasons.cast({"reason": pl.String})
    return frame.with_columns(
        pl.col("mrr") / 10_000, why=pl.col("reason").replace_strict(REASONS, default=None, return_dtype=pl.String)
    )


def _units(amount: int | None) -> float | None:
    return None if amount is None else amount / 10_000


def customers_at(
    files: Sources,
    month: str,
    policy: str | Path | Policy = "default",
    *,
    knobs: Mapping[str, Any] | None = None,
    plan_map: Mapping[str, str] | None = None,
    as_of: str | None = None,
    currency: str | None = None,
    query: str | None = None,
    pseudonyms: bool | str = False,
    **reading: Any,
) -> Base:
    """Return the customers of a billing export at the end of a month, as `opening:` of a scenario reads them.

    Raises
    ------
    BillingError
        as `accounts`, and if there are several currencies and none is chosen, or as `base_of_items`.
    """
    sources = [files] if isinstance(files, str | Path) else list(files)
    options = read_options(as_of=as_of, currency=currency, **reading)
    chosen = read_policy(policy, knobs)
    billing = read_billing(sources, options, query=query, pseudonyms=pseudonyms)
    months = window(billing.reading.as_of, options.timezone, until=month, last_option="--at")
    found = by_currency(billing.reading.items, currency)
    if len(found) > 1:
        raise BillingError(f"the source is in several currencies: {listed(found)}; choose one: --currency")
    base = base_of_items(next(iter(found.values())), month, chosen, plan_map, options.timezone)
    incomplete = [f"{month} is not over: the data end within it"] if months.incomplete else []
    return replace(base, said=(*billing.reading.said, *warnings(billing), *incomplete))
