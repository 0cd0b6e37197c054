"""Numbers as people write them: which separator groups the digits, and which one starts the decimals.

How a number is read when the recipe does not say which separator is which:

1. Spaces and apostrophes group (``1 234``, ``1'234``), three digits each.
2. Of a point and a comma, the one that comes last starts the decimals (``1.234,56``, ``1,234.56``).
3. One that comes several times groups (``1,234,567``). Groups are of three digits, or as in India
   of two before the last three (``1,23,456``); anything else (``1.2.3``) is no number.
4. One that comes once starts the decimals (``12,50``, ``0.125``, ``1234.567``) unless exactly three
   digits follow one to three others, which could be either. Then the filter decides: see `Lone`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Literal, TypeAlias

from scrapekit import Options
from scrapekit_filters._words import described, shown

Lone: TypeAlias = Literal["groups", "comma groups"]
"""How ``1.234`` and ``1,234`` are read: both group (1234, for money and counts), or only the comma does."""

_SPACES = " \u00a0\u2007\u2009\u202f"
_APOSTROPHES = "'’"
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+\Z|[0-9]{1,2}(?:[.,][0-9]{2})+[.,][0-9]{3}\Z")
_LONGEST = 100
_MOST_PLACES = 400  # a float ends at 308; written out, a Decimal of 10 ** 999999 is a megabyte

EXACT = Context(prec=1000)
"""Calculates without rounding: Decimal's own default is 28 digits, and `bounded` lets 400 through."""

NUMERAL = (
    rf"(?:[0-9]{{1,3}}(?P<group>[{_SPACES}{_APOSTROPHES}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*+(?![0-9])"
    r"|[0-9]++|(?<![\w.,])(?=[.,][0-9]))(?:[.,][0-9]++)*+"
)
"""The pattern of one numeral, unsigned. It has a group of its own, named ``group``."""

MINUS = "-−"
"""The hyphen and the minus sign, U+2212. A dash is punctuation."""

# Digits of other scripts, full-width signs, the Arabic separators; bidi marks and soft hyphens go.
_TO_ASCII: dict[int, str | None] = {
    ord(first) + digit: str(digit)
    for first in "\u0660\u06f0\u0966\u09e6\u0ae6\u0c66\u0e50\uff10"
    for digit in range(10)
}
_SIGNS = {"٫": ".", "٬": "'", "．": ".", "，": ",", "－": "-", "％": "%", "٪": "%"}
_TO_ASCII |= {ord(sign): plain for sign, plain in _SIGNS.items()}
_TO_ASCII |= dict.fromkeys(map(ord, "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069"))


@dataclass(frozen=True, slots=True)
class Notation:
    """How numbers are written; an empty ``decimal`` means that it is guessed number by number."""

    decimal: str
    thousands: str
    lone: Lone


NOTATION_OPTIONS = {
    "decimal": 'which separator starts the decimals, "." or ","; guessed by default',
    "thousands": 'which one groups digits: ".", ",", " " or "\'"; by default any that is not the decimal one',
}


def read_notation(options: Options, lone: Lone) -> Notation:
    """The notation that the options ``decimal`` and ``thousands`` describe."""
    decimal = _separator(options, "decimal", ".,")
    thousands = _separator(options, "thousands", ".,' ")
    if decimal and decimal == thousands:
        options.problem("thousands", "must differ from the decimal separator")
    if not decimal and thousands in (".", ","):
        decimal = "," if thousands == "." else "."
    return Notation(decimal, thousands, lone)


def _separator(options: Options, key: str, known: str) -> str:
    written = options.text(key)
    if key not in options or (len(written) == 1 and written in known):
        return written
    words = ", ".join(f'"{character}"' for character in known)
    options.problem(key, f'expected one of {words}, found "{written}"')
    return ""


def to_ascii(text: str) -> str:
    """The text with the digits and separators of other scripts written as ours."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def digits_of(numeral: str, notation: Notation) -> str:
    """The numeral as Python writes it (``1234.56``).

    Raises ValueError when its separators make no sense.
    """
    if numeral.isdigit() and len(numeral) <= _LONGEST:
        return numeral
    if len(numeral) > _LONGEST:
        raise ValueError(f"{shown(numeral)} is too long for a number")
    bare = numeral
    for character in _SPACES + _APOSTROPHES:
        bare = bare.replace(character, "")
    spaced = len(bare) < len(numeral)
    if notation.thousands and spaced and not _allowed(numeral, notation.thousands):
        raise _unclear(numeral)
    if notation.decimal:
        return _split_at(
            bare, notation.decimal, numeral, grouped=not spaced and notation.thousands in _others(notation)
        )
    return _guessed(bare, numeral, spaced, notation.lone)


def _others(notation: Notation) -> tuple[str, str]:
    """The thousands settings with which the point or comma that is not the decimal one may group."""
    return ("", "," if notation.decimal == "." else ".")


def _allowed(numeral: str, thousands: str) -> bool:
    alike = {" ": _SPACES, "'": _APOSTROPHES}.get(thousands, "")
    return not any(c in _SPACES + _APOSTROPHES and c not in alike for c in numeral)


def _guessed(bare: str, numeral: str, spaced: bool, lone: Lone) -> str:
    """The cases of the module's list, by the number of points and commas."""
    points, commas = bare.count("."), bare.count(",")
    if not points and not commas:
        return bare
    if points and commas:
        last = "." if bare.rfind(".") > bare.rfind(",") else ","
        return _split_at(bare, last, numeral, grouped=not spaced)
    mark = "." if points else ","
    if points + commas > 1:
        return _split_at(bare, "," if points else ".", numeral, grouped=not spaced)
    whole, _, decimals = bare.partition(mark)
    unclear = len(decimals) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0" and not spaced
    if unclear and (mark == "," or lone == "groups"):
        return whole + decimals
    return f"{whole or '0'}.{decimals}"


def _split_at(bare: str, decimal: str, numeral: str, *, grouped: bool) -> str:
    whole, mark, decimals = bare.partition(decimal)
    if not whole.isdigit():
        if whole and not (grouped and _GROUPED.match(whole) and len(set(whole) & set(".,")) == 1):
            raise _unclear(numeral)
        whole = whole.replace(",", "").replace(".", "") or "0"
    if mark and not decimals.isdigit():
        raise _unclear(numeral)
    return f"{whole}.{decimals}" if mark else whole


def _unclear(numeral: str) -> ValueError:
    return ValueError(f"the separators in {shown(numeral)} make no number")


def decimal_of(value: Any) -> Decimal:
    """A number that is already one as a Decimal; raises ValueError for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"expected a number, found {described(value)}")
    # Through repr a float keeps the digits that people see: 0.1, not 0.1000000000000000055.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{shown(value)} is not a finite number")
    return bounded(number, value)


def bounded(number: Decimal, value: Any) -> Decimal:
    """The number, or ValueError when it has more places than any real value has."""
    if number and abs(number.adjusted()) > _MOST_PLACES:
        raise ValueError(
            f"{shown(value)} is too {'large' if number.adjusted() > 0 else 'small'} for a number"
        )
    return number


def float_of(number: Decimal, value: Any) -> float:
    """The number as a float; raises ValueError where that would be infinite."""
    result = float(number)
    if result in (float("inf"), float("-inf")):
        raise ValueError(f"{shown(value)} is too large for a floating-point number")
    return result
