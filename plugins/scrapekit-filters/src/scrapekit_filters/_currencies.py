"""The signs and codes of currencies, and how to find them in text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Currencies in use (2026), without funds, metals and test codes.
CODES = frozenset(
    re.findall(
        r"[A-Z]{3}",
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
        CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
        GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
        KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
        NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
        SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
        VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """,
    )
)
"""The codes of ISO 4217."""

_DOLLARS = "USD, CAD, AUD or another dollar or peso"
_CROWNS = "SEK, NOK, DKK or ISK"
SIGNS: Mapping[str, str] = {
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "S$": "SGD",
    "R$": "BRL",
    "MX$": "MXN",
    "$": _DOLLARS,
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY or CNY",
    "￥": "JPY or CNY",
    "円": "JPY",
    "元": "CNY",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "원": "KRW",
    "₪": "ILS",
    "₫": "VND",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "฿": "THB",
    "₺": "TRY",
    "₡": "CRC",
    "₲": "PYG",
    "₵": "GHS",
    "₸": "KZT",
    "₮": "MNT",
    "₭": "LAK",
    "₼": "AZN",
    "₾": "GEL",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "руб": "RUB",
    "грн": "UAH",
    "дин": "RSD",
    "ден": "MKD",
    "TL": "TRY",
    "Rs": "INR, PKR or LKR",
    "Rp": "IDR",
    "RM": "MYR",
    "Fr": "CHF",
    "kr": _CROWNS,
    "Kr": _CROWNS,
    "د.إ": "AED",
    "ر.س": "SAR",
    "﷼": "IRR, OMR, QAR or SAR",
}
"""A sign or abbreviation and its code; the codes it may mean, in words, where the sign alone does not say."""

# Codes that are words too: "TOP 10" is no amount of paʻanga. They do not mark a number as a price.
_ALSO_WORDS = frozenset(
    {"ALL", "AMD", "BAM", "BOB", "COP", "CUP", "DOP", "ERN", "GEL", "GIP", "LAK", "MAD", "MOP", "PEN"}
) | {"SOS", "TOP", "TRY"}


def sign_pattern(signs: Iterable[str]) -> str:
    """A pattern for any of the signs; one that ends in a letter stands as a word, with or without a dot."""
    longest_first = sorted(signs, key=len, reverse=True)
    words = "|".join(re.escape(sign) for sign in longest_first if sign[-1].isalpha())
    marks = "|".join(re.escape(sign) for sign in longest_first if not sign[-1].isalpha())
    return "|".join(filter(None, (words and rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])\.?", marks)))


CURRENCY = rf"(?:{sign_pattern({*SIGNS, *CODES} - _ALSO_WORDS)})"
"""The pattern of a currency beside an amount."""
