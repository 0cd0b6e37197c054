"""Filters for quantities: a number with its unit, in the unit that is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
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
    read_notation,
    to_ascii,
)
from scrapekit_filters._words import shown

_QUANTITY = re.compile(
    rf"\s*(?P<sign>[{MINUS}+]\s?)?(?P<numeral>{NUMERAL})\s*(?P<unit>.{{0,20}}?)\.?\s*\Z", re.DOTALL
)

# What is measured → unit → how many of the first unit one of it is, exactly. Pounds, inches and
# gallons as the agreement of 1959 and the United States' own law define them.
_FACTORS: Mapping[str, Mapping[str, str]] = {
    "mass": {
        "g gram grams gr gramm gramme grammes gramo gramos grammi г": "1",
        "mg milligram milligrams мг": "0.001",
        "kg kgs kilo kilos kilogram kilograms kilogramm кг": "1000",
        "t tonne tonnes ton tons tonnen": "1000000",
        "oz ounce ounces": "28.349523125",
        "lb lbs pound pounds": "453.59237",
        "st stone": "6350.29318",
    },
    "length": {
        "m metre metres meter meters м": "1",
        "mm millimetre millimetres millimeter millimeters мм": "0.001",
        "cm centimetre centimetres centimeter centimeters см": "0.01",
        "dm": "0.1",
        "km kilometre kilometres kilometer kilometers км": "1000",
        "in inch inches zoll pouces \" ″ ''": "0.0254",
        "ft foot feet ' ′": "0.3048",
        "yd yard yards": "0.9144",
        "mi mile miles": "1609.344",
        "nmi": "1852",
    },
    "area": {
        "m² m2 sqm qm м²": "1",
        "cm² cm2": "0.0001",
        "km² km2": "1000000",
        "ha hectare hectares hektar": "10000",
        "sqft ft² ft2 sq.ft": "0.09290304",
        "acre acres ac": "4046.8564224",
    },
    "volume": {
        "l litre litres liter liters л": "1",
        "ml millilitre millilitres milliliter milliliters мл": "0.001",
        "cl": "0.01",
        "dl": "0.1",
        "hl": "100",
        "m³ m3": "1000",
        "cm³ cm3 cc": "0.001",
        "gal gallon gallons": "3.785411784",
        "floz fl.oz": "0.0295735295625",
    },
    "speed": {"km/h kmh kph": "1", "m/s": "3.6", "mph": "1.609344", "kn knots": "1.852"},
    "power": {
        "w watt watts": "1",
        "kw": "1000",
        "mw": "1000000",
        "ps cv": "735.49875",
        "hp bhp": "745.69987158227022",
    },
    "energy": {"kj": "1", "j": "0.001", "kcal": "4.184", "wh": "3.6", "kwh": "3600"},
    "temperature": {"°c c celsius": "1", "°f f fahrenheit": "1", "k kelvin": "1"},
}
_UNITS: Mapping[str, tuple[str, Fraction]] = {
    name: (kind, Fraction(factor))
    for kind, units in _FACTORS.items()
    for names, factor in units.items()
    for name in names.split()
}
_CELSIUS = {
    "c": (Fraction(1), Fraction(0)),
    "f": (Fraction(5, 9), Fraction(-32)),
    "k": (Fraction(1), Fraction("-273.15")),
}
"""Of a temperature: what to multiply with after what was added."""
_SIGNS = str.maketrans({"º": "°", "˚": "°", "”": '"', "’": "'"})


@declare(
    "any",
    "number",
    short="to",
    options={
        "to": "the unit of the result, such as kg, cm, l, m2, km/h, kWh or °C",
        "from": "the unit of a number that has none; without it such a number is refused",
        **NOTATION_OPTIONS,
    },
    example=[
        ("kg", "500 g", 0.5),
        ("kg", "2 lbs", 0.90718474),
        ("cm", '5.5"', 13.97),
        ("°C", "212 °F", 100),
        ("{to: l, from: ml}", 750, 0.75),
        ("kg", "5 m", ValueError('"5 m" is a length, not a mass')),
        ("kg", "5", ValueError('"5" has no unit; name one with from: kg')),
        ("kg", "5 apples", ValueError('"apples" in "5 apples" is no unit')),
    ],
)
def unit(options: Options) -> Function:
    """Reads a number with its unit and gives it in another unit."""
    wanted = _read_unit(options, "to") if options.require("to") else "g"
    bare = _read_unit(options, "from")
    notation = read_notation(options, "comma groups")
    if bare and _kind(bare) != _kind(wanted):
        options.problem("from", f'"{bare}" is {_article(_kind(bare))}, "{wanted}" {_article(_kind(wanted))}')

    def read(value: Any) -> int | float:
        amount, name = _quantity(value, notation) if isinstance(value, str) else (decimal_of(value), "")
        if not name and not bare:
            raise ValueError(f"{shown(value)} has no unit; name one with from: {wanted}")
        name = name or bare
        if _kind(name) != _kind(wanted):
            raise ValueError(f"{shown(value)} is {_article(_kind(name))}, not {_article(_kind(wanted))}")
        return _natural(_converted(Fraction(amount), name, wanted), value)

    return read


def _read_unit(options: Options, key: str) -> str:
    written = options.text(key)
    name = _name_of(written)
    if key not in options or name in _UNITS:
        return name
    options.problem(
        key, f"{shown(written)} is no unit", "units are such as g, kg, cm, m, ml, l, m2, km/h, °C"
    )
    return ""


def _name_of(text: str) -> str:
    bare = text.strip().lower().translate(_SIGNS)
    return bare if bare in _UNITS else bare.replace(" ", "")


def _quantity(text: str, notation: Notation) -> tuple[Decimal, str]:
    found = _QUANTITY.match(to_ascii(text))
    if found is None:
        raise ValueError(f"{shown(text)} is no number with a unit")
    name = _name_of(found["unit"])
    if name and name not in _UNITS:
        raise ValueError(f"{shown(found['unit'])} in {shown(text)} is no unit")
    number = Decimal(digits_of(found["numeral"], notation))
    return number.copy_negate() if (found["sign"] or "+")[0] in MINUS else number, name


def _kind(name: str) -> str:
    return _UNITS[name][0] if name in _UNITS else ""


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _converted(amount: Fraction, name: str, wanted: str) -> Fraction:
    if _kind(name) != "temperature":
        return amount * _UNITS[name][1] / _UNITS[wanted][1]
    factor, offset = _CELSIUS[name.lstrip("°")[0]]
    back, zero = _CELSIUS[wanted.lstrip("°")[0]]
    return (amount + offset) * factor / back - zero


def _natural(number: Fraction, value: Any) -> int | float:
    """An int when it is whole, else a float."""
    if number.denominator == 1:
        return number.numerator
    try:
        return float(number)
    except OverflowError as error:
        raise ValueError(f"{shown(value)} is too large for a floating-point number") from error
