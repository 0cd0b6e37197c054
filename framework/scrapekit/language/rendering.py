"""Any value of a page as text, as templates and expressions write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

MOST_TEXT = 1_000_000
"""The most characters a text may have that an expression or a template puts together."""


def render(value: Any) -> str:
    """The value as text: null is empty, true is ``true``, lists and mappings are JSON."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}" if value.adjusted() < 400 else str(value)
        case Mapping() | list() | tuple():
            return _as_json(value)
        case int() if abs(value) >= 10**4000:
            raise ValueError("the number is too large")
        case _:
            return str(value)


def _as_json(value: Any) -> str:
    try:
        return json.dumps(_plain(value), ensure_ascii=False)
    except RecursionError as error:
        raise too_deep() from error


def too_deep() -> ValueError:
    """What is raised for a value of a page that is nested deeper than Python can call."""
    return ValueError("the value is nested too deeply")


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return render(value)


def bounded(text: str) -> str:
    """*text*; raises ValueError when it is longer than `MOST_TEXT`."""
    if len(text) > MOST_TEXT:
        raise ValueError(f"the text is longer than {MOST_TEXT:,} characters")
    return text
