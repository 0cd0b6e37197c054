"""What operators do with values of a page: total functions, so that no page can make an expression crash.

Three rules settle most questions. Null is never smaller or larger than anything, and arithmetic
with it gives null. A text that is a number meets a number as one. True and false are no numbers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Any, TypeAlias

from scrapekit.language.rendering import bounded, render, too_deep

MOST_ENTRIES = 100_000
"""The most entries a list may have that an expression puts together."""
_PLAIN_NUMBERS = frozenset({int, float})
_LARGEST_INTEGER = 2**63
_NUMBER = re.compile(r"\s*[-+]?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,3})?\s*\Z", re.ASCII)

_Number: TypeAlias = int | float | Decimal
_Operation: TypeAlias = Callable[[Any, Any], Any]


def is_number(value: Any) -> bool:
    """True for whole numbers, floats and decimals; false for true and false."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def as_number(value: Any) -> _Number | None:
    """A number, or the number a text holds; else None."""
    if is_number(value):
        found: _Number = value
        return found
    if not isinstance(value, str) or not _NUMBER.match(value):
        return None
    return int(value) if value.strip().lstrip("+-").isdigit() else float(value)


def _aligned(left: Any, right: Any) -> tuple[Any, Any]:
    """Both values as one kind, where one of them is a number or a date and the other can be one."""
    if is_number(left) or is_number(right):
        first, second = as_number(left), as_number(right)
        return (left, right) if first is None or second is None else _same(first, second)
    if isinstance(left, date) or isinstance(right, date):
        return _as_date(left, right), _as_date(right, left)
    return left, right


def _same(left: _Number, right: _Number) -> tuple[Any, Any]:
    # Decimal("0.1") == 0.1 is false in Python, and their sum an error.
    if isinstance(left, Decimal) and isinstance(right, float):
        return left, Decimal(repr(right))
    if isinstance(left, float) and isinstance(right, Decimal):
        return Decimal(repr(left)), right
    return left, right


def _as_date(value: Any, other: Any) -> Any:
    if isinstance(value, datetime) and isinstance(other, date) and not isinstance(other, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    try:
        kind = datetime if isinstance(other, datetime) else date
        return kind.fromisoformat(value)
    except ValueError:
        return value


def _is_plain(left: Any, right: Any) -> bool:
    """True for two numbers or two texts, which Python compares as we do: nearly every comparison."""
    kind = left.__class__
    return (kind in _PLAIN_NUMBERS and right.__class__ in _PLAIN_NUMBERS) or (kind is str is right.__class__)


def equal(left: Any, right: Any) -> bool:
    """``left == right``."""
    if _is_plain(left, right):
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    left, right = _aligned(left, right)
    try:
        return bool(left == right)
    except DecimalException:
        # A signalling NaN objects even to this; it equals nothing.
        return False
    except RecursionError as error:
        raise too_deep() from error


def unequal(left: Any, right: Any) -> bool:
    """``left != right``."""
    return not equal(left, right)


def _ordered(compare: _Operation) -> _Operation:
    def compared(left: Any, right: Any) -> bool:
        if _is_plain(left, right):
            return bool(compare(left, right))
        if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
            return False
        left, right = _aligned(left, right)
        try:
            return bool(compare(left, right))
        except (TypeError, DecimalException):
            return False
        except RecursionError as error:
            raise too_deep() from error

    return compared


def contains(left: Any, right: Any) -> bool:
    """``left contains right``: an entry of a list, a part of a text, a key of a mapping."""
    if isinstance(left, (list, tuple)):
        return any(equal(item, right) for item in left)
    if right is None or isinstance(right, (list, tuple, Mapping)):
        return False
    if isinstance(left, str):
        return render(right) in left
    return isinstance(left, Mapping) and render(right) in left


def within(left: Any, right: Any) -> bool:
    """``left in right``."""
    return contains(right, left)


def not_within(left: Any, right: Any) -> bool:
    """``left not in right``."""
    return not contains(right, left)


def add(left: Any, right: Any) -> Any:
    """``left + right``: two numbers are added, a text takes the other value on as text, lists are joined."""
    if left is None or right is None:
        return None
    if is_number(left) and is_number(right):
        return _reckon(operator.add, left, right)
    if isinstance(left, str) or isinstance(right, str):
        return bounded(render(left) + render(right))
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MOST_ENTRIES:
            raise ValueError(f"the list has more than {MOST_ENTRIES:,} entries")
        return left + right
    return None


def _arithmetic(reckon: _Operation) -> _Operation:
    def reckoned(left: Any, right: Any) -> Any:
        first, second = as_number(left), as_number(right)
        return None if first is None or second is None else _reckon(reckon, first, second)

    return reckoned


def _reckon(reckon: _Operation, left: _Number, right: _Number) -> Any:
    try:
        result = reckon(*_same(left, right))
    except (ArithmeticError, ValueError):
        return None
    if isinstance(result, int) and abs(result) >= _LARGEST_INTEGER:
        raise ValueError("the number is too large")
    return result if not isinstance(result, float) or math.isfinite(result) else None


def negative(value: Any) -> Any:
    """``-value``."""
    number = as_number(value)
    return None if number is None else -number


def item_of(base: Any, key: Any) -> Any:
    """``base[key]``: an entry of a list or a text by position, of a mapping by name; else null."""
    if isinstance(base, Mapping):
        return base.get(key) if isinstance(key, str) else None
    if not isinstance(base, (list, tuple, str)) or not isinstance(key, int) or isinstance(key, bool):
        return None
    return base[key] if -len(base) <= key < len(base) else None


OPERATIONS: Mapping[str, _Operation] = {
    "==": equal,
    "!=": unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": within,
    "not in": not_within,
    "contains": contains,
    "+": add,
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(operator.truediv),
    "%": _arithmetic(operator.mod),
}
"""Operator → its function. ``and``, ``or`` and ``matches`` are not here: they are compiled."""
