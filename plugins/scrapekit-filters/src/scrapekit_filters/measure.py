"""Filters that read numbers with a unit: percentages, sizes, durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._numerals import (
    MINUS,
    NOTATION_OPTIONS,
    NUMERAL,
    Notation,
    decimal_of,
    digits_of,
    float_of,
    read_notation,
    to_ascii,
)
from scrapekit_filters._words import shown

# The sign after it is optional so that each numeral is read once: searching on from inside one that
# has no "%" would take time by the square of its length.
_PERCENT = re.compile(rf"(?P<sign>(?<![\w)])[{MINUS}]\s?)?(?P<numeral>{NUMERAL})(?P<percent>\s?%)?")
_BARE = re.compile(rf"\s*(?P<sign>[{MINUS}]\s?)?(?P<numeral>{NUMERAL})\s*\Z")
_SIZE = re.compile(rf"\s*(?P<numeral>{NUMERAL})\s*(?P<unit>[A-Za-z]*)\.?\s*\Z")
_MULTIPLE = re.compile(r"(?P<power>[kmgtp])(?P<binary>i)?(?:b|o)?\Z", re.IGNORECASE)
_BYTES = frozenset({"", "b", "byte", "bytes", "o", "octet", "octets"})
_CLOCK = re.compile(r"\s*(?:(?P<h>[0-9]{1,4}):)?(?P<m>[0-9]{1,4}):(?P<s>[0-9]{2}(?:[.,][0-9]{1,6})?)\s*\Z")
# ISO 8601 durations without years and months, whose length nobody knows.
_ISO = re.compile(
    r"\s*P(?:(?P<w>[0-9]{1,6})W)?(?:(?P<d>[0-9]{1,6})D)?"
    r"(?:T(?:(?P<h>[0-9]{1,6})H)?(?:(?P<m>[0-9]{1,6})M)?(?:(?P<s>[0-9]{1,9}(?:[.,][0-9]{1,6})?)S)?)?\s*\Z"
)
_PART = re.compile(rf"[\s,]*+(?:and\s+|&\s*)?(?P<numeral>{NUMERAL})\s*(?P<unit>[A-Za-zµμ]+)\.?")
_HOURS_MINUTES = re.compile(r"([0-9]\s?h)\s?([0-5][0-9])\s*\Z")
_SECONDS: Mapping[str, Decimal] = {
    word: Decimal(seconds)
    for seconds, words in {
        "0.000001": "µs μs us microsecond microseconds",
        "0.001": "ms msec msecs millisecond milliseconds",
        "1": "s sec secs second seconds",
        "60": "m min mins minute minutes",
        "3600": "h hr hrs hour hours std",
        "86400": "d day days",
        "604800": "w wk wks week weeks",
    }.items()
    for word in words.split()
}


@declare(
    "any",
    "number",
    options={**NOTATION_OPTIONS, "fraction": "true: give 0.2 for 20%"},
    example=[
        (None, "-20%", -20),
        (None, "save 12,5 % now", 12.5),
        ("{fraction: true}", "20%", 0.2),
        (None, "much", ValueError('no percentage in "much"')),
    ],
)
def percent(options: Options) -> Function:
    """Finds the percentage in a text; a bare number is one too."""
    notation = read_notation(options, "comma groups")
    fraction = options.flag("fraction")

    def read(value: Any) -> int | float:
        number = _percentage(value, notation) if isinstance(value, str) else decimal_of(value)
        return _natural(number.scaleb(-2) if fraction else number, value)

    return read


def _percentage(text: str, notation: Notation) -> Decimal:
    plain = to_ascii(text)
    marked = [one for one in _PERCENT.finditer(plain) if one["percent"]]
    found = marked or list(filter(None, [_BARE.match(plain)]))
    if not found:
        raise ValueError(f"no percentage in {shown(text)}")
    numbers = {Decimal(digits_of(one["numeral"], notation)) * (-1 if one["sign"] else 1) for one in found}
    if len(numbers) > 1:
        raise ValueError(f"several percentages in {shown(text)}")
    return numbers.pop()


def _natural(number: Decimal, value: Any) -> int | float:
    """An int when it is whole, else a float."""
    return int(number) if number == number.to_integral_value() else float_of(number, value)


@declare(
    "any",
    "number",
    options={**NOTATION_OPTIONS, "binary": "true: KB, MB, … count in 1024s, as many programs write them"},
    example=[
        (None, "1.5 GB", 1500000000),
        (None, "2 KiB", 2048),
        ("{binary: true}", "1 MB", 1048576),
        (None, "1,024", 1024),
        (None, "5 apples", ValueError('unknown unit in "5 apples"')),
    ],
)
def size(options: Options) -> Function:
    """Reads a size in bytes, with units from B to PB, KiB to PiB, and o as French writes it."""
    notation = read_notation(options, "comma groups")
    binary = options.flag("binary")

    def read(value: Any) -> int:
        if not isinstance(value, str):
            return _whole(decimal_of(value), value)
        found = _SIZE.match(to_ascii(value))
        if found is None:
            raise ValueError(f"no size in {shown(value)}")
        factor = _factor(found["unit"], binary, value)
        return _whole(Decimal(digits_of(found["numeral"], notation)) * factor, value)

    return read


def _whole(number: Decimal, value: Any) -> int:
    # A bit of a byte comes from rounding at the source: "1.4 KiB" is 1433.6 bytes.
    if number < 0:
        raise ValueError(f"{shown(value)} is no size")
    return int(number.to_integral_value())


def _factor(unit: str, binary: bool, value: str) -> int:
    if unit.lower() in _BYTES:
        return 1
    found = _MULTIPLE.match(unit)
    # "Mb" is a megabit; "mb" is written by people who mean bytes.
    if found is None or (unit[-1] == "b" and not unit.islower()):
        raise ValueError(f"unknown unit in {shown(value)}")
    base = 1024 if found["binary"] or binary else 1000
    return int(base ** ("kmgtp".index(found["power"].lower()) + 1))


@declare(
    "any",
    "number",
    options={
        **NOTATION_OPTIONS,
        "unit": "what a bare number counts: s, min, h, d, …; without it a bare number is refused",
    },
    example=[
        (None, "1h 30m", 5400),
        (None, "1 hour and 20 minutes", 4800),
        (None, "03:25", 205),
        (None, "1h30", 5400),
        (None, "PT1H30M", 5400),
        ("{unit: min}", "90", 5400),
        (None, "90", ValueError('"90" has no unit; name one with unit: s')),
    ],
)
def duration(options: Options) -> Function:
    """Reads a duration and gives its seconds; of 03:25 the last part is seconds."""
    notation = read_notation(options, "comma groups")
    unit = options.choice("unit", _SECONDS)

    def read(value: Any) -> int | float:
        if not isinstance(value, str):
            return _natural(decimal_of(value) * _bare_unit(unit, value), value)
        text = to_ascii(value)
        found = _CLOCK.match(text) or _ISO.match(text)
        if found is not None and any(found.groupdict().values()):
            return _natural(_sum(found.groupdict()), value)
        return _natural(_spelled_out(text, notation, unit, value), value)

    return read


def _sum(parts: Mapping[str, str | None]) -> Decimal:
    seconds = (Decimal(part.replace(",", ".")) * _SECONDS[unit] for unit, part in parts.items() if part)
    return sum(seconds, Decimal(0))


def _bare_unit(unit: str, value: Any) -> Decimal:
    if not unit:
        raise ValueError(f"{shown(value)} has no unit; name one with unit: s")
    return _SECONDS[unit]


def _spelled_out(text: str, notation: Notation, unit: str, value: str) -> Decimal:
    """``1h 30m``, ``2 days, 4 hours``: numbers each followed by a unit, up to the end of the text."""
    bare = _BARE.match(text)
    if bare is not None and not bare["sign"]:
        return Decimal(digits_of(bare["numeral"], notation)) * _bare_unit(unit, value)
    text = _HOURS_MINUTES.sub(r"\1 \2 m", text)
    total, place = Decimal(0), 0
    while (part := _PART.match(text, place)) is not None:
        seconds = _SECONDS.get(part["unit"]) or _SECONDS.get(part["unit"].lower())
        if seconds is None:
            raise ValueError(f"{shown(part['unit'])} in {shown(value)} is no unit of time")
        total += Decimal(digits_of(part["numeral"], notation)) * seconds
        place = part.end()
    if not place or text[place:].strip():
        raise ValueError(f"{shown(value)} is no duration")
    return total
