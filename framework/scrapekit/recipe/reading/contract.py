"""What a field's value must be besides its type: ``min``, ``max``, ``pattern``, ``unique``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from scrapekit.node import ScalarNode, describe
from scrapekit.options import Options
from scrapekit.recipe.model import Contract

_NUMBERS = ("int", "float", "decimal", "number", "price")
_DATES = ("date", "datetime")


def read_contract(options: Options, kind: str | None) -> Contract | None:
    """The contract among a field's keys, for a value of type *kind*; None where there is none."""
    least, most = _bound(options, "min", kind), _bound(options, "max", kind)
    if least is not None and most is not None and _is_more(least, most):
        options.problem("max", f"the most, {most}, is less than the least, {least}")
    contract = Contract(
        least, most, options.scalar("pattern", "a regular expression"), options.flag("unique")
    )
    return None if contract == Contract() else contract


def _bound(options: Options, key: str, kind: str | None) -> Decimal | date | None:
    node = options.node(key)
    if node is None or (isinstance(node, ScalarNode) and node.broken):
        return None
    if kind not in (*_NUMBERS, *_DATES):
        said = f'"{key}" compares numbers and dates, and this field is neither by its type'
        options.problem(key, said, f"give it one: type: {_meant(node)}")
        return None
    found = _date_of(node, kind) if kind in _DATES else _number_of(node)
    if found is None:
        expected = "a number" if kind in _NUMBERS else f"a {kind} such as {_EXAMPLES[kind]}"
        options.problem(key, f"expected {expected}, found {describe(node)}")
    return found


_EXAMPLES = {"date": "2024-01-31", "datetime": "2024-01-31T12:00"}


def _meant(node: object) -> str:
    return "date" if isinstance(node, ScalarNode) and "-" in node.text[1:] else "int"


def _number_of(node: object) -> Decimal | None:
    # A truth value is an int to Python.
    if not isinstance(node, ScalarNode) or type(node.value) not in (int, float):
        return None
    try:
        number = Decimal(node.text or str(node.value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date_of(node: object, kind: str) -> date | None:
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return None
    try:
        return date.fromisoformat(node.value) if kind == "date" else datetime.fromisoformat(node.value)
    except ValueError:
        return None


def _is_more(least: Decimal | date, most: Decimal | date) -> bool:
    try:
        return least > most  # type: ignore[operator]
    except TypeError:
        # One with a time zone and one without.
        return False
