"""Vendors' own ideas of a currency's minor unit, beside ISO 4217 (`currencies.DECIMALS`)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from simulator.billing.cells.currencies import DECIMALS

STRIPE: dict[str, int] = DECIMALS | {"MGA": 0, "ISK": 2, "UGX": 2}
"""Stripe counts ariary whole, and krónur and Ugandan shillings still in hundredths (its page on currencies)."""


def exponent(currency: str, exponents: Mapping[str, int] = DECIMALS) -> int:
    """Return the number of decimals of a currency."""
    return exponents[currency]


def from_minor(amount: pl.Expr, currency: pl.Expr, exponents: Mapping[str, int] = DECIMALS) -> pl.Expr:
    """Return an amount that was read in minor units (Int64 ten-thousandths of them) in ten-thousandths of the unit,
    half of one rounded away from 0; null without a currency."""
    powers = {code: 10**places for code, places in exponents.items()}
    by = currency.replace_strict(powers, default=None, return_dtype=pl.Int64)
    return amount.sign() * ((2 * amount.abs() + by) // (2 * by))
