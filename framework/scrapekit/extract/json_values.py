"""Values of a page as JSON has them: what requests carry and send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

_LONGEST = 300
"""Digits of a decimal that is handed on as a number; a longer one goes as text."""


def as_carry(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON has them: dates as ISO text, decimals as numbers where no digit is lost."""
    return {name: as_json(value) for name, value in values.items()}


def as_json(value: Any) -> Any:
    """One value as JSON has it, whatever it holds."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case Decimal() if value.is_finite() and abs(value.adjusted()) < _LONGEST:
            near = int(value) if value == value.to_integral_value() else float(value)
            return near if Decimal(str(near)) == value else str(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [as_json(each) for each in value]
        case dict():
            return {str(key): as_json(each) for key, each in value.items()}
    return str(value)
