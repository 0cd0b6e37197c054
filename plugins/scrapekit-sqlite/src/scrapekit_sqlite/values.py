"""How a field's value is stored: SQLite's own integers, reals and texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from scrapekit import StuckError, json_writer, utf8

Stored: TypeAlias = int | float | str | None
Store: TypeAlias = Callable[[Any], Stored]


def value_store() -> Store:
    """The function that turns a field's value into what the database holds.

    Truth values become 0 and 1, dates ISO 8601 text, decimals numbers, lists and objects JSON
    text. NaN and the infinities become NULL, integers beyond 64 bits text, a lone surrogate
    U+FFFD. It raises StuckError for what is no value of a record, such as a set or bytes.
    """
    stores: Mapping[type, Store] = {
        str: _text,
        type(None): lambda _: None,
        bool: int,
        int: _integer,
        float: lambda value: float(value) if math.isfinite(value) else None,
        Decimal: _decimal,
        datetime: lambda value: str(value.isoformat()),
        date: lambda value: str(value.isoformat()),
        time: lambda value: str(value.isoformat()),
    }
    as_json = _json_store()

    def store(value: Any) -> Stored:
        writer = stores.get(type(value))
        if writer is None:
            # A subclass, such as the texts of lxml or the members of a StrEnum.
            writer = next((made for kind, made in stores.items() if isinstance(value, kind)), as_json)
        return writer(value)

    return store


def _text(text: str) -> str:
    # Also makes a plain str of a subclass, which sqlite3 would refuse.
    return str(text) if text.isascii() else utf8(text).decode()


def _integer(value: int) -> Stored:
    return int(value) if -(2**63) <= value < 2**63 else str(Decimal(value))


def _decimal(value: Decimal) -> Stored:
    if not value.is_finite():
        return None
    if abs(value.adjusted()) < 18 and value == value.to_integral_value():
        return int(value)
    return float(value) if abs(value.adjusted()) < 300 else str(value)


def _json_store() -> Store:
    write = json_writer()

    def store(value: Any) -> str:
        try:
            return write(value).decode()
        except TypeError as error:
            raise StuckError(f"an SQLite column cannot hold a value: {error}") from error

    return store
