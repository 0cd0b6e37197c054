"""Values in the words of an error message, and as the text that text filters work on."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_LONGEST = 60
_MOST_DIGITS = 4000  # Python refuses to write out whole numbers above 4300 digits

MOST_TEXT = 50_000_000
"""The most characters of a text that a filter makes longer; a page has at most a third of them."""


def bounded(length: int) -> None:
    """Raise ValueError where a text would be longer than any page."""
    if length > MOST_TEXT:
        raise ValueError(f"the text would have more than {MOST_TEXT:,} characters")


def shown(value: Any) -> str:
    """The value in quotes on one line, cut to 60 characters, with nothing that could drive a terminal."""
    text = value if isinstance(value, str) else _written(value)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return '"' + "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text) + '"'


def described(value: Any) -> str:
    """What kind of value this is, with the value itself where it is short enough to help."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {_written(value)}"
        case str():
            return f"the text {shown(value)}"
        case int() | float() | Decimal():
            return f"the number {shown(value)}"
        case date():
            return f"the date {shown(value)}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
    return f"a value of the kind {type(value).__name__}"


def as_text(value: Any) -> str:
    """A single value as text: a number as JSON writes it, a date as ISO 8601, a truth value in words.

    Raises ValueError for a list, an object and nothing, which are no text.
    """
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, list | tuple | dict):
        raise ValueError(f"expected text, found {described(value)}")
    return _written(value)


def _written(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            digits = int(value.bit_length() * 0.30103)
            return str(value) if digits < _MOST_DIGITS else f"about {'-' * (value < 0)}10^{digits}"
        case Decimal():
            # A plain "E+999999" would be a million zeros in the positional notation.
            return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 100 else str(value)
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)
