"""What rows of the generic formats have in common: customer, plan, segment, currency, quantity, status, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from simulator.billing.causes import CAUSES
from simulator.billing.cells.blanks import text
from simulator.billing.cells.currencies import DECIMALS, NO_CURRENCY, NONE, read_currencies
from simulator.billing.cells.quantities import read_flags, read_quantities
from simulator.billing.errors import BillingError
from simulator.billing.readers.fields import resolve
from simulator.billing.readers.statuses import read_statuses
from simulator.billing.reading import ReadOptions
from simulator.billing.table import FILE, ROW, Table

FIELDS = (
    *("customer_id", "subscription_id", "item_id", "plan", "segment", "currency", "quantity", "status", "metered"),
    *("reason", "end_reason"),
)


def attributes(
    table: Table, found: Mapping[str, str], options: ReadOptions, stated: pl.Series
) -> tuple[pl.DataFrame, list[str]]:
    """Return a frame of the attributes of each row, and what is to be said.

    Columns: FILE, ROW, customer, subscription, item, plan, segment, quantity, currency (null: none stated), status
    (may be `statuses.ENDED`; null: none stated), metered, reason, end_reason, and `bad_quantity`, `bad_currency`,
    `bad_status`, `bad_metered`.

    Parameters
    ----------
    stated
        the currency that each row's amount states itself.
    """
    cells = table.frame
    none = pl.Series([None], dtype=pl.String).new_from_index(0, cells.height)
    no = pl.Series([False]).new_from_index(0, cells.height)

    def column(field: str) -> pl.Series | None:
        return cells[found[field]] if field in found else None

    def words(field: str) -> pl.Series:
        there = column(field)
        return none if there is None else text(there)

    currency, bad_currency = none, no
    if (there := column("currency")) is not None:
        currency, bad_currency = read_currencies(there)
        bad_currency |= (currency != stated).fill_null(False)
    currency = currency.fill_null(stated)
    if options.currency is not None:
        currency = currency.set(~bad_currency & currency.is_null(), checked_currency(options.currency))
    quantity, bad_quantity = (pl.Series([None], dtype=pl.Int64).new_from_index(0, cells.height), no)
    if (there := column("quantity")) is not None:
        quantity, bad_quantity = read_quantities(there)
    status, bad_status = none, no
    if (there := column("status")) is not None:
        status, bad_status = read_statuses(there)
    metered, bad_metered = no, no
    if (there := column("metered")) is not None:
        metered, bad_metered = read_flags(there)
    said: list[str] = []
    reasons = {}
    for field in ("reason", "end_reason"):
        reasons[field] = words(field)
        if field in found:
            named = reasons[field].str.to_lowercase().str.replace_all(r"[\s-]+", "_")
            known = named.is_in(list(CAUSES)).fill_null(False)
            others = reasons[field].filter(~known).drop_nulls().n_unique()
            if others:
                said.append(
                    f"{table.name}: {table.header(found[field])!r} holds {others:,} texts that are no reasons of "
                    f"movements; they stay unspecified"
                )
            reasons[field] = named.set(~known, None)
    frame = pl.DataFrame(
        {
            "customer": words("customer_id"),
            "subscription": words("subscription_id"),
            "item": words("item_id").fill_null(""),
            "plan": words("plan"),
            "segment": words("segment"),
            "quantity": quantity,
            "currency": currency,
            "status": status,
            "metered": metered.fill_null(False),
            "currency_column": [found.get("currency") is not None] * cells.height,
            "bad_quantity": bad_quantity,
            "bad_currency": bad_currency,
            "bad_status": bad_status,
            "bad_metered": bad_metered,
            **reasons,
        }
    )
    return frame.with_columns(cells[ROW], pl.lit(table.name).alias(FILE)), said


def headers(tables: Sequence[Table], fields: Iterable[str]) -> dict[str, str]:
    """Return how the first table that has a field spells it."""
    fields = tuple(fields)
    spelt: dict[str, str] = {}
    for table in tables:
        for field, column in resolve(table, fields).items():
            spelt.setdefault(field, table.header(column))
    return spelt


def checked_currency(code: str) -> str:
    """Return a declared currency in upper case.

    Raises
    ------
    BillingError
        if ISO 4217 does not have it.
    """
    if code.upper() not in DECIMALS:
        raise BillingError(f"--currency: {code!r} is not a currency of ISO 4217; for instance JPY, USD, EUR")
    return code.upper()


def complete_currency(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Fill in the currency of rows that state none, where no table has a column of currencies, and say so.

    It is the one that other amounts of the source state (`1,234円`), if all agree; if none does, "no currency".
    """
    if not frame.height or frame["currency_column"].any() or not frame["currency"].null_count():
        return frame, []
    stated = frame["currency"].drop_nulls().unique().to_list()
    if len(stated) > 1:
        return frame, []
    if stated:
        return frame.with_columns(pl.col("currency").fill_null(stated[0])), [
            f"amounts that state no currency are taken as {stated[0]}, which the others state"
        ]
    return frame.with_columns(currency=pl.lit(NONE)), [NO_CURRENCY]
