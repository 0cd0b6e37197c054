"""Filters that compare or add up the values of a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._keys import BY, is_empty, read_key
from scrapekit_filters._numerals import EXACT, decimal_of, float_of
from scrapekit_filters._words import described


@declare(
    "list",
    "list",
    short="by",
    options={**BY, "descending": "true: the largest first"},
    example=[
        (None, [10, 9, 8.5], [8.5, 9, 10]),
        (None, ["b", "A", "a"], ["A", "a", "b"]),
        ("{by: price, descending: true}", [{"price": 1}, {"price": 2}], [{"price": 2}, {"price": 1}]),
    ],
)
def sort(options: Options) -> Function:
    """Sorts numbers, dates or text, whatever its letter case; empty values come last."""
    key = read_key(options)
    descending = options.flag("descending")

    def order(values: list[Any]) -> list[Any]:
        full = [value for value in values if not is_empty(key(value))]
        empty = [value for value in values if is_empty(key(value))]
        rank = _ranking([key(value) for value in full])
        return sorted(full, key=lambda value: rank(key(value)), reverse=descending) + empty

    return order


def _ranking(values: list[Any]) -> Callable[[Any], Any]:
    """How to compare these values; raises ValueError when they are of kinds that have no order."""
    kinds = {_order_of(value) for value in values}
    if len(kinds) > 1:
        raise ValueError(f"cannot compare {' and '.join(sorted(kinds))}")
    if kinds == {"text"}:
        return lambda value: (value.casefold(), value)
    return decimal_of if kinds == {"numbers"} else lambda value: value


def _order_of(value: Any) -> str:
    match value:
        case bool():
            return "truth values"
        case int() | float() | Decimal():
            return "numbers"
        case str():
            return "text"
        case datetime():
            return "moments with a zone" if value.tzinfo else "moments"
        case date():
            return "dates"
    raise ValueError(f"{described(value)} has no order")


@declare("list", "any", short="by", options=BY, example=[(None, [3, 1, 2], 1), (None, [None], None)])
def min_(options: Options) -> Function:
    """Takes the smallest value: number, date or text."""
    return _extreme(options, min)


@declare("list", "any", short="by", options=BY, example=[(None, [3, 1, 2], 3)])
def max_(options: Options) -> Function:
    """Takes the largest value: number, date or text."""
    return _extreme(options, max)


def _extreme(options: Options, choose: Callable[..., Any]) -> Function:
    key = read_key(options)

    def take(values: list[Any]) -> Any:
        full = [value for value in values if not is_empty(key(value))]
        rank = _ranking([key(value) for value in full])
        return choose(full, key=lambda value: rank(key(value)), default=None)

    return take


@declare("list", "number", example=[(None, [1, 2.5], 3.5), (None, [0.1, 0.2], 0.3), (None, [1, None], 1)])
def sum_(options: Options) -> Function:
    """Adds up numbers exactly; empty values are left out."""
    return lambda values: _total([value for value in values if not is_empty(value)])


def _total(values: list[Any]) -> int | float | Decimal | None:
    if not values:
        return None
    total = reduce(EXACT.add, map(decimal_of, values))
    if all(isinstance(value, int) for value in values):
        return int(total)
    return total if any(isinstance(value, Decimal) for value in values) else float_of(total, total)
