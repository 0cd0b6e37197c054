"""Filters that calculate with a number: round, add, multiply."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._numerals import EXACT, bounded, decimal_of, float_of

_ROUNDING = {"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR, "cut": ROUND_DOWN}


def _like(result: Decimal, value: Any) -> int | float | Decimal:
    """The result in the kind of number the value was; an int stays one while it is whole."""
    if isinstance(value, Decimal):
        return result
    if isinstance(value, int) and result == result.to_integral_value():
        return int(result)
    return float_of(result, value)


def _operand(options: Options, key: str) -> Decimal:
    """The number under *key* exactly as it was written."""
    if not options.require(key) or options.number(key) is None:
        return Decimal(1)
    node = options.scalar(key)
    try:
        return decimal_of(Decimal(str(node.value) if node else "1"))
    except (InvalidOperation, ValueError):
        # YAML 1.2 has numbers that Decimal has not (0x1F, .inf): the first are exact as floats.
        number = options.number(key) or 0.0
    try:
        return decimal_of(number)
    except ValueError as error:
        options.problem(key, str(error))
        return Decimal(1)


@declare(
    "number",
    "number",
    short="places",
    options={
        "places": "how many decimals to keep; 0 by default, negative rounds to tens, hundreds, …",
        "mode": "nearest (the default; halves go away from zero), up, down, or cut (towards zero)",
    },
    example=[
        (None, 2.5, 3),
        ("2", Decimal("1.005"), Decimal("1.01")),
        ("{places: -2}", 1250, 1300),
        ("{mode: down}", -1.2, -2),
    ],
)
def round_(options: Options) -> Function:
    """Rounds a number; with no places it becomes a whole number."""
    places = options.integer("places", 0)
    rounding = _ROUNDING[options.choice("mode", _ROUNDING, "nearest")]
    if places is not None and abs(places) > 100:
        options.problem("places", "must be between -100 and 100")
        places = 0
    step = Decimal(1).scaleb(-(places or 0))
    whole = not places or places < 0

    def apply(value: Any) -> int | float | Decimal:
        rounded = decimal_of(value).quantize(step, rounding, EXACT)
        return int(rounded) if whole else _like(rounded, value)

    return apply


@declare(
    "number",
    "number",
    short="by",
    options={"by": "the number to add; negative subtracts"},
    example=[("1", 41, 42), ("-0.1", 0.3, 0.2), ("0.5", Decimal("1.50"), Decimal("2.00"))],
)
def add(options: Options) -> Function:
    """Adds a number to the value, exactly as written."""
    by = _operand(options, "by")
    return lambda value: _like(bounded(EXACT.add(decimal_of(value), by), value), value)


@declare(
    "number",
    "number",
    short="by",
    options={"by": "the number to multiply with; 0.01 divides by a hundred"},
    example=[("1000", 1.1, 1100.0), ("0.01", 1999, 19.99), ("60", 3, 180)],
)
def multiply(options: Options) -> Function:
    """Multiplies the value with a number, exactly as written."""
    by = _operand(options, "by")
    return lambda value: _like(bounded(EXACT.multiply(decimal_of(value), by), value), value)
