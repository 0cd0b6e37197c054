"""Filters that read numbers from text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._numerals import (
    EXACT,
    MINUS,
    NOTATION_OPTIONS,
    NUMERAL,
    Lone,
    Notation,
    bounded,
    decimal_of,
    digits_of,
    float_of,
    read_notation,
    to_ascii,
)
from scrapekit_filters._words import shown

_SIMPLE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?\Z")
_WHOLE_TEXT = re.compile(
    rf"\s*(?P<open>\(\s*)?(?P<sign>[{MINUS}+]\s?)?(?P<numeral>{NUMERAL})(?P<power>[eE][+-]?[0-9]{{1,3}})?"
    r"\s*(?P<close>\))?\s*\Z"
)
_IN_TEXT = re.compile(
    rf"(?P<sign>(?<![\w)])[{MINUS}]|\A\s*[{MINUS}]\s)?(?P<numeral>{NUMERAL})(?P<letter>[kKMB](?!\w))?"
)
_THOUSANDS: Mapping[str, int] = {"k": 3, "K": 3, "M": 6, "B": 9}


def read_whole(text: str, notation: Notation, what: str) -> Decimal:
    """The number that *text* is, from its first character to its last.

    A number in parentheses is negative, as in accounts. Raises ValueError: *what* was expected.
    """
    if _SIMPLE.match(text):
        return Decimal(text)
    found = _WHOLE_TEXT.match(to_ascii(text))
    if found is None or bool(found["open"]) != bool(found["close"]) or (found["open"] and found["sign"]):
        raise ValueError(f"{shown(text)} is not {what}")
    number = bounded(Decimal(digits_of(found["numeral"], notation) + (found["power"] or "")), text)
    negative = found["open"] or (found["sign"] or "+")[0] in MINUS
    return number.copy_negate() if negative else number


def _reader(options: Options, lone: Lone, what: str, convert: Callable[[Decimal, Any], Any]) -> Function:
    """A filter that takes text which is a number, or a number, and nothing else."""
    notation = read_notation(options, lone)

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return convert(read_whole(value, notation, what), value)
        return convert(decimal_of(value), value)

    return read


@declare(
    "any",
    "number",
    options=NOTATION_OPTIONS,
    example=[
        (None, "1,234", 1234),
        (None, "-5", -5),
        (None, 12.0, 12),
        (None, "12.50", ValueError('"12.50" is not a whole number')),
        (None, "free", ValueError('"free" is not a whole number')),
    ],
)
def int_(options: Options) -> Function:
    """Reads text that is a whole number; three digits after a separator are a group (1.234 is 1234)."""
    read = _reader(options, "groups", "a whole number", _to_int)

    def read_quickly(value: Any) -> Any:
        if value.__class__ is str and len(value) < 16 and value.isdecimal() and value.isascii():
            return int(value)
        return read(value)

    return read_quickly


def _to_int(number: Decimal, value: Any) -> int:
    if number != number.to_integral_value():
        raise ValueError(f"{shown(value)} is not a whole number")
    return int(number)


@declare(
    "any",
    "number",
    options=NOTATION_OPTIONS,
    example=[
        (None, "12,50", 12.5),
        (None, "1.234", 1.234),
        ("{thousands: '.'}", "1.234", 1234.0),
        (None, "6e-3", 0.006),
        (None, "4 stars", ValueError('"4 stars" is not a number')),
    ],
)
def float_(options: Options) -> Function:
    """Reads text that is a number, with or without decimals, as a floating-point number."""
    return _reader(options, "comma groups", "a number", float_of)


@declare(
    "any",
    "number",
    options=NOTATION_OPTIONS,
    example=[
        (None, "1.234,50", Decimal("1234.50")),
        (None, "(5.00)", Decimal("-5.00")),
        (None, "", None),
        (None, "n/a", ValueError('"n/a" is not a number')),
    ],
)
def decimal(options: Options) -> Function:
    """Reads text that is a number and keeps each of its decimals exactly."""
    return _reader(options, "comma groups", "a number", lambda number, value: number)


@declare(
    "any",
    "number",
    options={
        **NOTATION_OPTIONS,
        "take": "which one to take when there are several: first or last",
        "abbreviated": "true: read 1.2K, 3M and 1B as thousands, millions and billions",
    },
    example=[
        (None, "1,234 reviews", 1234),
        (None, "Rated 4.5", 4.5),
        ("{take: first}", "4.5 out of 5", 4.5),
        (None, "4.5 out of 5", ValueError('several numbers in "4.5 out of 5"; say which with take: first')),
        ("{abbreviated: true}", "1.2K likes", 1200),
    ],
)
def number(options: Options) -> Function:
    """Finds the number in a text: a whole number, or one with decimals as a floating-point number."""
    notation = read_notation(options, "comma groups")
    take = options.choice("take", ["first", "last"])
    expand = options.flag("abbreviated")

    def read(value: Any) -> int | float:
        if not isinstance(value, str):
            return _natural(decimal_of(value), value)
        if _SIMPLE.match(value):
            return float(value) if "." in value else int(value)
        return _natural(_find(value, notation, take, expand), value)

    return read


def _natural(number: Decimal, value: Any) -> int | float:
    """An int when it has no decimals, else a float."""
    exponent = number.as_tuple().exponent
    return int(number) if isinstance(exponent, int) and exponent >= 0 else float_of(number, value)


def _find(text: str, notation: Notation, take: str, expand: bool) -> Decimal:
    ascii_text = to_ascii(text)
    found = list(_IN_TEXT.finditer(ascii_text))
    if not found:
        raise ValueError(f"no number in {shown(text)}")
    numbers = [_signed(one, notation, expand) for one in ([found[0]] if take == "first" else found)]
    if len(set(numbers)) > 1 and not take:
        raise ValueError(f"several numbers in {shown(text)}; say which with take: first")
    return numbers[-1]


def _signed(found: re.Match[str], notation: Notation, expand: bool) -> Decimal:
    number = Decimal(digits_of(found["numeral"], notation))
    if letter := found["letter"]:
        if not expand:
            raise ValueError(f"{shown(found[0])} is abbreviated; expand it with abbreviated: true")
        number = number.scaleb(_THOUSANDS[letter], EXACT)
    return number.copy_negate() if found["sign"] else number
