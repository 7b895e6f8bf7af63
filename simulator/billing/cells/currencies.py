"""Currency codes of ISO 4217 and how many decimals their minor unit has."""

from __future__ import annotations

import polars as pl

from simulator.billing.cells.blanks import blank

NONE = "XXX"  # ISO 4217: no currency; for sources that state none
NO_CURRENCY = "no currency is stated: amounts are one book without a currency; --currency JPY states it"

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD
TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG HRK LTL LVL EEK SKK
"""

DECIMALS: dict[str, int] = {
    NONE: 2,
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}
"""Decimals of the minor unit: an amount of 100 in minor units is 1 dollar, and 100 yen."""

_NAMES = {"円": "JPY", "日本円": "JPY", "¥": None, "$": None, "€": "EUR", "£": "GBP"}


def read_currencies(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return codes in upper case (null where blank or unknown) and which cells are unknown."""
    bare = cells.str.strip_chars().str.to_uppercase()
    known = dict.fromkeys(DECIMALS) | _NAMES
    table = {name: known[name] or name for name in known if name not in ("¥", "$")}
    codes = bare.replace_strict(table, default=None, return_dtype=pl.String)
    return codes, ~blank(cells) & codes.is_null()
