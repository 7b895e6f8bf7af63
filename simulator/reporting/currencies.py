"""How each currency is written. A code that is not listed is written as its code, with two decimals."""

from __future__ import annotations

from typing import NamedTuple


class Currency(NamedTuple):
    """Prefix of an English amount, unit after a Japanese amount, decimals of the smallest coin."""

    prefix: str
    unit_ja: str
    decimals: int


CURRENCIES = {
    "JPY": Currency("¥", "円", 0),
    "USD": Currency("$", "ドル", 2),
    "EUR": Currency("€", "ユーロ", 2),
    "GBP": Currency("£", "ポンド", 2),
    "CNY": Currency("CN¥", "人民元", 2),
    "KRW": Currency("₩", "ウォン", 0),
    "TWD": Currency("NT$", "台湾ドル", 2),
    "HKD": Currency("HK$", "香港ドル", 2),
    "SGD": Currency("S$", "シンガポールドル", 2),
    "AUD": Currency("A$", "豪ドル", 2),
    "CAD": Currency("C$", "カナダドル", 2),
    "NZD": Currency("NZ$", "NZドル", 2),
    "INR": Currency("₹", "ルピー", 2),
    "BRL": Currency("R$", "レアル", 2),
    "VND": Currency("₫", "ドン", 0),
    "CHF": Currency("CHF ", "スイスフラン", 2),
    "CLP": Currency("CLP ", "チリペソ", 0),
    "ISK": Currency("ISK ", "アイスランドクローナ", 0),
    "KWD": Currency("KWD ", "クウェートディナール", 3),
    "BHD": Currency("BHD ", "バーレーンディナール", 3),
}


def currency(code: str) -> Currency:
    """The way to write amounts in the currency with this ISO 4217 code."""
    return CURRENCIES.get(code, Currency(f"{code} ", code, 2))
