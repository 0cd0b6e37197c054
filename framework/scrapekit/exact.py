"""Values of records as JSON text and back, exactly: dates, decimals and all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_TAG = "$"
"""The one key of an object that stands for a value which JSON has no word for."""

# Python refuses to write an integer of more than 4,300 digits in decimal.
_LARGE = 1 << 8192


def to_text(value: Any) -> str:
    """The value as one line of JSON that `from_text` reads back as it was.

    That holds for what records are made of: text, numbers, truth values, dates, times, decimals, bytes,
    and lists and objects of them. A tuple comes back as a list, anything else as its text.
    """
    return json.dumps(_plain(value), separators=(",", ":"))


def from_text(text: str) -> Any:
    """The value that `to_text` wrote."""
    return json.loads(text, object_hook=_restored)


def _plain(value: Any) -> Any:
    kind = value.__class__
    if value is None or kind is str or kind is bool or kind is float:
        return value
    if kind is int:
        return value if -_LARGE < value < _LARGE else {_TAG: ["int", hex(value)]}
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return _tagged(value)


def _object(value: Mapping[Any, Any]) -> Any:
    plain = {str(name): _plain(each) for name, each in value.items()}
    # An object that a page wrote just so must not be taken for one of ours.
    return {_TAG: ["object", list(plain.items())]} if _TAG in plain else plain


def _tagged(value: Any) -> Any:
    match value:
        case Decimal():
            return {_TAG: ["decimal", str(value)]}
        case datetime():
            return {_TAG: ["datetime", value.isoformat(), value.fold]}
        case date():
            return {_TAG: ["date", value.isoformat()]}
        case time():
            return {_TAG: ["time", value.isoformat(), value.fold]}
        case timedelta():
            return {_TAG: ["timedelta", value.days, value.seconds, value.microseconds]}
        case bytes():
            return {_TAG: ["bytes", value.hex()]}
        # A subclass of a plain type, such as an enum's member, is that type's value.
        case str() | int() | float():
            return next(kind(value) for kind in (str, int, float) if isinstance(value, kind))
    return str(value)


def _restored(found: dict[str, Any]) -> Any:
    tagged = found.get(_TAG)
    if tagged is None:
        return found
    kind, *parts = tagged
    match kind:
        case "decimal":
            return Decimal(parts[0])
        case "datetime":
            return datetime.fromisoformat(parts[0]).replace(fold=parts[1])
        case "date":
            return date.fromisoformat(parts[0])
        case "time":
            return time.fromisoformat(parts[0]).replace(fold=parts[1])
        case "timedelta":
            return timedelta(*parts)
        case "bytes":
            return bytes.fromhex(parts[0])
        case "int":
            return int(parts[0], 16)
    return dict(parts[0])
