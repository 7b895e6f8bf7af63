"""A billing export from file to items: opened, recognised, read, reconciled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from simulator.billing.cells.currencies import NO_CURRENCY, NONE
from simulator.billing.errors import BillingError
from simulator.billing.pseudonyms import random_key, with_pseudonyms
from simulator.billing.reading import Reader, Reading, ReadOptions
from simulator.billing.recognise import SEGMENT, check_segments, mapped, recognise, with_segments
from simulator.billing.reconciliation import Reconciliation, check_something_left, check_strict, reconcile
from simulator.billing.source import open_tables

LARGEST_TOTAL = 9e18  # ten-thousandths that still add up in 64 bits


@dataclass(frozen=True)
class Billing:
    """What a source holds, and what became of its rows."""

    reading: Reading
    reconciliation: Reconciliation
    title: str  # of the format


def read_billing(
    sources: Sequence[Path | str],
    options: ReadOptions | None = None,
    *,
    query: str | None = None,
    pseudonyms: bool | str = False,
    every: Sequence[Reader] | None = None,
) -> Billing:
    """Read a billing export.

    Parameters
    ----------
    sources
        files or database URLs, as `source.open_tables` takes them.
    options
        what the source does not say.
    query
        for databases.
    pseudonyms
        give customers other names; a text is the key, True draws one and says it.
    every
        readers to choose from; by default all.

    Raises
    ------
    BillingError
        where the source cannot be read, no row of it can be used, or, with `options.strict`, it is not clean.
    """
    options = options or ReadOptions()
    tables = list(open_tables(sources, query=query, options=options))
    if options.segment_by is not None:
        if SEGMENT in options.mapping.values():
            raise BillingError("--segment-by: a column is mapped to segment already; give one of the two")
        tables = with_segments(tables, options.segment_by)
    tables = mapped(tables, options.mapping, every)
    found = recognise(tables, options.format, every)
    if options.segment_by is not None:
        check_segments(found.reader, options.segment_by)
    reading = _with_currency(found.reader.read(found.tables, options))
    said = [sentence for table in tables for sentence in table.said]
    said.append(f"format: {found.reader.name} ({found.reader.title})")
    said += [f"{table.name}: no table of this format; not used" for table in found.unused]
    reading = reading.with_said(said)
    if pseudonyms:
        key = pseudonyms if isinstance(pseudonyms, str) else random_key()
        reading = with_pseudonyms(reading, key)
        if pseudonyms is True:
            reading = replace(reading, said=(*reading.said, f"pseudonyms are made with the key {key}; keep it secret"))
    reconciliation = reconcile(found.tables, reading)
    check_something_left(reconciliation, found.tables)
    if options.strict:
        check_strict(reconciliation, reading, found.tables)
    _check_total(reading.items)
    return Billing(reading, reconciliation, found.reader.title)


def _with_currency(reading: Reading) -> Reading:
    """Call the currency "none" where nothing at all states one, and say so: every format by the same rule."""
    if not reading.items.height or reading.items["currency"].null_count() < reading.items.height:
        return reading
    items = reading.items.with_columns(currency=pl.lit(NONE))
    return replace(reading, items=items, said=(*reading.said, NO_CURRENCY))


def _check_total(items: pl.DataFrame) -> None:
    total = float(items["mrr"].cast(pl.Float64).abs().sum())
    if total > LARGEST_TOTAL:
        raise BillingError(
            f"the amounts add up to {total / 1e4:.3g} units a month, beyond what is counted exactly "
            f"({LARGEST_TOTAL / 1e4:.3g}); are they in another unit (--minor-units)?"
        )
