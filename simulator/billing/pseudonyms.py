"""Names that stand for customers: the same for the same customer wherever it appears, and not to be traced back
without the key."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace

import polars as pl

from simulator.billing.reading import Reading

LENGTH = 16  # hexadecimal digits: among 10 million customers two are alike with a chance of 3 in a million


def random_key() -> str:
    """Return a fresh key, to be said: with it the same names come out again."""
    return secrets.token_hex(16)


def pseudonym(name: str, key: str, kind: str = "customer") -> str:
    """Return the name that stands for `name`: a letter of its kind and a keyed hash (HMAC-SHA-256)."""
    digest = hmac.new(key.encode(), f"{kind}\0{name}".encode(), hashlib.sha256).hexdigest()
    return f"{kind[0]}_{digest[:LENGTH]}"


def with_pseudonyms(reading: Reading, key: str) -> Reading:
    """Return a reading in which customers, subscriptions and items have other names, in the rows set aside too.

    Cells shown as the reason that a row was set aside are left out: a name may stand in any of them.

    Raises
    ------
    ValueError
        if two customers would have the same name.
    """
    names = _table(reading, "customer", key)
    items = reading.items.with_columns(
        _renamed("customer", names),
        _renamed("subscription", _table(reading, "subscription", key)),
        pl.when(pl.col("item") == "")
        .then(pl.lit(""))
        .otherwise(_renamed("item", _table(reading, "item", key)))
        .alias("item"),
    )
    aside = reading.aside.with_columns(_renamed("customer", names), value=pl.lit(None, pl.String))
    return replace(reading, items=items, aside=aside)


def _table(reading: Reading, column: str, key: str) -> dict[str, str]:
    known = reading.items[column].unique()
    if column in reading.aside.columns:
        known = pl.concat([known, reading.aside[column].unique()]).unique()
    names = {name: pseudonym(name, key, column) for name in known.drop_nulls()}
    if len(set(names.values())) < len(names):
        raise ValueError(f"two of {len(names):,} {column}s would have the same pseudonym; choose another key")
    return names


def _renamed(column: str, names: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String).alias(column)
