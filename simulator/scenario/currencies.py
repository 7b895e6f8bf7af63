"""Currency codes of ISO 4217 that are in use."""

from __future__ import annotations

from simulator.scenario.errors import did_you_mean

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW
    UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

CURRENCIES = frozenset(_CODES.split())


def currency(text: str) -> str:
    """A currency code: `JPY`."""
    if text in CURRENCIES:
        return text
    # the first two letters are the country, so a slip in the third says more than any other likeness
    same_country = [code for code in sorted(CURRENCIES) if code[:2] == text[:2].upper()]
    near = [code for code in same_country if code == text.upper()] or same_country[:1]
    hint = f"; did you mean `{near[0]}`?" if near else did_you_mean(text, CURRENCIES)
    raise ValueError(f"`{text[:40]}` is not a currency code of ISO 4217; write e.g. JPY, USD or EUR{hint}")
